"""One way to run commands on a copy of the tree: which isolation, which kind of copy, and how to enter it.

Knows nothing of checks, reports or verdicts; `probe.py` finds out whether a cell holds, `make.py` uses it.
"""

from __future__ import annotations

import marshal
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from fretsaw.cancel import Cancel
from fretsaw.check.run.command import Command, Ran, run
from fretsaw.check.run.limits import Limits
from fretsaw.check.run.processes import wait_until_gone
from fretsaw.check.sandbox import bwrap
from fretsaw.check.sandbox.landlock_paths import DEVICES, readable
from fretsaw.check.sandbox.launch import write_texts
from fretsaw.check.sandbox.scratch import Scratch
from fretsaw.check.sandbox.warm_copy import WarmCopy
from fretsaw.check.toolchain import Toolchain

Tier: TypeAlias = Literal["bwrap", "landlock", "none"]

_HERE = Path(__file__).parent
_START = "import sys; sys.path.append(sys.argv[1]); import launch; launch.main(int(sys.argv[2]), int(sys.argv[3]))"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """How commands are run on a tree."""

    tier: Tier
    root: Path
    """The user's tree, resolved."""
    tools: Toolchain
    env: Mapping[str, str]
    """The environment of what is run, but where HOME and temporary files are."""
    limits: Limits
    hidden: tuple[Path, ...]
    """Folders that the inside must not see: HOME, our state."""
    scratch: Scratch
    program: str = ""
    """bubblewrap's absolute path, for that tier."""
    copy: WarmCopy | None = None
    """None: an overlay is mounted instead."""

    @property
    def name(self) -> str:
        """For a person: the tier and how the tree is copied."""
        return f"{self.tier}, {'copied tree' if self.copy else 'overlay'}"


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of entering a cell."""

    ran: Ran
    problem: str = ""
    """Why the command was never started, for a person; then `ran` tells nothing of it."""


def enter(
    cell: Sandbox, texts: Mapping[str, str | None], argv: tuple[str, ...], env: Mapping[str, str], cancel: Cancel
) -> Entered:
    """Run a command in the cell with these texts over the tree; the report's file is emptied first.

    Raises `CheckError` when the tree cannot be copied.
    """
    with cell.scratch.lock:
        cell.scratch.renew()
        if cell.copy:
            cell.copy.put_right()
        go = _enter if sys.platform.startswith("linux") else enter_plainly
        return go(cell, texts, argv, env, cancel)


def _enter(
    cell: Sandbox, texts: Mapping[str, str | None], argv: tuple[str, ...], env: Mapping[str, str], cancel: Cancel
) -> Entered:
    """By the launcher, which says through one pipe why it could not, as bubblewrap says through another that it did."""
    status, info = _Pipe(), _Pipe()
    held = [status.write, info.write]

    def release() -> None:
        while held:
            os.close(held.pop())

    try:
        held.append(_memory_file(_spec(cell, texts, argv, env, info.write)))
        launcher = (sys.executable, "-I", "-S", "-c", _START, str(_HERE), str(held[-1]), str(status.write))
        disk = cell.copy.path if cell.copy else None
        command = Command(launcher, {}, Path("/"), tuple(held), disk, release, gentle=cell.tier != "bwrap")
        ran = run(command, cell.limits, cancel)
        problem = status.said()
        first = re.search(r'"child-pid": (\d+)', info.said())
        if first:
            wait_until_gone([int(first[1])], 2.0)  # the first process inside goes only after all the others
        elif not problem and cell.tier == "bwrap" and ran.end == "exit":
            problem = ran.output.strip() or f"bubblewrap ended with {ran.exit_code}"
        return Entered(ran, problem)
    finally:
        release()
        os.close(status.read)
        os.close(info.read)


def enter_plainly(
    cell: Sandbox, texts: Mapping[str, str | None], argv: tuple[str, ...], env: Mapping[str, str], cancel: Cancel
) -> Entered:
    """Run a command in a copied tree without any of Linux's means: for other systems, and without isolation only."""
    assert cell.copy is not None and cell.tier == "none"
    tree = cell.copy.path
    write_texts(str(tree), dict(texts))
    program = cell.tools.program_in(cell.root, str(tree))
    command = Command((program, *argv[1:]), {**env, **_python_path(cell, env)}, tree, group=True)
    return Entered(run(command, cell.limits, cancel))


def report_place(cell: Sandbox) -> str:
    """Where the inside finds the report's file."""
    return bwrap.REPORT if cell.tier == "bwrap" else str(cell.scratch.report)


def _spec(
    cell: Sandbox, texts: Mapping[str, str | None], argv: tuple[str, ...], env: Mapping[str, str], info_fd: int
) -> dict[str, object]:
    """What the launcher is to do, as its own description says."""
    tree = str(cell.copy.path) if cell.copy else f"{cell.scratch.stage}/tree"
    bubble = cell.tier == "bwrap"
    overlay = {
        "root": str(cell.root),
        "stage": str(cell.scratch.stage),
        "size": cell.limits.scratch,
        "in_place": not bubble,
        "blank": [str(cell.root / name) for name in bwrap.RECORDS] if cell.tier == "landlock" else [],
        "protect": str(cell.scratch.report) if cell.tier == "landlock" else "",
    }
    spec: dict[str, object] = {
        "parent": os.getpid(),
        "rlimits": cell.limits.rlimits(root=os.geteuid() == 0),
        "overlay": None if cell.copy else overlay,
        "tree": tree,
        "texts": dict(texts),
        "cwd": "/",
        "confined": None,
        "env": {**env, "HOME": "/tmp/home", "TMPDIR": "/tmp"},
    }
    if bubble:
        return spec | {
            "program": cell.program,
            "argv": bwrap.arguments(cell.program, _view(cell, tree), info_fd, argv),
        }
    cwd = tree if cell.copy else str(cell.root)
    return spec | {"confined": _confined(cell, argv, env), "cwd": cwd}


def _view(cell: Sandbox, tree: str) -> bwrap.View:
    return bwrap.View(
        root=cell.root,
        tree=tree,
        tmp=None if cell.copy else f"{cell.scratch.stage}/tmp",
        shown=cell.tools.shown,
        hidden=cell.hidden,
        read_only=tuple(str(cell.root / path) for path in cell.copy.installed) if cell.copy else (),
        report=cell.scratch.report,
        scratch=cell.limits.scratch,
    )


def _confined(cell: Sandbox, argv: tuple[str, ...], env: Mapping[str, str]) -> dict[str, object]:
    """What `landlock.py` is to do, as its own description says."""
    tree = str(cell.copy.path if cell.copy else cell.root)
    tmp = str(cell.scratch.tmp) if cell.copy else f"{cell.scratch.stage}/tmp"
    linked = [str(cell.root / path) for path in cell.copy.installed] if cell.copy else []
    own = {"HOME": tmp, "TMPDIR": tmp} if cell.tier == "landlock" else {}
    own |= _python_path(cell, env)
    return {
        "shut": cell.tier == "landlock",
        "program": cell.tools.program_in(cell.root, tree),
        "argv": list(argv),
        "env": {**env, **own},
        "readable": readable(cell.hidden, (tree, *cell.tools.shown, *linked)) if cell.tier == "landlock" else [],
        "writable": [tree, tmp, str(cell.scratch.report), "/dev/shm", *DEVICES],
    }


def _python_path(cell: Sandbox, env: Mapping[str, str]) -> dict[str, str]:
    """An editable install names the user's tree; where the copy is elsewhere, Python has to find that first."""
    if cell.copy is None or not cell.tools.editable:
        return {}
    before = [str(cell.copy.path / path) for path in cell.tools.editable]
    return {"PYTHONPATH": os.pathsep.join([*before, *filter(None, [env.get("PYTHONPATH")])])}


def _memory_file(spec: dict[str, object]) -> int:
    """A descriptor from which the launcher reads its specification; no file has a name that others could open."""
    fd = os.memfd_create("fretsaw-spec")
    with open(os.dup(fd), "wb") as handle:
        handle.write(marshal.dumps(spec))
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


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
