"""The rules of a conversation: each request adds its own, a later word wins over an earlier one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fretsaw.core.issue.constraints import sentences
from fretsaw.core.issue.issue import Constraint, Issue
from fretsaw.core.issue.targets import targets_of
from fretsaw.core.issue.wordings import CHANGE, DONT


@dataclass(frozen=True, slots=True)
class StandingRule:
    """A rule of a conversation, with the request that set it and the one that took it back."""

    constraint: Constraint
    request: int
    """The number of the request, from 1."""
    lifted: int | None = None
    """The number of the later request that took it back; None while it holds."""
    widened: tuple[str, ...] = ()
    """Files that later requests added to what an "only" allows."""

    @property
    def effective(self) -> Constraint:
        """The rule as it is enforced, with what was added to it."""
        return replace(self.constraint, targets=(*self.constraint.targets, *self.widened))

    @property
    def words(self) -> str:
        """Say in a line what the rule is, from which request, and what became of it."""
        ended = f"; taken back by request {self.lifted}" if self.lifted else ""
        more = f"; later also {', '.join(self.widened)}" if self.widened else ""
        return f"request {self.request}: “{' '.join(self.constraint.text.split())}”{more}{ended}"


_VERB = rf"(?:{CHANGE}|add|create|write|introduce|use|include|extend|adapt|break|import|install|touched|changed)"
# The verb of something that is asked for or allowed: it begins the sentence, or follows one of these.
_ASKED = re.compile(
    r"(?:^|[,;:–—-]\s+|\b(?:please|and|then|also|so|but|instead|now|too|must|should|may|can|could you|free to|"
    r"ahead and|allowed to|(?:ok|okay|fine|all right|alright) (?:to|if you)|want you to|need to)\s+)"
    rf"(?:(?:also|now|then|just|please|still)\s+){{0,2}}(?P<verb>{_VERB})\b",
    re.IGNORECASE,
)
_REFUSES = re.compile(rf"\b(?:{DONT}|without|leave|keep|no longer|nothing|cannot|can['’]t|not|no)\b", re.IGNORECASE)
_FORGET = re.compile(
    r"\b(?:forget|ignore|drop|never mind|lift|scrap)\s+(?:about\s+)?(?:the|that|my|this|what i said about)\s",
    re.IGNORECASE,
)
_MAY_BE = re.compile(
    r"\b(?:may|can|should)\s+(?:(?:now|also)\s+)?be\s+(?:(?:now|also)\s+)?(?:chang|touch|edit|modif|updat|add|renam)",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r";|\.\s|,?\s*\b(?:but|and)\s+(?=do not|don['’]?t|not\b|never|leave|keep)", re.IGNORECASE)
_SPEAKS: dict[str, re.Pattern[str]] = {
    "no-test-change": re.compile(r"\btests?\b", re.IGNORECASE),
    "no-new-file": re.compile(
        r"\b(?:an?|new|another|more|extra|the)\s+(?:\w+\s+)?(?:files?|modules?)\b", re.IGNORECASE
    ),
    "no-new-dependency": re.compile(
        r"\b(?:dependenc(?:y|ies)|packages?|librar(?:y|ies)|requirements?)\b", re.IGNORECASE
    ),
    "keep-api": re.compile(r"\b(?:apis?|interfaces?|signatures?|backwards?[- ]compatib)", re.IGNORECASE),
}
"""Kind of rule → the words by which a later request speaks of what the rule forbids."""


def standing_rules(turns: Sequence[Issue]) -> tuple[StandingRule, ...]:
    """Every rule of a conversation's requests, in order, each once.

    "Only change a.py" of a later request replaces that of an earlier one; "also fix b.py" adds to it. A rule that
    forbids holds until a later request asks for just that: "do not touch the tests", then "add a test for it".
    """
    rules: list[StandingRule] = []
    for number, issue in enumerate(turns, start=1):
        rules = [_after(rule, issue, number) for rule in rules]
        if not any(rule.kind == "only" for rule in issue.constraints):
            rules = _widened(rules, issue)
        known = [rule.constraint for rule in rules if rule.lifted is None]
        rules += [StandingRule(constraint, number) for constraint in issue.constraints if constraint not in known]
    return tuple(rules)


def join_turns(turns: Sequence[Issue]) -> Issue:
    """The requests of a conversation as one issue: every text, and the rules that hold at its end."""
    first, last = turns[0], turns[-1]
    later = [f"Then, in request {number}:\n\n{issue.text}" for number, issue in enumerate(turns[1:], start=2)]
    mentions = tuple(dict.fromkeys(mention for issue in turns for mention in issue.mentions))
    holding = tuple(rule.effective for rule in standing_rules(turns) if rule.lifted is None)
    return replace(
        first,
        body="\n\n".join(filter(None, (first.body, *later))),
        mentions=mentions,
        constraints=holding,
        attachments=last.attachments,
        hidden=last.hidden,
        requests=len(turns),
    )


def _after(rule: StandingRule, issue: Issue, number: int) -> StandingRule:
    """The rule after a further request, which may have taken it back."""
    if rule.lifted is not None:
        return rule
    constraint = rule.constraint
    if constraint.kind == "only":
        replaced = any(each.kind == "only" for each in issue.constraints)
        return replace(rule, lifted=number) if replaced else rule
    allowed = {target for each in issue.constraints if each.kind == "only" for target in each.targets}
    asked = allowed | set(_asked_targets(issue))
    if constraint.kind == "not" and constraint.targets:
        left = tuple(target for target in constraint.targets if target not in asked)
        if not any(not target.startswith("!") for target in left):
            return replace(rule, lifted=number)
        return replace(rule, constraint=replace(constraint, targets=left))
    return replace(rule, lifted=number) if _asks_for(constraint.kind, issue) else rule


def _asks_for(kind: str, issue: Issue) -> bool:
    """Tell whether a request asks for what rules of this kind forbid."""
    words = _SPEAKS.get(kind)
    return words is not None and any(words.search(asked) for asked in _asked_parts(issue))


def _asked_parts(issue: Issue) -> list[str]:
    """The parts of a request that ask for something or allow it, each from its verb on."""
    parts = []
    for sentence in sentences(f"{issue.title}\n\n{issue.body}"):
        lifted = _FORGET.search(sentence)
        if lifted:
            parts.append(sentence[lifted.start() :])
            continue
        for asked in _ASKED.finditer(sentence):
            clause = _CLAUSE_END.split(sentence[asked.start("verb") :])[0]
            if not _REFUSES.search(sentence[: asked.start("verb")].rpartition(",")[2]):
                parts.append(_REFUSES.split(clause)[0])
        if _MAY_BE.search(sentence) and not _REFUSES.search(sentence):
            parts.append(sentence)
    return parts


def _asked_targets(issue: Issue) -> list[str]:
    """The files, folders and definitions that a request asks to change."""
    return list(dict.fromkeys(target for part in _asked_parts(issue) for target in targets_of(part)))


def _widened(rules: list[StandingRule], issue: Issue) -> list[StandingRule]:
    """The rules where "only" allows also the files that a later request asks to change."""
    files = [target for target in _asked_targets(issue) if "/" in target or "." in target]
    if not files:
        return rules
    return [
        replace(rule, widened=tuple(dict.fromkeys((*rule.widened, *files))))
        if rule.constraint.kind == "only" and rule.lifted is None
        else rule
        for rule in rules
    ]
