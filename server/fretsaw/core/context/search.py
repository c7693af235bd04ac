"""Find the places of names in a snapshot: through its searcher, or by reading with caps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from fretsaw.core.snapshot import Counted, Snapshot

MOST_HITS = 20_000
_MOST_COUNTED = 16_000_000
"""Bytes of paths and rests of names."""
_MOST_FILES = 4_000
_MOST_TEXT = 16_000_000
_MOST_IN_FILE = 40
_LONGEST_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Hit:
    """One line that holds a name."""

    path: str
    line: int
    """From 1."""
    text: str
    word: str


def find(snapshot: Snapshot, words: Sequence[str]) -> tuple[Hit, ...]:
    """Lines that hold one of the words as a whole word, in the order of paths and lines."""
    if not words:
        return ()
    if snapshot.searcher is None:
        return tuple(_scan(snapshot.paths, snapshot.read, words))
    found = _searched(snapshot.searcher, words)
    # Unsaved buffers win over what the searcher knows.
    hits = [hit for hit in found if hit.path not in snapshot.overlay]
    changed = [path for path in snapshot.paths if path in snapshot.overlay]
    hits += _scan(changed, snapshot.read, words)
    return tuple(sorted(hits, key=lambda hit: (hit.path, hit.line)))


def paths_with(snapshot: Snapshot, word: str) -> tuple[str, ...]:
    """The paths of the files that hold a word, in their order."""
    return tuple(dict.fromkeys(hit.path for hit in find(snapshot, (word,))))


def _searched(searcher: Callable[[str, int], tuple[tuple[str, int, str], ...]], words: Sequence[str]) -> list[Hit]:
    """One search for all words; when that floods, one a word, so that a common word hides no rare one."""
    rows = searcher(" ".join(words), MOST_HITS)
    if len(rows) < MOST_HITS or len(words) == 1:
        return _hits(rows, words)
    most = max(1, MOST_HITS // len(words))
    return [hit for word in words for hit in _hits(searcher(word, most), (word,))]


def count_parts(snapshot: Snapshot, parts: Sequence[str], among: Collection[str] | None = None) -> Counted:
    """Count the rests of names, from where one of some beginnings (lower case, longest first) starts a word in them.

    What begins in the middle of a name counts as well, with the sign before it: of `mark`, `iter_markers` gives
    `_markers`, and `unmarked` gives nothing. `among`: the paths that are looked at, None: all.
    """
    if not parts or (among is not None and not among):
        return Counted({}, cut=False)
    paths = snapshot.paths if among is None else tuple(path for path in snapshot.paths if path in among)
    pattern = re.compile(rests_pattern(parts), re.ASCII)
    if snapshot.counter is None:
        return _counted(paths, snapshot.read, pattern)
    found = snapshot.counter(parts, _MOST_COUNTED, None if among is None else paths)
    # Unsaved buffers win over what the counter knows.
    unsaved = _counted([path for path in paths if path in snapshot.overlay], snapshot.read, pattern)
    by_path = {path: rests for path, rests in found.by_path.items() if path not in snapshot.overlay}
    return Counted({**by_path, **unsaved.by_path}, found.cut or unsaved.cut)


def rests_pattern(parts: Sequence[str]) -> str:
    """The expression that finds the rests of names, for Perl's and Python's engines: of ASCII, case as written.

    `mark` starts a word at the start of a name, after a digit or `_` in any case, and as `Mark` or `MARK` after a
    letter. Most places in the middle of a word are left after one look, which halves what git needs.
    """
    anyhow = "(?i:" + "|".join(map(re.escape, parts)) + ")"
    humps = {each for part in parts if part[:1].isalpha() for each in (part[:1].upper() + part[1:], part.upper())}
    inside = "|".join(map(re.escape, sorted(humps, key=lambda part: (-len(part), part))))
    capital = rf"|[A-Za-z0-9](?=[A-Z])(?:{inside})" if inside else ""
    return rf"(?:(?<![A-Za-z0-9_]){anyhow}|[0-9_]{anyhow}{capital})[A-Za-z0-9_]*"


def _counted(paths: Iterable[str], read: Callable[[str], str | None], pattern: re.Pattern[str]) -> Counted:
    by_path: dict[str, Mapping[str, int]] = {}
    seen = files = 0
    for path in paths:
        if files >= _MOST_FILES or seen >= _MOST_TEXT:
            return Counted(by_path, cut=True)
        text = read(path)
        files += 1
        if text is None or len(text) > _LONGEST_FILE:
            continue
        seen += len(text)
        rests = Counter(pattern.findall(text))
        if rests:
            by_path[path] = rests
    return Counted(by_path, cut=False)


def _hits(rows: Iterable[tuple[str, int, str]], words: Sequence[str]) -> list[Hit]:
    hits = []
    for path, line, text in rows:
        shown = text[:400]
        hits += [Hit(path, line, shown, word) for word in words if word in shown and holds(shown, word)]
    return hits


def _scan(paths: Iterable[str], read: Callable[[str], str | None], words: Sequence[str]) -> list[Hit]:
    """Reads the files, up to the caps, and looks for the words in each."""
    hits: list[Hit] = []
    seen = files = 0
    for path in paths:
        if files >= _MOST_FILES or seen >= _MOST_TEXT:
            break
        text = read(path)
        files += 1
        if text is None or len(text) > _LONGEST_FILE:
            continue
        seen += len(text)
        hits += _in_text(path, text, words)
    return hits


def _in_text(path: str, text: str, words: Sequence[str]) -> list[Hit]:
    hits = []
    for word in words:
        at, line, counted, met = text.find(word), 1, 0, 0
        while at >= 0 and met < _MOST_IN_FILE:
            if _bounded(text, at, at + len(word)):
                line += text.count("\n", counted, at)
                counted = at
                start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
                hits.append(Hit(path, line, text[start : end if end >= 0 else None][:400], word))
                met += 1
            at = text.find(word, at + len(word))
    return sorted(hits, key=lambda hit: hit.line)


def holds(text: str, word: str) -> bool:
    """Return True if the word stands in the text as a whole word."""
    at = text.find(word)
    while at >= 0:
        if _bounded(text, at, at + len(word)):
            return True
        at = text.find(word, at + 1)
    return False


def _bounded(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() or before == "_" or after.isalnum() or after == "_")
