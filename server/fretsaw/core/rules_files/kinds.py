"""The paths that are rules files, with the part of a repository of which each speaks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

KindName: TypeAlias = Literal["conventions", "copilot", "instructions", "cursor", "claude", "agents"]

STRENGTH: tuple[KindName, ...] = ("conventions", "copilot", "instructions", "cursor", "claude", "agents")
"""Of two files for the same folder the later kind is the stronger."""

_ENDS = (
    *("AGENTS.md", "AGENTS.override.md", "CLAUDE.md", "CONVENTIONS.md"),
    *("copilot-instructions.md", ".instructions.md", ".mdc"),
)
_BY_NAME: dict[str, KindName] = {
    "AGENTS.md": "agents",
    "AGENTS.override.md": "agents",
    "CLAUDE.md": "claude",
    "CONVENTIONS.md": "conventions",
}


class Known(NamedTuple):
    """A path that is a rules file."""

    path: str
    kind: KindName
    folder: str
    """The folder whose files it speaks of; empty for all."""

    @property
    def order(self) -> tuple[int, str, int, str]:
        """Weakest first: what is nearer to a file is stronger."""
        depth = self.folder.count("/") + 1 if self.folder else 0
        return depth, self.folder, STRENGTH.index(self.kind), self.path


def rules_files_in(paths: Iterable[str]) -> tuple[Known, ...]:
    """The rules files among paths, weakest first. An AGENTS.override.md stands in for the AGENTS.md beside it."""
    found = [known for path in paths if path.endswith(_ENDS) and (known := kind_of(path))]
    instead = {
        known.path.replace("AGENTS.override.md", "AGENTS.md")
        for known in found
        if known.path.endswith("AGENTS.override.md")
    }
    return tuple(sorted((known for known in found if known.path not in instead), key=lambda known: known.order))


def kind_of(path: str) -> Known | None:
    """The rules file that a path is; None for any other.

    >>> kind_of("web/AGENTS.md"), kind_of("docs/agents.md")
    (Known(path='web/AGENTS.md', kind='agents', folder='web'), None)
    """
    folder, _, name = path.rpartition("/")
    kind = _BY_NAME.get(name)
    if kind:
        is_hidden_folder = kind == "claude" and (folder == ".claude" or folder.endswith("/.claude"))
        return Known(path, kind, folder[: -len(".claude")].rstrip("/") if is_hidden_folder else folder)
    if path == ".github/copilot-instructions.md":
        return Known(path, "copilot", "")
    if path.startswith(".github/instructions/") and name.endswith(".instructions.md"):
        return Known(path, "instructions", "")
    above, is_cursor, _ = f"/{path}".rpartition("/.cursor/rules/")
    if is_cursor and name.endswith(".mdc"):
        return Known(path, "cursor", above.strip("/"))
    return None
