"""A snapshot: the tracked text as the user has it, unchanging; secrets and oddities are named and not read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.repo.repo_support import commit, everything, git

from fretsaw.errors import RepoError
from fretsaw.repo import open_repo, snapshot
from fretsaw.repo.git.snapshot import ignored
from fretsaw.repo.git.state_diff import read_states
from fretsaw.repo.git.states import find_states


def test_what_is_in_it(root: Path) -> None:
    (root / "a.py").write_text("mine\n")
    (root / "untracked.py").write_text("x\n")
    git(root, "rm", "-q", "--cached", "run.sh")
    repo = open_repo(root)
    seen = snapshot(repo)
    assert (seen.base, seen.paths) == (repo.head, ("a.py", "src/b.py"))
    assert seen.read("a.py") == "mine\n"


def test_it_takes_nothing_from_the_disk_twice(root: Path) -> None:
    seen = snapshot(open_repo(root))
    assert seen.read("a.py") == "one\ntwo\nthree\n"
    (root / "a.py").write_text("changed\n")
    assert seen.read("a.py") == "one\ntwo\nthree\n"
    (root / "src/b.py").unlink()
    assert seen.read("src/b.py") is None
    (root / "src/b.py").write_text("back\n")
    assert seen.read("src/b.py") is None


def test_unsaved_text_wins(root: Path) -> None:
    seen = snapshot(open_repo(root), {"a.py": "unsaved two\n", ".env": "KEY=1\n"})
    assert seen.read("a.py") == "unsaved two\n"
    assert seen.searcher is not None
    assert seen.searcher("two", 9) == (("a.py", 1, "unsaved two"),)
    assert seen.searcher("three one", 9) == ()


def test_secrets_are_named_and_never_read(root: Path) -> None:
    secret = {".env", "conf/.env.local", "deploy/id_rsa", "certs/server.pem", "config/credentials.json"}
    for path in secret:
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text("CANARY-7f3a two\n")
    (root / ".env.example").write_text("KEY=\n")
    commit(root)
    seen = snapshot(open_repo(root), dict.fromkeys(secret, "CANARY-7f3a two\n"))
    assert set(seen.secrets) == secret
    assert not secret & set(seen.paths)
    assert ".env.example" in seen.paths
    assert seen.searcher is not None
    assert {path for path, _, _ in seen.searcher("CANARY-7f3a two", 99)} == {"a.py"}
    assert [seen.read(path) for path in sorted(secret) if path in seen.overlay] == []


def test_what_is_left_out_and_why(root: Path, tmp_path: Path) -> None:
    (root / "link.py").symlink_to(tmp_path / "elsewhere")
    (root / "big.txt").write_bytes(b"x" * 1_000_001)
    (root / "lfs.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    (root / "image.png").write_bytes(b"\x89PNG\0\0")
    (root / "utf16.txt").write_text("hello", encoding="utf-16")
    (root / "kept.log").write_text("log\n")
    (root / ".gitignore").write_text("*.log\n")
    (root / ".gitattributes").write_text("*.bin filter=lfs\n")
    (root / "gone.py").write_text("x\n")
    (root / "pipe.py").write_text("x\n")
    git(root, "add", "-f", "kept.log")
    commit(root)
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{git(root, 'rev-parse', 'HEAD').strip()},sub")
    (root / "gone.py").unlink()
    (root / "pipe.py").unlink()
    os.mkfifo(root / "pipe.py")
    seen = snapshot(open_repo(root))
    assert dict(seen.left_out) == {
        "link.py": "a symbolic link",
        "big.txt": "larger than 1,000 kB",
        "lfs.bin": "kept through the filter lfs",
        "kept.log": "tracked, but .gitignore hides it",
        "sub": "a submodule",
        "gone.py": "deleted in the worktree",
        "pipe.py": "not a regular file on disk",
    }
    assert seen.read("image.png") is None
    assert seen.read("utf16.txt") == "hello"


def test_a_pipe_in_a_folder_without_tracked_files_is_named_before_git_waits_a_minute(root: Path) -> None:
    (root / "sub/deep").mkdir(parents=True)
    os.mkfifo(root / "sub/deep/.gitignore")
    with pytest.raises(RepoError, match=r"sub/deep/\.gitignore is a named pipe"):
        read_states(open_repo(root), find_states(open_repo(root)))


def test_outside_of_a_sparse_checkout(root: Path) -> None:
    git(root, "status")  # else git takes the copied files for changed and leaves them
    git(root, "sparse-checkout", "set", "--no-cone", "/a.py")
    seen = snapshot(open_repo(root))
    assert seen.paths == ("a.py",)
    assert seen.left_out["src/b.py"] == "outside the sparse checkout"


@pytest.mark.parametrize(
    "name",
    [
        "tab\there.py",
        "line\nbreak.py",
        'quo"te.py',
        "back\\slash.py",
        "-dash.py",
        "ünï.py",
        "bad\udcff.py",
        " sp ace ",
        ":(top)x",
    ],
)
def test_any_name_can_be_read(root: Path, name: str) -> None:
    (root / name).write_text("needle\n")
    commit(root)
    seen = snapshot(open_repo(root))
    assert name in seen.paths
    assert seen.read(name) == "needle\n"
    if "\n" not in name:
        assert seen.searcher is not None
        assert seen.searcher("needle", 5) == ((name, 1, "needle"),)


def test_search(root: Path) -> None:
    (root / "words.py").write_text("def run_all(x):\n    return x.run\n# running\n$a.b*\n")
    commit(root)
    seen = snapshot(open_repo(root))
    assert seen.searcher is not None
    assert seen.searcher("run", 9) == (("words.py", 2, "    return x.run"),)
    assert seen.searcher("run_all $a.b*", 9) == (("words.py", 1, "def run_all(x):"), ("words.py", 4, "$a.b*"))
    assert len(seen.searcher("line", 3)) == 3
    assert seen.searcher("", 9) == seen.searcher("line", 0) == seen.searcher("-e", 9) == ()


def test_a_snapshot_changes_nothing(root: Path) -> None:
    (root / "a.py").write_text("dirty\n")
    os.utime(root / "run.sh", (1, 1))
    before = everything(root)
    repo = open_repo(root)
    seen = snapshot(repo)
    assert seen.searcher is not None
    seen.searcher("line", 3)
    assert ignored(repo, ["x"]) == frozenset()
    assert everything(root) == before
