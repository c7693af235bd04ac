"""What the one object of a command names: a text, a cursor, a proposal, changes. RefusedError says what it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsprotocol import types

from fretsaw.lsp import places, present
from fretsaw.lsp.protocol import INVALID_PARAMS, REQUEST_FAILED, RefusedError
from fretsaw.lsp.review import Review, State
from fretsaw.lsp.server import Server


def string_of(argument: Mapping[str, Any], name: str, needed: bool = False) -> str | None:
    """A field that has to be text, None where it is not there."""
    value = argument.get(name)
    if value is None and not needed:
        return None
    if not isinstance(value, str):
        raise RefusedError(INVALID_PARAMS, f"{name}: a string is needed")
    return value


def cursor_of(argument: Mapping[str, Any]) -> tuple[str, types.Position] | None:
    """Where the cursor is, when an argument says so."""
    position, uri = argument.get("position"), string_of(argument, "uri")
    if position is None or uri is None:
        return None
    line, character = (position.get(name) if isinstance(position, Mapping) else None for name in ("line", "character"))
    if type(line) is not int or type(character) is not int:
        raise RefusedError(INVALID_PARAMS, "position: a line and a character are needed")
    return uri, types.Position(line, character)


def at_cursor(server: Server, argument: dict[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """An argument with a cursor as one that names the change there (None: there is none), and the next change.

    The next one is found before anything moves.
    """
    cursor = cursor_of(argument)
    if cursor is None:
        return argument, {}
    here, following = places.at(server, *cursor), places.beside(server, cursor, "next", decided=True)
    return here.named if here else None, {"next": following.named if following else None}


def known(server: Server, run_id: str) -> Review:
    """The proposal of a run."""
    review = server.reviews.get(run_id)
    if review is None:
        raise RefusedError(INVALID_PARAMS, f"there is no proposal {run_id[:60]}")
    return review


def review_of(server: Server, argument: Mapping[str, Any], *states: State) -> Review:
    """The proposal that an argument names, else the latest with something in one of the states (pending)."""
    run_id = string_of(argument, "runId")
    if run_id is not None:
        return known(server, run_id)
    having = [
        review for review in server.reviews.values() if review.numbers(*(states or ("pending", "stale", "handed-off")))
    ]
    if not having:
        raise RefusedError(REQUEST_FAILED, "there is no proposal to review")
    return max(having, key=lambda review: (not review.draft, review.run_id))


def changes_of(
    server: Server,
    review: Review,
    argument: Mapping[str, Any],
    states: tuple[State, ...],
    why_none: str,
    goes: bool = False,
) -> list[int]:
    """The changes that an argument names: one, those of a file, or all in the states. Raises RefusedError for none.

    Halves of a move come with those named, whatever file they are in. `goes`: the changes are to be taken out.
    """
    found = _named(server, review, argument, states, why_none)
    whole = review.moves.drop_with(found) if goes else review.moves.keep_with(found)
    return found + [number for number in sorted(whole - set(found)) if review.state(number) in states]


def _named(
    server: Server, review: Review, argument: Mapping[str, Any], states: tuple[State, ...], why_none: str
) -> list[int]:
    number, uri = argument.get("change"), string_of(argument, "uri")
    if number is not None:
        if isinstance(number, bool) or number not in review.verdicts:
            raise RefusedError(INVALID_PARAMS, "change: this proposal has no such change")
        state = review.state(number)
        if state not in states:
            hint = "; undo what was typed there or ask again" if state == "stale" else ""
            raise RefusedError(-32801 if state == "stale" else REQUEST_FAILED, f"change {number} is {state}{hint}")
        return [number]
    path = None
    if uri is not None:
        path = next((path for path in review.files if present.file_uri(review, path) == uri), None)
        path = path or server.roots.locate(uri).path
    found = review.numbers(*states, path=path)
    if not found:
        raise RefusedError(REQUEST_FAILED, why_none)
    return found
