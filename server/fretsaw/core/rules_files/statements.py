"""The sentences of a rules file: those that are rules which code can enforce, and those that are only told.

The wordings of an issue's rules read them first. A project's sentence holds for every change, so it has to be plainer
than an issue's: one with a condition, a purpose or a narrower verb ("delete", "rename") is only told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from fretsaw.core.issue.constraints import numbered_sentences, rules_of
from fretsaw.core.issue.issue import Constraint
from fretsaw.core.issue.mentions import CODE_ENDS
from fretsaw.core.issue.targets import targets_of
from fretsaw.core.issue.wordings import DONT
from fretsaw.core.rules_files.rules_file import RulesFile
from fretsaw.core.text.safe_text import CONTROL, INVISIBLE

_MOST = 2_000
"""Sentences of a file that are read as rules."""
_ASK = (
    r"without\s+(?:(?:first|explicit(?:ly)?|prior|my|our|the|a|an|your|user|human|maintainer|team|written)\s+|"
    r"(?:user|owner|maintainer)['’]s\s+)*"
    r"(?:ask|permission|approv|discuss|consult|confirm|consent|sign-?off|review|being\s+(?:asked|told)|request|"
    r"instruct|authori[sz])\w*(?:\s+(?:first|beforehand|me|us|from|by|of|for|it|the|a|your|user|owner|maintainers?|"
    r"team|permission|approval|confirmation|explicitly))*"
    r"|unless\s+(?:(?:explicitly|specifically|you\s+are|you['’]re|it\s+is|it['’]s|the\s+user|i|we|they|directly)\s+)*"
    r"(?:ask|told|request|instruct|approv|say|discuss|authori[sz])\w*(?:\s+(?:so|to|it|for|by|otherwise|the|user))*"
    r"|(?:directly|manually|by\s+hand|yourself|ever|under\s+any\s+circumstances?)\b"
)
"""Words that leave a rule as it is for an agent: nobody but the issue can ask it, and it edits by hand only."""
_ASKED = re.compile(rf"\b(?:{_ASK})", re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(?:unless|if|when|whenever|while|until|before|after|without|except\s+(?:when|if|in\s+cases?|to)|instead|"
    r"in\s+(?:the\s+same|one|a\s+single)|during|once|for\s+(?:tests?|debugging)|just\s+to|to\s+(?:make|get|fix|work|"
    r"silence|satisfy|pass|suit|match|force|bypass)|simply|only\s+(?:when|if|to|for)|as\s+(?:a|an|the|canonical)|"
    r"more\s+than|casually|lightly|blindly|silently|from\s+(?:this|within|inside|another)|based\s+on|directly\s+from|any\s+more|at\s+the\s+same|together\s+with|prefer|try\s+to|generally|usually|normally|typically|"
    r"likely|where\s+possible|in\s+(?:production|ci)|on\s+(?:main|master)|that\s+(?:are|is|were|was|have|has)|"
    r"its?\s+(?:name|signature|order|format|structure|meaning|schema)|ids?\b)\b",
    re.IGNORECASE,
)
_BEGINS_WITH_CONDITION = re.compile(
    r"^(?:if|when|whenever|while|until|unless|before|after|during|once|in\s+case|for|on|with)\b", re.IGNORECASE
)
_LIMITS = r"(?!\s*(?:except|unless|but|only|other|if|when)\b)"
_EXPLAINS = re.compile(
    rf"\s[-–—]+\s{_LIMITS}|;\s{_LIMITS}|:\s|\.\s|,\s+(?=(?:it|they|this|these|that|which|as|since|because|so|run|use|see|instead|but)\b)|"
    rf"\s+(?=(?:because|since|as\s+(?:it|they|these|this))\b)|\s\({_LIMITS}"
)
"""The beginning of what only says why, or what to do in place of it."""
_WIDE = r"(?:chang|modif|edit|touch|alter|updat|rewrit|writ)\w*"
_STAYS = re.compile(r"\b(?:changes?|edits?|hands\s+off|leave|keep)\b", re.IGNORECASE)
_NARROW = re.compile(
    r"\b(?:delet|remov|renam|refactor|reformat|format|mov|fix|break|add|commit|mutat|overrid|disabl|skip|weaken)\w*",
    re.IGNORECASE,
)
_WIDE_VERB = re.compile(rf"\b{_WIDE}", re.IGNORECASE)
_CLAUSE = re.compile(rf"(?<=[,;])\s+(?:and\s+|or\s+|but\s+)?(?={DONT}\b)|\s+(?:and|but)\s+(?={DONT}\b)", re.IGNORECASE)
_HANDS = re.compile(r"\b(?:hand|manually|directly)[- ](?=edit|modif|chang|updat)", re.IGNORECASE)
_LEAD_NEVER = re.compile(
    r"^[^\w`]*(?:never(?:\s+do)?|do\s+not|don['’]t|forbidden|prohibited|off[- ]limits)\s*:\s*(?=\w)", re.IGNORECASE
)
_NOTE = re.compile(r"^(?:important|note|warning|caution|critical|attention|rule)\s*!?\s*:\s*", re.IGNORECASE)
_SIGNS = re.compile(r"^(?:[^\w`\"'(@*./~\[-]+\s*)+")
_LIST_LEAD = re.compile(
    rf"^[^\w`]*(?:(?:please\s+)?{DONT}\s+(?:ever\s+)?(?:{_WIDE})(?:\s*(?:/|,|or)\s*(?:{_WIDE}|delete))*\b"
    r"[^:.]{0,80}|(?:files?|folders?|director(?:y|ies)|paths?|places?)\b[^:.]{0,40}"
    rf"(?:{DONT}|never|not\s+to)\s+(?:be\s+)?{_WIDE}[^:.]{{0,40}}|(?:off[- ]limits|read[- ]only|protected|"
    rf"do[- ]not[- ](?:touch|edit|modify))(?:\s+(?:files?|paths?|folders?|director(?:y|ies)|areas?))?):?\s*$",
    re.IGNORECASE,
)
_NEVER_LEAD = re.compile(r"^[^\w`]*(?:never(?:\s+do)?|do\s+not|don['’]?ts?)\s*[:.]?\s*$", re.IGNORECASE)
_PATH_ITEM = re.compile(r"^`?([\w.@*+~/-]+)`?(?:\s*(?:[-–—:(,].*))?$")
_TESTS_IN = re.compile(
    r"^(?:all\s+(?:the\s+)?|new\s+|the\s+|any\s+)*tests?(?:\s+files?)?\s+(?:must\s+|should\s+|shall\s+|always\s+|only\s+)*"
    r"(?:be\s+(?:placed|put|located|kept|stored|added|written|created)|live|lives|go|goes|reside|belong|"
    r"are\s+(?:placed|located|kept|stored|found|written|in)|are(?=\s+(?:in|under)))\s*"
    r"(?:only\s+)?(?:in|into|under|inside|beneath|within)?\s+(?P<where>.+)$"
    r"|^(?:always\s+|please\s+)?(?:place|put|keep|add|write|create|store)\s+(?:all\s+|new\s+|any\s+|the\s+|your\s+)*"
    r"tests?(?:\s+files?)?\s+(?:in|into|under|inside|beneath|within)\s+(?P<there>.+)$",
    re.IGNORECASE,
)
_ONE_FOLDER = re.compile(
    r"^(?:the\s+)?(?:top-level\s+|root\s+)?`?(?P<folder>[\w.@-]+(?:/[\w.@-]+)*/?)`?"
    r"(?P<said>\s+(?:folder|directory|dir))?\s*[.!]?$"
)
_DEPENDENCY_ENDS = re.compile(
    r"(?:dependenc(?:y|ies)|packages?|librar(?:y|ies)|requirements?)\b(?:\s*\([^)]*\))?\s*"
    r"(?:$|[.,;!:—–-]|(?:to|in)\s+(?:the|this|our)\s+(?:project|repo(?:sitory)?|code\s?base)\s*(?:$|[.,;!]))",
    re.IGNORECASE,
)
_KIND_OF_DEPENDENCY = re.compile(
    r"\b(?:runtime|production|prod|dev(?:elopment)?|test|heavy|large|unnecessary|npm|circular|ui|frontend|backend|"
    r"native|peer|optional|standard\s+library|stdlib|internal|core)\b",
    re.IGNORECASE,
)
_FILES_END = re.compile(r"\b(?:files?|modules?)\s*(?:$|[.,;!])", re.IGNORECASE)
_KIND_OF_FILE = re.compile(
    r"\b(?:markdown|readme|doc\w*|config\w*|test|util\w*|helper|md|css|js|env|\.\w+)\b", re.IGNORECASE
)
_TESTS_END = re.compile(r"\btests?(?:\s+(?:files?|suite|cases?|code))?\s*(?:$|[.,;!])", re.IGNORECASE)
_MAY = re.compile(
    rf"^(?:here\s+|in\s+this\s+\w+\s*,?\s*)?(?:(?:you|agents?|it)\s+(?:may|can|are\s+allowed\s+to|are\s+free\s+to)\s+"
    rf"(?:freely\s+|also\s+)?(?:{_WIDE}|add)|(?:it\s+is|it['’]s)\s+(?:fine|ok(?:ay)?|allowed|safe)\s+to\s+"
    rf"(?:{_WIDE}|add))\b(?P<what>.*)$"
    r"|^(?P<which>.+?)\s+(?:may|can)\s+be\s+(?:edited|changed|modified|touched|added)\b(?P<rest>.*)$"
    r"|^(?P<these>(?:new\s+)?dependencies)\s+(?:are|is)\s+(?:fine|ok(?:ay)?|allowed|welcome)\b",
    re.IGNORECASE,
)
_LIKE_A_RULE = re.compile(
    rf"\b(?:{DONT}|always|must|only|no\s+new|prefer|ensure|make\s+sure|required|forbidden)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of a rules file."""

    line: int
    text: str
    rules: tuple[Constraint, ...] = ()
    """The rules that code can enforce; none where it is only told."""
    allows: tuple[str, ...] = ()
    """Targets, or "dependencies", that a sentence of a nearer file says may change."""

    @property
    def is_like_a_rule(self) -> bool:
        """True if a person would take it for a rule."""
        return bool(self.rules) or _LIKE_A_RULE.search(self.text) is not None


def statements_of(file: RulesFile) -> tuple[Statement, ...]:
    """The sentences of a rules file, each rule with its source and the files that it holds for."""
    return tuple(
        replace(
            each,
            rules=tuple(replace(rule, source=f"{file.path}:{each.line}", area=file.area) for rule in each.rules),
        )
        for each in _statements("\n".join(file.lines))
    )


@lru_cache(maxsize=64)
def _statements(text: str) -> tuple[Statement, ...]:
    out: list[Statement] = []
    lead = ""
    for line, sentence in numbered_sentences(CONTROL.sub("", INVISIBLE.sub("", text))):
        plain = _plain(sentence)
        if _NEVER_LEAD.match(plain) or (_LIST_LEAD.match(plain) and not targets_of(plain)):
            lead = plain
            out.append(Statement(line, sentence))
            continue
        rules = () if len(out) > _MOST else _rules_of_item(lead, plain)
        if not rules:
            is_never = lead and _NEVER_LEAD.match(lead) and _WIDE_VERB.match(plain)
            lead = lead if is_never or _NEVER_LEAD.match(lead) else ""
            rules = (
                () if len(out) > _MOST else tuple(_rules(f"Never {plain[0].lower()}{plain[1:]}" if is_never else plain))
            )
        out.append(Statement(line, sentence, rules, () if rules else _allowed(plain)))
    return tuple(out)


def _rules_of_item(lead: str, item: str) -> tuple[Constraint, ...]:
    """The rule of an item that is a path alone, below "Do not edit these:"."""
    found = _PATH_ITEM.match(item) if lead and not _NEVER_LEAD.match(lead) else None
    if not found or not _is_place(found[1]):
        return ()
    return (Constraint("not", f"{lead.rstrip(':')}: {item}", (found[1],)),)


def _plain(sentence: str) -> str:
    """A sentence without the signs before it, with "Never: edit x" and "hand-edit x" in plain words."""
    text = _SIGNS.sub("", _NOTE.sub("", _SIGNS.sub("", sentence.strip())))
    lead = _LEAD_NEVER.match(text)
    if lead:
        rest = text[lead.end() :]
        text = f"Never {rest[0].lower()}{rest[1:]}"
    return _HANDS.sub("", text)


def _is_place(target: str) -> bool:
    """Return True if a target names a file, a glob or a folder rather than a symbol."""
    if "/" in target or "*" in target:
        return True
    return re.fullmatch(r"[\w@+-]*\.[\w.-]*\w", target) is not None


def is_file_name(target: str) -> bool:
    """Return True if a target without a folder is a file by its ending, so that nobody has to look."""
    return target.rpartition(".")[2].lower() in CODE_ENDS


def _rules(sentence: str) -> Iterator[Constraint]:
    """The rules of a sentence that hold as they are written."""
    in_tests = _tests_in(sentence)
    if in_tests:
        yield in_tests
        return
    if _BEGINS_WITH_CONDITION.match(sentence):
        return
    unconditional = _ASKED.sub(" ", sentence)
    for part in _CLAUSE.split(unconditional):
        # "Never edit x, it is made by y": what explains a rule has no condition of its own.
        clause = _EXPLAINS.split(part)[0].strip()
        if _CONDITION.search(clause):
            continue
        for rule in rules_of(clause):
            exact = _exact(rule, clause)
            if exact:
                yield replace(exact, text=sentence)


def _exact(rule: Constraint, clause: str) -> Constraint | None:
    """The rule where the clause says just that; None where it says less, or something narrower."""
    if rule.kind == "not":
        return _exact_places(rule, clause)
    is_plain = {
        "no-new-dependency": lambda: _DEPENDENCY_ENDS.search(clause) and not _KIND_OF_DEPENDENCY.search(clause),
        "no-new-file": lambda: _FILES_END.search(clause) and not _KIND_OF_FILE.search(clause),
        "no-test-change": lambda: (
            _TESTS_END.search(clause) and _WIDE_VERB.search(clause) and not _NARROW.search(clause)
        ),
    }.get(rule.kind)
    return rule if is_plain is not None and is_plain() else None


def _exact_places(rule: Constraint, clause: str) -> Constraint | None:
    """The rule on places; None where a target is a symbol, which the others may only explain."""
    if not _WIDE_VERB.search(clause) and not _STAYS.search(clause):
        return None
    is_whole = all(_is_place(target.lstrip("!")) for target in rule.targets) and not rule.targets[0].startswith("!")
    return rule if is_whole else None


def _tests_in(sentence: str) -> Constraint | None:
    """ "Tests live in `tests/`": new tests are made there. A second place, or a kind of tests, makes it only told."""
    found = _TESTS_IN.match(sentence)
    if not found:
        return None
    where = (
        re.split(r"\s[-–—]\s|\s\(|[,;:]\s|\.\s|\s+and\s+(?=us|run|follow|mirror)", found["where"] or found["there"])[0]
        .strip()
        .rstrip(".!")
    )
    folder = _ONE_FOLDER.match(where)
    is_folder = folder and ("/" in folder["folder"] or folder["said"] or "`" in where)
    if not folder or not is_folder or "." in folder["folder"].rpartition("/")[2]:
        return None
    return Constraint("tests-in", sentence, (folder["folder"].rstrip("/") + "/",))


def _allowed(sentence: str) -> tuple[str, ...]:
    """The targets that a sentence says may change."""
    found = _MAY.match(sentence)
    if not found or re.search(r"\b(?:not|never|only|unless|if|when)\b", sentence, re.IGNORECASE):
        return ()
    what = found["what"] or found["which"] or found["these"] or ""
    if re.search(r"\bdependenc(?:y|ies)\b", what):
        return ("dependencies",)
    return tuple(target for target in targets_of(what) if _is_place(target))
