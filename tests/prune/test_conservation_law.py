"""The law of what is delivered: no line is lost that the reply kept somewhere, none is doubled, none is made up.

Counted here by plain means, apart from the code that promises it, over all cases and corpora and over made-up moves.
"""

from __future__ import annotations

import json
import lzma
import os
import re
import runpy
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.golden import folders
from tests.patch.strategies import pairs
from tests.prune.replies import left_by, reply_of
from tests.prune.test_prune_cases import tree

from fretsaw.core.issue import Issue, parse
from fretsaw.core.locate import place
from fretsaw.core.patch import derive_set, select
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.prune import RULES, Mode, Pruned, prune
from fretsaw.core.reply import read
from fretsaw.measure.corpus import answer_of

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "corpus"
SHARE = 3 if os.environ.get("FRETSAW_SLOW") else 18
"""Of so many rows of a shared corpus one is read: more of them by `make test-slow`."""
ISSUE = Issue("Something is wrong", "It should be right.")
MODES: list[Mode] = ["safe", "strict", "off"]
EMPTY = frozenset("return none nil null true false else end pass break continue try finally do then".split())  # noqa: SIM905


def said(line: str) -> str:
    """A line up to blanks, quotes and what ends it."""
    return "".join(line.split()).replace("'", '"').rstrip(",;")


def says_something(line: str) -> bool:
    """Whether a line holds more than brackets and words that stand anywhere."""
    return bool({word.lower() for word in re.findall(r"\w+", line)} - EMPTY)


def counted(texts: Iterable[str | None], every: bool) -> Counter[str]:
    """The lines of all texts, blank ones aside; without `every` those that say something only."""
    lines = (line for text in texts for line in re.split(r"\r\n|\n", text or "") if line.strip())
    return Counter(said(line) for line in lines if every or says_something(line))


NAMED = re.compile(r"\b(?:def|class|function|func|fn|interface|struct|trait|enum)\s+([\w$]+)")


def named(texts: Iterable[str | None]) -> set[str]:
    """The names of what the texts define: what moved and was rewritten on the way has no line left, but its name."""
    return {name for text in texts for name in NAMED.findall(text or "")}


def without_copies(now: Mapping[str, str | None], before: Mapping[str, str | None]) -> dict[str, str | None]:
    """The texts without new files that hold all of an edited one, as `calc.py.orig` does: nothing moved there."""
    stay = [counted((text,), True) for path, text in before.items() if text and now.get(path) is not None]
    new = {path for path in now if before.get(path) is None and now[path] is not None}
    copies = {path for path in new if any(len(one) > 3 and one <= counted((now[path],), True) for one in stay)}
    return {path: text for path, text in now.items() if path not in copies}


def broken(pruned: Pruned, every: bool = False) -> list[tuple[str, int, int, int]]:
    """Lines that break the law: (line, times in the base, in the reply, in what is delivered).

    What was found to be layout is no other line: it is taken out of the reply too. A file that was formatted anew is
    compared as it was put back to its own style (`proposed`).
    """
    layout = {one.change.id for one in pruned.verdicts if one.decision == "drop" and RULES[one.rule].layout}
    every_id = {one.change.id for one in pruned.verdicts}
    reply = select(pruned.proposed, every_id - layout)
    before = {file.path: file.before for file in pruned.proposed.files}
    base = counted(before.values(), every)
    wanted = counted(without_copies(after(before, reply), before).values(), every)
    there = counted(without_copies(after(before, pruned.patch), before).values(), every)
    lost = named(before.values()) & named(after(before, reply).values()) - named(after(before, pruned.patch).values())
    return [(f"the definition of {name}", 1, 1, 0) for name in sorted(lost)] + [
        (line, base[line], wanted[line], there[line])
        for line in base | wanted | there
        if not min(base[line], wanted[line]) <= there[line] <= max(base[line], wanted[line])
    ]


def after(before: Mapping[str, str | None], patch: PatchSet) -> dict[str, str | None]:
    """Path → text after the patch, of all paths."""
    return {**before, **{file.path: file.after for file in patch.files}}


@pytest.mark.parametrize("mode", ["safe", "strict"])
@pytest.mark.parametrize("stage", ["prune", "moves"])
def test_all_cases_of_pruning_keep_the_law(stage: str, mode: Mode) -> None:
    for folder in folders(stage):
        before, patch = reply_of(folder)
        issue = parse((folder / "issue.md").read_bytes().decode("utf-8"))
        pruned = prune(patch, issue, mode, before.get)
        assert not broken(pruned, every=stage == "moves"), folder.name


@pytest.mark.parametrize("mode", ["safe", "strict"])
def test_replies_of_the_cases_of_placing_keep_the_law(mode: Mode) -> None:
    for folder in folders("locate"):
        before = decoded(folder / "input")
        placing = place(read(decoded(folder)["reply.md"]), before.get, list(before))
        pruned = prune(derive_set(before.get, placing.after, placing.modes), ISSUE, mode, before.get)
        assert not broken(pruned), folder.name


def decoded(folder: Path) -> dict[str, str]:
    """The texts of a folder, as the product decodes them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8", "surrogateescape") for path in files}


def languages() -> list[dict[str, Any]]:
    """The labelled rows that are shipped."""
    return list(runpy.run_path(str(ROOT / "bench" / "languages.py"))["corpus"]())


def shared(name: str) -> Iterator[dict[str, Any]]:
    """The rows of a corpus that is not shipped: an addition to the cases above, where it lies beside the project."""
    if not (SHARED / name).exists():
        return
    with lzma.open(SHARED / name, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, islice(lines, 0, None, SHARE))


@pytest.mark.parametrize("mode", ["safe", "strict"])
def test_the_corpus_of_languages_keeps_the_law(mode: Mode) -> None:
    check_rows(languages(), mode)


@pytest.mark.also_slow
@pytest.mark.parametrize("mode", ["safe", "strict"])
def test_the_shared_corpus_of_noise_keeps_the_law(mode: Mode) -> None:
    check_rows(shared("extraneous.jsonl.xz"), mode)


def check_rows(rows: Iterable[dict[str, Any]], mode: Mode) -> None:
    """Prune every row and count its lines."""
    for row in rows:
        answer = answer_of(row)
        patch = derive_set(answer.before.get, answer.proposed, answer.modes)
        assert not broken(prune(patch, answer.issue, mode, answer.before.get)), row.get("id", row["kind"])


@pytest.mark.also_slow
@pytest.mark.parametrize("name", ["search-replace", "typed-diffs", "original-patched"])
def test_real_replies_of_the_shared_corpus_keep_the_law(name: str) -> None:
    for row in shared(f"{name}.jsonl.xz"):
        files = row["files"]
        placing = place(read(row["reply"]), files.get, list(files))
        if not placing.misfits:
            patch = derive_set(files.get, placing.after, placing.modes)
            assert not broken(prune(patch, ISSUE, "strict", files.get)), row["id"]


# -- made-up moves

FORMS = {
    "a.py": ("def f{n}(x):", "    {b} = x * {n}", "    return {b}", ""),
    "a.js": ("function f{n}(x) {{", "  const {b} = x * {n};", "  return {b};", "}}"),
    "a.rb": ("def f{n}(x)", "  {b} = x * {n}", "  {b}", "end"),
    "a.go": ("func f{n}(x int) int {{", "\t{b} := x * {n}", "\treturn {b}", "}}"),
    "a.c": ("static int f{n}(int x) {{", "    int {b} = x * {n};", "    return {b};", "}}"),
    "a.rs": ("fn f{n}(x: i32) -> i32 {{", "    let {b} = x * {n};", "    {b}", "}}"),
}


@st.composite
def moved(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str]]:
    """Texts before and after a move of functions, with a fix in one of them, within a file or to another one."""
    path = draw(st.sampled_from(sorted(FORMS)))
    gap = "\n" * draw(st.integers(1, 2))
    names = draw(st.lists(st.sampled_from("abcdefgh"), min_size=3, max_size=6))
    blocks = [
        "\n".join(line.format(n=n, b=name) for line in FORMS[path]).rstrip("\n") + "\n" for n, name in enumerate(names)
    ]
    other = f"b.{path.rpartition('.')[2]}"
    fixed = draw(st.integers(0, len(blocks) - 1))
    new = [block.replace(f"x * {fixed}", f"x + {fixed}") if at == fixed else block for at, block in enumerate(blocks)]
    rewritten = draw(st.sets(st.integers(0, len(blocks) - 1)))
    words = {"x": "value", **{name: f"{name}_{name}" for name in names}}
    new = [
        re.sub(r"\b[a-hx]\b", lambda found: words.get(found[0], found[0]), block) if at in rewritten else block
        for at, block in enumerate(new)
    ]
    order = draw(st.permutations(range(len(blocks))))
    away = draw(st.integers(0, len(blocks) - 1))
    start = draw(st.sampled_from(["", "# start\n", "// start\n"]))
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    texts = (start + gap.join(blocks), start + gap.join(new[at] for at in order[away:]))
    before, now = ({path: text.replace("\n", ending)} for text in texts)
    if away:
        now[other] = gap.join(new[at] for at in order[:away]).replace("\n", ending)
    return before, now


@given(moved(), st.sampled_from(MODES))
@settings(max_examples=150)
def test_made_up_moves_keep_every_line(move: tuple[dict[str, str], dict[str, str]], mode: Mode) -> None:
    before, now = move
    pruned = prune(derive_set(before.get, now), ISSUE, mode, before.get)
    assert not broken(pruned, every=True)


@given(pairs(), pairs(), st.sampled_from(["a.py", "a.js", "a.go", "notes.txt"]), st.sampled_from(MODES))
@settings(max_examples=150)
def test_any_two_files_keep_the_law(one: tuple[str, str], other: tuple[str, str], path: str, mode: Mode) -> None:
    before = {path: one[0], f"sub/{path}": other[0]}
    pruned = prune(derive_set(before.get, {path: other[1], f"sub/{path}": one[1]}), ISSUE, mode, before.get)
    assert not broken(pruned)


def test_the_cases_of_moves_have_what_they_say() -> None:
    for folder in folders("moves"):
        before, patch = reply_of(folder)
        assert left_by(before, patch) == tree(folder / "after")
        assert before == tree(folder / "before")
