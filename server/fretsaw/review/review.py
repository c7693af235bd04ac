"""A proposal under review: what is pending, accepted, rejected or stale in the texts as they are now.

Texts are handed in, and a change's state is read off the text, so that an editor's
own undo, a hand-made edit and a restart all come out right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path
from typing import Literal, TypeAlias

from fretsaw.core.patch import Moves, find_moves
from fretsaw.core.patch.patch_set import Change, FilePatch, Hunk
from fretsaw.core.prune.verdict import Verdict
from fretsaw.core.run import Proposal
from fretsaw.review.track import Edit, Memory, Place, Span, after_edit, differences, follow, spans

State: TypeAlias = Literal["pending", "accepted", "rejected", "stale", "handed-off", "dropped"]
WAITING: tuple[State, ...] = ("pending", "handed-off")
"""States that wait for a person and can be accepted: also what was shown in a preview and not applied there."""
UNDECIDED: tuple[State, ...] = ("pending", "stale", "handed-off")
"""States that nobody has decided yet: also those that cannot be accepted since their lines were edited."""

_WITH_MODE = frozenset({"mode", "create"})


@dataclass(slots=True)
class FileReview:
    """One file of a proposal and its text as it is now."""

    patch: FilePatch
    text: str | None = None
    """The open buffer's, else the disk's; None: there is no such file."""
    known: bool = False
    """True if `text` was ever handed in."""
    spans: tuple[Span, ...] = ()
    """The places of the line changes in the text."""
    uri: str = ""
    """As the client spells it, else made from the path."""
    version: int | None = None
    """Of the open buffer; None: not open."""
    memory: Memory = field(default_factory=Memory)
    """The places in texts that were there before. Also in those that an edit of ours leads to: known exactly, where a
    client's way of writing the same edit leaves room for doubt."""


@dataclass(slots=True)
class Arrival:
    """Changes that an editor was asked to put in or to take out, and whether its text has shown all of them so."""

    numbers: tuple[int, ...]
    place: Place
    seen: bool = False
    """They stood so in one of the texts since then, though a person may have undone it in the next."""


@dataclass(slots=True)
class Review:
    """One run's proposal."""

    run_id: str
    root: Path
    title: str
    proposal: Proposal
    chosen: dict[int, str] = field(default_factory=dict)
    """A person's decisions, by change: accepted, rejected, restored, handed-off; as they are stored."""
    files: dict[str, FileReview] = field(default_factory=dict)
    busy: set[int] = field(default_factory=set)
    """Changes that are being applied right now."""
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    delivered: set[int] = field(default_factory=set)
    """Changes that went to disk by the journal rather than through the editor."""
    edited: set[str] = field(default_factory=set)
    """Paths that were open buffers when the run looked at them."""
    kept: dict[int, str] = field(default_factory=dict)
    """The decisions that are in the store."""
    moves: Moves = field(default_factory=Moves)
    """The changes that are decided on together, since they are halves of one move."""
    expected: Arrival | None = None
    """The last changes that an editor was asked to make."""
    unproved: str = ""
    """The reason why the check did not prove it, where a person may take it all the same."""
    draft: bool = False
    """The run goes on: it can be looked at and rejected, but nothing of it is proved, so nothing can be accepted."""

    def __post_init__(self) -> None:
        self.verdicts = {verdict.change.id: verdict for verdict in self.proposal.verdicts}
        self.files = {file.path: FileReview(file) for file in self.proposal.proposed.files}
        self.moves = find_moves(self.proposal.proposed, [verdict.change for verdict in self.proposal.verdicts])

    # States

    def change(self, number: int) -> Change:
        """A change by its number."""
        return self.verdicts[number].change

    def state(self, number: int) -> State:
        """The state of a change in the present text."""
        verdict, chosen = self.verdicts[number], self.chosen.get(number, "")
        if verdict.decision == "drop" and not chosen:
            return "dropped"
        if chosen == "rejected":
            return "rejected"
        place = self.place(number)
        if place == "after":
            return "accepted"
        if place == "before":
            return "handed-off" if chosen == "handed-off" else "pending"
        return "accepted" if chosen == "accepted" else "stale"

    def place(self, number: int) -> Place:
        """Tell whether the old text, the new one or another stands where a change belongs."""
        change = self.verdicts[number].change
        file = self.files[change.path]
        if not file.known or change.kind == "mode":
            return "after" if self.chosen.get(number) == "accepted" else "before"
        if change.kind == "create":
            return "before" if file.text is None else "after" if file.text == file.patch.after else "touched"
        if change.kind == "delete":
            return "after" if file.text is None else "before" if file.text == file.patch.before else "touched"
        span = self.span(number)
        return "touched" if span is None or file.text is None else span.place(file.text)

    def span(self, number: int) -> Span | None:
        """Find a change of lines in the present text; None for other kinds."""
        path = self.verdicts[number].change.path
        return next((span for span in self.files[path].spans if span.id == number), None)

    def numbers(self, *states: State, path: str | None = None) -> list[int]:
        """The changes in one of the states, in order."""
        return [
            number
            for number, verdict in self.verdicts.items()
            if (path is None or verdict.change.path == path) and self.state(number) in states
        ]

    @property
    def open(self) -> bool:
        """Return True if there is anything left to decide."""
        return bool(self.numbers("pending", "stale", "handed-off"))

    def take_over(self, draft: Review) -> None:
        """Take over a person's decisions on a draft for the same changes here, whatever their numbers."""
        decided = {replace(draft.change(number), id=0): state for number, state in draft.chosen.items()}
        for number, verdict in self.verdicts.items():
            state = decided.get(replace(verdict.change, id=0))
            if state is not None and (state != "restored" or verdict.decision == "drop"):
                self.chosen[number] = state

    # Texts

    def set_text(self, path: str, text: str | None, uri: str, version: int | None) -> None:
        """Take a file's present text as a whole: opened, closed, or read from the disk."""
        file = self.files[path]
        file.uri, file.version = uri, version
        if not file.known or file.text != text:
            file.text, file.known = text, True
            file.spans = self._placed(file, text) if text is not None else ()
            file.memory.keep(text or "", file.spans)
            self._note_arrival()

    def follow(self, path: str, edits: Iterable[Edit], version: int) -> None:
        """Take what was typed into an open buffer."""
        file = self.files[path]
        typed = tuple(edits)
        before = file.text or ""
        file.spans = follow(file.spans, before, typed, file.memory)
        file.text = reduce(lambda text, edit: edit.on(text), typed, before)
        file.version = version
        self._note_arrival()
        self._remember()

    def expect(self, numbers: Iterable[int], place: Place) -> Arrival:
        """Watch every text from now on for changes to stand so, as an undo may follow within milliseconds."""
        self.expected = Arrival(tuple(numbers), place)
        return self.expected

    def _note_arrival(self) -> None:
        expected = self.expected
        if expected is not None and all(self.place(number) == expected.place for number in expected.numbers):
            expected.seen = True

    def catch_up(self, path: str, before: str, edits: Iterable[Edit]) -> bool:
        """Place the changes by what was typed since the run looked at the buffer; False where that does not fit."""
        file = self.files[path]
        if file.patch.before != before:
            return False
        file.spans = follow(spans(before, self._hunks(path)), before, edits, file.memory)
        return True

    def _placed(self, file: FileReview, text: str) -> tuple[Span, ...]:
        """The changes' places in a text of which only the outcome is known, by comparing it with what is expected."""
        known = file.memory.recall(text)
        if known is not None:
            return known
        expected = file.patch.before or ""
        placed = spans(expected, self._hunks(file.patch.path))
        for span in sorted(placed, key=lambda span: -span.start):
            if self.chosen.get(span.id) == "accepted":
                expected = Edit(span.start, span.end, span.new).on(expected)
                placed = after_edit(placed, Edit(span.start, span.end, span.new), expected)
        return follow(placed, expected, differences(expected, text))

    def _hunks(self, path: str) -> list[tuple[int, Hunk]]:
        return [
            (number, verdict.change.hunk)
            for number, verdict in self.verdicts.items()
            if verdict.change.path == path and verdict.change.kind == "lines" and verdict.change.hunk is not None
        ]

    def _remember(self) -> None:
        """Keep what the text now says: an accept that an editor did, and an editor's undo of it."""
        for number, verdict in self.verdicts.items():
            chosen = self.chosen.get(number, "")
            if verdict.change.kind != "lines" or chosen == "rejected" or (verdict.decision == "drop" and not chosen):
                continue
            place = self.place(number)
            if place == "after" and chosen != "accepted":
                self.chosen[number] = "accepted"
            elif place == "before" and chosen == "accepted":
                self.chosen[number] = "restored" if verdict.decision == "drop" else "pending"

    # Decisions

    def decide(self, numbers: Iterable[int], state: str) -> None:
        """Write down a decision."""
        for number in numbers:
            self.chosen[number] = state

    def plan(self, numbers: Iterable[int], wanted: Literal["new", "old"]) -> dict[str, list[Edit]]:
        """The edits that put changes of lines in ("new") or take them out ("old"), by path.

        In the order of the text, all in the coordinates of the present text; touching ones are made one, so that no
        client has to choose an order. What they lead to is expected from now on.
        """
        by_path: dict[str, list[Span]] = {}
        for number in numbers:
            span = self.span(number)
            if span is not None:
                by_path.setdefault(self.change(number).path, []).append(span)
        return {path: self._planned(self.files[path], found, wanted) for path, found in by_path.items()}

    def texts_after(self, numbers: Iterable[int]) -> dict[str, tuple[str | None, str | None]]:
        """The present text and the text with changes put in, by path; None: no such file."""
        chosen = list(numbers)
        texts: dict[str, tuple[str | None, str | None]] = {}
        for path in {self.change(number).path for number in chosen}:
            file = self.files[path]
            kinds = {self.change(number).kind for number in chosen if self.change(number).path == path}
            whole = kinds & {"create", "delete"}
            texts[path] = (file.text, file.patch.after if whole else self._with(file, chosen))
        return texts

    def modes_after(self, numbers: Iterable[int]) -> dict[str, tuple[str, str]]:
        """The mode before and with changes put in, by path; only where one of them changes it or creates a file."""
        changes = [self.change(number) for number in numbers]
        modes = {change.path: self.files[change.path].patch.mode for change in changes if change.kind in _WITH_MODE}
        return {path: mode for path, mode in modes.items() if mode is not None}

    def _with(self, file: FileReview, numbers: list[int]) -> str | None:
        text = file.text
        wanted = [span for span in file.spans if span.id in numbers]
        for span in sorted(wanted, key=lambda span: (span.start, span.end, span.id), reverse=True):
            text = Edit(span.start, span.end, span.new).on(text or "")
        return text

    def _planned(self, file: FileReview, wanted_spans: list[Span], wanted: Literal["new", "old"]) -> list[Edit]:
        ordered = sorted(wanted_spans, key=lambda span: (span.start, span.end, span.id))
        edits: list[Edit] = []
        text, placed = file.text or "", file.spans
        for span in reversed(ordered):
            edit = Edit(span.start, span.end, span.new if wanted == "new" else span.old)
            text = edit.on(text)
            placed = after_edit(placed, edit, text)
        for span in ordered:
            own = span.new if wanted == "new" else span.old
            if edits and edits[-1].end == span.start:
                edits[-1] = Edit(edits[-1].start, span.end, edits[-1].text + own)
            else:
                edits.append(Edit(span.start, span.end, own))
        file.memory.keep(text, placed)
        return edits
