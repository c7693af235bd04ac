"""A repository whose every hook, driver and helper leaves a mark: nothing we do makes one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.repo.repo_support import change_paths, git

from fretsaw.errors import RepoError
from fretsaw.repo import deliver, open_repo, recover, snapshot, trial, undo

HOOKS = (
    "applypatch-msg", "commit-msg", "fsmonitor-watchman", "p4-changelist", "post-applypatch", "post-checkout",
    "post-commit", "post-index-change", "post-merge", "post-rewrite", "post-update", "pre-applypatch",
    "pre-auto-gc", "pre-commit", "pre-merge-commit", "pre-push", "pre-rebase", "prepare-commit-msg",
    "reference-transaction",
)  # fmt: skip


def _make_hostile(root: Path, mark: Path) -> None:
    """Everything that git would run on somebody's behalf, each writing its name to the mark."""
    run = root.parent / "run"
    run.write_text(f'#!/bin/sh\necho "$0 $*" >> {mark}\ncat\n')
    run.chmod(0o755)
    for hook in HOOKS:
        path = root / ".git/hooks" / hook
        path.write_text(f"#!/bin/sh\necho {hook} >> {mark}\n")
        path.chmod(0o755)
    settings = {
        "core.fsmonitor": f"{run} fsmonitor",
        "core.pager": f"{run} pager",
        "core.editor": f"{run} editor",
        "core.askPass": f"{run} askpass",
        "core.sshCommand": f"{run} ssh",
        "core.gitProxy": f"{run} proxy",
        "core.alternateRefsCommand": f"{run} alternate",
        "diff.external": f"{run} external",
        "diff.d.textconv": f"{run} textconv",
        "diff.d.command": f"{run} command",
        "merge.m.driver": f"{run} merge",
        "filter.f.clean": f"{run} clean",
        "filter.f.smudge": f"{run} smudge",
        "filter.f.process": f"{run} process",
        "filter.f.required": "true",
        "filter.x=y.clean": f"{run} named-with-equals",
        "filter.x=y.smudge": f"{run} named-with-equals",
        "gpg.program": f"{run} gpg",
        "commit.gpgSign": "true",
        "tag.gpgSign": "true",
        "credential.helper": f"!{run} credential",
        "interactive.diffFilter": f"{run} interactive",
        "grep.fallbackToNoIndex": "true",
        "log.showSignature": "true",
        "uploadpack.packObjectsHook": f"{run} pack",
        "trailer.t.command": f"{run} trailer",
        "alias.ls-files": f"!{run} alias",
        "alias.rev-parse": f"!{run} alias",
    }
    config = root / ".git/config"
    for key, value in settings.items():
        section, _, rest = key.partition(".")
        name, _, last = rest.rpartition(".")
        head = f'[{section} "{name}"]' if name else f"[{section}]"
        with config.open("a") as file:
            file.write(f"{head}\n\t{last} = {value}\n")
    (root / ".git/info").mkdir(exist_ok=True)
    (root / ".git/info/attributes").write_text("*.py diff=d merge=m\n*.dat filter=f\nequals.dat filter=x=y\n")


@pytest.fixture
def mark(root: Path, tmp_path: Path) -> Path:
    (root / "x.dat").write_text("data\n")
    (root / "equals.dat").write_text("data\n")
    (tmp_path / "elsewhere").mkdir()
    (root / "outside").symlink_to(tmp_path / "elsewhere")
    (root / "linked.py").symlink_to(tmp_path / "victim.py")
    (tmp_path / "victim.py").write_text("victim\n")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "Links")
    found = tmp_path / "mark"
    _make_hostile(root, found)
    return found


@pytest.mark.parametrize("how", ["worktree", "branch", "commit"])
def test_nothing_of_the_repository_runs(root: Path, state: Path, mark: Path, how: str) -> None:
    repo = open_repo(root)
    seen = snapshot(repo)
    assert seen.searcher is not None
    assert seen.searcher("two line", 5)
    recover(repo, state)
    patch = change_paths(seen, {"a.py": "one\n2\nthree\n", "src/b.py": None, "new/c.py": "c\n"})
    trial(repo, seen, patch)
    assert how in ("worktree", "branch", "commit")
    done = deliver(repo, seen, patch, how, "Fix", state_dir=state)  # type: ignore[arg-type]
    assert done.paths == ("a.py", "new/c.py", "src/b.py")
    assert undo(repo, state).undone
    assert not mark.exists(), mark.read_text()


def test_the_trap_is_sharp(root: Path, mark: Path) -> None:
    """The user's own git does run what the repository says; else the test above would prove nothing."""
    subprocess.run(["git", "status"], cwd=root, check=False, capture_output=True)
    assert "fsmonitor" in mark.read_text()


def test_links_and_filtered_files_are_not_shown_or_followed(
    root: Path, state: Path, mark: Path, tmp_path: Path
) -> None:
    repo = open_repo(root)
    seen = snapshot(repo)
    assert seen.paths == ("a.py", "run.sh", "src/b.py")
    assert seen.left_out == {
        "equals.dat": "kept through the filter x=y",
        "x.dat": "kept through the filter f",
        "linked.py": "a symbolic link",
        "outside": "a symbolic link",
    }
    assert seen.read("linked.py") is None
    patch = change_paths(seen, {"outside/new.py": "x\n"})
    with pytest.raises(RepoError, match=r"outside/new\.py"):
        deliver(repo, seen, patch, "worktree", state_dir=state)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_planted_where_a_file_or_its_folder_was(root: Path, state: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "b.py").write_bytes((root / "src/b.py").read_bytes())
    repo = open_repo(root)
    seen = snapshot(repo)
    patch = change_paths(seen, {"src/b.py": "changed\n", "a.py": "changed\n"})
    (root / "src").rename(tmp_path / "src")
    (root / "src").symlink_to(victim)
    with pytest.raises(RepoError, match=r"src/b\.py"):
        deliver(repo, seen, patch, "worktree", state_dir=state)
    (root / "a.py").rename(victim / "a.py")
    (root / "a.py").symlink_to(victim / "a.py")
    with pytest.raises(RepoError, match=r"a\.py"):
        deliver(repo, seen, patch, "worktree", state_dir=state)
    assert (victim / "b.py").read_bytes() == (tmp_path / "src/b.py").read_bytes()
    assert (victim / "a.py").read_text() == "one\ntwo\nthree\n"
    again = snapshot(repo)
    assert again.left_out == {"a.py": "a symbolic link on disk", "src/b.py": "behind a symbolic link on disk"}
    assert again.read("src/b.py") is None


def test_a_journal_that_someone_else_wrote_is_refused(root: Path, state: Path, tmp_path: Path) -> None:
    repo = open_repo(root)
    seen = snapshot(repo)
    deliver(repo, seen, change_paths(seen, {"a.py": "changed\n"}), "worktree", state_dir=state)
    record = next(state.rglob("manifest.json"))
    sound = record.read_text()
    for old, new in (('"a.py"', '"../victim"'), ('"a.py"', '".git/hooks/pre-commit"'), ('"sha256": "', '"sha256": "0')):
        record.write_text(sound.replace(old, new))
        with pytest.raises(RepoError, match="damaged or not Fretsaw's"):
            undo(repo, state)
    record.write_text(sound)
    record.parent.parent.parent.chmod(0o755)
    with pytest.raises(RepoError, match="not a private folder"):
        undo(repo, state)
