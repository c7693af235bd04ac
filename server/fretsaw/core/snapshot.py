"""An unchanging view from path to text: the base commit with the user's unsaved or uncommitted text over it.

`read` is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from fretsaw.core.text.disk_encodings import FileEncoding
from fretsaw.core.text.encodings import shown
from fretsaw.core.text.lines import newline_of

if TYPE_CHECKING:
    from fretsaw.core.context.file_record import FileRecord

_NEIGHBOURS = 8
"""Files that are looked at for a project's habit."""


@dataclass(frozen=True, slots=True)
class LineEnds:
    """The line ends of a new file."""

    newline: str
    """`"\\n"` or `"\\r\\n"`, in the worktree."""
    stored_as_lf: bool
    """True if git turns them into `"\\n"` when it stores the file."""


class Counted(NamedTuple):
    """The rests of names that were found in files: of `mark`, `markers` and `Mark`, each as it is written, with the
    sign before it where it begins in the middle of a name."""

    by_path: Mapping[str, Mapping[str, int]]
    """Path → rest of a name → times."""
    cut: bool
    """True if there were more than could be counted: later paths are missing."""


class CodeIndex(Protocol):
    """An index of files, which need not be read then; it answers only for texts that are as they were
    when they were indexed."""

    @property
    def paths(self) -> Collection[str]:
        """The paths that it knows."""

    def counts(self, terms: Collection[str]) -> Mapping[str, Mapping[str, int]]:
        """Term (`core/context/terms.py`) → path → times."""

    def record(self, path: str) -> FileRecord | None:
        """The chunks and terms of a file; None where they are not known."""


@dataclass(frozen=True, slots=True)
class _IndexWithout:
    """An index without the paths that have another text by now."""

    index: CodeIndex
    laid: frozenset[str]

    @property
    def paths(self) -> Collection[str]:
        return frozenset(self.index.paths).difference(self.laid)

    def counts(self, terms: Collection[str]) -> Mapping[str, Mapping[str, int]]:
        out = {}
        for term, held in self.index.counts(terms).items():
            left = {path: times for path, times in held.items() if path not in self.laid}
            if left:
                out[term] = left
        return out

    def record(self, path: str) -> FileRecord | None:
        return None if path in self.laid else self.index.record(path)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The repository's text at one moment.

    Paths are relative to the repository's root, with `/`. Texts are decoded as UTF-8 with surrogateescape, or in the
    `encoding` of their file, newlines untouched, so encoding them gives the same bytes (`on_disk`).
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
    untracked: Callable[[str], str] = field(default=lambda _: "", repr=False, compare=False)
    """The reason why a path that git does not track is none of `paths`; empty where there is no such file on the
    disk."""
    line_ends: Callable[[str], LineEnds | None] = field(default=lambda _: None, repr=False, compare=False)
    """Returns the line ends that attributes and configuration want for a path; None where they do not say."""
    encoding: Callable[[str], FileEncoding | None] = field(default=lambda _: None, repr=False, compare=False)
    """Returns the encoding of a path's file, or of a new one; None where the text is its bytes (nearly always)."""
    executable: frozenset[str] = frozenset()
    """Those of `paths` whose git mode is 100755."""
    searcher: Callable[[str, int], tuple[tuple[str, int, str], ...]] | None = field(
        default=None, repr=False, compare=False
    )
    """Fast literal word search, `(words, most) -> ((path, line number from 1, line), …)`; None: read every path."""

    counter: Callable[[Sequence[str], int, Sequence[str] | None], Counted] | None = field(
        default=None, repr=False, compare=False
    )
    """Fast count of the rests of names from where one of some beginnings starts a word in them, `(beginnings, most
    bytes, paths or None for all)`; None: read every path."""

    index: CodeIndex | None = field(default=None, repr=False, compare=False)
    """The terms and chunks of files, from a cache; None: files are read."""

    blobs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False, compare=False)
    """Path → id of the text that git's index has for it; the text on the disk may be another one."""

    last_changes: Callable[[], Mapping[str, int]] = field(default=dict, repr=False, compare=False)
    """Returns how many commits ago a path changed: 0 is not committed yet, 1 in `base`; missing: long ago, or not
    known."""

    history: Callable[[str, int, int], tuple[str, ...]] = field(
        default=lambda path, first, last: (), repr=False, compare=False
    )
    """Returns the last commits that changed lines of a path, `(path, first, last)`, or any of its lines for 0."""

    repository: str = ""
    """A short name that stays the same from commit to commit; empty where there is none."""

    @property
    def cache_key(self) -> str:
        """The key under which prompts of this repository share a cache, so that a later commit reads what stays."""
        return f"fretsaw-{self.repository or (self.base or 'unborn')[:12]}"

    def read(self, path: str) -> str | None:
        """The text of a path, None when there is none to show."""
        unsaved = self.overlay.get(path)
        return unsaved if unsaved is not None else self.reader(path)

    def with_texts(self, laid: Mapping[str, str | None]) -> Snapshot:
        """The same with other texts of some paths; None: there is no such file."""
        if not laid:
            return self
        present = {path: text for path, text in laid.items() if text is not None}
        gone = frozenset(laid.keys() - present.keys())
        reader = self.reader
        overlay = {**{path: text for path, text in self.overlay.items() if path not in gone}, **present}
        untracked = self.untracked
        return replace(
            self,
            reader=lambda path: None if path in gone else reader(path),
            overlay=MappingProxyType(overlay),
            paths=tuple(sorted({*self.paths, *present} - gone)),
            untracked=lambda path: "" if path in laid else untracked(path),
            searcher=None,
            counter=None,
            index=None if self.index is None else _IndexWithout(self.index, frozenset(laid)),
        )

    def on_disk(self, path: str, text: str) -> str:
        """Return a path's text as one whose UTF-8 bytes (with surrogateescape) are the file's.

        Raises UnicodeEncodeError for a sign that the file's encoding does not have.
        """
        encoding = self.encoding(path)
        return text if encoding is None else encoding.encode(text).decode("utf-8", "surrogateescape")

    def all_on_disk(self, texts: Mapping[str, str | None]) -> dict[str, str | None]:
        """Return texts by path as `on_disk` has them; None stays None, and so does what its encoding cannot hold."""
        held = dict(texts)
        for path, text in texts.items():
            with suppress(UnicodeEncodeError):  # an editor's unsaved text that could not be saved either
                held[path] = text if text is None else self.on_disk(path, text)
        return held

    def readable(self) -> Snapshot:
        """The same files with each text as a person reads it, whatever its encoding; only to be looked at."""

        def read(path: str) -> str | None:
            text = self.reader(path)
            return text if text is None else shown(text)

        return replace(self, reader=read)

    def new_file_ends(self, path: str) -> LineEnds:
        """Return the line ends of a new file: as git is told, else as in the project's files of its kind."""
        told = self.line_ends(path)
        if told is not None:
            return told
        folder, _, name = path.rpartition("/")
        ending = name[name.rfind(".") :] if "." in name else ""
        alike = [other for other in self.paths if other.endswith(ending)] if ending else list(self.paths)
        near = [other for other in alike if other.rpartition("/")[0] == folder]
        texts = [text for other in (*near, *alike)[:_NEIGHBOURS] if (text := self.read(other)) and "\n" in text]
        crlf = sum(newline_of(text) == "\r\n" for text in texts)
        return LineEnds("\r\n" if crlf * 2 > len(texts) else "\n", stored_as_lf=False)

    def why_hidden(self, path: str) -> str:
        """Say why a path is not shown and not edited; empty where it is, or where nothing is known of it."""
        if path in self.left_out:
            return self.left_out[path]
        if path in self.secrets:
            return "its name says that it holds secrets"
        return self.untracked(path)
