"""One way to run commands on a copy of the tree: which isolation, which kind of copy, and how to enter it.

Knows nothing of checks, reports or verdicts; `probe.py` finds out whether a cell holds, `make.py` uses it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import weakref
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from fretsaw.cancel import Cancel
from fretsaw.check import bwrap
from fretsaw.check.limits import Limits
from fretsaw.check.run import Command, Ran, run
from fretsaw.check.toolchain import Toolchain

Tier: TypeAlias = Literal["bwrap", "landlock", "none"]
Copy: TypeAlias = Literal["overlay", "copy"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Cell:
    """How commands are run on a tree."""

    tier: Tier
    copy: Copy
    root: Path
    """The user's tree, resolved."""
    tools: Toolchain
    limits: Limits
    hidden: tuple[Path, ...]
    """Folders that the inside must not see: HOME, our state."""
    scratch: Scratch
    program: str = ""
    """bubblewrap's absolute path, for that tier."""


class Scratch:
    """A private folder of ours outside the repository; it goes when this object does, or with the process."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="fretsaw-")).resolve()
        self.stage = self.path / "stage"
        self.stage.mkdir()
        self.report = self.path / "report"
        self.remove = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of entering a cell."""

    ran: Ran
    problem: str = ""
    """Why the command was never started, for a person; then `ran` tells nothing of it."""


def enter(
    cell: Cell, texts: Mapping[str, str | None], argv: tuple[str, ...], env: Mapping[str, str], cancel: Cancel
) -> Entered:
    """Run a command in the cell with these texts over the tree; the report's file is emptied first."""
    cell.scratch.report.write_bytes(b"")
    status, info = _Pipe(), _Pipe()
    try:
        spec = _spec(cell, texts, argv, env, info.write)
        fds = (_memory_file(spec), status.write, info.write)
        launcher = (sys.executable, "-I", "-S", str(_HERE / "launch.py"), str(fds[0]), str(fds[1]))
        command = Command(launcher, {}, Path("/"), fds, None, lambda: _close(fds))
        ran = run(command, cell.limits, cancel)
        problem = status.said()
        if not problem and cell.tier == "bwrap" and ran.end == "exit" and '"child-pid"' not in info.said():
            problem = f"bubblewrap: {ran.output.strip() or f'ended with {ran.exit_code}'}"
        return Entered(ran, problem)
    finally:
        status.close()
        info.close()


def _spec(
    cell: Cell, texts: Mapping[str, str | None], argv: tuple[str, ...], env: Mapping[str, str], info_fd: int
) -> dict[str, object]:
    """What the launcher is to do, as its own description says."""
    stage = str(cell.scratch.stage)
    over = {
        "root": str(cell.root),
        "stage": stage,
        "tree": f"{stage}/tree",
        "size": cell.limits.scratch,
        "over_root": cell.tier != "bwrap",
    }
    full = {**env, "HOME": "/tmp/home", "TMPDIR": "/tmp"} if cell.tier == "bwrap" else dict(env)
    inside = list(argv)
    program = cell.tools.program
    if cell.tier == "bwrap":
        view = bwrap.View(
            cell.root,
            f"{stage}/tree",
            f"{stage}/tmp",
            cell.tools.shown,
            cell.hidden,
            (),
            cell.scratch.report,
            cell.limits.scratch,
        )
        inside = bwrap.arguments(cell.program, view, info_fd, argv)
        program = cell.program
    return {
        "parent": os.getpid(),
        "rlimits": cell.limits.rlimits(root=os.geteuid() == 0),
        "overlay": over if cell.copy == "overlay" else None,
        "texts": dict(texts),
        "cwd": str(cell.root) if cell.tier != "bwrap" else "/",
        "program": program,
        "argv": inside,
        "env": full,
    }


def _memory_file(spec: dict[str, object]) -> int:
    """A descriptor from which the launcher reads its specification; no file has a name that others could open."""
    fd = os.memfd_create("fretsaw-spec")
    with open(os.dup(fd), "wb") as handle:
        handle.write(json.dumps(spec).encode())
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _close(fds: tuple[int, ...]) -> None:
    for fd in fds:
        with suppress(OSError):
            os.close(fd)


class _Pipe:
    """A pipe whose writing end goes to the launcher."""

    def __init__(self) -> None:
        self.read, self.write = os.pipe()

    def said(self) -> str:
        """What was written to it; never waits."""
        os.set_blocking(self.read, False)
        try:
            return os.read(self.read, 65536).decode("utf-8", "replace")
        except BlockingIOError:
            return ""

    def close(self) -> None:
        _close((self.read,))
