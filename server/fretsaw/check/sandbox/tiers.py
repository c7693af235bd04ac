"""The tiers of isolation, strongest first: `TIERS`, one row each, with what a tier promises, needs and starts.

A further tier is a row, with its function that says what is missing on this machine, its function that says what the
launcher does, a value of `TierName` and one of the option `--sandbox`. One with a program of its own also says in
`enter.py` how it tells that it started, and in `choose.py` what is remembered of it. The lists of tiers in
`tests/check/test_escapes.py` and `tests/check/check_support.py` make every escape be tried on it.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from fretsaw.check.sandbox import bwrap, seatbelt
from fretsaw.check.sandbox.landlock import MACHINES
from fretsaw.check.sandbox.landlock_paths import DEVICES, readable
from fretsaw.check.sandbox.sandbox import Sandbox, TierName
from fretsaw.errors import CheckError

BWRAP_MISSING = "bubblewrap is not installed"

Spec = dict[str, object]
"""A part of what `launch.main` reads."""


@dataclass(frozen=True, slots=True)
class Start:
    """One command that is to be started in a sandbox."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    info_fd: int = -1
    """The descriptor to which a program that isolates writes the process id of what it started."""
    channel: int | None = None
    """The socket of the reporters of test runners; None: none is given."""
    fill: bool = False
    """Keep what Go compiles for the runs after this one."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A command that is started in the copied tree without the launcher."""

    argv: tuple[str, ...]
    env: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tier:
    """One kind of isolation: its promises, its needs, its functions."""

    description: str
    """For `agent doctor`; "" where there is no isolation to praise."""
    isolates: bool
    """True if `--sandbox auto` may choose it."""
    own_root: bool
    """True if the inside is mounted anew: paths differ from the outside, and its first process is the tier's own."""
    whole_environment: bool
    """True if the check gets the user's environment (but the model's key) instead of an allow-list."""
    does_not_stop: frozenset[str]
    """Acts of `probe.CANARY` that it does not promise to stop."""
    prepare: Callable[[Sandbox], Sandbox]
    """The sandbox with what the tier needs. Raises CheckError where that is missing here."""
    overlay: Callable[[Sandbox], Spec]
    """Makes the part of `launch.mount_overlay`'s instructions beside root, stage and size."""
    launch: Callable[[Sandbox, Start], Spec]
    """Makes the command that `launch.main` becomes; on Linux only."""
    wrap: Callable[[Sandbox, Start], Plain]
    """Makes the command where the launcher cannot run: on macOS, in the copy of the tree."""
    system: str
    """The beginning of `sys.platform` where it exists; "" for everywhere."""


# -- bubblewrap ------------------------------------------------------------------------------------


def _prepare_bwrap(sandbox: Sandbox) -> Sandbox:
    _needs("linux", "Linux")
    program = bwrap.find(sandbox.root)
    if program is None:
        raise CheckError(BWRAP_MISSING)
    return replace(sandbox, program=program)


def _launch_bwrap(sandbox: Sandbox, start: Start) -> Spec:
    copy = sandbox.copy
    view = bwrap.View(
        root=sandbox.root,
        tree=sandbox.tree,
        tmp=None if copy else f"{sandbox.scratch.stage}/tmp",
        shown=sandbox.tools.shown,
        hidden=sandbox.hidden,
        read_only=tuple(str(sandbox.root / path) for path in copy.installed) if copy else (),
        report=sandbox.scratch.report,
        scratch=sandbox.limits.scratch,
    )
    return {
        "program": sandbox.program,
        "argv": bwrap.arguments(sandbox.program, view, start.info_fd, start.argv),
        "cwd": "/",
        "confined": None,
    }


# -- Landlock and seccomp, and nothing at all: both start in the tree itself -------------------------


def _prepare_landlock(sandbox: Sandbox) -> Sandbox:
    _needs("linux", "Linux")
    if platform.machine() not in MACHINES:
        raise CheckError(f"not for {platform.machine()}")
    return sandbox


def _launch_landlock(sandbox: Sandbox, start: Start) -> Spec:
    tree, tmp = _tree_in_place(sandbox), _tmp_in_place(sandbox)
    confined = {
        "shut": True,
        "env": {**start.env, "HOME": tmp, "TMPDIR": tmp, **python_path(sandbox, start.env)},
        "readable": readable(sandbox.hidden, (tree, *sandbox.tools.shown, *_linked(sandbox))),
    }
    return _launch_in_place(sandbox, start, confined)


def _launch_openly(sandbox: Sandbox, start: Start) -> Spec:
    env = {**start.env, **python_path(sandbox, start.env)}
    return _launch_in_place(sandbox, start, {"shut": False, "env": env, "readable": []})


def _launch_in_place(sandbox: Sandbox, start: Start, confined: Spec) -> Spec:
    """Build the instructions of `landlock.main`, as its own description says, for a command that starts in the tree."""
    tree = _tree_in_place(sandbox)
    own = {
        "program": sandbox.tools.program_in(sandbox.root, tree),
        "argv": list(start.argv),
        "writable": [tree, _tmp_in_place(sandbox), str(sandbox.scratch.report), "/dev/shm", *DEVICES],
    }
    return {"cwd": tree, "confined": {**confined, **own}}


def _tree_in_place(sandbox: Sandbox) -> str:
    return str(sandbox.copy.path if sandbox.copy else sandbox.root)


def _linked(sandbox: Sandbox) -> list[str]:
    """Name the folders of installed packages to which a copy of the tree has links."""
    return [str(sandbox.root / path) for path in sandbox.copy.installed] if sandbox.copy else []


def _tmp_in_place(sandbox: Sandbox) -> str:
    return str(sandbox.scratch.tmp) if sandbox.copy else f"{sandbox.scratch.stage}/tmp"


def python_path(sandbox: Sandbox, env: Mapping[str, str]) -> dict[str, str]:
    """An editable install names the user's tree; where the copy is elsewhere, Python has to find that first."""
    if sandbox.copy is None or not sandbox.tools.editable:
        return {}
    before = [str(sandbox.copy.path / path) for path in sandbox.tools.editable]
    return {"PYTHONPATH": os.pathsep.join([*before, *filter(None, [env.get("PYTHONPATH")])])}


def _protected_overlay(sandbox: Sandbox) -> Spec:
    """Build an overlay in which the launcher blanks what no mount of bubblewrap can hide, and protects the report."""
    blank = [str(sandbox.root / name) for name in bwrap.RECORDS]
    return {"in_place": True, "blank": blank, "protect": str(sandbox.scratch.report)}


# -- macOS -------------------------------------------------------------------------------------------


def _prepare_seatbelt(sandbox: Sandbox) -> Sandbox:
    _needs("darwin", "macOS")
    if not os.access(seatbelt.PROGRAM, os.X_OK):
        raise CheckError(f"{seatbelt.PROGRAM} is missing")
    return replace(sandbox, program=seatbelt.PROGRAM)


def _wrap_in_seatbelt(sandbox: Sandbox, start: Start) -> Plain:
    plain = _start_openly(sandbox, start)
    tree, tmp = _tree_in_place(sandbox), _tmp_in_place(sandbox)
    view = seatbelt.View(
        writable=(os.path.realpath(tree), os.path.realpath(tmp)),
        report=os.path.realpath(sandbox.scratch.report),
        shown=tuple(map(os.path.realpath, (*sandbox.tools.shown, *_linked(sandbox)))),
        hidden=tuple(map(os.path.realpath, sandbox.hidden)),
    )
    env = {**plain.env, "HOME": tmp, "TMPDIR": tmp}
    return Plain(tuple(seatbelt.arguments(view, plain.argv)), env)


def _start_openly(sandbox: Sandbox, start: Start) -> Plain:
    program = sandbox.tools.program_in(sandbox.root, _tree_in_place(sandbox))
    return Plain((program, *start.argv[1:]), {**start.env, **python_path(sandbox, start.env)})


def _needs(system: str, name: str) -> None:
    if not sys.platform.startswith(system):
        raise CheckError(f"available on {name} only")


TIERS: Mapping[TierName, Tier] = MappingProxyType(
    {
        "bwrap": Tier(
            description="bubblewrap: no network, your home is hidden",
            isolates=True,
            own_root=True,
            whole_environment=False,
            does_not_stop=frozenset(),
            prepare=_prepare_bwrap,
            overlay=lambda sandbox: {"in_place": False, "blank": [], "protect": ""},
            launch=_launch_bwrap,
            wrap=_start_openly,
            system="linux",
        ),
        "landlock": Tier(
            description="Landlock and seccomp: no network",
            isolates=True,
            own_root=False,
            whole_environment=False,
            does_not_stop=frozenset({"see", "system"}),
            prepare=_prepare_landlock,
            overlay=_protected_overlay,
            launch=_launch_landlock,
            wrap=_start_openly,
            system="linux",
        ),
        "seatbelt": Tier(
            description="Seatbelt: no network, your home is hidden (not yet run on a real Mac)",
            isolates=True,
            own_root=False,
            whole_environment=False,
            does_not_stop=frozenset({"see", "system"}),
            prepare=_prepare_seatbelt,
            overlay=_protected_overlay,
            launch=_launch_openly,
            wrap=_wrap_in_seatbelt,
            system="darwin",
        ),
        "none": Tier(
            description="",
            isolates=False,
            own_root=False,
            whole_environment=True,
            does_not_stop=frozenset({"write", "connect", "read", "look", "see", "kernel", "system"}),
            prepare=lambda sandbox: sandbox,
            overlay=lambda sandbox: {"in_place": True, "blank": [], "protect": ""},
            launch=_launch_openly,
            wrap=_start_openly,
            system="",
        ),
    }
)
"""In the order in which `--sandbox auto` tries them."""
