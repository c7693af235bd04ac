"""The warm copy: whatever a run did to it, the next one sees the tree as it was at first."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.check.check_support import CELLS, in_cell
from tests.check.test_escapes import NOBODY

from fretsaw.check.run.limits import Limits
from fretsaw.check.sandbox import warm_copy
from fretsaw.check.sandbox.opened_files import Opens
from fretsaw.check.sandbox.warm_copy import WarmCopy, tells_mapped_writes

HOSTILE = """
import mmap, os, shutil, sys, time
deeds = {}
def deed(act):
    deeds[act.__name__.replace("_", "-")] = act
def times(path):
    state = os.lstat(path)
    return (state.st_atime_ns, state.st_mtime_ns)
@deed
def written_in_place_with_its_times_set_back():
    kept = times("a/b/run.sh")
    with open("a/b/run.sh", "r+") as file:
        file.write("ONE")
    os.utime("a/b/run.sh", ns=kept)
@deed
def written_through_a_mapping():
    with open("a/b/run.sh", "r+b") as file, mmap.mmap(file.fileno(), 3) as mapped:
        first = mapped[0]
        time.sleep(0.05)
        mapped[0] = first + 1
@deed
def written_through_a_mapping_by_another_name():
    os.mkdir("other")
    os.link("a/b/run.sh", "other/x")
    with open("other/x", "r+b") as file, mmap.mmap(file.fileno(), 3) as mapped:
        first = mapped[0]
        time.sleep(0.05)
        mapped[0] = first + 1
    shutil.rmtree("other")
@deed
def written_through_a_mapping_while_its_folder_had_another_name():
    kept = times("a")
    os.rename("a/b", "a/c")
    with open("a/c/run.sh", "r+b") as file, mmap.mmap(file.fileno(), 3) as mapped:
        first = mapped[0]
        time.sleep(0.05)
        mapped[0] = first + 1
    os.rename("a/c", "a/b")
    os.utime("a", ns=kept)
@deed
def replaced():
    kept = times("a/b/run.sh")
    with open("fresh", "w") as file:
        file.write("two")
    os.chmod("fresh", 0o755)
    os.rename("fresh", "a/b/run.sh")
    os.utime("a/b/run.sh", ns=kept)
@deed
def linked():
    os.link("a/b/run.sh", "a/second")
    os.unlink("plain")
    os.link("a/b/run.sh", "plain")
@deed
def modes():
    os.chmod("a/b/run.sh", 0o4600)
    os.chmod("a", 0o777)
    os.chmod(".", 0o555)
    os.chmod("empty", 0o500)
@deed
def closed():
    os.chmod("a/b", 0)
    os.mkdir("more")
    os.mkdir("more/deep")
    os.chmod("more/deep", 0)
    os.chmod("more", 0)
@deed
def attributes():
    for path in (".", "a", "plain"):
        try:
            os.setxattr(path, "user.note", b"x")
        except OSError:
            os.chmod(path, 0o700)  # this file system has none
@deed
def folders_for_links():
    shutil.rmtree("empty")
    os.symlink("/etc", "empty")
    os.rename("a", "elsewhere")
    os.symlink("elsewhere", "a")
@deed
def files_for_folders():
    os.unlink("plain")
    os.mkdir("plain")
    os.mkfifo("plain/fifo")
    os.rmdir("empty")
    open("empty", "w").close()
@deed
def link_elsewhere():
    os.unlink("a/link")
    os.symlink("/etc/passwd", "a/link")
@deed
def everything_gone():
    for name in os.listdir("."):
        shutil.rmtree(name) if os.path.isdir(name) and not os.path.islink(name) else os.unlink(name)
@deed
def planted():
    open("a/b/planted", "w").close()
    os.makedirs("a/__pycache__")
if __name__ == "__main__":
    deeds[sys.argv[1]]()
"""
DEEDS = [line[4:-3].replace("_", "-") for line in HOSTILE.split("\n") if line.startswith("def ") and "()" in line]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for folder in ("a/b", ".git", "node_modules/x", "empty"):
        (root / folder).mkdir(parents=True)
    (root / "a" / "b" / "run.sh").write_text("one")
    (root / "a" / "b" / "run.sh").chmod(0o755)
    (root / "a" / "link").symlink_to("b/run.sh")
    (root / "plain").write_text("plain")
    (root / "caf\udce9").write_text("odd name")
    for path in ("a/b", "a", "empty", "."):
        os.utime(root / path, ns=(10**18, 10**18 + 7))
    return root


def picture(root: Path) -> dict[str, tuple[object, ...]]:
    """Everything that can be seen of a tree, but what a copy does not have."""
    seen: dict[str, tuple[object, ...]] = {}
    waiting = [root]
    while waiting:
        path = waiting.pop()
        state = path.lstat()
        what: object = ""
        links, when = state.st_nlink, state.st_mtime_ns
        if stat.S_ISDIR(state.st_mode):
            left_out = {".git", "node_modules"} if path == root else set()
            if os.access(path, os.R_OK | os.X_OK):  # who is no root cannot look into a folder that was closed
                waiting += [inside for inside in path.iterdir() if inside.name not in left_out]
            links = 1
        elif stat.S_ISLNK(state.st_mode):
            what, when = str(path.readlink()), 0
        elif stat.S_ISREG(state.st_mode):
            what = path.read_bytes()
        seen[str(path.relative_to(root))] = (
            state.st_mode,
            when,
            links,
            what,
            os.listxattr(path, follow_symlinks=False),
        )
    return seen


def _in_memory(patch: pytest.MonkeyPatch) -> None:
    """Where nothing says that a mapping was written to, other than that the file was opened."""


def _on_a_disk(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(warm_copy, "_place", lambda size: None)


def _unwatched(patch: pytest.MonkeyPatch) -> None:
    """As where no more folders may be watched."""
    patch.setattr(Opens, "since", lambda self: None)


@pytest.fixture(params=[_in_memory, _on_a_disk, _unwatched], ids=lambda way: way.__name__.strip("_"))
def copy(root: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[WarmCopy]:
    request.param(monkeypatch)
    made = WarmCopy(root, link=False)
    made.put_right()
    yield made
    made.remove()
    assert not made.path.exists()


@pytest.mark.parametrize("deed", DEEDS)
def test_it_is_put_right_after(copy: WarmCopy, root: Path, deed: str) -> None:
    expected = picture(root)
    assert picture(copy.path) == expected
    subprocess.run([sys.executable, "-c", HOSTILE, deed], cwd=copy.path, check=True)
    assert picture(copy.path) != expected, "the deed is done"
    copy.put_right()
    assert picture(copy.path) == expected


@pytest.mark.skipif(os.geteuid() != 0, reason="as an ordinary user, the test above is this one")
@pytest.mark.parametrize("deed", ["closed", "modes", "everything-gone"])
def test_an_ordinary_user_s_is_put_right_too(root: Path, deed: str) -> None:
    """Who is no root cannot even look into what a run closed."""
    with tempfile.TemporaryDirectory(prefix="fretsaw-test-") as above:
        root = Path(shutil.copytree(root, f"{above}/root", symlinks=True))
        for path in (Path(above), root, *root.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        assert _as_nobody(root, deed) == 0


def _as_nobody(root: Path, deed: str) -> int:
    """0 when an ordinary user's copy of the tree is right again after the deed."""
    child = os.fork()
    if child == 0:
        ended = 1
        try:
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            made = WarmCopy(root, link=False)
            made.put_right()
            expected = picture(made.path)
            os.chdir(made.path)
            scope: dict[str, object] = {"__name__": "hostile"}
            exec(HOSTILE, scope)
            scope["deeds"][deed]()  # type: ignore[index]
            made.put_right()
            ended = 0 if expected == picture(made.path) == picture(root) else 3
            made.remove()
        finally:
            os._exit(ended)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_only_what_differs_is_written(copy: WarmCopy, root: Path) -> None:
    before = {path: (copy.path / path).lstat().st_ino for path in ("plain", "a/b/run.sh", "a/link")}
    (copy.path / "plain").read_text()
    (copy.path / "a" / "link").unlink()
    copy.put_right()
    after = {path: (copy.path / path).lstat().st_ino for path in before}
    assert {path for path in before if before[path] != after[path]} <= {"a/link"}


def test_what_the_user_does_meanwhile_is_not_looked_for(root: Path) -> None:
    copy = WarmCopy(root, link=False)
    copy.put_right()
    (root / "a" / "b" / "run.sh").write_text("other")
    copy.put_right()
    assert (copy.path / "a" / "b" / "run.sh").read_text() == "one"
    copy.remove()


@pytest.mark.parametrize("link", [True, False])
def test_installed_packages_are_not_copied(root: Path, link: bool) -> None:
    copy = WarmCopy(root, link=link)
    for _ in range(2):
        copy.put_right()
        assert (copy.path / "node_modules").is_symlink() == link
        assert copy.installed == ("node_modules",)
        assert list((copy.path / "node_modules").iterdir()) == ([copy.path / "node_modules" / "x"] if link else [])
        if link:
            (copy.path / "node_modules").unlink()
        else:
            (copy.path / "node_modules" / "planted").mkdir()
    copy.remove()


def test_a_copy_that_was_replaced_by_a_link_harms_nothing(root: Path, tmp_path: Path) -> None:
    """Where there is no isolation a check may do even that."""
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("x")
    copy = WarmCopy(root, link=False)
    copy.put_right()
    copy.path.rename(copy.path.parent / "gone")
    copy.path.symlink_to(tmp_path / "precious")
    copy.put_right()
    assert picture(copy.path) == picture(root)
    assert (tmp_path / "precious" / "file").read_text() == "x"
    copy.remove()


@pytest.mark.parametrize("name", [name for name in CELLS if name.endswith("copy")])
@pytest.mark.parametrize("deed", ["written-through-a-mapping", "written-in-place-with-its-times-set-back"])
def test_the_next_run_in_the_cell_sees_nothing_of_it(root: Path, name: str, deed: str) -> None:
    script = f"{HOSTILE.partition('if __name__')[0]}\nprint(open('a/b/run.sh').read()); deeds[{deed!r}]()\n"
    script += "print(open('a/b/run.sh').read())\n"
    first, second = in_cell(root, name, (sys.executable, "-I", "-S", "-c", script), Limits(), times=2)
    assert first.output == second.output
    assert first.output.split()[0] == "one" != first.output.split()[1]


def test_memory_does_not_tell_of_mapped_writes() -> None:
    """If this fails, the kernel has learnt it, and nothing needs to be watched."""
    if not Path("/dev/shm").is_dir():
        pytest.skip("no memory file system here")
    assert not tells_mapped_writes(Path("/dev/shm"))
