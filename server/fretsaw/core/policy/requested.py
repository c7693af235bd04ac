"""Find the sentence of an issue that asks to change a test, or another file that decides a check.

A sentence asks when it names the file, one of its tests or their kind, *and* the change: "update the snapshot",
"`test_old` should be removed". One that only speaks of tests ("the tests show it", "make the tests pass") asks for
nothing, and so does one that forbids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from fretsaw.core.issue import Issue
from fretsaw.core.issue.blocks import lines_of
from fretsaw.core.languages import declaration_pattern, is_test, language_of
from fretsaw.core.patch.patch_set import FilePatch, Hunk
from fretsaw.core.policy.path_lists import is_ci, is_conftest, is_runner_file
from fretsaw.core.proof.declared_tests import declared_tests
from fretsaw.core.text.lines import split_lines

Action: TypeAlias = Literal["add", "change", "delete", "skip"]

_VERBS: dict[str, tuple[Action, ...]] = {
    "update|change|correct|adjust|rewrite|replace|regenerate|re-?generate|refresh|re-?record|edit|modify|amend|repair|"
    "mend|bump|migrate|convert|port|relax|loosen|tighten|extend|simplify|set|adapt|align|reformulate|fix|indent|reindent|"
    "format|reformat|sort|pin|upgrade|downgrade": ("change",),
    "add|create|write|introduce|provide|include": ("add",),
    "delete|remove|drop|retire|get rid of|throw away|throw out": ("delete",),
    "skip|disable|xfail|deselect|ignore|mark": ("skip",),
    "rename|move|split|merge": ("change", "delete", "add"),
}
_DONE: dict[str, tuple[Action, ...]] = {
    "updated|changed|corrected|adjusted|rewritten|replaced|regenerated|refreshed|re-?recorded|edited|modified|amended|"
    "repaired|mended|fixed|bumped|migrated|converted|ported|relaxed|loosened|extended|adapted|aligned": ("change",),
    "added|created|written|introduced": ("add",),
    "deleted|removed|dropped|retired": ("delete",),
    "skipped|disabled|xfailed|deselected|ignored|marked": ("skip",),
    "renamed|moved|split|merged": ("change", "delete", "add"),
}
_ANY_VERB, _ANY_DONE = "|".join(_VERBS), "|".join(_DONE)
# Who is told to: the verb begins the sentence, or follows one of these.
_LEAD = (
    r"(?:^|[,;:–—-]\s+|\b(?:please|and|then|also|so|but|instead|must|should|shall|(?:can|could) you|needs? to|"
    r"ha(?:s|ve) to|wants?(?: you)? to|we|you|let['’]?s|would like (?:you )?to)\s+)"
    r"(?:(?:please|also|just|then|simply|only|now)\s+){0,2}"
)
_DETERMINER = (
    r"(?:(?:the|an?|all|any|both|each|this|that|these|those|its|our|their|some|new|another|missing|more|further|one|"
    r"failing|obsolete|outdated|old|stale|wrong|broken|existing|corresponding|matching|relevant|needed|recorded|stored|"
    r"unused|dead|duplicated?|flaky|slow|good|small|short|single|file|module|class|function|method)\s+){0,5}"
)
_INSIDE = (
    r"(?:(?:[a-z-]+\s+|[`'\"][^`'\"\n]{1,60}[`'\"]\s+){1,4}(?:in|of|from|inside|within)\s+(?:the\s+|file\s+){0,2})?"
)
_LIST = r"(?:[\w`'\"./()-]+(?:\s+[\w`'\"./()-]+){0,5},?\s+(?:and|or|as well as)\s+(?:also\s+)?(?:the\s+)?)?"
_FAULTS = re.compile(
    r"\b(?:bug|bugs|failures?|errors?|regressions?|crash(?:es)?|problems?|issues?|defects?|code)\b", re.I
)
_MODAL = (
    r"\s+(?:must|should|shall|has to|have to|needs? to|ought to|can|may|is to|are to)\s+"
    r"(?:(?:also|then|now|just)\s+){0,2}"
)
_SAYS = "expect|say|contain|read|hold|list|assert|require|use|-?\\d"
_SUBJECT_GOES_ON = (
    r"(?!\s+(?:(?:will|would|should|must|can|to|then|again|now|all|do|does|still|already)\s+){0,2}(?:pass|passes|passing|"
    r"succeed|succeeds|work|works|(?:be|is|are|goes?|turns?|stays?|remains?)\b|shows?|fails?|covers?|runs?|complains?|"
    r"checks?|says?|expects?|happy|green|(?:demonstrate|prove|prove|catch|describe)s?)\b)"
)
_FORBIDS = re.compile(
    r"\b(?:do not|don['’]?t|never|must not|should not|shouldn['’]?t|without|avoid|no need to|cannot)\b[^,;]*$", re.I
)
_CONDITION = re.compile(
    r"^\W*(?:if|when|whenever|after|once|before|unless|because|since|while|although|i|he|she|they)\b", re.I
)
_TEST_IS_WRONG = re.compile(
    r"not the code|(?:code|function|method|implementation|result|behaviou?r)\b[^.]{0,40}\b(?:is|are|must|should|may) "
    r"(?:right|correct|fine|intended|not (?:be )?change|stay|unchanged)|which is right|"
    r"wrong (?:number|value|expectation)|"
    r"expects? (?:the |a )?wrong|(?:tests?\b[^\n]{0,80}|test\w+`?|assertions?|expectations?|it)\s+"
    r"(?:is|are|was|were)\s+"
    r"(?:wrong|incorrect|mistaken|outdated|obsolete|out of date|stale)|outdated|obsolete|out of date|no longer",
    re.I,
)

_TEST_KIND = (
    r"(?:(?:unit|regression|integration|parametri[sz]ed|end-to-end|e2e|spec)\s+)*(?:tests?|specs?)(?:\s+(?:cases?|files?|suite|"
    r"modules?|functions?|methods?))?|assertions?|expectations?|expected\s+(?:values?|numbers?|results?|outputs?)"
)
_DATA_KIND = (
    r"(?:golden|expected|reference|approved|recorded)\s+(?:files?|outputs?|values?|results?|data|texts?)|goldens?|"
    r"snapshots?(?:\s+files?)?|fixtures?(?:\s+(?:files?|data))?|baselines?|test\s+data|cassettes?"
)
_CONFTEST_KIND = r"conftest(?:\.py)?|(?:pytest\s+)?fixtures?|(?:pytest|test)\s+(?:config(?:uration)?|set-?up)"
_RUNNER_KIND = (
    r"(?:pytest|tests?|jest|vitest|mocha|tox|runner|build|coverage)(?:['’]s)?\s+(?:config(?:uration)?|settings?|set-?up|"
    r"scripts?|command|options?)"
)
_CI_KIND = (
    r"(?:CI|GitHub Actions|GitLab CI|build)(?:['’]s)?\s+(?:files?|config(?:uration)?|workflows?|jobs?|pipelines?|"
    r"matrix|definition)|(?:GitHub\s+)?workflows?(?:\s+files?)?|CI\b"
)
_MEND = frozenset(("fix", "fixed", "repair", "correct"))
"""Verbs that may mean to make a test pass."""
_PUT_AWAY = re.compile(
    rf"{_LEAD}(?P<verb>delete|remove|drop|skip|disable|regenerate|rename)\s+(?:it|them|this one|that one)\b", re.I
)
"""Words such as "delete it" that can mean only the thing that the sentence before is about."""


@dataclass(frozen=True, slots=True)
class Requests:
    """An issue, to be asked which changes of tests and of their surroundings it wants."""

    issue: Issue

    def sentence_for(self, file: FilePatch) -> str:
        """The sentence that asks for what this patch does to the file; "" where none does."""
        wanted: dict[str, tuple[Action, ...]] = {"create": ("add", "change"), "delete": ("delete",)}
        actions = wanted.get(file.op, ("change", "delete", "skip"))
        return next((text for text, action in self._asking(file) if action in actions), "")

    def addition_for(self, file: FilePatch) -> str:
        """The sentence that asks for something new in the file or of its kind; "" where none does."""
        return next((text for text, action in self._asking(file) if action == "add"), "")

    def sentence_for_test(self, test: str, path: str = "") -> str:
        """The sentence that asks to skip or delete a test of this id; "" where none does."""
        name = re.split(r"::|\.| > |: |#(?=[A-Za-z_])", re.sub(r"\[.*\]$", "", test))[-1].strip()
        names = [name] if len(name) > 2 else []
        stem = path or test.partition("::")[0]
        names += [stem, stem.rpartition("/")[2]] if "/" in stem or "." in stem else []
        for text, action in _asks(self.issue.text, _any_of(names), ""):
            if action in {"delete", "skip", "change"}:
                return text
        return ""

    def sentence_for_tests(self, tests: Iterable[str]) -> str:
        """The sentence that asks to change tests that stand in a file of code; "" where it names not every one."""
        names = [name for name in dict.fromkeys(tests) if name]
        found = ""
        for name in names:
            asks = _asks_with_verb(self.issue.text, _bounded(name), "")
            fits = (
                text
                for text, action, verb in asks
                if action != "add" and (verb.lower() not in _MEND or _TEST_IS_WRONG.search(self.issue.text))
            )
            found = next(fits, "")
            if not found:
                return ""
        return found

    def hunks_for(self, file: FilePatch) -> frozenset[int]:
        """Indices of the hunks that the sentence covers: those in the tests that the issue names, or else all."""
        texts = [file.before or "", file.after or ""]
        named = {name for text in texts for name in declared_tests(file.path, text) if _is_named(name, self.issue.text)}
        every = frozenset(range(len(file.hunks)))
        if not named or file.op != "edit":
            return every
        owners = _owners(file)
        return frozenset(n for n in every if owners[n] in named or _only_imports(file.hunks[n]))

    def _asking(self, file: FilePatch) -> Iterator[tuple[str, Action]]:
        """The sentences that ask for something of a file, by its names and then by its kind."""
        names = _names_of(file)
        fix_is_clear = not _holds_tests(file) or _TEST_IS_WRONG.search(self.issue.text) is not None
        named = any(_is_named(name, self.issue.text) for name in names)
        kind = _kind_of(file.path) if named or not self._names_another(file) else ""
        for text, action, verb in _asks_with_verb(self.issue.text, _any_of(names), kind):
            if verb.lower() not in _MEND or fix_is_clear:
                yield text, action

    def _names_another(self, file: FilePatch) -> bool:
        """Return True if the issue names other files of this kind: then a word for the kind means those."""
        paths = [mention.text for mention in self.issue.mentions if mention.kind in {"path", "frame"}]
        kind = _kind_of(file.path)
        return any(path != file.path and _kind_of(path) == kind and kind for path in paths)


def is_test_code(path: str) -> bool:
    """Return True if a path is a test that is run, rather than data or configuration."""
    return is_test(path) and language_of(path) is not None and not is_conftest(path)


def _holds_tests(file: FilePatch) -> bool:
    """Return True if tests are declared in it: to fix such a file may mean to make it pass, to fix a helper may not."""
    return is_test_code(file.path) and any(declared_tests(file.path, text or "") for text in (file.before, file.after))


def _names_of(file: FilePatch) -> list[str]:
    name = file.path.rpartition("/")[2]
    names = [file.path, name]
    if is_test_code(file.path):
        texts = (file.before or "", file.after or "")
        names += [test for text in texts for test in declared_tests(file.path, text) if len(test.strip("'\"`")) > 3]
    return list(dict.fromkeys(names))


def _kind_of(path: str) -> str:
    """The words for files like this one."""
    if is_ci(path):
        return _CI_KIND
    if is_conftest(path):
        return _CONFTEST_KIND
    if is_runner_file(path):
        return _RUNNER_KIND
    return f"{_TEST_KIND}|{_DATA_KIND}" if is_test_code(path) else _DATA_KIND


def _is_named(name: str, text: str) -> bool:
    return re.search(_bounded(name), text) is not None


def _bounded(name: str) -> str:
    return rf"(?<![\w/.-]){re.escape(name)}(?![\w/-]|\.\w)"


def _any_of(names: list[str]) -> str:
    return "|".join(_bounded(name) for name in names)


def _asks(text: str, names: str, kind: str) -> Iterator[tuple[str, Action]]:
    return ((sentence, action) for sentence, action, _ in _asks_with_verb(text, names, kind))


def _asks_with_verb(text: str, names: str, kind: str) -> Iterator[tuple[str, Action, str]]:
    """(sentence, what it asks for, its verb) of every sentence that asks for a change of one of these."""
    what = "|".join(filter(None, (names, rf"(?:{kind})\b" if kind else "")))
    if not what:
        return
    about = False
    for sentence in sentences(text):
        said = re.sub(r"[`*\"“”]", "", sentence)
        pronoun = r"^(?:it|they|this|that|these)\b" if about else ""
        again = list(_PUT_AWAY.finditer(said)) if about else []
        about = re.search(names, said) is not None if names else about
        for match in (*_orders(said, what), *_demands(said, what, pronoun), *again):
            if not _FORBIDS.search(said[: match.start("verb")]) and not _CONDITION.search(said):
                verb = match["verb"]
                for action in _actions(verb):
                    yield sentence, action, verb


def _orders(said: str, what: str) -> Iterator[re.Match[str]]:
    """ "Update the snapshot", "please add a test", "fix the number in tests/a.py"."""
    for match in _order(what).finditer(said):
        if not (match["verb"].lower() == "fix" and _FAULTS.search(match["between"])):
            yield match


@cache
def _order(what: str) -> re.Pattern[str]:
    between = rf"(?P<between>{_DETERMINER}{_INSIDE}|{_LIST}{_DETERMINER})"
    return re.compile(rf"{_LEAD}(?P<verb>{_ANY_VERB})\s+{between}(?:{what}){_SUBJECT_GOES_ON}", re.I)


def _demands(said: str, what: str, pronoun: str) -> Iterator[re.Match[str]]:
    """ "`test_old` should be removed", "expected/x.txt must say 5", "The snapshot needs updating"."""
    yield from _demand(what, pronoun).finditer(said)


@cache
def _demand(what: str, pronoun: str) -> re.Pattern[str]:
    subject = "|".join(filter(None, (rf"(?:{what})", pronoun)))
    where = r"(?:\s+(?:in|of|from|for)\s+\S+)?"
    must = rf"{_MODAL}(?=(?:be\s+)?(?P<done>{_ANY_DONE}|{_SAYS})\b)(?:be\s+)?"
    needs = r"\s+(?:needs?|wants?|requires?)\s+(?:an?\s+)?(?=updat|chang|correct|delet|remov|fix)"
    return re.compile(rf"(?:{subject}){where}(?:{must}|{needs})(?P<verb>[\w-]+)", re.I)


def _actions(verb: str) -> tuple[Action, ...]:
    """Return the actions that a verb asks for; "expect", "say", "needs updating" ask for a change."""
    for table in (_VERBS, _DONE):
        for words, actions in table.items():
            if verb and re.fullmatch(words, verb, re.I):
                return actions
    return ("change",)


def sentences(text: str) -> Iterator[str]:
    """The sentences of an issue's prose; a heading and an item of a list are sentences of their own."""
    paragraph: list[str] = []
    for kind, line in [*lines_of(text), ("prose", "")]:
        bare = line.strip().lstrip("> ")
        begins = re.match(r"#{1,6}\s|[-*+]\s|\d+[.)]\s", bare) is not None
        if paragraph and (not bare or begins or kind == "code"):
            yield from _split(" ".join(paragraph))
            paragraph = []
        if bare and kind != "code":
            paragraph.append(re.sub(r"^(?:#{1,6}|[-*+]|\d+[.)])\s+(?:\[[ x]\]\s+)?", "", bare))


def _split(paragraph: str) -> Iterator[str]:
    yield from filter(None, (part.strip() for part in re.split(r"(?<=[.!?])\s+(?=[A-Z`\"'(])", paragraph[:4000])))


# -- the hunks of a test --------------------------------------------------------------------------------


def _owners(file: FilePatch) -> list[str]:
    """For each hunk the test that it is in, "" for none."""
    lines = split_lines(file.before or "")
    spans = _spans(file.path, lines)
    owners = []
    for hunk in file.hunks:
        last = max(hunk.end - 1, hunk.start)
        inside = [name for name, first, end in spans if first <= hunk.start and last < end]
        # What goes may begin with the end of the test above it: the same change, told one line higher.
        added = declared_tests(file.path, "".join(hunk.added or hunk.removed))
        owners.append(inside[-1] if inside else added[0] if len(added) == 1 else "")
    return owners


def _spans(path: str, lines: list[str] | tuple[str, ...]) -> list[tuple[str, int, int]]:
    """(test, first line, line after its last) from 0; decorators above belong to it."""
    text, pattern = "".join(lines), declaration_pattern(path)
    if pattern is None:
        return []
    places = [text.count("\n", 0, match.start()) for match in pattern.finditer(text)]
    found = list(zip(declared_tests(path, text), places, strict=True))
    spans = []
    for (name, at), (_, following) in zip(found, [*found[1:], ("", len(lines))], strict=True):
        first = at
        while first > 0 and re.match(r"\s*[@#\[]", lines[first - 1]):
            first -= 1
        spans.append((name, first, following))
    return spans


def _only_imports(hunk: Hunk) -> bool:
    return all(
        re.match(r"\s*(?:import\b|from\b.*\bimport\b|use\b|require\b|$)", line) for line in (*hunk.removed, *hunk.added)
    )
