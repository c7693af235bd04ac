"""The two outputs of a command. One that fails (a full disk, a reader that went away) stops no work that is paid for.

What cannot be written is dropped from then on; `report_lost_output` says at the end what was changed all the same.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TextIO

import click

from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import ExitCode, from_os_error, last_change

_LOST: dict[str, OSError] = {}
"""Output (`stdout`, `stderr`) -> the first error that it gave."""
_PRINTED: list[bool] = []
"""Not empty once standard output has a document, a patch or rows: no message is written among them."""


def say(text: str = "", *, fg: str | None = None, bold: bool = False, dim: bool = False) -> None:
    """One line on standard error; colour only where it is wanted and can be seen."""
    colour = False if os.environ.get("NO_COLOR") else None
    write_or_drop(
        "stderr", lambda: click.secho(text, err=True, fg=fg, bold=bold or None, dim=dim or None, color=colour)
    )


def emit(text: str) -> None:
    """Text on standard output, byte for byte: what was no UTF-8 in a file is again what it was."""

    def write() -> None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()

    _PRINTED[:] = [True]
    write_or_drop("stdout", write)


def show(text: str) -> None:
    """One line on standard output."""
    _PRINTED[:] = [True]
    write_or_drop("stdout", lambda: print(text))


def write_or_drop(name: str, write: Callable[[], object]) -> None:
    """Write to `stdout` or `stderr`; where that fails, drop what is written there from now on."""
    if getattr(sys, name) is None:
        return
    try:
        write()
    except OSError as error:
        _LOST.setdefault(name, error)
        # The interpreter flushes once more at its end, and would complain about the same file.
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, getattr(sys, name).fileno())
            os.close(nowhere)


class DroppingStderr(io.TextIOBase):
    """Standard error as a file for rich, whose spinner writes from a thread of its own."""

    def __init__(self) -> None:
        self._stream = sys.stderr  # rich puts itself in its place while it draws

    def write(self, text: str) -> int:
        """Write or drop it."""
        write_or_drop("stderr", lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Write or drop what is buffered."""
        write_or_drop("stderr", self._stream.flush)

    def isatty(self) -> bool:
        """Return True for a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the number of standard error."""
        return self._stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of standard error."""
        return self._stream.encoding


def say_ending(message: str, *more: str) -> None:
    """Print how a command ended on standard error, or on standard output if only that can be written and is empty."""
    text = "\n".join([message, *(f"  {safe_text(line)}" for line in more if line)])
    for name in ("stderr", "stdout"):
        stream: TextIO | None = getattr(sys, name)
        if stream is None or name in _LOST or (name == "stdout" and _PRINTED):
            continue
        write_or_drop(name, partial(print, text, file=stream, flush=True))
        if name not in _LOST:
            return


def report_lost_output(code: int, name: str) -> int:
    """Write what is still buffered; the exit code, `OUTPUT` where a good end could not be told as a whole.

    A reader that went away (`agent show | head`) wants silence, unless something was changed that it does not know of.
    """
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is not None:
            write_or_drop(stream, getattr(sys, stream).flush)
    if not _LOST:
        return code
    changed = last_change()
    error = next((one for one in _LOST.values() if one.errno != errno.EPIPE), next(iter(_LOST.values())))
    if error.errno == errno.EPIPE and not changed:
        return code
    known = from_os_error(error)
    hint = known.hint if not changed else "`agent show` shows this run again"
    message = f"{name}: the output could not be written: {safe_text(known.message)}"
    say_ending(message, changed or "Nothing was changed.", hint)
    return code or int(ExitCode.OUTPUT)
