"""Errors in words for a person: what happened, that nothing was changed, what to do next.

`cli/` prints it and exits with its code, `lsp/` answers with it.
"""

from __future__ import annotations

import errno
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of `agent`. The README's table is compared with this list by a test."""

    DELIVERED = 0, "delivered, or nothing to do"
    NO_PATCH = 1, "no acceptable patch"
    USAGE = 2, "usage: invalid arguments or input file"
    CONFIG = 3, "configuration or key"
    MODEL = 4, "model or network"
    REPOSITORY = 5, "repository state or conflict"
    BUDGET = 6, "budget or time used up"
    CHECK = 7, "the check failed or could not run (nothing applied)"
    BUG = 70, "a bug in Fretsaw"
    OUTPUT = 74, "done, but the output could not be written (standard error says what was changed)"
    INTERRUPTED = 130, "interrupted"

    meaning: str

    def __new__(cls, value: int, meaning: str) -> ExitCode:  # noqa: D102
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class FretsawError(Exception):
    """Something a person can act on: `message` says what happened, `hint` what to do next.

    `changed` says what was changed in the user's tree before the error, None for nothing at all.
    """

    exit_code = ExitCode.BUG

    def __init__(self, message: str, *, hint: str = "", changed: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.changed = changed
        self.run_id: str | None = None
        """The run that failed with it, where there was one."""

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UsageError(FretsawError):
    """The command line, the issue or another input file is not usable."""

    exit_code = ExitCode.USAGE


class ConfigError(FretsawError):
    """A setting, a model name or the key is missing or wrong."""

    exit_code = ExitCode.CONFIG


class ModelError(FretsawError):
    """The endpoint could not be reached, refused, or did not answer as the API says."""

    exit_code = ExitCode.MODEL


class ForgeError(FretsawError):
    """GitHub, GitLab or Gitea could not be reached, refused, or has no such issue."""

    exit_code = ExitCode.MODEL


class ContextTooLongError(ModelError):
    """The request is longer than the model or the account takes; with less context it may do."""


class RepoError(FretsawError):
    """The repository is in a state that forbids the work."""

    exit_code = ExitCode.REPOSITORY


class ConflictError(RepoError):
    """The user's files are not what the proposal was made against; nothing was overwritten."""


class BudgetError(FretsawError):
    """Dollars, tokens or seconds are used up."""

    exit_code = ExitCode.BUDGET

    @classmethod
    def run_time(cls, seconds: float) -> BudgetError:
        """A run that took longer than `--max-seconds`."""
        return cls(f"the run took longer than {seconds:g} s", hint="raise --max-seconds, or narrow the issue")


class CheckError(FretsawError):
    """The check failed or could not run."""

    exit_code = ExitCode.CHECK


class NoPatchError(FretsawError):
    """There is no acceptable patch."""

    exit_code = ExitCode.NO_PATCH


class Cancelled(FretsawError):  # noqa: N818 - a request, not a fault
    """The user asked to stop."""

    exit_code = ExitCode.INTERRUPTED

    def __init__(self, message: str = "interrupted") -> None:
        super().__init__(message)


_LAST_CHANGE: list[str] = []


def note_change(sentence: str) -> None:
    """Remember what was changed in the user's files just now: an error that comes after it must not deny it."""
    _LAST_CHANGE[:] = [sentence]


def last_change() -> str | None:
    """Return the last change of this process as a sentence with the way back; None while it changed nothing."""
    return _LAST_CHANGE[0] if _LAST_CHANGE else None


def forget_changes() -> None:
    """Begin anew: what comes now is another command."""
    _LAST_CHANGE.clear()


def from_os_error(error: OSError) -> FretsawError:
    """A file system's refusal in words for a person."""
    where = f" at {error.filename}" if error.filename else ""
    hints = {
        errno.ENOSPC: "free some space, then try again",
        errno.EDQUOT: "free some space, then try again",
        errno.EROFS: "the disk is mounted read-only",
        errno.EACCES: "look at the permissions of the file and its folder",
        errno.EPERM: "look at the permissions of the file and its folder",
        errno.EMFILE: "too many files are open: raise `ulimit -n`",
    }
    return RepoError(f"{error.strerror or type(error).__name__}{where}", hint=hints.get(error.errno or 0, ""))
