"""Offer a check command at a proposal without proof, in a repository that has none set.

What looks like one is found in a thread, when a run has ended.
"""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import Any

from lsprotocol import types

from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import FretsawError
from fretsaw.lsp.state.editor_settings import EditorSettings
from fretsaw.lsp.state.jobs import Job
from fretsaw.lsp.state.server import Server
from fretsaw.lsp.transport.jsonrpc import INVALID_PARAMS, RefusedError
from fretsaw.review.review import Review
from fretsaw.threads import in_thread


async def find_check_offer(server: Server, job: Job) -> None:
    """After a run: find what could have proved it, where nothing did and the user has not been asked.

    Where only an exit code speaks, ask whether that is enough, once for each command.
    """
    review = server.reviews.get(job.id)
    if review is not None and is_exit_code_only(review) and server.trusted:
        offered = await in_thread(partial(_find_exit_code_offer, server.editor_settings(job.root), review))
        server.exit_code_offers[str(review.root)] = offered
    if review is not None and is_unproved(review) and server.trusted:
        found = await in_thread(partial(_find_offer, server.editor_settings(job.root), review.root))
        server.check_offers[str(review.root)] = found


def is_unproved(review: Review) -> bool:
    """Return True if a whole proposal came without any run of a check."""
    return not review.draft and review.proposal.evidence.before is None


def is_exit_code_only(review: Review) -> bool:
    """Return True if the check that was green with a proposal told of no test."""
    after = review.proposal.evidence.after
    return not review.draft and after is not None and after.ok and after.evidence == "exit code"


def offered_check(server: Server, review: Review) -> tuple[str, ...]:
    """The command that may be taken here; empty where there is none to offer."""
    if is_exit_code_only(review):
        return server.exit_code_offers.get(str(review.root), ())
    return server.check_offers.get(str(review.root), ()) if is_unproved(review) else ()


def command_text(argv: tuple[str, ...]) -> str:
    """A command for a person."""
    return safe_text(shlex.join(argv))


def accept_check_offer(server: Server, review: Review, argv: tuple[str, ...]) -> dict[str, Any]:
    """Remember the user's answer: just what was offered, for this repository. Raises RefusedError for anything else."""
    offer = offered_check(server, review)
    if not offer or argv != offer:
        raise RefusedError(INVALID_PARAMS, "check: only the command offered here is accepted")
    server.spawn_writing(_keep(server, review.root, offer, exit_code=is_exit_code_only(review)))
    return {"runId": review.run_id, "check": list(offer)}


async def _keep(server: Server, root: Path, argv: tuple[str, ...], *, exit_code: bool) -> None:
    try:
        remember = _remember_exit_code if exit_code else _remember
        await in_thread(partial(remember, server.editor_settings(root), root, argv))
    except (OSError, FretsawError) as error:
        server.show_message(f"Agent: the check cannot be remembered: {safe_text(str(error))}", types.MessageType.Error)
        return
    if exit_code:
        server.exit_code_offers.pop(str(root), None)
        server.show_message(f"Agent: the exit code of {command_text(argv)} counts as a proof in {root.name}")
        return
    server.check_offers.pop(str(root), None)
    server.show_message(
        f"Agent: {command_text(argv)} proves fixes in {root.name} from the next run on (`agent check` changes it)"
    )


def _find_offer(settings: EditorSettings, root: Path) -> tuple[str, ...]:
    """The command to offer as the repository's check; empty where one is set, none is found, or the user said none."""
    from fretsaw.session.check_setup import find_checks

    session = settings.open(root)
    if session.resolved.asked:
        return ()
    found = find_checks(session)
    return session.resolved.proposed_check or (found[0].argv if found else ())


def _find_exit_code_offer(settings: EditorSettings, review: Review) -> tuple[str, ...]:
    """The command of which only the exit code speaks; empty where the user took that for enough."""
    session = settings.open(review.root)
    after = review.proposal.evidence.after
    same = after is not None and session.settings.check == after.argv
    return after.argv if after is not None and same and not session.settings.accept_exit_code else ()


def _remember_exit_code(settings: EditorSettings, root: Path, argv: tuple[str, ...]) -> None:
    from fretsaw.session.check_setup import accept_exit_code

    accept_exit_code(settings.open(root), argv)


def _remember(settings: EditorSettings, root: Path, argv: tuple[str, ...]) -> None:
    from fretsaw.session.check_setup import answer_check

    answer_check(settings.open(root), argv)
