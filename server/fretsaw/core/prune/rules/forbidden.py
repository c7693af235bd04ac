"""The rule on what the issue forbids: files that it says must not change, as the ledger reads it."""

from __future__ import annotations

from collections.abc import Sequence

from fretsaw.core.issue import Constraint
from fretsaw.core.ledger import Violation, enforce
from fretsaw.core.patch import assemble
from fretsaw.core.patch.patch_set import Change, PatchSet
from fretsaw.core.prune.rules.line_change import with_reason
from fretsaw.core.prune.scene import Scene
from fretsaw.core.snapshot import Snapshot

_WHOLE_FILES = frozenset({"only", "not", "no-new-file", "no-test-change", "tests-in"})
"""Rules that a file breaks by being changed. The others are for the ledger to refuse, so that the model mends it."""


def forbidden(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Every change of a file that the issue says must not change, while another file or a part of this holds the fix.

    "Only change `add`" leaves free what changes within `add`.
    """
    rules = tuple(rule for rule in scene.issue.constraints if rule.kind in _WHOLE_FILES)
    is_only_file = len(scene.patch.files) < 2
    if not rules or is_only_file:
        return {}
    broken = _broken_here(scene, rules)
    if not broken:
        return {}
    own = PatchSet((scene.file,))
    caught = [change for change in changes if _violations(scene, rules, patch=assemble(own, [change]))]
    is_whole_file = len(caught) == len(changes)
    if is_whole_file and not _leaves_a_file(scene, rules):
        return {}
    rule = broken[0].constraint
    return with_reason(caught, f"{rule.source or 'the issue'} forbids it: {rule.text}")


def _broken_here(scene: Scene, rules: tuple[Constraint, ...]) -> list[Violation]:
    """The violations in this file by its own changes."""
    violations = _violations(scene, rules, patch=PatchSet((scene.file,)))
    return [violation for violation in violations if violation.path == scene.path]


def _leaves_a_file(scene: Scene, rules: tuple[Constraint, ...]) -> bool:
    """Tell whether a file of the patch violates nothing by itself, so that something stays."""
    return not all(_violations(scene, rules, patch=PatchSet((file,))) for file in scene.patch.files)


def _violations(scene: Scene, rules: tuple[Constraint, ...], patch: PatchSet) -> Sequence[Violation]:
    """Enforce the rules on a patch of this repository."""
    read = scene.read or {file.path: file.before for file in scene.patch.files}.get
    return enforce(rules, patch, Snapshot(None, scene.patch.paths, read))
