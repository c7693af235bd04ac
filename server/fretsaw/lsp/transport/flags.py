"""The command line of `agent lsp`, read forgivingly: an editor must not fail for a flag that we do not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

_VALUED = ("--pipe", "--socket", "--port", "--listen", "--clientProcessId", "--log", "--log-level")
_LEVELS = ("debug", "info", "warning", "error")
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Flags:
    """The transport to the client, and the log."""

    transport: Literal["stdio", "pipe", "connect", "listen"] = "stdio"
    address: str = ""
    """Path of the pipe, or the port as digits."""
    client_pid: int | None = None
    log: str | None = None
    log_level: str = "warning"
    warnings: tuple[str, ...] = field(default=())
    """Warnings about flags that were not understood, for stderr."""


def parse_flags(argv: list[str]) -> Flags:
    """Read the flags; what is unknown or malformed becomes a warning.

    >>> parse_flags(["--stdio", "--clientProcessId=12", "--what"]).warnings
    ('unknown argument --what is ignored',)
    """
    arguments = Flags()
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


def _take(arguments: Flags, name: str, value: str, word: str) -> Flags:
    taking = _TAKING.get(name)
    if taking is None:
        return _warn(arguments, f"unknown argument {word} is ignored")
    problem, changes = taking(value)
    return _warn(arguments, f"{name} {problem} and is ignored") if problem else replace(arguments, **changes)


def _port(transport: str) -> Callable[[str], tuple[str, dict[str, Any]]]:
    def take(value: str) -> tuple[str, dict[str, Any]]:
        fine = value.isdecimal() and int(value) <= _HIGHEST_PORT
        return "" if fine else f"needs a port, not {value!r},", {"transport": transport, "address": value}

    return take


def _pid(value: str) -> tuple[str, dict[str, Any]]:
    if not value.isdecimal():
        return f"needs a process id, not {value!r},", {}
    return "", {"client_pid": int(value)}


def _level(value: str) -> tuple[str, dict[str, Any]]:
    fine = value.lower() in _LEVELS
    return "" if fine else f"is one of {', '.join(_LEVELS)}, not {value!r},", {"log_level": value.lower()}


_TAKING: dict[str, Callable[[str], tuple[str, dict[str, Any]]]] = {
    "--stdio": lambda _: ("", {"transport": "stdio", "address": ""}),
    "--pipe": lambda value: ("", {"transport": "pipe", "address": value}),
    "--socket": _port("connect"),
    "--port": _port("connect"),
    "--listen": _port("listen"),
    "--clientProcessId": _pid,
    "--log": lambda value: ("", {"log": value}),
    "--log-level": _level,
}
"""Flag → what is wrong with its value (or nothing) and what it sets."""


def _warn(arguments: Flags, text: str) -> Flags:
    return replace(arguments, warnings=(*arguments.warnings, text))
