"""The product without what Windows lacks, and tables of how Windows writes and compares names.

Nothing of this ran on a real Windows.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest
from tests.repo.repo_support import git

from fretsaw import system
from fretsaw.check.run import job_object
from fretsaw.check.run.limits import Limits
from fretsaw.check.sandbox.lay_over import lay_over
from fretsaw.core.policy.file_names import escape_of, oddity_of, twin_key
from fretsaw.lsp.state import positions
from fretsaw.repo.journal import folders
from fretsaw.repo.journal.safe_read import read_beneath

FAKE = Path(__file__).parent / "fake_windows.py"


def _run(*words: str, cwd: Path, state: Path) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "FRETSAW_STATE_DIR": str(state), "FRETSAW_CONFIG_DIR": str(state / "config")}
    argv = [sys.executable, str(FAKE), *words]
    return subprocess.run(argv, cwd=cwd, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_every_module_is_imported(tmp_path: Path) -> None:
    done = _run("import", cwd=tmp_path, state=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.slow
def test_the_working_tree_is_vetted_changed_and_changed_back(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "-q")
    (root / "a.py").write_text("def f(x):\n    return x + 1\n\n\ndef g(y):\n    return [y, 1]\n")
    git(root, "add", ".")
    git(root, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "Begin")
    changed = "def f(x):\n    return x + 2\n\n\ndef g(y):\n    return [ y,1 ]\n"
    (root / "a.py").write_text(changed)
    wanted = "def f(x):\n    return x + 2\n\n\ndef g(y):\n    return [y, 1]\n"
    applied = _run(
        "agent", "vet", "--issue", "Only change the function f.", "--apply", cwd=root, state=tmp_path / "state"
    )
    assert (applied.returncode, (root / "a.py").read_text()) == (0, wanted), applied.stdout + applied.stderr
    undone = _run("agent", "undo", cwd=root, state=tmp_path / "state")
    assert (undone.returncode, (root / "a.py").read_text()) == (0, changed), undone.stdout + undone.stderr


@pytest.mark.slow
def test_the_demo_ends_with_a_proved_fix(tmp_path: Path) -> None:
    done = _run("agent", "demo", cwd=tmp_path, state=tmp_path / "state")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the check ran without isolation" in done.stdout + done.stderr
    assert "undone: stopwatch/duration.py" in done.stdout + done.stderr


@pytest.mark.slow
def test_doctor_says_that_nothing_isolates(tmp_path: Path) -> None:
    done = _run("agent", "doctor", cwd=tmp_path, state=tmp_path / "state")
    assert "nothing isolates a check on this system; use WSL" in " ".join(done.stderr.split())


def test_a_folder_that_is_exchanged_is_noticed(tmp_path: Path) -> None:
    ways = folders.by_path()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("mine\n")
    top = ways.open_top(str(tmp_path))
    opened = ways.open_below(top, "src")
    (tmp_path / "src").rename(tmp_path / "moved")
    with pytest.raises(FileNotFoundError):
        ways.stat(opened, "a.py")
    (tmp_path / "src").mkdir()
    with pytest.raises(FileNotFoundError, match="exchanged"):
        ways.unlink(opened, "a.py")
    (tmp_path / "src").rmdir()
    (tmp_path / "src").symlink_to(tmp_path / "moved")
    with pytest.raises(FileNotFoundError, match="exchanged"):
        ways.open(opened, "a.py", os.O_WRONLY | os.O_TRUNC)
    with pytest.raises(OSError, match="symbolic"):
        ways.open_below(top, "src")
    assert (tmp_path / "moved" / "a.py").read_text() == "mine\n"


def test_no_link_is_read_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "FOLDERS", folders.by_path())
    (tmp_path / "secret").write_text("secret\n")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "link").symlink_to("../secret")
    (tree / "up").symlink_to("..")
    top = folders.FOLDERS.open_top(str(tree))
    for path in ("link", "up/secret"):
        with pytest.raises(OSError, match=r"symbolic|regular"):
            read_beneath(top, path)


def test_texts_are_laid_over_a_copy_by_path(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "run.sh").write_text("old\n")
    (tree / "run.sh").chmod(0o555)
    (tree / "away").symlink_to(outside)
    (tree / "gone.py").write_text("x\n")
    (tree / "file").write_text("x\n")
    lay_over(tree, {"run.sh": "new\n", "away/a.py": "a\n", "gone.py": None, "file/b.py": "b\n", "no/such.py": None})
    assert (tree / "run.sh").read_text() == "new\n" and (tree / "run.sh").stat().st_mode & 0o777 == 0o555
    assert (tree / "away" / "a.py").read_text() == "a\n" and list(outside.iterdir()) == []
    assert not (tree / "gone.py").exists() and (tree / "file" / "b.py").read_text() == "b\n"


@pytest.mark.parametrize("path", ["../a", "a/../b", "/a", "a\\..\\..\\b", "C:/a", "a:stream", "a//b"])
def test_no_text_is_laid_outside(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="not a path inside"):
        lay_over(tmp_path, {path: "x"})


def test_a_lock_is_held_until_its_file_is_closed(tmp_path: Path) -> None:
    first, second = (os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT) for _ in range(2))
    assert system.try_lock(first) and not system.try_lock(second) and not system.try_lock(second, shared=True)
    os.close(first)
    assert system.try_lock(second, shared=True)
    os.close(second)


def test_the_limits_of_a_job_are_laid_out_as_windows_reads_them() -> None:
    filled = job_object.limits_of_job(Limits(memory=3 << 30, processes=77))
    assert ctypes.sizeof(filled) == {8: 144, 4: 112}[ctypes.sizeof(ctypes.c_void_p)]
    raw = bytes(filled)
    assert int.from_bytes(raw[16:20], "little") == 0x8 | 0x200 | 0x400 | 0x2000
    if ctypes.sizeof(ctypes.c_void_p) == 8:  # LimitFlags, ActiveProcessLimit, JobMemoryLimit
        assert int.from_bytes(raw[40:44], "little") == 77
        assert int.from_bytes(raw[120:128], "little") == 3 << 30


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/Users/Ada/a%20b.py", "c:\\Users\\Ada\\a b.py"),
        ("file:///C:/src/%C3%A9.py", "C:\\src\\é.py"),
        ("file:///D:/", "D:\\"),
    ],
)
def test_addresses_of_files(monkeypatch: pytest.MonkeyPatch, uri: str, path: str) -> None:
    monkeypatch.setattr(positions.sys, "platform", "win32")  # type: ignore[attr-defined]
    assert positions.to_path(uri) == path == str(PureWindowsPath(path))
    assert positions.to_path(positions.from_path(path)) == path


@pytest.mark.parametrize(
    ("path", "leaves", "odd"),
    [
        ("src/a.py", False, ""),
        ("C:\\src\\a.py", True, ""),
        ("C:/src/a.py", True, ""),
        ("\\\\server\\share\\a.py", True, ""),
        ("..\\a.py", True, ""),
        (".git\\config", True, ""),
        (".GIT/config", True, ""),
        ("git~1/config", True, ""),
        (".git./config", True, ""),
        (".git::$INDEX_ALLOCATION/config", True, ""),
        ("aux", False, "device"),
        ("src/NUL.txt", False, "device"),
        ("com1.log", False, "device"),
        ("lpt9", False, "device"),
        ("COM\u00b9", False, "device"),
        ("conin$", False, "device"),
        ("auxiliary.py", False, ""),
        ("console.py", False, ""),
        ("a.py:stream", False, "Windows"),
        ("what?.py", False, "Windows"),
        ("a.", False, "dot"),
        ("a ", False, "space"),
        ("PROGRA~1", False, "short name"),
        ("a" * 256, False, "255"),
    ],
)
def test_names(path: str, leaves: bool, odd: str) -> None:
    assert bool(escape_of(path)) is leaves
    if not leaves:
        assert (odd in oddity_of(path)) if odd else not oddity_of(path)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("README.md", "Readme.MD", True),
        ("é.py", "e\u0301.py", True),
        ("a.py", "b.py", False),
        ("straße", "STRASSE", True),
    ],
)
def test_names_that_a_disk_takes_for_one(one: str, other: str, same: bool) -> None:
    assert (twin_key(one) == twin_key(other)) is same
