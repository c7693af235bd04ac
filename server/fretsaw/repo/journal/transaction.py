"""A whole transaction, and what is left of one after a crash."""

from __future__ import annotations

import errno
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from fretsaw.errors import ConflictError, FretsawError, RepoError
from fretsaw.repo.journal.apply import clean_moved, finish, hold_folders, is_done, mark_done, prepare, stage, swap
from fretsaw.repo.journal.journal_folder import JournalFolder
from fretsaw.repo.journal.plan import Plan, Refs
from fretsaw.repo.journal.records import load, transactions
from fretsaw.repo.journal.rollback import forget, restore_moved, rollback


@dataclass(frozen=True, slots=True)
class Applied:
    """A transaction that is done."""

    tx: str
    notices: tuple[str, ...] = ()


def transact(home: JournalFolder, plan: Plan, refs: Refs) -> Applied:
    """Do it all. On any error nothing is done and the error says why; ConflictError when a file was changed meanwhile.

    An error after the commit point is a notice: the files are new, the clean-up waits for the next start.
    """
    with uninterrupted(), hold_folders() as held:
        try:
            prepare(home, plan)
        except BaseException as error:
            with suppress(OSError):
                forget(home.tx, plan.tx)
            _raise(error, plan, [])
        try:
            stage(home, plan, held)
            swap(home, plan, held)
            if plan.move is not None:
                refs.move(plan.move)
        except BaseException as error:
            _raise(error, plan, [*restore_moved(home, plan, held), *rollback(home, plan)])
        try:
            mark_done(home, plan)
        except OSError as error:
            if not is_done(home, plan.tx) and plan.move is None:
                _raise(error, plan, [*restore_moved(home, plan, held), *rollback(home, plan)])
        notices = _finished(home, plan, refs)
        return Applied(plan.tx, (*notices, *clean_moved(home, plan, held)))


def recover(home: JournalFolder, refs: Refs) -> tuple[str, ...]:
    """Finish or roll back what a crash left; what was done, for the user. Called with the lock held."""
    told: list[str] = []
    with uninterrupted():
        for tx in transactions(home.tx):
            plan = load(home, home.tx, tx)
            if plan is None:
                forget(home.tx, tx)
            elif is_done(home, tx) or (plan.move is not None and refs.reached(plan.move)):
                told.append(f"finished an earlier change that was interrupted: {_names(plan)}")
                told += _finished(home, plan, refs)
            else:
                notices = rollback(home, plan)
                told += [f"an earlier change that was cut off was rolled back: {_names(plan)}", *notices]
    return tuple(told)


def _finished(home: JournalFolder, plan: Plan, refs: Refs) -> tuple[str, ...]:
    notices = []
    if plan.index:
        late = refs.refresh(plan.index)
        notices += [late] if late else []
    try:
        return (*notices, *finish(home, plan))
    except OSError as error:
        return (*notices, f"the change is applied; cleaning up waits for the next start ({error.strerror})")


def _names(plan: Plan) -> str:
    return ", ".join(step.path for step in plan.steps) or (plan.move.ref if plan.move else plan.tx)


def _raise(error: BaseException, plan: Plan, notices: list[str]) -> NoReturn:
    """Raise the error in words for a person: what, that nothing was changed, what to do."""
    kept = "".join(f"; {notice}" for notice in notices)
    if isinstance(error, FretsawError) and kept:
        raise type(error)(error.message + kept, hint=error.hint) from error
    if isinstance(error, OSError):
        raise _explained(error, plan, kept) from error
    raise error


def _explained(error: OSError, plan: Plan, kept: str) -> RepoError:
    name = _target(error, plan)
    where = f" at {name}" if name else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return RepoError(f"the disk is full{where}{kept}", hint="make room, then try again")
    if error.errno in (errno.ENOTDIR, errno.ELOOP):
        return ConflictError(f"a folder was replaced{where}{kept}", hint="try again")
    return RepoError(f"{error.strerror or error}{where}{kept}", hint="correct that, then try again")


def _target(error: OSError, plan: Plan) -> str:
    """The user's name for the file that an error is about; our own temporary name says nothing to them."""
    name = str(error.filename or "")
    for number, step in enumerate(plan.steps):
        if name in (plan.temporary(number), step.path.rpartition("/")[2], f"post{number}", f"pre{number}"):
            return step.path
    return name


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C and termination wait until the block is over, so that it ends as a whole; then they are obeyed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []

    def wait(number: int, _frame: FrameType | None) -> None:
        waiting.append(number)

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, wait) for number in (getattr(signal, name) for name in names)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for number in waiting[:1]:
            signal.raise_signal(number)
