"""Find the places of names in a snapshot: through its searcher, or by reading with caps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fretsaw.core.snapshot import Snapshot

MOST_HITS = 20_000
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
    """One search for all words; when that floods, a second one for the rarer half of them."""
    rows = searcher(" ".join(words), MOST_HITS)
    hits = _hits(rows, words)
    if len(rows) < MOST_HITS or len(words) == 1:
        return hits
    counts = dict.fromkeys(words, 0)
    for hit in hits:
        counts[hit.word] += 1
    rare = sorted(words, key=lambda word: (counts[word], words.index(word)))[: max(1, len(words) // 2)]
    return _hits(searcher(" ".join(rare), MOST_HITS), rare)


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
