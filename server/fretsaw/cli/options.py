"""Flags made from the one list of options, so that `--help` cannot say anything else."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import click

from fretsaw.settings import OptionRow, options

GROUPS: dict[str, tuple[str, ...]] = {
    "model": (
        "model", "role", "endpoint", "base-url", "key-command", "api", "azure", "api-version", "timeout", "retries",
    ),
    "limits": ("max-usd", "max-usd-day", "max-seconds"),
    "context": ("context", "context-tokens", "tools", "steps", "edit-form", "reveal"),
    "edits": ("misfits", "attempts", "prune", "judge", "judge-threshold", "allow"),
    "check": ("check",),
    "proof": ("accept-exit-code", "repeat", "check-timeout", "sandbox"),
    "lint": ("lint",),
    "minimizing": ("minimize", "minimize-seconds"),
    "delivery": ("apply", "branch", "sign"),
}  # fmt: skip
"""Groups of options by topic; a command takes whole groups."""


class CommandLine(click.ParamType[tuple[str, ...]]):
    """A command as one string, split like a shell would, without running one."""

    name = "command"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The list of arguments."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(shlex.split(value))
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


def files_flag(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a command with `--file`."""
    said = "Show this file, or these lines of it, in any case. May be repeated."
    return click.option("--file", "files", multiple=True, metavar="PATH[:A-B]", help=said)(command)


def settings_flags(*groups: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a command with the flags of these groups of options; each is None where it was not given."""
    rows = {row.name: row for row in options()}
    chosen = [rows[name] for group in groups for name in GROUPS[group]]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for row in reversed(chosen):
            command = _flag(row)(command)
        return command

    return decorate


def _flag(row: OptionRow) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    shown = f"  [default: {_shown(row)}]" if row.default not in (None, ()) else ""
    name = row.name.replace("-", "_")
    words: dict[str, Any] = {"default": None, "help": row.doc + shown}
    if row.type == "boolean":
        return click.option(f"--{row.name}/--no-{row.name}", name, **words)
    if row.name in {"check", "lint", "key-command"}:
        return click.option(f"--{row.name}", name, type=CommandLine(), **words)
    if row.type == "array":
        return click.option(f"--{row.name}", name, multiple=True, callback=_none_when_empty, metavar="GLOB", **words)
    if row.choices:
        return click.option(f"--{row.name}", name, type=click.Choice(row.choices), **words)
    return click.option(f"--{row.name}", name, type=_kind(row), **words)


def _kind(row: OptionRow) -> Any:
    if row.type == "string":
        return str
    if row.type == "integer":
        return click.IntRange(min=None if row.least is None else int(row.least))
    return click.FloatRange(min=row.least, max=row.most)


def _none_when_empty(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...] | None:
    return value or None


def _shown(row: OptionRow) -> str:
    if row.type == "boolean":
        return "on" if row.default else "off"
    return f"{row.default:g}" if row.type == "number" else str(row.default)
