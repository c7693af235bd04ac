"""`enforce`: which of an issue's rules a patch breaks, and where. A table with one function a kind of rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from fretsaw.core.issue.issue import Constraint
from fretsaw.core.languages import is_test, language_of
from fretsaw.core.ledger.area import patch_within
from fretsaw.core.ledger.dependencies import added_dependencies
from fretsaw.core.ledger.interface import broken_interface
from fretsaw.core.ledger.new_modules import new_modules
from fretsaw.core.ledger.reach import Reach
from fretsaw.core.ledger.violation import Violation
from fretsaw.core.patch.patch_set import FilePatch, PatchSet
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.safe_text import safe_text

_Found = Iterator[tuple[str, str]]
"""(path, what it does, as the end of a sentence)."""


def enforce(constraints: Iterable[Constraint], patch: PatchSet, snapshot: Snapshot) -> tuple[Violation, ...]:
    """Every rule that the patch breaks, in the order of the rules and paths; () when it keeps them all.

    A rule whose target is neither a file, a folder nor a definition of the repository cannot be judged and is kept.
    """
    out = []
    for constraint in _joined(tuple(constraints)):
        rule = RULES.get(constraint.kind)
        inside = patch_within(constraint.area, patch)
        for path, does in rule(constraint, inside, snapshot) if rule and inside else ():
            out.append(_violation(constraint, path, does))
    return tuple(dict.fromkeys(out))


def _joined(constraints: tuple[Constraint, ...]) -> tuple[Constraint, ...]:
    """The rules with all of kind "only" made into one: each allows more, none takes away what another allows."""
    only = [each for each in constraints if each.kind == "only"]
    if len(only) < 2:
        return constraints
    targets = tuple(dict.fromkeys(target for each in only for target in each.targets))
    joined = Constraint("only", " ".join(each.text for each in only), targets)
    rest = tuple(each for each in constraints if each.kind != "only")
    return (joined, *rest)


def _only(constraint: Constraint, patch: PatchSet, snapshot: Snapshot) -> _Found:
    reach = Reach(constraint.targets, patch, snapshot)
    if not reach:
        return
    for file in patch.files:
        if not reach.file(file.path) and not reach.defines(file):
            yield file.path, "is outside what may be changed"
        elif not reach.file(file.path) and reach.outside(file):
            yield file.path, "is changed outside the definitions that may be changed"


def _not(constraint: Constraint, patch: PatchSet, snapshot: Snapshot) -> _Found:
    reach = Reach(constraint.targets, patch, snapshot)
    for file in patch.files:
        if reach.file(file.path):
            yield file.path, "must not be changed"
        elif name := reach.inside(file):
            yield file.path, f"is changed inside {name}, which must not be changed"


def _no_new_file(_constraint: Constraint, patch: PatchSet, _snapshot: Snapshot) -> _Found:
    for file in patch.files:
        if file.op == "create":
            yield file.path, "is a new file"


def _no_test_change(constraint: Constraint, patch: PatchSet, _snapshot: Snapshot) -> _Found:
    existing_only = re.search(r"\b(?:existing|current|present)\b", constraint.text, re.IGNORECASE) is not None
    for file in patch.files:
        if not is_test(file.path) or (existing_only and (file.op == "create" or _only_adds(file))):
            continue
        yield file.path, "is a test and has to stay as it is"


def _only_adds(file: FilePatch) -> bool:
    return not file.deleted and all(not hunk.removed for hunk in file.hunks)


def _no_new_dependency(_constraint: Constraint, patch: PatchSet, snapshot: Snapshot) -> _Found:
    for file in patch.files:
        added = added_dependencies(file)
        if added:
            yield file.path, "adds a dependency: " + ", ".join(added[:5])
        modules = new_modules(file, snapshot)
        if modules:
            yield file.path, "imports what the project does not depend on: " + ", ".join(modules[:5])


def _keep_api(_constraint: Constraint, patch: PatchSet, _snapshot: Snapshot) -> _Found:
    for file in patch.files:
        if not is_test(file.path):
            for what in broken_interface(file)[:5]:
                yield file.path, what


def _tests_in(constraint: Constraint, patch: PatchSet, snapshot: Snapshot) -> _Found:
    reach = Reach(constraint.targets, patch, snapshot)
    places = ", ".join(target.lstrip("/") for target in constraint.targets)
    for file in patch.files:
        if file.op == "create" and is_test(file.path) and language_of(file.path) and not reach.file(file.path):
            yield file.path, f"is a new test outside of {places}"


RULES: Mapping[str, Callable[[Constraint, PatchSet, Snapshot], _Found]] = {
    "only": _only,
    "not": _not,
    "no-new-file": _no_new_file,
    "no-test-change": _no_test_change,
    "no-new-dependency": _no_new_dependency,
    "keep-api": _keep_api,
    "tests-in": _tests_in,
}
"""Rules that are enforced. A kind that is not in this table ("other") is told to the model and to the person only."""


def _violation(constraint: Constraint, path: str, does: str) -> Violation:
    sentence = " ".join(safe_text(constraint.text).split())[:200]
    shown, does = safe_text(path), safe_text(does)
    who = safe_text(constraint.source) or "the issue"
    return Violation(
        constraint,
        path,
        f"{shown} {does}, but {who} says: “{sentence}”.",
        f"{shown} {does}. {who[0].upper()}{who[1:]} says: “{sentence}”. Solve it within this rule.",
    )
