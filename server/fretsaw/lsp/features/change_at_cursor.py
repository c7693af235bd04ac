"""From a cursor to the change that waits there, and to the next one through all files. Sends nothing."""

from __future__ import annotations

from dataclasses import dataclass

from fretsaw.lsp.features import to_json, virtual_documents
from fretsaw.lsp.features.arguments import Cursor, Step
from fretsaw.lsp.state.server import Server
from fretsaw.review.review import WAITING, Review, State


@dataclass(frozen=True, slots=True, eq=False)
class PendingChange:
    """A change that waits, and its lines in the present text; None: it is about a whole file."""

    review: Review
    number: int
    lines: tuple[int, int] | None

    def same(self, other: PendingChange | None) -> bool:
        """Return True if it is the same change."""
        return other is not None and self.review is other.review and self.number == other.number

    @property
    def named(self) -> dict[str, object]:
        """As a command's argument names it."""
        return {"runId": self.review.run_id, "change": self.number}


def pending_changes(server: Server, states: tuple[State, ...] = WAITING) -> list[PendingChange]:
    """Every change that waits: the newest proposal first, then in the order of files and lines."""
    reviews = sorted(server.reviews.values(), key=lambda review: review.run_id, reverse=True)
    return [place for review in reviews for path in review.files for place in _in_file(server, review, path, states)]


def _in_file(server: Server, review: Review, path: str, states: tuple[State, ...]) -> list[PendingChange]:
    found = [
        PendingChange(review, number, _lines(server, review, number)) for number in review.numbers(*states, path=path)
    ]
    return sorted(found, key=lambda place: (place.lines or (0, 0), place.number))


def _lines(server: Server, review: Review, number: int) -> tuple[int, int] | None:
    where = to_json.range_of(server, review, number) if review.change(number).kind == "lines" else None
    return (where.start.line, where.end.line) if where is not None else None


def changes_in_document(server: Server, uri: str, states: tuple[State, ...] = WAITING) -> list[PendingChange]:
    """Those of a file, or of the proposal whose virtual document this is."""
    side = virtual_documents.document_side(uri)
    if side is not None:
        return [place for place in pending_changes(server, states) if (place.review.run_id, _path(place)) == side]
    return [place for place in pending_changes(server, states) if to_json.file_uri(place.review, _path(place)) == uri]


def _path(place: PendingChange) -> str:
    return place.review.change(place.number).path


def change_at(server: Server, cursor: Cursor, states: tuple[State, ...] = WAITING) -> PendingChange | None:
    """The change at the cursor that is in one of the states."""
    line = cursor.position.line
    return next((place for place in changes_in_document(server, cursor.uri, states) if _covers(place, line)), None)


def _is_half(place: PendingChange, current: PendingChange) -> bool:
    """Return True if a change is the other half of the move that one at the cursor is part of."""
    halves = current.review.moves.keep_with({current.number})
    return place.review is current.review and place.number in halves and not place.same(current)


def _covers(place: PendingChange, line: int) -> bool:
    return place.lines is None or place.lines[0] <= line <= place.lines[1]


def adjacent_change(server: Server, cursor: Cursor | None, step: Step, decided: bool = False) -> PendingChange | None:
    """The change after or before the cursor, through all files and around; None when there is no other.

    Without a cursor: the first or the last of all. With one between two changes of its file: the nearer one there.
    `decided`: the one at the cursor is about to be decided on, and the other half of its move with it.
    """
    forward = step == "next"
    pending = pending_changes(server)
    in_file = changes_in_document(server, cursor.uri) if cursor else []
    if cursor is None or not in_file:
        return _end(pending, last=not forward)
    current = change_at(server, cursor)
    if current is None:
        ahead = [place for place in in_file if _is_ahead(place, cursor.position.line, forward)]
        if ahead:
            return _end(ahead, last=not forward)
    elif decided:
        pending = [place for place in pending if not _is_half(place, current)]
    # Go on from the change at the cursor; past the last of a file from that one, into the next file.
    found = _following(pending, current or (in_file[-1] if forward else in_file[0]), forward)
    return None if found.same(current) else found


def _following(pending: list[PendingChange], start: PendingChange, forward: bool) -> PendingChange:
    """The change after `start`, or before it, around the end."""
    index = next(index for index, place in enumerate(pending) if place.same(start))
    return pending[(index + (1 if forward else -1)) % len(pending)]


def _is_ahead(place: PendingChange, line: int, forward: bool) -> bool:
    """Return True if a change lies below the cursor's line (forward) or not; one about a whole file lies nowhere."""
    return place.lines is not None and (place.lines[0] > line) == forward


def _end(places: list[PendingChange], last: bool) -> PendingChange | None:
    """The first or the last of some changes; None of none."""
    if not places:
        return None
    return places[-1] if last else places[0]
