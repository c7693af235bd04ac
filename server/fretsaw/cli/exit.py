"""The end of a command: every error becomes one message for a person and a documented exit code, never a traceback."""

from __future__ import annotations

import sys
import traceback
from functools import partial

import click

from fretsaw.cli.error_text import program_name, say_error, say_failure
from fretsaw.cli.output import report_lost_output, write_or_drop
from fretsaw.errors import ExitCode, FretsawError, forget_changes, last_change


def run_to_exit_code(arguments: list[str]) -> int:  # noqa: PLR0911 - one return an ending
    """Run one command line and give its exit code."""
    from fretsaw.cli.app import app

    forget_changes()
    try:
        result = app.main(arguments, prog_name=program_name(), standalone_mode=False)
    except click.exceptions.Abort:
        return say_failure("interrupted", "", ExitCode.INTERRUPTED)
    except KeyboardInterrupt:
        # Twice, or where nothing listens: files may have been changed just before, all of them or none.
        either = last_change() or "Files change all together or not at all: `git status` shows whether they did."
        return say_failure("interrupted", "", ExitCode.INTERRUPTED, either)
    except click.ClickException as error:
        write_or_drop("stderr", partial(error.show, sys.stderr))
        return int(ExitCode.USAGE)
    except click.exceptions.Exit as error:
        return error.exit_code
    except FretsawError as error:
        return say_error(error)
    except SystemExit:
        # What click makes of a reader that went away (`agent show | head`): silence is what it wants.
        return int(ExitCode.DELIVERED)
    except OSError as error:
        return say_error(error)
    except Exception as error:
        return _bug(error)
    return int(result) if isinstance(result, int) else int(ExitCode.DELIVERED)


def flush_output(code: int) -> int:
    """Write what is still buffered, and give the exit code."""
    return report_lost_output(code, program_name())


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
    return say_failure(
        f"this is a bug in Fretsaw: {type(error).__name__}: {error}", hint, ExitCode.BUG, "Look at `git status`."
    )
