"""The rules that an issue sets ("only change …", "do not touch …"). How they are enforced, `ledger` knows.

Only prose counts: code, quotations and traces set no rules, and a sentence about what a program does sets none either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from fretsaw.core.issue.blocks import lines_of
from fretsaw.core.issue.frames import frame
from fretsaw.core.issue.issue import Constraint
from fretsaw.core.issue.targets import targets_of
from fretsaw.core.issue.wordings import CARRIED, CHANGE, DONT, LISTED, MAYBE, WORDINGS, Wording

_MOST = 40
_LONGEST_SENTENCE = 600

_RESTATED = re.compile(rf"^(?:please\s+)?(?:{DONT})\s+(?:{CHANGE}|add|introduce|use|break|create)\b", re.IGNORECASE)
_EXCEPT = re.compile(r"\b(?:except(?:\s+for)?|other than|besides|apart from|but not)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)\s+(?=[A-Z`\"'*_(])")
_ALSO = Wording("not", "file", "")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?")


def constraints(text: str) -> tuple[Constraint, ...]:
    """The rules that the prose of an issue sets, in order, at most 40."""
    found: dict[tuple[str, tuple[str, ...], str], Constraint] = {}
    for sentence in _sentences(text):
        for rule in _of_sentence(sentence):
            found.setdefault((rule.kind, rule.targets, "" if rule.targets else rule.text), rule)
        if len(found) >= _MOST:
            break
    return tuple(found.values())[:_MOST]


def _sentences(text: str) -> Iterator[str]:
    """Sentences of the prose; an item of a list or a heading ends one."""
    paragraph: list[str] = []
    for kind, line in (*lines_of(text), ("prose", "")):
        starts = _ITEM.match(line)
        if kind != "prose" or not line.strip() or starts or line.lstrip().startswith(("#", "|")) or frame(line):
            yield from _split(paragraph)
            paragraph = []
        if kind == "prose" and line.strip() and not frame(line):
            paragraph.append(line[starts.end() :] if starts else line.lstrip("# "))
            if line.lstrip().startswith("#"):
                yield from _split(paragraph)
                paragraph = []


def _split(paragraph: list[str]) -> Iterator[str]:
    if not paragraph:
        return
    text = " ".join(line.strip() for line in paragraph).replace("**", "")
    for sentence in _SENTENCE_END.split(text):
        if len(sentence) <= _LONGEST_SENTENCE and not sentence.rstrip().endswith("?"):
            yield sentence.strip()


def _of_sentence(sentence: str) -> list[Constraint]:
    """The rules of one sentence; each has the targets that stand up to the next rule's words."""
    if not MAYBE.search(sentence):
        return []
    spread = CARRIED.sub(r"\g<first>, do not ", sentence)
    return [replace(rule, text=sentence) for rule in _stated(spread)]


def _stated(sentence: str) -> list[Constraint]:
    taken: list[tuple[int, int, Wording]] = []
    for row in WORDINGS:
        for match in row.compiled.finditer(sentence):
            if all(match.end() <= start or match.start() >= end for start, end, _ in taken):
                taken.append((match.start(), match.end(), row))
    taken.sort(key=lambda item: item[:2])
    out = []
    for index, (start, end, row) in enumerate(taken):
        limit = taken[index + 1][0] if index + 1 < len(taken) else len(sentence)
        since = taken[index - 1][1] if index else 0
        made = _made(row, sentence, sentence[since:start] if row.before else sentence[end:limit])
        if made:
            out.append(made)
        if row.kind == "no-test-change" and (listed := LISTED.match(sentence[end:limit])):
            also = _made(_ALSO, sentence, listed[0])
            out += [also] if also else []
    if not out and _RESTATED.match(sentence):
        out.append(Constraint("other", sentence))
    return out


def _made(row: Wording, sentence: str, where: str) -> Constraint | None:
    if row.needs == "none":
        return Constraint(row.kind, sentence)
    parts = _EXCEPT.split(where, maxsplit=1)
    targets = targets_of(parts[0])
    excepted = tuple(f"!{target}" for target in targets_of(parts[1])) if len(parts) > 1 else ()
    if row.needs == "file":
        targets = tuple(target for target in targets if "/" in target or "." in target or "*" in target)
    if not targets and excepted and row.kind == "not" and re.search(r"\b(?:anything|any|else)\b", parts[0]):
        return Constraint("only", sentence, tuple(target[1:] for target in excepted))
    if not targets:
        return None
    return Constraint(row.kind, sentence, targets + (excepted if row.kind == "not" else ()))
