"""What stands in the way of a delivery is named, and nothing was changed."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from tests.repo.repo_support import change_paths, everything, fix, opened, tree

from fretsaw.errors import RepoError
from fretsaw.repo import deliver
from fretsaw.repo.journal import file_operations, journal_folder, open_journal


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda root: os.link(root / "a.py", root.parent / "second"), "hard link"),
        (lambda root: (root / "a.py").chmod(0o444), "read-only"),
    ],
    ids=["hard link", "read-only"],
)
def test_a_file_that_must_not_be_replaced(root: Path, state: Path, make: object, words: str) -> None:
    assert callable(make)
    make(root)
    before = everything(root)
    with pytest.raises(RepoError, match=words):
        fix(root, state)
    assert everything(root) == before


def test_an_immutable_file(root: Path, state: Path) -> None:
    if shutil.which("chattr") is None:
        pytest.skip("there is no chattr here: apt-get install e2fsprogs")
    if subprocess.run(["chattr", "+i", root / "a.py"], check=False, capture_output=True).returncode:
        pytest.skip("no right to make a file immutable here")
    try:
        before = everything(root)
        with pytest.raises(RepoError, match="immutable"):
            fix(root, state)
        assert everything(root) == before
    finally:
        subprocess.run(["chattr", "-i", root / "a.py"], check=True)


def _as_nobody(work: object) -> str:
    """The error message of a piece of work done without root's rights."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            assert callable(work)
            if os.geteuid() == 0:
                os.setegid(65534)
                os.seteuid(65534)
                os.setresuid(65534, 65534, 65534)
            work()
            said = "no error"
        except RepoError as error:
            said = str(error)
        except BaseException as error:
            said = repr(error)
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as file:
        said = file.read().decode()
    os.waitpid(child, 0)
    return said


def _give_away(folder: Path) -> None:
    """Everything up to the temporary folder can be entered, everything below belongs to nobody."""
    top = Path(tempfile.gettempdir()).resolve()
    for parent in folder.resolve().parents:
        if parent in {top, *top.parents}:
            break
        parent.chmod(0o755)
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 65534, 65534, follow_symlinks=False)


def test_a_read_only_tree(root: Path, state: Path, home: Path) -> None:
    (home / ".gitconfig").chmod(0o644)
    home.chmod(0o755)
    state.mkdir()
    _give_away(root)
    _give_away(state)
    (root / "src").chmod(0o555)
    before = everything(root)
    said = _as_nobody(lambda: fix(root, state))
    (root / "src").chmod(0o755)
    assert "src is read-only" in said
    assert tree(root) == {
        **{path: what for path, what in before.items() if not path.startswith(".git")},
        "src": tree(root)["src"],
    }


def test_a_state_folder_that_cannot_be_written(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    before = everything(root)
    with pytest.raises(RepoError, match=r"journal .* cannot be used"):
        fix(root, tmp_path / "file/state")
    assert everything(root) == before


def test_a_full_disk(root: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(root)

    def full(when: str, name: str) -> None:
        if when == "after create" and name.startswith(".fretsaw"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)

    monkeypatch.setattr(file_operations, "HOOK", full)
    with pytest.raises(RepoError, match=r"the disk is full at a\.py"):
        fix(root, state)
    monkeypatch.setattr(file_operations, "HOOK", None)
    assert everything(root) == before


def test_a_limit_on_file_sizes(root: Path, state: Path) -> None:
    """A real refusal of the kernel, in a child: files larger than 64 kB cannot be written."""
    import resource
    import signal

    (root / "a.py").write_text("x\n" * 10)

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        repo, seen = opened(root)
        patch = change_paths(seen, {"a.py": "y" * 200_000, "src/b.py": "z\n"})
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
        deliver(repo, seen, patch, "worktree", state_dir=state)

    before = everything(root)
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(1)
        except RepoError:
            os._exit(0)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert everything(root) == before
    assert not list(state.rglob("tx/*"))


def test_only_one_at_a_time(root: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_folder, "LONGEST_WAIT", 0.3)
    with open_journal(state, root), pytest.raises(RepoError, match="is changing this repository"):
        fix(root, state)
    fix(root, state)
