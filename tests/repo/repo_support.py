"""Real repositories to test on, and what must not change in them."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

from fretsaw.core.patch import derive_set
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.snapshot import Snapshot
from fretsaw.repo import Delivery, Repo, deliver, open_repo, snapshot


def git(root: Path, *args: str, ok: bool = True, **env: str) -> str:
    """The user's own git, with the user's own configuration."""
    done = subprocess.run(
        ["git", *args], cwd=root, check=False, capture_output=True, text=True, env={**os.environ, **env}
    )
    assert done.returncode == 0 or not ok, f"git {args}: {done.stderr}"
    return done.stdout


def commit(root: Path, message: str = "Go on") -> str:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)
    return git(root, "rev-parse", "HEAD").strip()


def change(snapshot: Snapshot, **texts: str | None) -> PatchSet:
    """A patch by path → text after; `__` in a name stands for `/`, `_` at its end for `.py`."""
    after = {name.replace("__", "/").removesuffix("_") + ".py": text for name, text in texts.items()}
    return derive_set(lambda path: snapshot.read(path) if path in snapshot.paths else None, after)


def change_paths(snapshot: Snapshot, after: dict[str, str | None]) -> PatchSet:
    return derive_set(lambda path: snapshot.read(path) if path in snapshot.paths else None, after)


def everything(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder, `.git` included: mode and bytes (the target of a link)."""
    found: dict[str, tuple[int, bytes]] = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder) / name
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                found[str(path.relative_to(root))] = (mode, os.fsencode(path.readlink()))
            elif stat.S_ISREG(mode):
                found[str(path.relative_to(root))] = (mode, path.read_bytes())
            else:
                found[str(path.relative_to(root))] = (mode, b"")
    return found


def tree(root: Path) -> dict[str, tuple[int, bytes]]:
    """The same without `.git`."""
    return {path: what for path, what in everything(root).items() if path.split("/")[0] != ".git"}


def git_facts(root: Path) -> tuple[bytes, str, str]:
    """What a delivery to the worktree leaves alone: bytes of the index, HEAD, all refs."""
    index = Path(git(root, "rev-parse", "--absolute-git-dir").strip()) / "index"
    return (
        index.read_bytes() if index.exists() else b"",
        git(root, "symbolic-ref", "-q", "HEAD", ok=False) or git(root, "rev-parse", "HEAD", ok=False),
        git(root, "for-each-ref"),
    )


FIX: dict[str, str | None] = {"a.py": "one\n2\nthree\n", "src/b.py": None, "new/x/c.py": "c\n"}


def opened(root: Path) -> tuple[Repo, Snapshot]:
    """Open a repository and take a snapshot."""
    repo = open_repo(root)
    return repo, snapshot(repo)


def fix(root: Path, state: Path, how: str = "worktree", texts: dict[str, str | None] = FIX, **more: str) -> Delivery:
    """Deliver a patch to these texts after: an edit, a deletion and a new file."""
    repo, seen = opened(root)
    return deliver(repo, seen, change_paths(seen, texts), how, "Fix it\n\nWhy.", state_dir=state, **more)  # type: ignore[arg-type]


def status(root: Path) -> list[str]:
    """List what `git status` shows."""
    return git(root, "status", "--porcelain", "-uall").splitlines()
