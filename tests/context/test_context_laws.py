"""What holds of every choice: the budget, exact text, the same bytes again, and what is never shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from fretsaw.core.context.choose import choose
from fretsaw.core.context.parts import Context
from fretsaw.core.context.render import documents
from fretsaw.core.context.search import find
from fretsaw.core.issue import parse
from fretsaw.core.snapshot import Counted, Snapshot
from fretsaw.core.text.lines import split_lines
from fretsaw.core.text.tokens import estimate

WORDS = [
    "cart",
    "total",
    "price",
    "Queue",
    "pop",
    "parse_header",
    "import",
    "def",
    "class",
    "(",
    ")",
    "{",
    "}",
    "\n",
    "    ",
    "\r\n",
    "\t",
]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=300).map(" ".join)
PATHS = st.sampled_from(
    [
        "cart.py",
        "src/queue.ts",
        "a/b/total.go",
        "tests/test_cart.py",
        "docs/x.md",
        "price.rs",
        "Queue.java",
        "w eird\n.py",
        "x.c",
    ]
)
Mode = Literal["auto", "whole", "files"]
REPOS = st.dictionaries(PATHS, TEXTS, max_size=9)
ISSUES = st.lists(
    st.sampled_from([*WORDS, "`cart.py`", "a/b/total.go:3", 'File "cart.py", line 2, in total']), max_size=20
).map(" ".join)


def snapshot_of(texts: dict[str, str], **more: object) -> Snapshot:
    return Snapshot(None, tuple(sorted(texts)), texts.get, **more)  # type: ignore[arg-type]


def check(context: Context, texts: dict[str, str], budget: int) -> None:
    assert context.tokens <= budget
    assert estimate(documents(context.parts)) <= context.tokens + len(context.parts) * 8
    seen: list[tuple[str, int]] = []
    for part in context.parts:
        assert part.text == "".join(split_lines(texts[part.path])[part.first - 1 : part.last])
        assert seen == [] or seen[-1] < (part.path, part.first)
        seen.append((part.path, part.last))


@settings(max_examples=150)
@given(ISSUES, REPOS, st.integers(0, 3000), st.sampled_from(get_args(Mode)))
def test_the_budget_holds_and_the_text_is_exact(issue: str, texts: dict[str, str], budget: int, mode: Mode) -> None:
    context = choose(parse(issue), snapshot_of(texts), budget, mode, estimate, (("cart.py", 1, 3), ("none.py", 2, 9)))
    check(context, texts, budget)
    again = choose(
        parse(issue),
        snapshot_of(dict(reversed(texts.items()))),
        budget,
        mode,
        estimate,
        (("cart.py", 1, 3), ("none.py", 2, 9)),
    )
    assert again == context
    assert documents(again.parts) == documents(context.parts)


TEXTS_OF_SHOP = {
    "shop/cart.py": "class Cart:\n    def total(self):\n        return 1\n",
    "shop/price.py": "def price():\n    return 2\n" * 200,
    "big.py": "total = 1  # Cart\n" * 70_000,
    "blob.py": "Cart\0total",
    "min.js": "Cart.total;" * 5_000,
}


def test_the_whole_repository_is_shown_when_it_fits() -> None:
    texts = {path: TEXTS_OF_SHOP[path] for path in ("shop/cart.py", "shop/price.py")}
    context = choose(parse("# Hm"), snapshot_of(texts), 9_000, "whole", estimate)
    assert context.whole
    assert context.paths == ("shop/cart.py", "shop/price.py")
    smaller = choose(parse("# Cart.total is wrong"), snapshot_of(texts), 1_000, "whole", estimate)
    assert not smaller.whole
    assert "shop/cart.py" in smaller.paths
    assert any("does not fit" in notice for notice in smaller.notices)


def test_a_small_repository_is_shown_as_a_whole_by_itself() -> None:
    texts = {"shop/cart.py": TEXTS_OF_SHOP["shop/cart.py"], "a.py": "x = 1\n"}
    assert choose(parse("# Hm"), snapshot_of(texts), 24_000, "auto", estimate).whole


def test_what_is_too_large_or_binary_is_left_out_with_a_notice() -> None:
    context = choose(
        parse("# `Cart.total` in big.py, blob.py and min.js"), snapshot_of(TEXTS_OF_SHOP), 5_000, "auto", estimate
    )
    assert "shop/cart.py" in context.paths
    assert not {"big.py", "blob.py", "min.js"} & set(context.paths)
    told = "\n".join(context.notices)
    assert "big.py" in told
    assert "1 MB" in told
    assert "min.js" in told


def test_secrets_are_told_of_and_not_shown() -> None:
    snapshot = snapshot_of(TEXTS_OF_SHOP, secrets=(".env",), left_out={"link.py": "symlink"})
    context = choose(parse("# The total in .env and link.py"), snapshot, 5_000, "auto", estimate)
    told = "\n".join(context.notices)
    assert ".env" in told
    assert "link.py (symlink)" in told


def test_unsaved_text_wins_over_what_the_counter_knows() -> None:
    texts = {"a.py": "def old_name():\n    pass\n", "b.py": "def other():\n    pass\n"}
    asked: list[str] = []

    def counter(parts: Sequence[str], most: int, among: Sequence[str] | None) -> Counted:
        asked.extend(parts)
        return Counted({"b.py": {"old_name": 9}}, cut=False)

    snapshot = snapshot_of(texts, overlay={"b.py": "def new_name():\n    pass\n"}, counter=counter)
    context = choose(parse("# `new_name` is wrong"), snapshot, 5_000, "files", estimate)
    assert context.ranking[0] == "b.py"
    assert any(part.text.startswith("def new_name") for part in context.parts)
    assert "new_name" in asked


def test_a_search_that_ends_early_is_told_of() -> None:
    texts = {"a.py": "def new_name():\n    pass\n"}
    snapshot = snapshot_of(texts, counter=lambda parts, most, among: Counted({"a.py": {"new_name": 1}}, cut=True))
    context = choose(parse("# `new_name` is wrong"), snapshot, 5_000, "files", estimate)
    assert any("too large to be searched to its end" in notice for notice in context.notices)


def test_a_flood_of_one_word_hides_no_other() -> None:
    rows = {"common": [(f"a{at:05}.py", 1, "common") for at in range(30_000)], "rare": [("z.py", 3, "rare = 1")]}

    def searcher(words: str, most: int) -> tuple[tuple[str, int, str], ...]:
        return tuple([row for word in words.split() for row in rows[word]][:most])

    hits = find(snapshot_of({}, searcher=searcher), ("common", "rare", "common"))
    assert ("z.py", 3) in {(hit.path, hit.line) for hit in hits if hit.word == "rare"}


def test_selected_lines_are_shown() -> None:
    texts = {"a.py": "".join(f"def f{i}():\n    return {i}\n\n\n" for i in range(400))}
    context = choose(parse("# Make this faster"), snapshot_of(texts), 1_200, "auto", estimate, (("a.py", 801, 802),))
    assert any(part.first <= 801 and part.last >= 802 for part in context.parts)


def test_what_comes_next_fits_into_as_much_more_as_is_said() -> None:
    texts = {
        f"shop/part{part}.py": "".join(
            f"def total_{part}_{number}(cart):\n    return cart.total({number})  # of part {part}\n\n\n"
            * (1 + number % 3)
            for number in range(12)
        )
        for part in range(8)
    }
    issue = parse("# `cart.total` is wrong\n\nThe total of a cart is wrong in `total_3_7`.")
    for budget in (300, 900, 2_000):
        less = choose(issue, snapshot_of(texts), budget, "files", estimate)
        assert len(less.following) == 10
        more = choose(issue, snapshot_of(texts), budget + less.following_tokens, "files", estimate)
        shown = [(part.path, part.first, part.last) for part in more.parts]
        for path, first, last in ((part.path, part.first, part.last) for part in less.following):
            assert any(path == where and low <= first and last <= high for where, low, high in shown)
