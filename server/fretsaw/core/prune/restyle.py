"""Write the real changes of a reformatted file as the file was: its indentation, quotes, line breaks.

Without this the few lines that stay of such a patch would be the only ones in another style.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice, pairwise
from typing import TypeAlias

from fretsaw.core.patch import assemble, derive
from fretsaw.core.patch.patch_set import Change, FilePatch, Hunk, PatchSet
from fretsaw.core.patch.sequence import differences, matches
from fretsaw.core.prune.lexer import FREE_QUOTES, OPTIONAL_SEMICOLON, spans
from fretsaw.core.prune.rules.layout import reworded
from fretsaw.core.prune.same_meaning import means_same
from fretsaw.core.prune.scene import Scene, runs, text
from fretsaw.core.text.lines import split_lines

Word: TypeAlias = tuple[int, int, str]
"""The place of a word, [start, end), and its text."""
_NAME = re.compile(r"[\w\"'`]")
FEWEST = 5
"""Changes of layout alone from which a file counts as formatted anew; they have to be most of its changes, too."""
MOST_TRIALS = 32
MOST_DEEP = 16


def restyled(scene: Scene, layout: Sequence[Change]) -> FilePatch | None:
    """The file's patch with the changes that stay in the file's own style; None where there is nothing to do.

    `layout`: the changes that were found to change layout alone. What is written otherwise is proved to mean the same:
    in the text as it is, or, where indentation is syntax and one style only can stand in a file, in the text without
    the layout.
    """
    if scene.language == "json" and scene.file.op == "edit":
        return _data_in_old_layout(scene)
    staying = _staying(scene, layout)
    if scene.file.op != "edit" or len(scene.changes) <= FEWEST:
        return None
    if len(layout) < max(FEWEST, len(staying) + 1):
        return _all_at_once(scene) if scene.language == "python" else None
    taken: dict[int, Hunk | None] = {}
    held = scene.after
    for some in islice(_trials(staying, scene.language, _indents(scene, layout)), MOST_TRIALS):
        lines = split_lines(_with(scene, taken | some, scene.changes))
        if not some.keys() & taken.keys() and means_same(held, lines, scene.language):
            held = lines
            taken |= some
    return derive(scene.path, scene.file.before, "".join(held), scene.file.mode) if taken else None


def _data_in_old_layout(scene: Scene) -> FilePatch | None:
    """JSON that was laid out in another way, word by word as it was; None where it was not, or that is asked for."""
    if "format" in scene.asked.topics:
        return None
    unit = _unit(scene.before)
    if unit == _unit(scene.after):
        return None
    hunk = Hunk(0, tuple(scene.before), tuple(scene.after))
    lines = split_lines(_relaid(hunk, scene.language, {}, brackets=False))
    if unit is not None:
        lines = [unit * depth + line.lstrip(" \t") if line.strip() else line for line, depth in _with_depths(lines)]
    fewer = _changed_lines(scene.before, lines) < _changed_lines(scene.before, scene.after)
    if not fewer or not means_same(scene.after, lines, scene.language):
        return None
    return derive(scene.path, scene.file.before, "".join(lines), scene.file.mode)


def _unit(lines: Sequence[str]) -> str | None:
    """Return the indentation of one level of brackets; None where no line has one, or not all are multiples of it."""
    units: set[str] = set()
    for line, depth in _with_depths(lines):
        indent = _indent(line)
        if not line.strip() or not depth:
            continue
        if len(indent) % depth or indent != indent[: len(indent) // depth] * depth:
            return None
        units.add(indent[: len(indent) // depth])
    return units.pop() if len(units) == 1 else None


def _with_depths(lines: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each line with the number of brackets that are open where it begins; one that closes them stands outside."""
    depth = 0
    for line in lines:
        signs = [word for _, _, word in spans(line, "json") if word in ("{", "}", "[", "]")]
        closing = next((at for at, sign in enumerate(signs) if sign in "{["), len(signs))
        leading = closing if line.lstrip(" \t")[:1] in ("}", "]") else 0
        yield line, max(depth - leading, 0)
        depth += sum(1 if sign in "{[" else -1 for sign in signs)


def _changed_lines(before: list[str], after: list[str]) -> int:
    return sum(i1 - i0 + j1 - j0 for i0, i1, j0, j1 in differences(before, after))


def _staying(scene: Scene, layout: Sequence[Change]) -> list[Change]:
    ids = {change.id for change in layout}
    return [change for change in scene.changes if change.hunk and change.kind == "lines" and change.id not in ids]


def _all_at_once(scene: Scene) -> FilePatch | None:
    """`restyled` where the layout cannot be taken away as long as something stays in another one."""
    layout = reworded(scene, scene.changes)
    staying = _staying(scene, layout)
    if len(layout) < max(FEWEST, len(staying) + 1):
        return None
    for some in islice(_trials(staying, scene.language, _indents(scene, layout)), MOST_TRIALS):
        if means_same(scene.after, split_lines(_with(scene, some, staying)), scene.language):
            after = _with(scene, some, scene.changes)
            return derive(scene.path, scene.file.before, after, scene.file.mode)
    return None


Trial: TypeAlias = dict[int, "Hunk | None"]
"""id → what the change becomes; None: it is in the hunk of the one before."""


def _trials(staying: list[Change], language: str, indents: Mapping[str, str]) -> Iterator[Trial]:
    """Yield the attempts, the best first: all at once, then each; changes that touch as one, then one by one."""
    for groups in (runs(staying), [[change] for change in staying]):
        for brackets in (False, True):
            found: list[Trial] = []
            for group in groups:
                hunk = _in_style(_joined(group), language, indents, brackets)
                if hunk is not None:
                    found.append({group[0].id: hunk, **dict.fromkeys(change.id for change in group[1:])})
            if len(found) > 1:
                yield {at: hunk for trial in found for at, hunk in trial.items()}
            yield from found


def _joined(group: list[Change]) -> Hunk:
    hunks = [change.hunk for change in group if change.hunk]
    removed = tuple(chain.from_iterable(hunk.removed for hunk in hunks))
    return Hunk(hunks[0].start, removed, tuple(chain.from_iterable(hunk.added for hunk in hunks)))


def _with(scene: Scene, new: Trial, wanted: Sequence[Change]) -> str:
    """The text after with these changes instead, of those that are wanted."""
    changes = [replace(change, hunk=new.get(change.id, change.hunk)) for change in wanted]
    patch = assemble(PatchSet((scene.file,)), [change for change in changes if change.hunk or change.id not in new])
    return (patch.files[0].after if patch else scene.file.before) or ""


def _indents(scene: Scene, layout: Iterable[Change]) -> dict[str, str]:
    """The indentation that a line has now → the one that most such lines had.

    Indentations deeper than any line was are multiples of the smallest one that changed: with 4 → 2, 12 → 6.
    """
    counted = _counted_indents(scene, layout).items()
    usual = {new: _most_usual(olds, new) for new, olds in counted}
    unit = min((new for new in usual if new and usual[new] != new), key=len, default="")
    deeper = {unit * times: usual[unit] * times for times in range(1, MOST_DEEP)} if unit else {}
    return {**deeper, **usual}


def _most_usual(olds: Counter[str], new: str) -> str:
    """The indentation that most lines had; where as many had the present one, that."""
    return max(olds, key=lambda old: (olds[old], old == new))


def _counted_indents(scene: Scene, layout: Iterable[Change]) -> dict[str, Counter[str]]:
    """New indentation → old indentation → lines; lines that did not change have the same one twice."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    changed = {at for change in scene.changes if change.hunk for at in range(change.hunk.start, change.hunk.end)}
    for at, line in enumerate(scene.before):
        if at not in changed and line.strip():
            counts[_indent(line)][_indent(line)] += 1
    for hunk in (change.hunk for change in layout):
        if hunk and len(hunk.removed) == len(hunk.added):
            for old, new in zip(hunk.removed, hunk.added, strict=True):
                counts[_indent(new)][_indent(old)] += 1
    return counts


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())] if line.strip() else ""


def _in_style(hunk: Hunk, language: str, indents: Mapping[str, str], brackets: bool) -> Hunk | None:
    """The hunk with its new lines in the style of its old ones; None where that is how they are.

    `brackets`: with the round brackets that came, which may be the formatter's or the author's.
    """
    lines = tuple(split_lines(_relaid(hunk, language, indents, brackets)) if hunk.removed else ())
    if len(lines) != len(hunk.removed) or not lines:
        lines = tuple(_indented(line, line, indents) for line in hunk.added)
    elif lines == hunk.removed and len(lines) == len(hunk.added):
        # The same words, in another block.
        lines = tuple(_indented(old, new, indents) for old, new in zip(lines, hunk.added, strict=True))
    lines = tuple(_at_its_depth(line, hunk, indents) for line in lines)
    # What would be nothing but the old lines is for a rule to drop, which says so.
    return Hunk(hunk.start, hunk.removed, lines) if lines not in (hunk.added, hunk.removed) else None


def _at_its_depth(line: str, hunk: Hunk, indents: Mapping[str, str]) -> str:
    """A line of the reply where the reply has it: the words it stands in the place of may have stood deeper."""
    bare = line.strip()
    if not bare or any(old.strip() == bare for old in hunk.removed):
        return line
    there = {_indent(new) for new in hunk.added if new.strip() == bare}
    indent = there.pop() if len(there) == 1 else _indent(line)
    return indents.get(indent, indent) + line[len(_indent(line)) :] if indent != _indent(line) else line


def _indented(line: str, new: str, indents: Mapping[str, str]) -> str:
    """The line where the new one is, in the file's own indentation."""
    return indents.get(_indent(new), _indent(new)) + line[len(_indent(line)) :]


def _relaid(hunk: Hunk, language: str, indents: Mapping[str, str], brackets: bool) -> str:
    """The new text word by word; between and in words that the old one has too, what stands there.

    Old `f('a', b)`, new `f("a",` and on the next line `c)`: all words but c are the old ones, c stands in b's place,
    and no word is between two that were beside each other. So the gaps and the quotes are the old ones: `f('a', c)`.
    """
    old, new = text(hunk.removed), text(hunk.added)
    ours, all_theirs = list(spans(old, language)), list(spans(new, language))
    gaps = {start: new[end:start] for (_, end, _), (start, _, _) in pairwise([(0, 0, ""), *all_theirs])}
    theirs = _without_added_style(ours, all_theirs, language, brackets)
    # New word → old word: the same one, or the one in whose place it stands.
    same = {j: i for i, j in matches(_words(ours), _words(theirs))}
    place = same | _replaced(_words(ours), _words(theirs))
    quote = _only_quote(old, ours, language)
    out: list[str] = []
    for at, (start, end, _) in enumerate(theirs):
        before = place.get(at - 1) if at else -1
        gap = _old_gap(old, ours, before, place.get(at), gaps[start])
        out.append(_reindented(gaps[start], indents, is_first=not at) if gap is None else gap)
        out.append(old[ours[same[at]][0] : ours[same[at]][1]] if at in same else _quoted(new[start:end], quote))
    semicolon = language in OPTIONAL_SEMICOLON and _words(ours[-1:]) == [";"] != _words(theirs[-1:])
    return "".join(out) + semicolon * ";" + new[all_theirs[-1][1] if all_theirs else 0 :]


def _old_gap(old: str, ours: list[Word], before: int | None, word: int | None, new_gap: str) -> str | None:
    """The gap before an old word, where it may stand there again; None where the new gap has to.

    `before`, `word`: the places of the two words in the old text, None where they are new, -1 at the beginning. It may
    where they were beside each other, or where only one of the gaps is a line break.
    """
    if word is None:
        return None
    gap = old[ours[word - 1][1] if word else 0 : ours[word][0]]
    if before is not None and before + 1 == word:
        return gap
    is_first = before == -1 or not word
    return gap if not is_first and ("\n" in gap) != ("\n" in new_gap) else None


def _reindented(gap: str, indents: Mapping[str, str], *, is_first: bool) -> str:
    """A gap with the file's own indentation after its last line break, or at the beginning."""
    head, newline, indent = gap.rpartition("\n")
    return head + newline + indents.get(indent, indent) if newline or is_first else gap


def _only_quote(old: str, ours: list[Word], language: str) -> str:
    """The quote that the old text has, where it has one kind and the language does not care; else empty."""
    quotes = {old[start] for start, _, _ in ours} & {'"', "'"}
    return quotes.pop() if len(quotes) == 1 and language in FREE_QUOTES else ""


def _quoted(word: str, quote: str) -> str:
    """The word, with these quotes if it is a plain string."""
    plain = len(word) > 1 and word[0] == word[-1] and word[0] in "\"'" and not set(word[1:-1]) & set("\"'\\")
    return quote + word[1:-1] + quote if plain and quote else word


def _words(row: Iterable[Word]) -> list[str]:
    return [word for *_, word in row]


def _without_added_style(ours: list[Word], theirs: list[Word], language: str, brackets: bool) -> list[Word]:
    """The new words without what formatters add, where the old ones have none of it: a comma before a closing bracket,
    a last semicolon, and round brackets that the old words do not have."""
    if not any(_ends_list(*pair) for pair in pairwise(ours)):
        theirs = [one for one, other in pairwise([*theirs, (0, 0, "")]) if not _ends_list(one, other)]
    if language in OPTIONAL_SEMICOLON and _words(theirs[-1:]) == [";"] != _words(ours[-1:]):
        theirs = theirs[:-1]
    if brackets:
        return theirs
    if ")=>" not in "".join(_words(ours)):
        theirs = _without_arrow_brackets(theirs)
    known = {j for _, j in matches(_words(ours), _words(theirs))}
    pairs = _pairs(theirs)
    return [word for at, word in enumerate(theirs) if at not in pairs or at in known or pairs[at] in known]


def _without_arrow_brackets(row: list[Word]) -> list[Word]:
    """The words without the brackets around the one parameter of an arrow function: `(x) => y` is `x => y`."""
    said = _words(row)
    # `(`, a word, `)`, `=`, `>`
    arrows = {at for at in range(len(said)) if [said[at], *said[at + 2 : at + 5]] == ["(", ")", "=", ">"]}
    return [word for at, word in enumerate(row) if at not in arrows and at - 2 not in arrows]


def _pairs(row: list[Word]) -> dict[int, int]:
    """Place of a round bracket → of its other one, where something is between them."""
    out: dict[int, int] = {}
    opened: list[int] = []
    for at, (_, _, word) in enumerate(row):
        if word == "(":
            opened.append(at)
        elif word == ")" and opened:
            first = opened.pop()
            if first + 1 < at:
                out |= {first: at, at: first}
    return out


def _ends_list(one: Word, other: Word) -> bool:
    return one[2] == "," and other[2] in (")", "]", "}")


def _replaced(ours: list[str], theirs: list[str]) -> dict[int, int]:
    """New word → old word in whose place it stands, where as many names came as went."""
    out: dict[int, int] = {}
    for i0, i1, j0, j1 in differences(ours, theirs):
        if i1 - i0 == j1 - j0 and all(_NAME.match(word) for word in (*ours[i0:i1], *theirs[j0:j1])):
            out |= dict(zip(range(j0, j1), range(i0, i1), strict=True))
    return out
