"""Find the repository of a file, and whether the client opened it as part of its workspace.

A repository is the nearest folder with a `.git` in it. Never starts a process.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fretsaw.errors import UsageError
from fretsaw.lsp.state import positions


@dataclass(frozen=True, slots=True)
class Located:
    """A file in a repository."""

    root: Path
    path: str
    """Relative to the root, with `/`."""


class Workspace:
    """The client's workspace folders."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._repositories: dict[str, str | None] = {}

    def add(self, uris: Iterable[str]) -> None:
        """Take folders by their URIs; what is no folder of this machine is left out."""
        for uri in uris:
            path = positions.to_path(uri)
            if path is not None:
                self._folders[uri] = os.path.realpath(path)
        self.forget()

    def remove(self, uris: Iterable[str]) -> None:
        """Take folders out."""
        for uri in uris:
            self._folders.pop(uri, None)
        self.forget()

    def forget(self) -> None:
        """Look at the disk again next time."""
        self._repositories.clear()

    @property
    def folders(self) -> dict[str, str]:
        """URI → real path."""
        return dict(self._folders)

    def folder_uri(self, path: str) -> str | None:
        """The URI of the innermost workspace folder that holds a path."""
        holding = [(len(folder), uri) for uri, folder in self._folders.items() if _inside(path, folder)]
        return max(holding)[1] if holding else None

    def real(self, uri: str) -> str | None:
        """The real path of a `file:` URI, None for other schemes."""
        path = positions.to_path(uri)
        return None if path is None else os.path.realpath(path)

    def locate(self, uri: str) -> Located:
        """The repository and relative path of a file. Raises UsageError with what is wrong, for a person."""
        path = self.real(uri)
        if path is None:
            raise UsageError("this buffer is not a file on this machine", hint="save it into a repository first")
        return self.locate_path(path)

    def locate_path(self, path: str) -> Located:
        """The same for a real path."""
        if self._folders and not any(_inside(path, folder) for folder in self._folders.values()):
            raise UsageError(f"{path} is outside the workspace", hint="open its folder in the editor first")
        root = self._repository(os.path.dirname(path))  # noqa: PTH120 - text in, text out
        if root is None:
            raise UsageError(f"{path} is not in a git repository", hint="run `git init` in its folder")
        relative = os.path.relpath(path, root).replace(os.sep, "/")
        if ".git" in relative.split("/"):
            raise UsageError(f"{path} is inside .git")
        return Located(Path(root), relative)

    def repositories(self) -> tuple[Path, ...]:
        """The repositories of the workspace folders."""
        found = {self._repository(folder) for folder in self._folders.values()}
        return tuple(Path(root) for root in sorted(root for root in found if root))

    def _repository(self, folder: str) -> str | None:
        if folder not in self._repositories:
            at: str | None = folder
            while at and not os.path.lexists(os.path.join(at, ".git")):  # noqa: PTH118 - text in, text out
                above = os.path.dirname(at)  # noqa: PTH120
                at = above if above != at else None
            self._repositories[folder] = at
        return self._repositories[folder]


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
