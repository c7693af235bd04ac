"""Places under typing: laws that hold for any text, any hunks and any edits."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fretsaw.core.patch import hunks_of
from fretsaw.core.patch.patch_set import Hunk
from fretsaw.core.text.lines import split_lines
from fretsaw.review.track import Edit, Memory, after_edit, differences, follow, spans

WORDS = st.sampled_from(["a\n", "b\n", "c\n", "\n", "x😀\n", "y\r\n", "z\x0c\n", "w\u2028\n"])
TEXTS = st.lists(WORDS, max_size=12).map("".join)


@st.composite
def proposals(draw: st.DrawFn) -> tuple[str, str, tuple[Hunk, ...]]:
    before, after = draw(TEXTS), draw(TEXTS)
    return before, after, hunks_of(before, after)


@given(proposals())
def test_every_change_stands_before_at_first_and_after_when_made_in_any_order(
    proposal: tuple[str, str, tuple[Hunk, ...]],
) -> None:
    before, after, hunks = proposal
    numbered = list(enumerate(hunks, 1))
    for order in (numbered, numbered[::-1]):
        text, placed = before, spans(before, numbered)
        assert all(span.place(text) == "before" for span in placed)
        for number, _ in order:
            span = next(span for span in placed if span.id == number)
            edit = Edit(span.start, span.end, span.new)
            text = edit.on(text)
            placed = after_edit(placed, edit, text)
            assert next(span for span in placed if span.id == number).place(text) == "after"
        assert text == after
        assert all(span.place(text) == "after" for span in placed)
        for number, _ in order:
            span = next(span for span in placed if span.id == number)
            edit = Edit(span.start, span.end, span.old)
            text = edit.on(text)
            placed = after_edit(placed, edit, text)
        assert text == before
        assert all(span.place(text) == "before" for span in placed)


@given(proposals(), st.data())
def test_typing_never_makes_a_place_lie(proposal: tuple[str, str, tuple[Hunk, ...]], data: st.DataObject) -> None:
    before, _, hunks = proposal
    text, placed = before, spans(before, list(enumerate(hunks, 1)))
    for _ in range(data.draw(st.integers(0, 6))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 4)))
        edit = Edit(start, end, data.draw(st.text("ab\n", max_size=4)))
        text = edit.on(text)
        placed = after_edit(placed, edit, text)
        for span in placed:
            assert 0 <= span.start <= span.end <= len(text)
            if span.place(text) == "before":
                assert text[span.start : span.end] == span.old
                assert "".join(split_lines(text[: span.start])) == text[: span.start]
                assert span.start == 0 or text[span.start - 1] == "\n"


@given(proposals(), st.text("ab\n", min_size=1, max_size=5), st.data())
def test_typing_elsewhere_keeps_every_change_pending(
    proposal: tuple[str, str, tuple[Hunk, ...]], typed: str, data: st.DataObject
) -> None:
    before, _, hunks = proposal
    placed = spans(before, list(enumerate(hunks, 1)))
    if not placed:
        return
    first = min(span.start for span in placed)
    starts = [0, *(at + 1 for at in range(first) if before[at] == "\n")]
    at = data.draw(st.sampled_from([start for start in starts if start < first] or [first]))
    edit = Edit(at, at, typed + "\n")
    moved = after_edit(placed, edit, edit.on(before))
    if at < first or not any(span.start == span.end == first for span in placed):
        assert all(span.place(edit.on(before)) == "before" for span in moved)


@given(proposals(), st.data())
def test_typing_and_its_undo_bring_every_change_back(
    proposal: tuple[str, str, tuple[Hunk, ...]], data: st.DataObject
) -> None:
    before, _, hunks = proposal
    placed = spans(before, list(enumerate(hunks, 1)))
    text = before
    edits: list[Edit] = []
    back: list[Edit] = []
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        edit = Edit(start, end, data.draw(st.text("ab\n", max_size=4)))
        edits.append(edit)
        back.insert(0, Edit(start, start + len(edit.text), text[start:end]))
        text = edit.on(text)
    # An editor may undo in other steps than were typed.
    undo = back if data.draw(st.booleans()) else [Edit.between(text, before)]
    assert follow(placed, before, [*edits, *undo]) == placed


def test_what_was_not_met_for_long_is_forgotten() -> None:
    memory = Memory()
    for number in range(Memory.MOST + 1):
        memory.keep(str(number), ())
        memory.recall("0")
    assert memory.recall("0") is None
    assert memory.recall("1") == ()


@given(TEXTS, TEXTS)
@settings(max_examples=200)
def test_differences_lead_from_one_text_to_the_other(before: str, after: str) -> None:
    text = before
    for edit in differences(before, after):
        text = edit.on(text)
    assert text == after
    assert Edit.between(before, after).on(before) == after


@given(proposals())
def test_following_the_differences_finds_what_was_accepted_meanwhile(
    proposal: tuple[str, str, tuple[Hunk, ...]],
) -> None:
    before, after, hunks = proposal
    placed = follow(spans(before, list(enumerate(hunks, 1))), before, differences(before, after))
    assert all(span.place(after) == "after" for span in placed)
