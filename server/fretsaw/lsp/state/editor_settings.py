"""The editor's settings, and the session that they open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fretsaw.session.open import Session


@dataclass(frozen=True, slots=True)
class EditorSettings:
    """The settings that an editor sent for one repository."""

    editor: Mapping[str, Any] = field(default_factory=dict)
    """Options by their editor names."""
    api_key: str | None = field(default=None, repr=False)

    def open(self, root: Path, *, lenient: bool = False) -> Session:
        """Open the repository with these settings. Blocks: call it in a thread. Raises RepoError, ConfigError.

        `lenient`: for what deals with a run that there is already, whatever the repository's own file holds.
        """
        from fretsaw.session.open import open_session

        session = open_session(root, editor=self.editor, lenient=lenient)
        return session.with_settings(api_key=self.api_key) if self.api_key else session

    def for_source(self, source: str) -> EditorSettings:
        """The settings of a run: what a person waits for goes to the quick model, unless the settings say otherwise."""
        if source == "issue" or "role" in self.editor or "model" in self.editor:
            return self
        return replace(self, editor={**self.editor, "role": "quick"})
