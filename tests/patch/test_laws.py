"""The laws of the algebra, on texts with every habit that files have."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.patch.strategies import pairs, texts

from fretsaw.core.patch import (
    FilePatch,
    PatchSet,
    apply,
    compose,
    derive,
    derive_set,
    hunks_of,
    reread,
    reverse,
    reverse_set,
    select,
    split,
)
from fretsaw.core.text.lines import split_lines
from fretsaw.errors import ConflictError

optional = st.one_of(st.none(), texts())


@given(pairs())
def test_apply_of_derive_is_the_text_after(pair: tuple[str, str]) -> None:
    before, after = pair
    hunks = hunks_of(before, after)
    assert apply(before, hunks) == after
    assert FilePatch("f", before, hunks).after == after


@given(pairs())
def test_hunks_hold_no_line_that_both_sides_begin_or_end_with_and_do_not_touch(pair: tuple[str, str]) -> None:
    hunks = hunks_of(*pair)
    for hunk in hunks:
        assert hunk.removed[:1] != hunk.added[:1]
        assert hunk.removed[-1:] != hunk.added[-1:]
    assert all(a.end < b.start for a, b in pairwise(hunks))


@given(pairs())
def test_a_short_difference_is_the_shortest_one(pair: tuple[str, str]) -> None:
    """Without lines that stand once on both sides, no anchor is used and Myers' minimum is reached."""
    before, after = (text.replace("x", "") * 2 for text in pair)
    old, new = split_lines(before), split_lines(after)
    row = [0] * (len(new) + 1)
    for a in old:
        last, row = row, [0]
        for j, b in enumerate(new):
            row.append(last[j] + 1 if a == b else max(last[j + 1], row[j]))
    size = sum(len(h.removed) + len(h.added) for h in hunks_of(before, after))
    assert size >= len(old) + len(new) - 2 * row[-1]
    if not any(old.count(line) == 1 == new.count(line) for line in old):
        assert size <= (len(old) + len(new) - 2 * row[-1]) * 3


@given(optional, optional)
def test_reverse_undoes(before: str | None, after: str | None) -> None:
    patch = derive("f", before, after)
    if patch is None:
        assert before == after
        return
    back = reverse(patch)
    assert (patch.before, patch.after) == (before, after)
    assert (back.before, back.after) == (after, before)
    assert reverse(back) == patch
    assert compose(PatchSet((patch,)), reverse_set(PatchSet((patch,)))) == PatchSet()


@given(optional, optional, optional)
def test_compose_does_both(one: str | None, two: str | None, three: str | None) -> None:
    first, second = derive("f", one, two), derive("f", two, three)
    both = compose(PatchSet((first,) if first else ()), PatchSet((second,) if second else ()))
    whole = derive("f", one, three)
    assert [(f.before, f.after) for f in both.files] == ([(one, three)] if whole else [])


@given(pairs(), pairs())
def test_selecting_all_is_the_patch_itself_and_none_is_nothing(one: tuple[str, str], two: tuple[str, str]) -> None:
    patch = _set(one, two)
    ids = [change.id for change in split(patch)]
    assert ids == list(range(1, len(ids) + 1))
    assert select(patch, ids).files == patch.files
    assert select(patch, ()) == PatchSet()
    assert split(patch) == split(patch)


@given(pairs(), st.data())
def test_select_commutes(pair: tuple[str, str], data: st.DataObject) -> None:
    """What is chosen first and what is added after makes no difference, and order does not either."""
    patch = _set(pair, ("", ""))
    ids = [change.id for change in split(patch)]
    chosen = data.draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
    part = select(patch, chosen)
    assert part == select(patch, chosen[::-1])
    rest = derive_set(lambda path: _after(part, path, pair[0]), {"a": pair[1]})
    assert [file.after for file in compose(part, rest).files] == [file.after for file in patch.files]


@given(pairs(), st.data())
@settings(max_examples=300)
def test_every_subset_reads_the_same_to_unidiff(pair: tuple[str, str], data: st.DataObject) -> None:
    patch = _set(pair, (pair[1], pair[0]))
    ids = [change.id for change in split(patch)]
    part = select(patch, data.draw(st.lists(st.sampled_from(ids), unique=True)) if ids else [])
    for context in (0, 3):
        assert reread(part, context) is None
    for file in part.files:
        assert apply(file.before or "", file.hunks) == file.after
        assert derive(file.path, file.before, file.after) is not None


def test_unidiff_is_heard_when_it_disagrees() -> None:
    patch = derive("f", "a\nb\n", "a\nc\n")
    assert patch is not None
    assert reread(PatchSet((patch,))) is None
    assert reread(PatchSet((replace(patch, path="x b/y"),))) is None, "a name that looks like two"
    broken = replace(patch, hunks=(replace(patch.hunks[0], added=("c\nd\n",)),))
    assert reread(PatchSet((broken,))) is not None


def test_a_hunk_that_does_not_fit_is_refused() -> None:
    hunks = hunks_of("a\nb\n", "a\nc\n")
    with pytest.raises(ConflictError, match="line 2"):
        apply("a\nx\n", hunks)
    with pytest.raises(ConflictError):
        apply("a\nb\n", (*hunks, *hunks))


def _set(one: tuple[str, str], two: tuple[str, str]) -> PatchSet:
    before = {"a": one[0], "b": two[0]}
    return derive_set(before.get, {"a": one[1], "b": two[1]})


def _after(patch: PatchSet, path: str, before: str) -> str | None:
    return next((file.after for file in patch.files if file.path == path), before)
