"""The rules of a chain that are enforced, with what a nearer file or the issue takes back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from fretsaw.core.issue.issue import Constraint, Issue
from fretsaw.core.ledger.area import is_within
from fretsaw.core.ledger.reach import Reach
from fretsaw.core.patch.patch_set import FilePatch, PatchSet
from fretsaw.core.policy.requested import Requests, sentences
from fretsaw.core.rules_files.rules_file import Chain
from fretsaw.core.rules_files.statements import Statement, is_file_name, statements_of
from fretsaw.core.snapshot import Snapshot

_ADDS_DEPENDENCY = re.compile(
    r"(?:^|\b(?:please|and|then|also|so|must|should|shall|can|may|to|we|you|let['’]?s)\s+)(?:also\s+|just\s+)?"
    r"(?:add|use|using|introduce|install|depend\s+on|pull\s+in|require|switch\s+to|migrate\s+to|replace)\b[^.]*?"
    r"(?:\bdependenc(?:y|ies)\b|\bpackages?\b|\blibrar(?:y|ies)\b)",
    re.IGNORECASE,
)
_ADDS_FILE = re.compile(
    r"(?:^|\b(?:please|and|then|also|must|should|to|we|you)\s+)(?:add|create|write|introduce|put)\b[^.]*?"
    r"\b(?:files?|modules?|scripts?)\b",
    re.IGNORECASE,
)
_CHANGES_TESTS = re.compile(
    r"(?:^|\b(?:please|and|then|also|must|should|to|we|you)\s+)(?:also\s+)?"
    r"(?:add|write|update|change|fix|correct|rewrite|extend|adapt|delete|remove|rename)\b[^.]*?\btests?\b",
    re.IGNORECASE,
)
_FORBIDS = re.compile(r"\b(?:do\s+not|don['’]?t|never|must\s+not|without|no\s+new|avoid)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The rules of a chain that hold for an issue."""

    rules: tuple[Constraint, ...] = ()
    conflicts: tuple[str, ...] = ()
    """Sentences for a person, each with both lines: what the issue, or a nearer file, takes back."""


def resolve(chain: Chain, issue: Issue, exists: Callable[[str], bool]) -> Resolved:
    """The enforced rules: the issue wins over all of them, a nearer file over one that is farther away.

    A prohibition holds below its folder until a sentence lifts it; of the places for tests the nearest file's count.
    """
    statements = [(file, statement) for file in chain.files for statement in statements_of(file)]
    rules: list[Constraint] = []
    seen: set[tuple[object, ...]] = set()
    for _, statement in statements:
        for rule in statement.rules:
            placed = _anchored(rule, exists)
            if placed and (placed.kind, placed.targets, placed.area) not in seen:
                seen.add((placed.kind, placed.targets, placed.area))
                rules.append(placed)
    conflicts: list[str] = []
    for file, statement in statements:
        if statement.allows:
            rules = [_lifted(rule, file.path, file.area.folder, statement, conflicts) for rule in rules]
    rules = _nearest_tests(rules)
    kept = (_after_issue(rule, issue, conflicts) for rule in rules)
    return Resolved(tuple(rule for rule in kept if rule is not None), tuple(dict.fromkeys(conflicts)))


def _anchored(rule: Constraint, exists: Callable[[str], bool]) -> Constraint | None:
    """The rule with a path that begins at its file's folder bound to it; None where a name is no file here.

    "Never edit `lib/`" in the root's file means `lib/` and not `src/lib/`, where there is a `lib/`.
    """
    targets = [_placed(target, rule, exists) for target in rule.targets]
    return None if None in targets else replace(rule, targets=tuple(filter(None, targets)))


def _placed(target: str, rule: Constraint, exists: Callable[[str], bool]) -> str | None:
    prefix = f"{rule.area.folder}/" if rule.area.folder else ""
    lead, bare = ("!", target[1:]) if target.startswith("!") else ("", target)
    bare = bare.removeprefix("./")
    if bare.startswith(".."):
        return None
    if "*" in bare:
        return lead + bare
    if exists(prefix + bare.strip("/")):
        return f"{lead}/{prefix}{bare.lstrip('/')}"
    if bare.lstrip("/").startswith(prefix) and exists(bare.strip("/")):
        return f"{lead}/{bare.lstrip('/')}"
    # "Files in the root": a word that is written as no path, and that is none here.
    is_written = bare in rule.text or f"`{bare.rstrip('/')}`" in rule.text
    return lead + bare if is_written and ("/" in bare or is_file_name(bare)) else None


def _lifted(rule: Constraint, path: str, folder: str, statement: Statement, conflicts: list[str]) -> Constraint:
    """The rule without a deeper folder whose own file says that this may change there."""
    is_deeper = folder != rule.area.folder and (not rule.area.folder or folder.startswith(f"{rule.area.folder}/"))
    if not is_deeper:
        return rule
    if rule.kind == "no-new-dependency":
        is_meant = "dependencies" in statement.allows
    else:
        allowed = {target.strip("/") for target in statement.allows}
        is_meant = rule.kind == "not" and any(
            target.strip("/") in allowed or target.strip("/").removeprefix(f"{folder}/") in allowed
            for target in rule.targets
        )
    if not is_meant:
        return rule
    said = (
        f"{path}:{statement.line} says “{statement.text}”, so {rule.source} (“{rule.text}”) does not hold in {folder}/"
    )
    conflicts.append(said)
    return replace(rule, area=replace(rule.area, without=(*rule.area.without, folder)))


def _nearest_tests(rules: list[Constraint]) -> list[Constraint]:
    """The rules in which a place for tests does not hold below a folder that has its own; those of a file are one."""
    by_folder: dict[str, list[Constraint]] = {}
    for rule in rules:
        if rule.kind == "tests-in":
            by_folder.setdefault(rule.area.folder, []).append(rule)
    out = [rule for rule in rules if rule.kind != "tests-in"]
    for folder, own in by_folder.items():
        deeper = tuple(
            other for other in by_folder if other != folder and (not folder or other.startswith(f"{folder}/"))
        )
        nearest = own[-1]
        targets = tuple(dict.fromkeys(target for rule in own for target in rule.targets))
        out.append(replace(nearest, targets=targets, area=replace(nearest.area, without=deeper)))
    return out


_ASKING = {"no-new-dependency": _ADDS_DEPENDENCY, "no-new-file": _ADDS_FILE, "no-test-change": _CHANGES_TESTS}


def _after_issue(rule: Constraint, issue: Issue, conflicts: list[str]) -> Constraint | None:
    """The rule without what the issue asks for; None where nothing of it is left."""
    if rule.kind not in _ASKING:
        return _without_asked(rule, issue, conflicts)
    asked = _first(issue, _ASKING[rule.kind])
    if not asked:
        return rule
    conflicts.append(_conflict(rule, issue, asked))
    return None


def _without_asked(rule: Constraint, issue: Issue, conflicts: list[str]) -> Constraint | None:
    """The rule with an exception for each file that the issue asks to change."""
    targets = rule.targets
    named = [mention.text for mention in issue.mentions if mention.kind == "path"]
    only = [target for each in issue.constraints if each.kind == "only" for target in each.targets]
    for path in dict.fromkeys((*named, *only)):
        is_elsewhere = "/" in path and not is_within(rule.area, path)
        if is_elsewhere or _covers(rule.targets, path) == (rule.kind == "tests-in"):
            continue
        asked = _sentence_on(path, issue)
        if not asked:
            continue
        conflicts.append(_conflict(rule, issue, asked))
        if path.strip("/") in {target.strip("/") for target in rule.targets}:
            return None
        targets = (*targets, path if rule.kind == "tests-in" else f"!{path}")
    return replace(rule, targets=targets)


def _sentence_on(path: str, issue: Issue) -> str:
    """The sentence of an issue that asks to change a file, or to change nothing else; empty where there is none."""
    only = next((each.text for each in issue.constraints if each.kind == "only" and path in each.targets), "")
    requests = Requests(issue)
    asked = only or requests.sentence_for(FilePatch(path, "", ())) or requests.addition_for(FilePatch(path, None, ()))
    return "" if _FORBIDS.search(asked.split(path)[0][-60:]) else asked


def _covers(targets: Iterable[str], path: str) -> bool:
    reach = Reach(tuple(targets), PatchSet(), Snapshot(None, (path,), lambda _: None))
    return reach.file(path) or path.strip("/") in {target.strip("/") for target in targets}


def _first(issue: Issue, pattern: re.Pattern[str]) -> str:
    """The first sentence that asks for something, and forbids nothing."""
    found = (each for each in sentences(issue.text) if pattern.search(each) and not _FORBIDS.search(each))
    return next(found, "")


def _conflict(rule: Constraint, issue: Issue, asked: str) -> str:
    """Both lines, and which of them holds."""
    at = issue.text.find(asked[:60])
    line = f" (line {issue.text.count(chr(10), 0, at) + 1})" if at >= 0 else ""
    return f"{rule.source} says “{rule.text}”, but the issue says “{asked}”{line}: the issue wins"
