"""No probe that gets out of a bare process gets out of the sandbox, as ourselves and as an ordinary user."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.check import probes
from tests.check.check_support import cannot

from fretsaw.check.sandbox import bwrap
from fretsaw.check.sandbox.landlock import LEAST_VERSION, landlock_version

HERE = Path(__file__).parent
SERVER = HERE.parents[1] / "server"
NOBODY = 65534
_LINUX = {
    "bwrap with an overlay": set[str](),
    "bwrap with a copy": set[str](),
    "landlock with an overlay": {"see_other_processes"},
    "landlock with a copy": {"see_other_processes", "chmod_own_file_outside", "utime_outside"},
}
_MACOS = {"seatbelt with a copy": {"see_other_processes"}}  # expected: it was not yet run on a real Mac
KNOWN = _MACOS if sys.platform == "darwin" else _LINUX
"""What a tier is known, and documented, not to hold back."""


@cache
def interpreter(user: int) -> str:
    """An interpreter that this user may run and that can import the product; empty without one."""
    for program in (sys.executable, "/usr/bin/python3"):
        argv = [program, "-c", "import sys, fretsaw.check; sys.exit(sys.version_info < (3, 10))"]
        try:
            ran = subprocess.run(argv, user=user, env=_environ(), check=False, capture_output=True, cwd="/")
        except OSError:
            continue
        if ran.returncode == 0:
            return program
    return ""


def _environ() -> dict[str, str]:
    return {"PYTHONPATH": str(SERVER), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="fretsaw-escape-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.mark.parametrize("who", ["ourselves", "nobody"])
@pytest.mark.parametrize("name", KNOWN)
def test_escapes(name: str, who: str, folder: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("there is no sandbox for Windows")
    if name.startswith("bwrap") and not bwrap.find():
        cannot("bubblewrap is not installed")
    if name.startswith("landlock") and landlock_version() < LEAST_VERSION:
        pytest.skip("this kernel has no Landlock, or an old one")
    if who == "nobody" and os.geteuid() != 0:
        pytest.skip("only root can become somebody else; we are an ordinary user already")
    user = NOBODY if who == "nobody" else os.geteuid()
    os.chown(folder, user, -1)
    program = interpreter(user)
    if not program:
        pytest.skip("no interpreter that nobody may run can import the product from here")
    argv = [program, str(HERE / "escape.py"), name, str(folder)]
    ran = subprocess.run(argv, user=user, env=_environ(), check=False, capture_output=True, text=True, cwd=folder)
    if name.endswith("overlay") and "unshare: Operation not permitted" in ran.stdout + ran.stderr:
        pytest.skip("this machine does not let us mount an overlay")
    assert "ESCAPES " in ran.stdout, ran.stdout + ran.stderr
    found = json.loads(ran.stdout.split("ESCAPES ")[1])
    held_back = {probe for probe, escaped in found["outside"].items() if not escaped}
    assert found["outside"].keys() == found["inside"].keys() == probes.PROBES.keys()
    uncontrolled = _forbidden_by_the_kernel() | probes.NEED_ROOT.keys()
    assert held_back <= uncontrolled, f"without control: {held_back - uncontrolled}"
    assert len(found["outside"]) - len(held_back) >= 60
    assert {probe for probe, escaped in found["inside"].items() if escaped} <= KNOWN[name]


def _forbidden_by_the_kernel() -> set[str]:
    """What not even a bare process may do here, so that the sandbox cannot be tried on it."""
    try:
        typed = Path("/proc/sys/dev/tty/legacy_tiocsti").read_text().strip() == "1"
    except OSError:
        typed = True
    return set() if typed else {"type_into_the_terminal"}
