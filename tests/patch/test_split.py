"""What a person would call one change is one change, also inside a hunk."""

from __future__ import annotations

import pytest

from fretsaw.core.patch import PatchSet, derive, derive_set, select, split
from fretsaw.core.text.lines import split_lines


def parts(before: str, after: str) -> list[tuple[str, str]]:
    patch = derive("f.py", before, after)
    assert patch is not None
    return [
        ("".join(c.hunk.removed), "".join(c.hunk.added)) if c.hunk else (c.kind, "") for c in split(PatchSet((patch,)))
    ]


CASES = {
    "a comment beside a fix": (
        "# count\nx = one(a)\n",
        "# Count\nx = two(a)\n",
        [("# count\n", "# Count\n"), ("x = one(a)\n", "x = two(a)\n")],
    ),
    "a call that is wrapped beside a fix": (
        "y = get(first, second)\nreturn low\n",
        "y = get(\n    first,\n    second,\n)\nreturn high\n",
        [
            ("y = get(first, second)\n", "y = get(\n    first,\n    second,\n)\n"),
            ("return low\n", "return high\n"),
        ],
    ),
    "a print put between two lines that are changed": (
        "alpha = old(1)\nbeta = old(2)\n",
        "alpha = new(1)\nprint('x', y)\nbeta = new(2)\n",
        [
            ("alpha = old(1)\n", "alpha = new(1)\n"),
            ("", "print('x', y)\n"),
            ("beta = old(2)\n", "beta = new(2)\n"),
        ],
    ),
    "an inserted block with a comment and a blank line": (
        "a\n",
        "a\n# why\nb = (\n    1)\n\nc\n",
        [("", "# why\n"), ("", "b = (\n    1)\n"), ("", "\n"), ("", "c\n")],
    ),
    "a long string is never cut": ("a\n", 'a\nt = """\n\nx\n"""\n', [("", 't = """\n\nx\n"""\n')]),
    "lines rewritten one by one": ("aaa(b)\nccc\n", "ddd\neee\n", [("aaa(b)\n", "ddd\n"), ("ccc\n", "eee\n")]),
    "a replaced block whose lines share nothing": (
        "aaa(b)\nccc\n",
        "ddd\neee\nfff\n",
        [("aaa(b)\nccc\n", "ddd\neee\nfff\n")],
    ),
    "line endings and a fix in one file": (
        "a\nb = 1\n",
        "a\r\nb = 2\r\n",
        [("endings", ""), ("b = 1\n", "b = 2\n")],
    ),
    "a lost final newline on the line of a fix": ("b = 1\n", "b = 2", [("eof", ""), ("b = 1\n", "b = 2\n")]),
    "what follows an unterminated line stays with it": ("a", "a\nb\n", [("a", "a\nb\n")]),
}


@pytest.mark.parametrize("name", CASES)
def test_split(name: str) -> None:
    before, after, expected = CASES[name]
    assert parts(before, after) == expected


def test_a_file_as_a_whole_is_one_change() -> None:
    texts = {"new": None, "old": "x\ny\n", "run": "a\n"}
    patch = derive_set(texts.get, {"new": "a\n\nb\n", "old": None}, {"run": ("100644", "100755")})
    assert [(c.path, c.kind) for c in split(patch)] == [("new", "create"), ("old", "delete"), ("run", "mode")]
    assert [file.path for file in select(patch, {2, 3}).files] == ["old", "run"]


def test_without_the_conversion_of_endings_the_fix_alone_is_left() -> None:
    before = "a\nb = 1\nc\n"
    patch = derive_set({"f": before}.get, {"f": "a\r\nb = 2\r\nc\r\n"})
    assert select(patch, {2}).files[0].after == "a\nb = 2\nc\n"
    assert select(patch, {1}).files[0].after == before.replace("\n", "\r\n")


def test_an_insertion_stands_where_a_person_would_put_it() -> None:
    before = "def a():\n    x\n\ndef c():\n    x\n"
    patch = derive("f", before, "def a():\n    x\n\ndef b():\n    x\n\ndef c():\n    x\n")
    assert patch is not None
    assert patch.hunks[0].added == ("def b():\n", "    x\n", "\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("".join(f"{i % 7}\n" for i in range(60_000)), "".join(f"{i % 5}\n" for i in range(60_000))),
        ("a" * 5_000_000, "b" * 5_000_000),
        ("x\n" * 200_000, "y\nx\n" * 100_000),
        ("".join(f"{i}\n" for i in range(100_000)), "".join(f"{i}\n" for i in reversed(range(100_000)))),
        ("a(b)\n" * 3_000, "b(a)\n" * 2_999 + "a b\n"),
    ],
    ids=["repeating", "one long line", "interleaved", "reversed", "many like lines"],
)
def test_hostile_texts_stay_within_the_budget(before: str, after: str) -> None:
    """Each of these would take minutes without a bound; the suite's timeout would say so."""
    patch = derive_set({"f": before}.get, {"f": after})
    assert patch.files[0].after == after
    changes = split(patch)
    assert sum(len(c.hunk.removed) for c in changes if c.hunk) <= len(split_lines(before))
