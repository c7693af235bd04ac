"""From a cursor to the change that waits there, and to the next one through all files. Sends nothing."""

from __future__ import annotations

from dataclasses import dataclass

from fretsaw.lsp.features import to_json, virtual_documents
from fretsaw.lsp.features.arguments import Cursor, Step
from fretsaw.lsp.state.server import Server
from fretsaw.review.review import WAITING, Review


@dataclass(frozen=True, slots=True, eq=False)
class PendingChange:
    """A change that waits, and its lines in the present text; None: it is about a whole file."""

    review: Review
    number: int
    lines: tuple[int, int] | None

    def same(self, other: PendingChange | None) -> bool:
        """Whether it is the same change."""
        return other is not None and self.review is other.review and self.number == other.number

    @property
    def named(self) -> dict[str, object]:
        """As a command's argument names it."""
        return {"runId": self.review.run_id, "change": self.number}


def pending_changes(server: Server) -> list[PendingChange]:
    """Every change that waits: the newest proposal first, then in the order of files and lines."""
    reviews = sorted(server.reviews.values(), key=lambda review: review.run_id, reverse=True)
    return [place for review in reviews for path in review.files for place in _in_file(server, review, path)]


def _in_file(server: Server, review: Review, path: str) -> list[PendingChange]:
    found = [
        PendingChange(review, number, _lines(server, review, number)) for number in review.numbers(*WAITING, path=path)
    ]
    return sorted(found, key=lambda place: (place.lines or (0, 0), place.number))


def _lines(server: Server, review: Review, number: int) -> tuple[int, int] | None:
    where = to_json.range_of(server, review, number) if review.change(number).kind == "lines" else None
    return (where.start.line, where.end.line) if where is not None else None


def changes_in_document(server: Server, uri: str) -> list[PendingChange]:
    """Those of a file, or of the proposal whose virtual document this is."""
    side = virtual_documents.document_side(uri)
    if side is not None:
        return [place for place in pending_changes(server) if (place.review.run_id, _path(place)) == side]
    return [place for place in pending_changes(server) if to_json.file_uri(place.review, _path(place)) == uri]


def _path(place: PendingChange) -> str:
    return place.review.change(place.number).path


def change_at(server: Server, cursor: Cursor) -> PendingChange | None:
    """The change at the cursor."""
    line = cursor.position.line
    return next((place for place in changes_in_document(server, cursor.uri) if _covers(place, line)), None)


def _covers(place: PendingChange, line: int) -> bool:
    return place.lines is None or place.lines[0] <= line <= place.lines[1]


def adjacent_change(server: Server, cursor: Cursor | None, step: Step) -> PendingChange | None:
    """The change after or before the cursor, through all files and around; None when there is no other.

    Without a cursor: the first or the last of all. With one between two changes of its file: the nearer one there.
    """
    pending = pending_changes(server)
    if not pending:
        return None
    forward = step == "next"
    in_file = changes_in_document(server, cursor.uri) if cursor else []
    if cursor is None or not in_file:
        return pending[0] if forward else pending[-1]
    current = change_at(server, cursor)
    if current is None:
        ahead = _ahead(in_file, cursor.position.line, forward)
        if ahead is not None:
            return ahead
    # Go on from the change at the cursor; past the last of a file from that one, into the next file.
    start = current or (in_file[-1] if forward else in_file[0])
    index = next(index for index, place in enumerate(pending) if place.same(start))
    found = pending[(index + (1 if forward else -1)) % len(pending)]
    return None if found.same(current) else found


def _ahead(in_file: list[PendingChange], line: int, forward: bool) -> PendingChange | None:
    """The nearest change of the file after a line, or before it; None past the last one."""
    ahead = [place for place in in_file if place.lines and (place.lines[0] > line) == forward]
    if not ahead:
        return None
    return ahead[0] if forward else ahead[-1]
