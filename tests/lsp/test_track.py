"""Places under typing: laws that hold for any text, any hunks and any edits."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fretsaw.core.patch import hunks_of
from fretsaw.core.patch.values import Hunk
from fretsaw.core.text import split_lines
from fretsaw.core.track import Edit, after_edit, differences, follow, spans

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
def test_an_edit_and_its_undo_bring_every_change_back(
    proposal: tuple[str, str, tuple[Hunk, ...]], data: st.DataObject
) -> None:
    before, _, hunks = proposal
    placed = tuple(span for span in spans(before, list(enumerate(hunks, 1))) if span.start != span.end)
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, len(before)))
    edit = Edit(start, end, data.draw(st.text("ab\n", max_size=4)))
    there = edit.on(before)
    back = Edit(start, start + len(edit.text), before[start:end])
    moved = after_edit(after_edit(placed, edit, there), back, before)
    for old, new in zip(placed, moved, strict=True):
        once = sum(before.startswith(old.old, at) for at in range(len(before))) == 1
        if once or (old.start, old.end) == (new.start, new.end):
            assert new.place(before) == "before", (old, new)


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
