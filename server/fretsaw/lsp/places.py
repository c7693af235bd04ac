"""From a cursor to the change that waits there, and to the next one through all files. Sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lsprotocol import types

from fretsaw.lsp import content, present
from fretsaw.lsp.review import Review, State
from fretsaw.lsp.server import Server

Step = Literal["next", "previous"]
WAITING: tuple[State, ...] = ("pending", "handed-off")
"""What waits for a person: also what was shown in a preview and not applied there."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A change that waits, and its lines in the present text; None: it is about a whole file."""

    review: Review
    number: int
    lines: tuple[int, int] | None

    def same(self, other: Place | None) -> bool:
        """Whether it is the same change."""
        return other is not None and self.review is other.review and self.number == other.number

    @property
    def named(self) -> dict[str, object]:
        """As a command's argument names it."""
        return {"runId": self.review.run_id, "change": self.number}


def waiting(server: Server) -> list[Place]:
    """Every change that waits: the newest proposal first, then in the order of files and lines."""
    reviews = sorted(server.reviews.values(), key=lambda review: review.run_id, reverse=True)
    return [place for review in reviews for path in review.files for place in _in_file(server, review, path)]


def _in_file(server: Server, review: Review, path: str) -> list[Place]:
    found = [Place(review, number, _lines(server, review, number)) for number in review.numbers(*WAITING, path=path)]
    return sorted(found, key=lambda place: (place.lines or (0, 0), place.number))


def _lines(server: Server, review: Review, number: int) -> tuple[int, int] | None:
    where = present.range_of(server, review, number) if review.change(number).kind == "lines" else None
    return (where.start.line, where.end.line) if where is not None else None


def in_document(server: Server, uri: str) -> list[Place]:
    """Those of a file, or of the proposal whose virtual document this is."""
    side = content.side_of(uri)
    if side is not None:
        return [place for place in waiting(server) if (place.review.run_id, _path(place)) == side]
    return [place for place in waiting(server) if present.file_uri(place.review, _path(place)) == uri]


def _path(place: Place) -> str:
    return place.review.change(place.number).path


def at(server: Server, uri: str, position: types.Position) -> Place | None:
    """The change at the cursor."""
    return next((place for place in in_document(server, uri) if _covers(place, position.line)), None)


def _is_half(place: Place, current: Place) -> bool:
    """Whether a change is the other half of the move that one at the cursor is part of."""
    halves = current.review.moves.keep_with({current.number})
    return place.review is current.review and place.number in halves and not place.same(current)


def _covers(place: Place, line: int) -> bool:
    return place.lines is None or place.lines[0] <= line <= place.lines[1]


def beside(
    server: Server, cursor: tuple[str, types.Position] | None, step: Step, decided: bool = False
) -> Place | None:
    """The change after or before the cursor, through all files and around; None when there is no other.

    `decided`: the one at the cursor is about to be decided on, and the other half of its move with it.
    """
    forward = step == "next"
    current = at(server, *cursor) if cursor else None
    halves = [place for place in waiting(server) if decided and current and _is_half(place, current)]
    places = [place for place in waiting(server) if not any(place.same(half) for half in halves)]
    here = in_document(server, cursor[0]) if cursor else []
    if cursor is not None and current is None:
        line = cursor[1].line
        ahead = [place for place in here if place.lines and (place.lines[0] > line) == forward]
        if ahead:
            return ahead[0 if forward else -1]
    start = current or (here[-1 if forward else 0] if here else None)
    index = next((index for index, place in enumerate(places) if place.same(start)), -1 if forward else 0)
    found = places[(index + (1 if forward else -1)) % len(places)] if places else None
    return None if found is None or found.same(current) else found
