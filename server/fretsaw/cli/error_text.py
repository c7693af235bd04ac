"""The text of an error for a person: its message, the state of the files, the next step."""

from __future__ import annotations

import sys
from pathlib import Path

from fretsaw.cli.output import say_ending
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import ExitCode, FretsawError, from_os_error, last_change


def say_error(error: FretsawError | OSError) -> int:
    """Say what went wrong where the program goes on; the exit code that it would have."""
    if isinstance(error, FretsawError):
        return say_failure(error.message, error.hint, error.exit_code, error.changed)
    known = from_os_error(error)
    return say_failure(known.message, known.hint or _hint_on_state(error), known.exit_code)


def _hint_on_state(error: OSError) -> str:
    """The way out where it is the state folder that cannot be used."""
    from fretsaw.user_dirs import user_dirs

    if error.filename and str(error.filename).startswith(str(user_dirs().state)):
        return "Fretsaw keeps its runs there; set FRETSAW_STATE_DIR to use another folder"
    return ""


def program_name() -> str:
    """The name that the program was called by."""
    name = Path(sys.argv[0]).name
    return name if name in {"agent", "fretsaw"} else "agent"


def say_failure(message: str, hint: str, code: ExitCode, changed: str | None = None) -> int:
    """Three parts: what happened, what was changed, what to do next."""
    done = changed or last_change() or "Nothing was changed."
    say_ending(f"{program_name()}: {safe_text(message)}", done, hint)
    return int(code)
