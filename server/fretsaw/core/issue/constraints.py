"""The rules that an issue sets ("only change …", "do not touch …"). How they are enforced, `ledger` knows.

Only prose counts: code, quotations and traces set no rules, and a sentence about what a program does sets none either.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace

from fretsaw.core.issue.blocks import lines_of
from fretsaw.core.issue.frames import frame
from fretsaw.core.issue.issue import Constraint
from fretsaw.core.issue.targets import targets_of
from fretsaw.core.issue.wordings import CARRIED, CHANGE, DONT, LISTED, MAYBE, WISH, WORDINGS, Wording

_MOST = 40
_LONGEST_SENTENCE = 600

_RESTATED = re.compile(rf"^(?:please\s+)?(?:{DONT})\s+(?:{CHANGE}|add|introduce|use|break|create)\b", re.IGNORECASE)
_EXCEPT = re.compile(r"\b(?:except(?:\s+for)?|other than|besides|apart from|but not)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)\s+(?=[A-Z`\"'*_(])")
_ANYTHING = re.compile(r"\b(?:anything|any|else)\b")
_ALSO = Wording("not", "file", "")
_EMPHASIS = re.compile(r"(?<!/)\*\*(?![/*])")
"""Two stars that are no part of a glob."""
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?")


def constraints(text: str) -> tuple[Constraint, ...]:
    """The rules that the prose of an issue sets, in order, at most 40."""
    found: dict[tuple[str, tuple[str, ...], str], Constraint] = {}
    for _, sentence in numbered_sentences(text):
        for rule in rules_of(sentence):
            found.setdefault((rule.kind, rule.targets, "" if rule.targets else rule.text), rule)
        if len(found) >= _MOST:
            break
    return tuple(found.values())[:_MOST]


def sentences(text: str) -> Iterator[str]:
    """Sentences of the prose, in order."""
    return (sentence for _, sentence in numbered_sentences(text))


def numbered_sentences(text: str) -> Iterator[tuple[int, str]]:
    """Sentences of the prose, each with the number of the line on which it begins, from 1.

    An item of a list or a heading ends one.
    """
    paragraph: list[tuple[int, str]] = []
    for number, (kind, line) in enumerate((*lines_of(text), ("prose", "")), start=1):
        starts = _ITEM.match(line)
        if kind != "prose" or not line.strip() or starts or line.lstrip().startswith(("#", "|")) or frame(line):
            yield from _split(paragraph)
            paragraph = []
        if kind == "prose" and line.strip() and not frame(line):
            paragraph.append((number, line[starts.end() :] if starts else line.lstrip("# ")))
            if line.lstrip().startswith("#"):
                yield from _split(paragraph)
                paragraph = []


def _split(paragraph: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The sentences of a paragraph, each with its line: that of the last beginning of a line before it."""
    if not paragraph:
        return
    lines = [_EMPHASIS.sub("", line.strip()) for _, line in paragraph]
    begins, at = [], 0
    for line in lines:
        begins.append(at)
        at += len(line) + 1
    text = " ".join(lines)
    start = 0
    for end, following in (*((found.start(), found.end()) for found in _SENTENCE_END.finditer(text)), (len(text), 0)):
        sentence = text[start:end]
        if len(sentence) <= _LONGEST_SENTENCE and not sentence.rstrip().endswith("?"):
            yield paragraph[bisect_right(begins, start) - 1][0], sentence.strip()
        start = following


def rules_of(sentence: str) -> list[Constraint]:
    """The rules of one sentence; each has the targets that stand up to the next rule's words."""
    if not MAYBE.search(sentence):
        return []
    spread = CARRIED.sub(r"\g<first>, do not ", sentence)
    # Where one "do not" is carried to further verbs, these are no wishes.
    return [replace(rule, text=sentence) for rule in _stated(spread, wishes=spread == sentence)]


def _stated(sentence: str, *, wishes: bool) -> list[Constraint]:
    """The rules whose words a sentence holds; each with the targets up to the next rule's words, or to a wish.

    "Only change a.py, do not touch b.py": the words `only change` reach to `do not touch`, so a.py is theirs.
    """
    found = _wordings_in(sentence)
    out: list[Constraint] = []
    for index, (start, end, row) in enumerate(found):
        behind = sentence[end : found[index + 1][0] if index + 1 < len(found) else len(sentence)]
        behind = WISH.split(behind, maxsplit=1)[0] if row.kind == "not" and wishes else behind
        ahead = sentence[found[index - 1][1] if index else 0 : start]
        out += _rules_of(row, sentence, ahead if row.before else behind, lead="" if row.before else sentence[start:end])
        listed = LISTED.match(behind) if row.kind == "no-test-change" else None
        if listed:
            out += _rules_of(_ALSO, sentence, listed[0])
    if not out and _RESTATED.match(sentence):
        out.append(Constraint("other", sentence))
    return out


def _wordings_in(sentence: str) -> list[tuple[int, int, Wording]]:
    """The words of rules, (start, end, wording), in order; where two overlap, the wording listed first counts."""
    taken: list[tuple[int, int, Wording]] = []
    for row in WORDINGS:
        for match in row.compiled.finditer(sentence):
            if all(match.end() <= start or match.start() >= end for start, end, _ in taken):
                taken.append((match.start(), match.end(), row))
    return sorted(taken, key=lambda item: item[:2])


def _rules_of(row: Wording, sentence: str, where: str, lead: str = "") -> list[Constraint]:
    """The rule of a wording whose targets stand in `where`, behind `lead`; none where it needs a target and has none.

    "do not change x.py except y.py" has target x.py and exception `!y.py`; "do not change anything except y.py" has no
    target but means "only change y.py".
    """
    if row.needs == "none":
        return [Constraint(row.kind, sentence)]
    said, *exceptions = _EXCEPT.split(where, maxsplit=1)
    targets = targets_of(said, lead)
    if row.needs == "file":
        targets = tuple(target for target in targets if "/" in target or "." in target or "*" in target)
    excepted = targets_of(exceptions[0]) if exceptions and row.kind == "not" else ()
    if targets:
        return [_constraint(row, sentence, targets, excepted, said=f"{lead} {said}")]
    if excepted and _ANYTHING.search(said):
        return [Constraint("only", sentence, excepted)]
    return []


def _constraint(
    row: Wording, sentence: str, targets: tuple[str, ...], excepted: tuple[str, ...], said: str
) -> Constraint:
    """The rule on these targets; not to change what is outside of them is to change only them."""
    if row.kind == "not" and _is_outside(targets[0], said):
        return Constraint("only", sentence, targets)
    return Constraint(row.kind, sentence, targets + tuple(f"!{target}" for target in excepted))


def _is_outside(target: str, said: str) -> bool:
    """Tell whether a sentence speaks of what is outside of its target: "no changes outside src/auth"."""
    return re.search(rf"\boutside(?:\s+of)?\s+(?:the\s+)?[`\"'“‘]?{re.escape(target.rstrip('/'))}", said) is not None
