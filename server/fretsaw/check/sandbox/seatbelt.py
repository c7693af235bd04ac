"""The command line of macOS' sandbox-exec: a profile (SBPL) for one run, written without a path in its text.

Not yet run on a Mac: the text is tested, and `probe.find_leaks` tries the sandbox there before anything of the user's
is run in it. Source: `man sandbox-exec`, `/System/Library/Sandbox/Profiles` and what other agents document.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fretsaw.check.sandbox.bwrap import RECORDS

PROGRAM = "/usr/bin/sandbox-exec"
"""The system's own; never what PATH says, which a repository could have a word in."""

HIDDEN = ("/Users", "/Volumes", "/private/tmp", "/private/var/tmp", "/private/var/folders", "/private/var/root")
_HIDDEN_FILES = ("/private/etc/sudoers", "/private/etc/master.passwd", "/private/var/db/dslocal", "/private/var/log")
DEVICES = ("null", "zero", "random", "urandom", "dtracehelper")

_BASE = """\
(version 1)
(deny default)
(import "system.sb")
(allow process-exec)
(allow process-fork)
(allow process-info* (target same-sandbox))
(allow signal (target same-sandbox))
(allow sysctl-read)
(allow ipc-posix-sem)
(allow ipc-posix-shm*)
(allow pseudo-tty)
(allow file-ioctl (literal "/dev/ptmx") (regex #"^/dev/ttys"))
(allow file-read* file-write* (literal "/dev/ptmx") (literal "/dev/tty") (regex #"^/dev/ttys"))
(allow file-read* (subpath "/"))
"""
# The last rule that fits decides, so what hides stands above what is shown again, and what stays shut at the end.
_END = """\
(deny network*)
(deny mach-register)
(deny file-write-setugid)
(deny process-exec (with no-log) (literal "/usr/bin/sudo") (literal "/usr/bin/su") (literal "/usr/bin/login"))
"""


@dataclass(frozen=True, slots=True)
class View:
    """The view from inside; every path absolute and resolved, as the kernel compares it."""

    writable: tuple[str, ...]
    """The copy of the tree and the folder of temporary files."""
    report: str
    """A file that the check may write to."""
    shown: tuple[str, ...]
    """Folders that stay readable although they lie in what is hidden."""
    hidden: tuple[str, ...]
    """More folders to hide: HOME, our state."""


def arguments(view: View, argv: Iterable[str]) -> list[str]:
    """Build the whole command line. Paths are parameters (`-D`), so no sign in one can end a string of the profile."""
    text, parameters = profile(view)
    return [PROGRAM, "-p", text, *(f"-D{name}={path}" for name, path in parameters.items()), "--", *argv]


def profile(view: View) -> tuple[str, dict[str, str]]:
    """Write the profile, and name the path that each parameter of it stands for."""
    parameters: dict[str, str] = {}

    def named(kind: str, paths: Iterable[str]) -> list[str]:
        names = []
        for path in paths:
            names.append(f"{kind}_{len(parameters)}")
            parameters[names[-1]] = path
        return names

    rules = [_BASE]
    rules += [_rule("deny", "file-read*", "subpath", name) for name in named("HIDDEN", (*HIDDEN, *view.hidden))]
    rules += [_rule("deny", "file-read*", "subpath", name) for name in named("PRIVATE", _HIDDEN_FILES)]
    # A program asks for facts of every folder above its own; names and contents of these stay hidden.
    above = {str(up) for path in (*view.shown, *view.writable) for up in Path(path).parents}
    rules += [_rule("allow", "file-read-metadata", "literal", name) for name in named("ABOVE", sorted(above))]
    rules += [_rule("allow", "file-read*", "subpath", name) for name in named("SHOWN", view.shown)]
    rules += [_rule("allow", "file-read* file-write*", "subpath", name) for name in named("WRITABLE", view.writable)]
    rules += [_rule("allow", "file-read* file-write*", "literal", name) for name in named("REPORT", [view.report])]
    records = [os.path.join(view.writable[0], name) for name in RECORDS]
    rules += [_rule("deny", "file-write*", "subpath", name) for name in named("RECORD", records)]
    devices = [f"/dev/{name}" for name in DEVICES]
    rules += [_rule("allow", "file-read* file-write-data", "literal", name) for name in named("DEVICE", devices)]
    return "".join([*rules, _END]), parameters


def _rule(verdict: str, acts: str, kind: str, parameter: str) -> str:
    return f'({verdict} {acts} ({kind} (param "{parameter}")))\n'
