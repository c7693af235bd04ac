"""The command line of `agent lsp`, read forgivingly: an editor must not fail for a flag that we do not know.

Knows nothing of sockets or processes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

_VALUED = ("--pipe", "--socket", "--port", "--listen", "--clientProcessId", "--log", "--log-level")
_LEVELS = ("debug", "info", "warning", "error")
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Arguments:
    """How to talk to the client."""

    transport: Literal["stdio", "pipe", "connect", "listen"] = "stdio"
    address: str = ""
    """Path of the pipe, or the port as digits."""
    client_pid: int | None = None
    log: str | None = None
    log_level: str = "warning"
    warnings: tuple[str, ...] = field(default=())
    """What was not understood, for stderr."""


def parse(argv: list[str]) -> Arguments:
    """Read the flags; what is unknown or malformed becomes a warning.

    >>> parse(["--stdio", "--clientProcessId=12", "--what"]).warnings
    ('unknown argument --what is ignored',)
    """
    arguments = Arguments()
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if name in _VALUED and not equals:
            if not rest or rest[0].startswith("--"):
                arguments = _warn(arguments, f"{name} needs a value and is ignored")
                continue
            value = rest.pop(0)
        arguments = _take(arguments, name, value, word)
    return arguments


def _take(arguments: Arguments, name: str, value: str, word: str) -> Arguments:
    if name == "--stdio":
        return replace(arguments, transport="stdio", address="")
    if name == "--pipe":
        return replace(arguments, transport="pipe", address=value)
    if name in ("--socket", "--port", "--listen"):
        if not (value.isdecimal() and int(value) <= _HIGHEST_PORT):
            return _warn(arguments, f"{name} needs a port, not {value!r}, and is ignored")
        return replace(arguments, transport="listen" if name == "--listen" else "connect", address=value)
    if name == "--clientProcessId":
        if not value.isdecimal():
            return _warn(arguments, f"{name} needs a process id, not {value!r}, and is ignored")
        return replace(arguments, client_pid=int(value))
    if name == "--log":
        return replace(arguments, log=value)
    if name == "--log-level":
        if value.lower() not in _LEVELS:
            return _warn(arguments, f"{name} is one of {', '.join(_LEVELS)}, not {value!r}")
        return replace(arguments, log_level=value.lower())
    return _warn(arguments, f"unknown argument {word} is ignored")


def _warn(arguments: Arguments, text: str) -> Arguments:
    return replace(arguments, warnings=(*arguments.warnings, text))
