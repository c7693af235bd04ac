"""What the search promises: it keeps what the test needs, ends 1-minimal, and spares tests that cannot pass."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fretsaw.core.minimize import minimize, unverified
from fretsaw.core.patch import derive_set, select, split, texts
from fretsaw.core.patch.patch_set import PatchSet

NEVER = lambda: False  # noqa: E731


def lines(count: int) -> PatchSet:
    """A patch of `count` independent one-line changes in a file of no language."""
    before = "".join(f"line {at}\nkeep {at}\n" for at in range(count))
    return derive_set({"f": before}.get, {"f": before.replace("line", "LINE")})


@given(st.integers(2, 12), st.data())
def test_exactly_what_the_test_needs_is_left(count: int, data: st.DataObject) -> None:
    patch = lines(count)
    ids = frozenset(change.id for change in split(patch))
    needed = frozenset(data.draw(st.sets(st.sampled_from(sorted(ids)))))

    def test(part: PatchSet) -> bool:
        text = texts(part).get("f") or ""
        return all(f"LINE {at - 1}\n" in text for at in needed)

    result = minimize(patch, ids, ids, test, NEVER)
    assert result.kept == needed
    assert result.complete
    assert result.needed == needed
    assert result.tests <= 2 * count * count + 2


@given(st.integers(2, 9), st.data())
def test_the_result_is_1_minimal_for_any_test(count: int, data: st.DataObject) -> None:
    patch = lines(count)
    ids = frozenset(change.id for change in split(patch))
    answers: dict[frozenset[str], bool] = {}
    runs = []

    def test(part: PatchSet) -> bool:
        key = frozenset((texts(part).get("f") or "").split("\n"))
        assert key not in runs, "a set is tested once"
        runs.append(key)
        return answers.setdefault(key, data.draw(st.booleans()))

    result = minimize(patch, ids, ids, test, NEVER)
    runs.clear()
    for at in result.kept:
        part = select(patch, result.kept - {at})
        assert not answers.get(frozenset((texts(part).get("f") or "").split("\n")), False)


def test_only_candidates_go() -> None:
    patch = lines(4)
    assert minimize(patch, {1, 2, 3, 4}, {2, 3}, lambda part: True, NEVER).kept == {1, 4}


def test_time_up_ends_the_search_with_what_was_reached() -> None:
    patch = lines(8)
    left = iter([False, False, True])
    result = minimize(patch, range(1, 9), range(1, 9), lambda part: len(split(part)) > 2, lambda: next(left))
    assert not result.complete
    assert result.kept <= set(range(1, 9))
    assert result.tests == 2


def test_what_does_not_parse_is_never_tested() -> None:
    before = "a = 1\n"
    patch = derive_set({"f.py": before}.get, {"f.py": "if b:\n    a = 1\n    c = 2\n"})
    ids = {change.id for change in split(patch)}
    seen = []

    def test(part: PatchSet) -> bool:
        seen.append(texts(part).get("f.py", before))
        return bool(part)

    minimize(patch, ids, ids, test, NEVER)
    for text in seen:
        compile(text or "", "f.py", "exec")


def test_a_definition_is_not_left_out_while_it_is_used() -> None:
    before = "x = 1\n\n\n\ny = 2\n"
    patch = derive_set({"f.py": before}.get, {"f.py": "from m import helper\nx = 1\n\n\n\ny = helper()\n"})
    seen: list[str] = []

    def test(part: PatchSet) -> bool:
        seen.append(texts(part).get("f.py") or before)
        return "helper()" in seen[-1]

    result = minimize(patch, {1, 2}, {1, 2}, test, NEVER)
    assert result.kept == {1, 2}
    assert all("import" in text for text in seen if "helper()" in text)
    assert result.needed == {2}
    assert result.needed_by == {1: 2}


def test_a_comment_inside_a_block_that_is_needed_can_go() -> None:
    after = "x = 1\nif x:\n    # a word\n    x = 2\nelse:\n    x = 3\n"
    patch = derive_set({"f.py": "x = 1\nx = 3\n"}.get, {"f.py": after})
    ids = {change.id for change in split(patch)}
    result = minimize(patch, ids, ids, lambda part: "x = 2" in (texts(part).get("f.py") or ""), NEVER)
    left = texts(select(patch, result.kept)).get("f.py") or ""
    assert "x = 2" in left
    assert "# a word" not in left


def test_code_that_the_check_does_not_run_is_unverified() -> None:
    patch = derive_set({"f.py": "a\nb\nc\n"}.get, {"f.py": "a\nx\nb\ny\n# note\nc\n"})
    changes = split(patch)
    told = unverified(changes, {"f.py": frozenset({2})})
    assert [changes[at - 1].hunk.added for at in sorted(told)] == [("y\n",)]  # type: ignore[union-attr]
    assert unverified(changes, None) == frozenset()
    assert unverified(changes, {"other.py": frozenset()}) == frozenset()
