"""The reasons for one change: the model's own words, the rule, the tests that need it, the line of the issue."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fretsaw.core.issue import Issue
from fretsaw.core.issue.constraints import sentences
from fretsaw.core.prune.verdict import Verdict, why
from fretsaw.core.run import Outcome, Proposal

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
_MOST = 3
_COMMON = frozenset(
    str.split(
        "the and for not are was with that this from return self none true false def class import else elif while has "
        "its into than then they there what when which will would should must can may only also one two"
    )
)


@dataclass(frozen=True, slots=True)
class Reasons:
    """The known reasons for a change."""

    words: tuple[str, ...]
    """Sentences of the model that speak of what the change holds, else its summary; of code nothing."""
    rule: str
    """The verdict in words, with its rule."""
    tests: tuple[str, ...]
    """The test that is known to need it, else those that failed before the patch and pass with it."""
    issue: tuple[str, ...]
    """Sentences of the issue that speak of what the change holds."""


def reasons_for(item: Verdict, outcome: Outcome, issue: Issue) -> Reasons:
    """The reasons for a change of a run; a part of which nothing is known is empty."""
    names = _names(item)
    summary = outcome.summary if isinstance(outcome, Proposal) else ""
    prose = list(sentences(summary))
    words = _speaking(prose, names) or tuple(prose[:_MOST])
    rule = f"{item.decision}: {why(item.reason, item.needed_by)}" + (f" (rule {item.rule})" if item.rule else "")
    return Reasons(words, rule, _tests(item, outcome), _speaking(sentences(f"{issue.title}\n\n{issue.body}"), names))


def _names(item: Verdict) -> frozenset[str]:
    """The words of a change that tell it apart: of its lines, and its file's name."""
    hunk = item.change.hunk
    lines = (*hunk.removed, *hunk.added) if hunk else ()
    found = {word.lower() for line in lines for word in _WORD.findall(line)} - _COMMON
    return frozenset(found | {item.change.path.lower(), item.change.path.rpartition("/")[2].lower()})


def _speaking(texts: Iterable[str], names: frozenset[str]) -> tuple[str, ...]:
    """The sentences with the most words of a change in them, in their order."""
    rated = []
    for number, text in enumerate(texts):
        words = {word.lower() for word in _WORD.findall(text)} | {
            word.strip("`'\".,:;()").lower() for word in text.split()
        }
        score = len(words & names)
        if score:
            rated.append((-score, number, text))
    best = sorted(sorted(rated)[:_MOST], key=lambda row: row[1])
    return tuple(text for _, _, text in best)


def _tests(item: Verdict, outcome: Outcome) -> tuple[str, ...]:
    if item.needed_by.startswith("test "):
        return (item.needed_by.removeprefix("test "),)
    before, after = outcome.evidence.before, outcome.evidence.after
    if item.decision == "drop" or not before or not after or not before.tests or not after.tests:
        return ()
    passed = [
        name
        for name, state in after.tests.items()
        if state == "passed" and before.tests.get(name) not in (None, "passed")
    ]
    return tuple(passed[:_MOST])
