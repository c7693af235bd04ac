"""`agent check`: run the check, find what looks like one, remember the user's answer for this repository."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from fretsaw import check, config, repo
from fretsaw.cancel import Cancel
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.errors import CheckError, UsageError
from fretsaw.session.open import Session
from fretsaw.session.services import make_command


def run_check(session: Session, cancel: Cancel) -> CheckResult:
    """The check on the files as they are now. CheckError when it could not run at all."""
    made = make_command(session, repo.snapshot(session.repo), cancel, session.settings.check)
    assert made is not None, "the caller has looked whether one is set"
    result = made({})
    if result.state in {"error", "unavailable"}:
        raise CheckError(f"the check could not run: {result.reason}", hint="run `agent doctor`")
    return result


def accept_exit_code(session: Session, argv: tuple[str, ...]) -> None:
    """Remember that the user takes the exit code of this command for a proof, since it tells of no test."""
    config.accept_exit_code(session.resolved.places, session.root, argv)


def find_checks(session: Session) -> tuple[check.CheckCandidate, ...]:
    """Commands that look like the repository's check, best first."""
    snapshot = repo.snapshot(session.repo)
    return check.check_candidates(snapshot.read, snapshot.paths)


def approve_check(session: Session, argv: tuple[str, ...]) -> None:
    """Remember that the user wants the command of the repository's file run for this repository."""
    config.approve(session.resolved.places, session.root, argv)


def answer_check(session: Session, argv: tuple[str, ...]) -> None:
    """Remember an answer to the question of which check: what the repository proposes is approved, and asked about
    again when it changes; any other command is the user's own choice, `()` for none."""
    if argv and argv == session.resolved.proposed_check:
        approve_check(session, argv)
    else:
        choose_check(session, argv)


def choose_check(session: Session, argv: tuple[str, ...] | None) -> None:
    """Remember the user's own choice for this repository; `()`: none, None: forget it and what was approved."""
    if argv is None:
        config.forget(session.resolved.places, session.root, session.settings.check or ())
    else:
        config.answer(session.resolved.places, session.root, argv)


def show_folders(session: Session, folders: Iterable[Path]) -> tuple[Path, ...]:
    """Remember that the user shows these folders outside of the repository to its check; all of them, or none."""
    paths = tuple(Path(os.path.normpath(folder.absolute())) for folder in folders)
    home = Path.home()
    for path in paths:
        if not path.is_dir():
            raise UsageError(f"there is no folder {path}", hint="--show takes a folder that the check needs to read")
        if home.is_relative_to(path) or session.root.is_relative_to(path):
            raise UsageError(
                f"{path} holds your home or the repository: that is more than a check needs",
                hint="name the folder of the environment or of the library itself",
            )
    for path in paths:
        config.show_folder(session.resolved.places, session.root, path)
    return paths
