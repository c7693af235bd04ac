"""The rules files of a request as a person reads them: the chain, what is enforced and what only told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fretsaw.core.rules_files.resolve import Resolved
from fretsaw.core.rules_files.rules_file import Chain
from fretsaw.core.rules_files.statements import statements_of


@dataclass(frozen=True, slots=True)
class RulesPreview:
    """The chain of rules files with its rules."""

    chain: Chain = field(default_factory=Chain)
    resolved: Resolved = field(default_factory=Resolved)

    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "chain": [
                {"path": file.path, "for": file.area.folder, "globs": list(file.area.globs), "imported_by": file.via}
                for file in self.chain.files
            ],
            "not_used": [{"path": path, "why": why} for path, why in self.chain.skipped],
            "enforced": [
                {"source": rule.source, "kind": rule.kind, "text": rule.text, "targets": list(rule.targets)}
                for rule in self.resolved.rules
            ],
            "told": [{"source": source, "text": text} for source, text in self.told],
            "conflicts": list(self.resolved.conflicts),
        }

    @property
    def told(self) -> tuple[tuple[str, str], ...]:
        """(file:line, sentence) of what reads like a rule and is not enforced."""
        enforced = {rule.source for rule in self.resolved.rules}
        return tuple(
            (f"{file.path}:{each.line}", each.text)
            for file in self.chain.files
            for each in statements_of(file)
            if each.is_like_a_rule and f"{file.path}:{each.line}" not in enforced
        )

    @property
    def unspoken(self) -> int:
        """The number of other sentences, which are told as well."""
        total = sum(len(statements_of(file)) for file in self.chain.files)
        return total - len(self.told) - len({rule.source for rule in self.resolved.rules})
