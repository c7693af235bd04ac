"""Imports that a change adds, and who uses their names: one answer for Python and the languages with an outline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fretsaw.core.prune.rules.line_change import among, line_changes
from fretsaw.core.prune.rules.questions import count, takes_place_of_import, uses
from fretsaw.core.prune.scene import Scene


@dataclass(frozen=True, slots=True)
class AddedImport:
    """An import, or names in one, and nothing else that a change adds."""

    id: int
    """The id of the change."""
    names: Sequence[str]
    statement: str
    """The lines that the change adds."""

    def is_unused(self, scene: Scene) -> bool:
        """Tell whether nothing in the file uses its names, and it does not come for another import."""
        is_used = any(uses(scene, name, but=self.statement) for name in self.names)
        return not is_used and not takes_place_of_import(scene, self.id, statement=self.statement)

    def serves_only(self, scene: Scene, findings: str) -> bool:
        """Tell whether each of its names is used, and in no other part of the file than the `findings`."""
        return all(0 < count(findings, name) == uses(scene, name, but=self.statement) for name in self.names)


def unused(imports: Iterable[AddedImport]) -> dict[int, str]:
    """Say of each of the imports that nothing uses it."""
    return {added.id: f"imports {', '.join(added.names)}, which nothing uses" for added in imports}


def for_findings(scene: Scene, imports: Iterable[AddedImport]) -> dict[int, str]:
    """Name the imports that only what other rules found makes use of; reads none where they found nothing."""
    findings = "".join(change.added for change in line_changes(among(scene.changes, scene.judged)))
    if not findings:
        return {}
    return {
        added.id: f"imports {', '.join(added.names)} for what is not needed either"
        for added in imports
        if added.serves_only(scene, findings)
    }
