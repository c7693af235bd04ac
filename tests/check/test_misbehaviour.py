"""A check that forks, fills, floods, hides or attacks ends within its limits and harms nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.check.check_support import CELLS, ISOLATED, STATE, in_cell, make, require, tree_of

from fretsaw.check import Limits
from fretsaw.core.proof.check_result import CheckResult

MIB = 1 << 20


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    (root / "app.py").write_text("value = 1\n")
    return root


def python(
    root: Path, script: str, isolation: str, *, seconds: float = 60.0, limits: Limits | None = None
) -> CheckResult:
    """Run this script by our interpreter."""
    return make(root, (sys.executable, "-I", "-S", "-c", script), isolation, seconds=seconds, limits=limits)({})


def running(mark: str) -> list[str]:
    """Processes that have this word in their command line, but not ourselves."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                words = (folder / "cmdline").read_text().split("\0")
            except OSError:
                continue
            found += [folder.name] if mark in words else []
    return found


DAEMONS = """
import os, sys, time
for number in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for fd in range(3):
                os.close(fd)
            os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", "import time; time.sleep(900)", "MARK"])
        os._exit(0)
time.sleep(0.2)
"""


@ISOLATED
@pytest.mark.parametrize("end", ["by itself", "by the clock"])
def test_daemons_are_dead_afterwards(root: Path, isolation: str, end: str) -> None:
    mark = f"daemon-{os.getpid()}-{isolation}-{end}"
    script = DAEMONS.replace("MARK", mark) + ("" if end == "by itself" else "time.sleep(900)")
    result = python(root, script, isolation, seconds=60 if end == "by itself" else 1.5)
    assert result.state == ("green" if end == "by itself" else "timeout")
    assert running(mark) == []


@ISOLATED
def test_a_fork_bomb_ends(root: Path, isolation: str) -> None:
    script = "import os, time\nwhile True:\n    os.fork() or time.sleep(900)\n"
    result = python(root, script, isolation, limits=Limits(processes=64))
    assert result.state == "red"
    assert "64 processes" in result.reason


@ISOLATED
def test_memory_ends(root: Path, isolation: str) -> None:
    script = "import time\nheld = bytearray(b'x' * 600_000_000)\ntime.sleep(900)\n"
    result = python(root, script, isolation, limits=Limits(memory=200 * MIB))
    assert result.state == "red"
    assert "200 MiB of memory" in result.reason


FILL = """
import sys
try:
    with open(sys.argv[1] + "/filler", "wb") as handle:
        while True:
            handle.write(bytes(1 << 20))
except OSError as error:
    print("ended:", error.strerror)
"""


@pytest.mark.parametrize("place", [".", "/tmp", "/var/tmp", "/dev/shm", "/run", "/dev"])
def test_the_disk_is_not_filled(root: Path, place: str) -> None:
    limits = Limits(scratch=32 * MIB, file=256 * MIB)
    result = make(root, (sys.executable, "-I", "-S", "-c", FILL, place), "bwrap", limits=limits)({})
    assert "ended:" in result.output
    assert "File too large" not in result.output


def test_one_file_has_a_limit(root: Path) -> None:
    result = make(root, (sys.executable, "-I", "-S", "-c", FILL, "."), "none", limits=Limits(file=2 * MIB))({})
    assert "File too large" in result.output


@pytest.mark.parametrize("name", [name for name in CELLS if name.endswith("copy")])
def test_a_copy_has_a_limit(root: Path, name: str) -> None:
    script = FILL.replace("while True:\n", "for _ in range(100):\n") + "import time; time.sleep(900)"
    limits = Limits(disk_growth=16 * MIB, seconds=30)
    ran = in_cell(root, name, (sys.executable, "-I", "-S", "-c", script, "."), limits)
    assert (ran.end, "16 MiB" in ran.reason) == ("disk", True)


@ISOLATED
def test_it_cannot_stop_its_keeper(root: Path, isolation: str) -> None:
    script = "import os, signal, time\nos.kill(os.getppid(), signal.SIGSTOP)\ntime.sleep(900)\n"
    result = python(root, script, isolation, seconds=2)
    assert result.state in {"timeout", "red"}


@ISOLATED
def test_a_closed_output_is_no_end(root: Path, isolation: str) -> None:
    script = "import os, time\nos.close(1); os.close(2); time.sleep(0.5); os._exit(7)\n"
    assert python(root, script, isolation).exit_code == 7


@pytest.mark.parametrize("name", CELLS)
def test_nothing_of_one_run_reaches_the_next(root: Path, name: str) -> None:
    before = tree_of(root)
    script = (
        "import os\nprint(sorted(os.listdir('.')), open('app.py').read())\n"
        "os.mkdir('deep'); os.mkdir('deep/er'); open('deep/er/x', 'w').close(); os.chmod('deep', 0)\n"
        "os.utime('app.py'); open('app.py', 'r+').write('VALUE'); os.symlink('/etc', 'link')\n"
    )
    argv = (sys.executable, "-I", "-S", "-c", script)
    first, second = in_cell(root, name, argv, Limits(), times=2)
    assert first.output == second.output == "['app.py'] value = 1\n\n"
    assert tree_of(root) == before


@pytest.mark.parametrize("isolation", ["bwrap"])
def test_secrets_are_blacked_out(root: Path, isolation: str) -> None:
    (root / ".env").write_text(
        "# c\nSHORT=1\nexport TOKEN='very-secret-value'\nURL=http://localhost:8000\nDB=pg://me:pass@host/db\n"
    )
    result = make(root, ("cat", ".env"), isolation)({})
    assert "very-secret-value" not in result.output
    assert "TOKEN='[secret]'" in result.output
    assert "SHORT=1" in result.output
    assert "URL=http://localhost:8000" in result.output
    assert "pass" not in result.output


@ISOLATED
def test_no_key_of_the_environment(root: Path, isolation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-in-the-environment")
    result = make(root, ("env",), isolation)({})
    assert "OPENAI_API_KEY" not in result.output
    assert "sk-canary" not in result.output
    assert "PATH=" in result.output


@ISOLATED
def test_it_dies_with_us(root: Path, isolation: str) -> None:
    """Also when we are killed, and with what it started in sessions of its own."""
    require(isolation)
    mark = f"orphan-{os.getpid()}-{isolation}"
    inside = DAEMONS.replace("MARK", mark) + "time.sleep(900)"
    script = (
        "import sys; from pathlib import Path; from fretsaw.check import *; from fretsaw.settings import Settings\n"
        "from fretsaw.cancel import Cancel\n"
        "argv = (sys.executable, '-I', '-S', '-c', sys.argv[3])\n"
        "around = CheckEnvironment(Path(sys.argv[4]))\n"
        "make_check(Path(sys.argv[1]), argv, Settings(sandbox=sys.argv[2]), Cancel(), around)({})\n"
    )
    env = {
        "PYTHONPATH": str(Path(__file__).parents[2] / "server"),
        "PATH": os.environ["PATH"],
        "HOME": str(root.parent),
    }
    argv = [sys.executable, "-c", script, str(root), isolation, inside, str(STATE)]
    with subprocess.Popen(argv, env=env) as ours:
        waited = until(lambda: len(running(mark)) == 5)
        ours.kill()
    assert waited
    assert until(lambda: running(mark) == [])


def until(met: Callable[[], bool]) -> bool:
    """Wait for it, half a minute at most."""
    for _ in range(600):
        if met():
            return True
        time.sleep(0.05)
    return False
