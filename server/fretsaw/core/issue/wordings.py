"""The wordings of an issue's rules: a table, one row a wording, which `constraints` reads."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

ConstraintKind: TypeAlias = Literal[
    "only", "not", "no-new-dependency", "no-new-file", "no-test-change", "keep-api", "tests-in", "other"
]
Needs: TypeAlias = Literal["file", "any", "none"]
"""The thing that a sentence has to name so that it is a rule: a file or folder, anything, or nothing."""


class Wording(NamedTuple):
    """One way to word a rule."""

    kind: ConstraintKind
    needs: Needs
    pattern: str
    before: bool = False
    """True if what is named stands before the words rather than after."""

    @property
    def compiled(self) -> re.Pattern[str]:
        """Compiled at first use: start-up pays for none of them."""
        return _compiled(self.pattern)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _any(words: str) -> str:
    """A group of alternatives; in the words, `_` stands for white space."""
    return "(?:" + "|".join(word.replace("_", r"\s+") for word in words.split()) + ")"


CHANGE = _any("change modify edit touch alter update rewrite refactor rename reformat remove delete move fix")
_CHANGING = _any("chang modify edit touch alter updat rewrit refactor renam reformat remov delet mov") + r"ing"
_CHANGED = _any(
    "changed modified edited touched altered updated rewritten refactored renamed reformatted removed deleted moved"
)
DONT = r"(?:do not|don['’]?t|never|must not|mustn['’]?t|should not|shouldn['’]?t|shall not|may not|please avoid|avoid)"
_MUST = r"(?:must|should|shall|may|needs? to|has to|have to)"
# Who may be told to: the reader or the change, not the program that the issue is about.
_TOLD = _any(
    "please but and so then also just ideally note (?:you|we)_(?:should|must|may|can) "
    "(?:the_|a_|your_|any_)?(?:fix|changes?|patch|diff|pr|pull_request|solution|implementation)"
)
_WHO = (
    rf"(?:^|[,;:–—(-]\s*|\b{_TOLD}\s+(?:that\s+)?(?:you\s+)?(?:(?:should|must|may|can|please)\s+)?)"
    r"(?:(?:you|we)\s+(?=must|should|shall|may))?"
)
_ANY = r"(?:any|a|an|new|additional|extra|more|other|further|external|third[- ]party|3rd[- ]party|runtime|the)"
_NEW = r"(?:new|additional|extra|more|further|external|third[- ]party|3rd[- ]party)"
_PACKAGES = r"(?:dependenc(?:y|ies)|packages?|librar(?:y|ies)|requirements?)\b"
_STDLIB = r"(?:standard library|stdlib)"
_TESTS = (
    r"(?:(?:the|any|our|my|your|its|existing|current|unit|other|given|provided)\s+){0,3}tests?\b"
    r"(?!\s+(?:data|client|mode|server))(?:\s+(?:files?|suite|cases?|code|folder|directory))?"
)
_EXCEPT = r"(?:but|except(?:\s+for)?|other than|besides|outside(?:\s+of)?|apart from)\b"
_ANYTHING = r"(?:anything|any(?:\s+other)?\s+(?:files?|code)|other\s+(?:files?|code|things))\s+(?:else\s+)?"
_STAY = r"(?:stay|remain|be\s+left|be\s+kept)\s+(?:unchanged|untouched|alone|as\b)"
_FIX = r"(?:fix|changes?|edits?|patch|diff)"
_API = r"(?:public\s+)?(?:apis?|interfaces?|(?:function\s+)?signatures?)\b"
_THE = r"(?:(?:the|our|its|existing|current|any|a)\s+){0,3}"

WORDINGS: tuple[Wording, ...] = (
    Wording(
        "no-new-dependency",
        "none",
        rf"\b(?:without|no|not|avoid|{DONT})\s+(?:need\w* to\s+)?(?:add|introduc|install|us|pull|bring|requir)\w*\s+"
        rf"(?:in\s+)?(?:{_ANY}\s+){{0,4}}{_PACKAGES}",
    ),
    Wording(
        "no-new-dependency", "none", rf"\b(?:no|without|zero)\s+(?:any\s+)?{_NEW}\s+(?:{_ANY}\s+){{0,3}}{_PACKAGES}"
    ),
    Wording("no-new-dependency", "none", rf"\bonly\s+(?:use\s+)?(?:the\s+)?{_STDLIB}|\b{_STDLIB} only\b"),
    Wording(
        "no-new-file",
        "none",
        rf"\b(?:without|no|{DONT})\s+(?:add|creat|introduc)\w*\s+(?:any\s+|a\s+)?(?:{_NEW}\s+)?(?:source\s+)?"
        r"(?:files?|modules?)\b",
    ),
    Wording("no-new-file", "none", r"\bno\s+(?:new|additional|extra)\s+(?:source\s+)?(?:files?|modules?)\b"),
    Wording("no-test-change", "none", rf"{_WHO}{DONT}\s+(?:{CHANGE}|add|write|break)\s+(?:or\s+\w+\s+)?{_TESTS}"),
    Wording("no-test-change", "none", rf"\b(?:without|avoid|not)\s+(?:{_CHANGING}|adding)\s+(?:or\s+\w+\s+)?{_TESTS}"),
    Wording("no-test-change", "none", rf"\bno\s+(?:changes?\s+(?:to|in|of)\s+{_TESTS}|test\s+changes?\b)"),
    Wording("no-test-change", "none", rf"\b(?:leave|keep)\s+{_TESTS}\s+(?:alone|as|unchanged|untouched|the same)\b"),
    Wording("no-test-change", "none", rf"\b{_TESTS}\s+{_MUST}\s+(?:not\s+be\s+{_CHANGED}|{_STAY})"),
    Wording(
        "keep-api",
        "none",
        r"\b(?:keep|preserve|maintain|retain|without (?:changing|breaking|altering)|"
        rf"(?:do not|don['’]t|never|must not) (?:change|break|alter|modify))\s+{_THE}{_API}",
    ),
    Wording("keep-api", "none", rf"\b{_API}\s+{_MUST}\s+(?:not\s+(?:change|break|be changed)|(?:stay|remain)\b)"),
    Wording("keep-api", "none", rf"\b(?:{_MUST}|keep it|please)\s+(?:\w+\s+){{0,3}}backwards?[- ]compatib"),
    Wording("only", "any", rf"{_WHO}(?:only\s+{CHANGE}|{CHANGE}\s+only)\b"),
    Wording("only", "any", rf"\b{DONT}\s+{CHANGE}\s+{_ANYTHING}{_EXCEPT}"),
    Wording(
        "only",
        "file",
        rf"\b(?:nothing|no\s+(?:other\s+)?files?|no\s+code)\s+(?:else\s+than\b|(?:else\s+)?{_EXCEPT})",
    ),
    Wording(
        "only",
        "any",
        rf"\b(?:limit|restrict|confine|keep)\s+(?:the|your|all|any)\s+{_FIX}\s+(?:only\s+)?(?:to|in|within|inside)\b",
    ),
    Wording(
        "only",
        "any",
        rf"\b{_FIX}\s+{_MUST}\s+(?:only\s+)?(?:be\s+)?(?:limited\s+to|restricted\s+to|confined\s+to|made\s+only\s+in|"
        r"stay\s+(?:in|within|inside)|touch\s+only|only\s+(?:be\s+(?:made\s+)?in|touch|affect))\b",
    ),
    Wording("only", "file", rf"\bonly\b(?=[^.]{{0,300}}\b(?:may|should|must|can)\s+be\s+{_CHANGED}\b)"),
    Wording("not", "any", rf"{_WHO}{DONT}\s+(?:{CHANGE}|break)(?:\s+or\s+\w+)?\b"),
    Wording("not", "any", rf"\bwithout\s+(?:{_CHANGING}|breaking)(?:\s+or\s+\w+ing)?\b"),
    Wording("not", "file", r"\bno\s+(?:changes?|edits?)\s+(?:to|in|of|outside)\b"),
    Wording(
        "not",
        "any",
        r"(?:^|[,;:–—-]\s*|\b(?:please|and|but)\s+)(?:leave|keep)\b"
        r"(?=[^;]{0,300}\b(?:alone|as(?:[- ](?:it|they))?[- ](?:is|are)|unchanged|untouched|the same)\b)",
    ),
    Wording("not", "any", r"\bhands off\b"),
    Wording("not", "file", rf"\b{_MUST}\s+(?:not\s+be\s+{_CHANGED}|{_STAY})", before=True),
)
"""A new wording is a row and a case folder. The first row that fits a place of a sentence wins it."""

_WISHED = _any("change modify edit touch alter update fix add adapt extend implement put use write correct mend repair")
_TOO = r"(?:(?:also|then|just|please|rather|instead|only|simply|do)\s+){0,3}"
WISH = re.compile(
    rf"(?:[,;:.–—-]?\s+(?:and|but|instead|rather)|[;:–—])\s+{_TOO}(?:you\s+(?:may|can|should|must)\s+)?{_TOO}{_WISHED}\b"
    rf"|[,;]?\s+(?:when|while|if|as|once)\s+(?:you|we)\b"
    rf"|,\s+{_TOO}{_WISHED}\b(?=[^,;]*\binstead\b)"
    rf"|,\s+{_TOO}{_WISHED}\b(?![^;]*\b(?:or|nor)\b)"
    rf"|;\s+(?=[^;]*\b{_MUST}\s+(?:also\s+)?be\s+{_CHANGED})",
    re.IGNORECASE,
)
"""The beginning of what is asked for, behind a prohibition: "do not touch a.py, but fix b.py". After "or", or where a
second destructive verb follows ("and delete b.py"), the prohibition goes on."""

CARRIED = re.compile(
    rf"(?P<first>{_WHO}{DONT}\s[^;:]{{1,200}}?),?\s+(?:or|nor)\s+(?=(?:{CHANGE}|add|introduce|create|break)\b)",
    re.IGNORECASE,
)
"""One "do not" for several verbs: up to the next of them."""

LISTED = re.compile(
    r"/?(?:\s*(?:,(?:\s*(?:or|nor|and)\b)?|\b(?:or|nor)\b)\s*"
    r"(?:(?:the|any|our|your|its|anything|everything|files?|code|in|under|inside|below|within|of)\s+)*"
    r"[`\"'“‘]?[\w./*@+-]+[`\"'”’]?)+",
    re.IGNORECASE,
)
"""A list of further things not to change, after a rule that names no file: `, the docs or anything in generated/`."""

MAYBE = re.compile(
    r"\b(?:only|not?|never|avoid|leave|keep|limit|restrict|confine|nothing|hands|without|zero|must|should"
    r"|preserve|maintain|retain|please|unchanged|untouched|standard|stdlib)\b|n['’]?t\b",
    re.IGNORECASE,
)
"""A word that every wording has one of: most sentences have none and are done with."""
