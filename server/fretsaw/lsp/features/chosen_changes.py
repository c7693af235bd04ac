"""The proposal and the changes that a command means, looked up. Raises RefusedError where there are none."""

from __future__ import annotations

from dataclasses import replace

from fretsaw.lsp.features import change_at_cursor, to_json
from fretsaw.lsp.features.arguments import ChangeArgument
from fretsaw.lsp.features.change_at_cursor import PendingChange
from fretsaw.lsp.state.server import Server
from fretsaw.lsp.transport.jsonrpc import CONTENT_MODIFIED, INVALID_PARAMS, REQUEST_FAILED, RefusedError
from fretsaw.review.review import UNDECIDED, WAITING, Review, State


def at_cursor(
    server: Server, argument: ChangeArgument, states: tuple[State, ...] = WAITING
) -> tuple[ChangeArgument | None, dict[str, dict[str, object] | None]]:
    """An argument with a cursor as one that names the change there (None: there is none), and `next`: the next change.

    The next one is found before anything moves. An argument without a cursor stays as it is.
    """
    if argument.cursor is None:
        return argument, {}
    here = change_at_cursor.change_at(server, argument.cursor, states)
    following = change_at_cursor.adjacent_change(server, argument.cursor, "next", decided=True)
    return _naming(argument, here), {"next": following.named if following else None}


def _naming(argument: ChangeArgument, here: PendingChange | None) -> ChangeArgument | None:
    if here is None:
        return None
    return replace(argument, run_id=here.review.run_id, change=here.number, uri=None, cursor=None)


def known_review(server: Server, run_id: str) -> Review:
    """The proposal of a run."""
    review = server.reviews.get(run_id)
    if review is None:
        raise RefusedError(INVALID_PARAMS, f"there is no proposal {run_id[:60]}")
    return review


def review_of(server: Server, run_id: str | None, *states: State) -> Review:
    """The proposal of a run; None: the latest with something in one of the states (default: not decided yet)."""
    if run_id is not None:
        return known_review(server, run_id)
    having = [review for review in server.reviews.values() if review.numbers(*(states or UNDECIDED))]
    if not having:
        raise RefusedError(REQUEST_FAILED, "there is no proposal to review")
    return max(having, key=lambda review: (not review.draft, review.run_id))


def check_change(review: Review, number: int) -> None:
    """Raise where the proposal has no change of this number."""
    if number not in review.verdicts:
        raise RefusedError(INVALID_PARAMS, "change: this proposal has no such change")


def changes_of(
    server: Server,
    review: Review,
    argument: ChangeArgument,
    states: tuple[State, ...],
    why_none: str,
    taken_out: bool = False,
) -> list[int]:
    """The changes that an argument names: one, those of a file, or all in the states.

    Halves of a move come with those named, whatever file they are in. `taken_out`: the changes are to be taken out.
    """
    named = _named(server, review, argument, states, why_none)
    whole = review.moves.drop_with(named) if taken_out else review.moves.keep_with(named)
    return named + [number for number in sorted(whole - set(named)) if review.state(number) in states]


def _named(
    server: Server, review: Review, argument: ChangeArgument, states: tuple[State, ...], why_none: str
) -> list[int]:
    if argument.change is not None:
        check_change(review, argument.change)
        state = review.state(argument.change)
        if state not in states:
            stale = state == "stale"
            hint = "; undo what was typed there or ask again" if stale else ""
            code = CONTENT_MODIFIED if stale else REQUEST_FAILED
            raise RefusedError(code, f"change {argument.change} is {state}{hint}")
        return [argument.change]
    path = None
    if argument.uri is not None:
        path = next((path for path in review.files if to_json.file_uri(review, path) == argument.uri), None)
        path = path or server.roots.locate(argument.uri).path
    found = review.numbers(*states, path=path)
    if not found:
        raise RefusedError(REQUEST_FAILED, why_none)
    return found
