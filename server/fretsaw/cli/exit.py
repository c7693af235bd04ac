"""The end of a command: every error becomes one message for a person and a documented exit code, never a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path

import click

from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import ExitCode, FretsawError, forget_changes, from_os_error, last_change


def run_to_exit_code(arguments: list[str]) -> int:  # noqa: PLR0911 - one return an ending
    """Run one command line and give its exit code."""
    from fretsaw.cli.app import app

    forget_changes()
    try:
        result = app.main(arguments, prog_name=_name(), standalone_mode=False)
    except click.exceptions.Abort:
        return _say("interrupted", "", ExitCode.INTERRUPTED)
    except KeyboardInterrupt:
        # Twice, or where nothing listens: files may have been changed just before, all of them or none.
        either = last_change() or "Files change all together or not at all: `git status` shows whether they did."
        return _say("interrupted", "", ExitCode.INTERRUPTED, either)
    except click.ClickException as error:
        error.show(sys.stderr)
        return int(ExitCode.USAGE)
    except click.exceptions.Exit as error:
        return error.exit_code
    except FretsawError as error:
        return _say(error.message, error.hint, error.exit_code, error.changed)
    except SystemExit:
        # What click makes of a reader that went away (`agent show | head`): silence is what it wants.
        return int(ExitCode.DELIVERED)
    except OSError as error:
        known = from_os_error(error)
        return _say(known.message, known.hint or _hint_on_state(error), known.exit_code)
    except Exception as error:
        return _bug(error)
    return int(result) if isinstance(result, int) else int(ExitCode.DELIVERED)


def _hint_on_state(error: OSError) -> str:
    """The way out where it is the state folder that cannot be used."""
    from fretsaw.user_dirs import user_dirs

    if error.filename and str(error.filename).startswith(str(user_dirs().state)):
        return "Fretsaw keeps its runs there; set FRETSAW_STATE_DIR to use another folder"
    return ""


def _name() -> str:
    name = Path(sys.argv[0]).name
    return name if name in {"agent", "fretsaw"} else "agent"


def _say(message: str, hint: str, code: ExitCode, changed: str | None = None) -> int:
    """Three parts: what happened, what was changed, what to do next."""
    done = changed or last_change() or "Nothing was changed."
    lines = [f"{_name()}: {safe_text(message)}", f"  {safe_text(done)}", *([f"  {safe_text(hint)}"] if hint else [])]
    for stream in (sys.stderr, sys.stdout):
        if stream is None:
            continue
        with suppress(OSError, ValueError):  # where one cannot be written to, the other may
            print("\n".join(lines), file=stream, flush=True)
            break
    return int(code)


def flush_output(code: int) -> int:
    """Write what is still buffered, and give the exit code; where the reader went away, drop it in silence."""
    if sys.stdout is None:  # the command was started without an output
        return code
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        _drop_output()
        known = from_os_error(error)
        return _say(f"the output could not be written: {known.message}", known.hint, known.exit_code)
    return code


def _drop_output() -> None:
    # The interpreter flushes once more at its end, and would complain about the same file.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _bug(error: Exception) -> int:
    """A bug of ours: say so, and keep the traceback in a file rather than in the user's face."""
    from fretsaw.user_dirs import user_dirs

    text = "".join(traceback.format_exception(error))
    try:
        folder = user_dirs().state
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / "last-bug.txt"
        file.write_text(text, "utf-8", "backslashreplace")
        hint = f"please report it with {file}"
    except OSError:
        print(text, file=sys.stderr)
        hint = "please report it with the lines above"
    return _say(
        f"this is a bug in Fretsaw: {type(error).__name__}: {error}", hint, ExitCode.BUG, "Look at `git status`."
    )
