"""The rules that an issue sets ("only change …", "do not touch …"), as a ledger. How they are enforced, `ledger` knows.

Only prose counts: code, quotations and traces set no rules, and a sentence about what a program does sets none either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from fretsaw.core.issue.blocks import lines_of
from fretsaw.core.issue.frames import frame
from fretsaw.core.issue.targets import targets_of
from fretsaw.core.issue.values import Constraint

_MOST = 40
_LONGEST_SENTENCE = 600

ConstraintKind: TypeAlias = Literal[
    "only", "not", "no-new-dependency", "no-new-file", "no-test-change", "keep-api", "other"
]

_CHANGE = r"(?:change|modify|edit|touch|alter|update|rewrite|refactor|rename|reformat|remove|delete|move|fix)"
_CHANGING = r"(?:chang|modify|edit|touch|alter|updat|rewrit|refactor|renam|reformat|remov|delet|mov)ing"
_CHANGED = r"(?:changed|modified|edited|touched|altered|updated|rewritten|refactored|renamed|reformatted|removed|deleted|moved)"
_DONT = r"(?:do not|don'?t|don’t|never|must not|mustn'?t|should not|shouldn'?t|shall not|may not|please avoid|avoid)"
# Who may be told to: the reader or the change, not the program that the issue is about.
_WHO = (
    r"(?:^|[,;:–—(-]\s*|\b(?:please|but|and|so|then|also|just|you|we|ideally|note|the fix|the change|the changes|the patch|the diff|"
    r"the pr|pull request|the solution|a fix|fix|patch|changes?|solution|implementation)\s+(?:that\s+)?(?:you\s+)?(?:should\s+|must\s+|may\s+|can\s+|please\s+)?)"
)


class _Pattern(NamedTuple):
    kind: ConstraintKind
    pattern: re.Pattern[str]
    needs: Literal["file", "any", "none"]
    """What the sentence has to name so that it is a rule: a file or folder, anything, or nothing."""
    before: bool = False
    """Whether the targets stand before the words rather than after."""


def _rule(
    kind: ConstraintKind, pattern: str, needs: Literal["file", "any", "none"], *, before: bool = False
) -> _Pattern:
    return _Pattern(kind, re.compile(pattern, re.IGNORECASE), needs, before)


_NEW = (
    r"(?:(?:any|a|an|new|additional|extra|more|other|further|external|third[- ]party|3rd[- ]party|runtime|the)\s+){0,4}"
)
_SURELY_NEW = (
    r"(?:(?:any|a|an)\s+)?(?:new|additional|extra|more|further|external|third[- ]party|3rd[- ]party)\s+" + _NEW
)
_PACKAGES = r"(?:dependenc(?:y|ies)|packages?|librar(?:y|ies)|requirements?|imports? of third)"
_TESTS = r"(?:(?:the|any|our|my|your|its|existing|current|unit|other|given|provided)\s+){0,3}tests?\b(?!\s+(?:data|client|mode|server))(?:\s+(?:files?|suite|cases?|code|folder|directory))?"

PATTERNS: tuple[_Pattern, ...] = (
    _rule(
        "no-new-dependency",
        rf"\b(?:without|no|not|avoid|{_DONT})\s+(?:(?:need\w* to\s+)?(?:add|introduc|install|us|pull|bring|requir)\w*\s+(?:in\s+)?){_NEW}{_PACKAGES}\b",
        "none",
    ),
    _rule("no-new-dependency", rf"\b(?:no|without|zero)\s+{_SURELY_NEW}{_PACKAGES}\b", "none"),
    _rule(
        "no-new-dependency",
        r"\b(?:use\s+)?(?:only\s+(?:use\s+)?(?:the\s+)?(?:standard library|stdlib)|(?:the\s+)?(?:standard library|stdlib) only)\b",
        "none",
    ),
    _rule(
        "no-new-file",
        rf"\b(?:(?:without|no|{_DONT})\s+(?:(?:add|creat|introduc)\w*\s+)(?:any\s+|a\s+)?(?:new\s+|additional\s+|extra\s+|more\s+)?|no\s+(?:new|additional|extra)\s+)(?:source\s+)?(?:files?|modules?)\b",
        "none",
    ),
    _rule(
        "no-test-change",
        rf"(?:{_WHO}(?:{_DONT})\s+(?:{_CHANGE}|add|write|break)|\b(?:without|avoid|not)\s+(?:{_CHANGING}|adding))\s+(?:or\s+\w+\s+)?{_TESTS}",
        "none",
    ),
    _rule("no-test-change", rf"\bno\s+(?:changes?\s+(?:to|in|of)\s+{_TESTS}|test\s+changes?\b)", "none"),
    _rule("no-test-change", rf"\b(?:leave|keep)\s+{_TESTS}\s+(?:alone|as|unchanged|untouched|the same)\b", "none"),
    _rule(
        "no-test-change",
        rf"\b{_TESTS}\s+(?:must|should|shall|may|need to|have to)\s+(?:not\s+be\s+{_CHANGED}|(?:stay|remain|be left|be kept)\s+(?:unchanged|untouched|alone|as))",
        "none",
    ),
    _rule("only", rf"{_WHO}(?:only\s+{_CHANGE}|{_CHANGE}\s+only)\b", "any"),
    _rule(
        "only",
        rf"\b(?:{_DONT})\s+(?:{_CHANGE})\s+(?:anything|any(?:\s+other)?\s+(?:files?|code)|other\s+(?:files?|code|things))\s+(?:else\s+)?(?:but|except(?:\s+for)?|other than|besides|outside(?:\s+of)?|apart from)\b",
        "any",
    ),
    _rule(
        "only",
        r"\b(?:nothing|no\s+(?:other\s+)?files?|no\s+code)\s+(?:else\s+)?(?:but|except(?:\s+for)?|other than|besides|outside(?:\s+of)?)\b",
        "file",
    ),
    _rule(
        "only",
        r"\b(?:limit|restrict|confine|keep)\s+(?:the|your|all|any)\s+(?:fix|change|changes|edit|edits|patch|diff)\s+(?:only\s+)?(?:to|in|within|inside)\b",
        "any",
    ),
    _rule(
        "only",
        r"\b(?:fix|changes?|edits?|patch|diff)\s+(?:should|must|may|has to|have to|needs to)\s+(?:only\s+)?(?:be\s+)?(?:limited\s+to|restricted\s+to|confined\s+to|made\s+only\s+in|stay\s+(?:in|within|inside)|touch\s+only|only\s+(?:be\s+(?:in|made in)|touch|affect))\b",
        "any",
    ),
    _rule("only", rf"\bonly\b(?=[^.]*\b(?:may|should|must|can)\s+be\s+{_CHANGED}\b)", "file"),
    _rule("not", rf"{_WHO}(?:{_DONT})\s+(?:{_CHANGE}|break)(?:\s+or\s+\w+)?\b", "any"),
    _rule("not", rf"\bwithout\s+(?:{_CHANGING}|breaking)(?:\s+or\s+\w+ing)?\b", "any"),
    _rule("not", r"\bno\s+(?:changes?|edits?)\s+(?:to|in|of|outside)\b", "file"),
    _rule(
        "not",
        r"(?:^|[,;:–—-]\s*|\b(?:please|and|but)\s+)(?:leave|keep)\b(?=[^.;]*\b(?:alone|as(?:[- ](?:it|they))?[- ](?:is|are)|unchanged|untouched|the same)\b)",
        "any",
    ),
    _rule("not", r"\bhands off\b", "any"),
    _rule(
        "not",
        rf"\b(?:must|should|shall|may)\s+(?:not\s+be\s+{_CHANGED}|(?:stay|remain|be\s+left|be\s+kept)\s+(?:unchanged|untouched|alone|as(?:\s+(?:it|they))?\s+(?:is|are)))",
        "file",
        before=True,
    ),
    _rule(
        "keep-api",
        r"\b(?:keep|preserve|maintain|retain|without (?:changing|breaking|altering)|(?:do not|don't|never|must not) (?:change|break|alter|modify))\s+(?:(?:the|our|its|existing|current|any|a)\s+){0,3}(?:public\s+)?(?:apis?|interfaces?|signatures?|function signatures?)\b",
        "none",
    ),
    _rule(
        "keep-api",
        r"\b(?:public\s+)?(?:api|interface|signatures?)\s+(?:must|should|has to|needs to)\s+(?:not\s+(?:change|break|be changed)|(?:stay|remain)\b)",
        "none",
    ),
    _rule(
        "keep-api", r"\b(?:must|should|needs? to|has to|keep it|please)\s+(?:\w+\s+){0,3}backwards?[- ]compatib", "none"
    ),
)
"""The family of rules; a new wording is a row and a case folder. The first row that fits a place wins it."""

_RESTATED = re.compile(rf"^(?:please\s+)?(?:{_DONT})\s+(?:{_CHANGE}|add|introduce|use|break|create)\b", re.IGNORECASE)
_EXCEPT = re.compile(r"\b(?:except(?:\s+for)?|other than|besides|apart from|but not)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)\s+(?=[A-Z`\"'*_(])")
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
    taken: list[tuple[int, int, _Pattern]] = []
    for row in PATTERNS:
        for match in row.pattern.finditer(sentence):
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
    if not out and _RESTATED.match(sentence):
        out.append(Constraint("other", sentence))
    return out


def _made(row: _Pattern, sentence: str, where: str) -> Constraint | None:
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
