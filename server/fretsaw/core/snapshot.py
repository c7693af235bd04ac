"""An unchanging view from path to text: the base commit with the user's unsaved or uncommitted text over it.

Knows nothing of git or of disks: `read` is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the repository says at one moment.

    Paths are relative to the repository's root, with `/`. Texts are decoded as UTF-8 with surrogateescape and
    newlines untouched, so encoding them gives the same bytes.
    """

    base: str | None
    """Commit id (hex) the proposal is made against; None on an unborn branch."""
    paths: tuple[str, ...]
    """Tracked, non-ignored regular files that may be shown and edited, sorted."""
    reader: Callable[[str], str | None] = field(repr=False, compare=False)
    """Text of a path of `paths` at the time of the snapshot, None when it is binary, too large or gone."""
    overlay: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Unsaved buffers of an editor, which win over what is on disk."""
    secrets: tuple[str, ...] = ()
    """Tracked paths that never leave the machine (`.env*`, keys); not in `paths`."""
    left_out: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Other tracked paths that are not in `paths`, with the reason (symlink, submodule, LFS pointer, too large)."""
    executable: frozenset[str] = frozenset()
    """Those of `paths` whose git mode is 100755."""
    searcher: Callable[[str, int], tuple[tuple[str, int, str], ...]] | None = field(
        default=None, repr=False, compare=False
    )
    """Fast literal word search, `(words, most) -> ((path, line number from 1, line), …)`; None: read every path."""

    def read(self, path: str) -> str | None:
        """The text of a path, None when there is none to show."""
        unsaved = self.overlay.get(path)
        return unsaved if unsaved is not None else self.reader(path)
