"""Searches the worktree for words with git grep, and what was read or is unsaved as it stands in the snapshot."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from threading import Timer

from fretsaw.core.context.search import rests_pattern
from fretsaw.core.snapshot import Counted
from fretsaw.repo.repository import Repo

_WORD = re.compile(r"\w+", re.ASCII)
_LONGEST = 1000
"""Characters of a found line that are kept."""


class Searcher:
    """`(words, most) → ((path, line number from 1, line), …)`: lines that hold one of the words as a whole word.

    `words` is parted by white space; every word is taken literally.
    """

    def __init__(self, repo: Repo, paths: frozenset[str], overlay: Mapping[str, str], tree: str = "") -> None:
        """`tree`: the id of a tree or a commit to search in place of the worktree."""
        self._repo = repo
        self._tree = tree
        self._paths = paths
        self._overlay = overlay

    def __call__(self, words: str, most: int) -> tuple[tuple[str, int, str], ...]:
        """At most `most` lines, those of unsaved texts first."""
        wanted = [word for word in dict.fromkeys(words.split()) if "\0" not in word]
        if not wanted or most <= 0:
            return ()
        found = [row for path, text in self._overlay.items() for row in _in_text(path, text, wanted)]
        with closing(self._in_worktree(wanted)) as rows:
            for row in rows:
                if len(found) >= most:
                    break
                if row[0] in self._paths and row[0] not in self._overlay:
                    found.append(row)
        return tuple(found[:most])

    def count(self, beginnings: Sequence[str], most: int, among: Sequence[str] | None = None) -> Counted:
        """Count the rests of names, from where one of the beginnings starts a word (`rests_pattern`).

        At most `most` bytes of paths and rests are read. Files of the overlay are left to the caller. `among`: only
        these paths.
        """
        wanted = [part for part in beginnings if _WORD.fullmatch(part)]
        if not wanted or most <= 0:
            return Counted({}, cut=False)
        # Perl's expressions are compiled to machine code and twice as fast; not every git has them.
        found = self._rests(("-P", "-e", rests_pattern(wanted)), most, among)
        rests_of: Callable[[list[bytes]], dict[str, int]] = _as_they_are
        if found is None:
            around = f"[A-Za-z0-9_]*({'|'.join(wanted)})[A-Za-z0-9_]*"
            found = self._rests(("-i", "-E", "-e", around), most, among) or b""
            rests_of = _rests_of(re.compile(rests_pattern(wanted), re.ASCII))
        by_path = {}
        for block in found.split(b"\n\n"):
            path, *rests = block.split(b"\n")
            name = os.fsdecode(path).removeprefix(f"{self._tree}:" if self._tree else "")
            if name in self._paths and name not in self._overlay and (counted := rests_of(rests)):
                by_path[name] = counted
        return Counted(by_path, cut=len(found) >= most)

    def _rests(self, what: tuple[str, ...], most: int, among: Sequence[str] | None) -> bytes | None:
        """The output of git: each file's path, below it what the pattern finds; None where git knows no such kind."""
        flags = ("-o", "-I", "-z", "--heading", "--break", "--no-color", "--full-name", "--no-line-number")
        more = ("--no-column", "--no-recurse-submodules", "--no-textconv", *what)
        child = self._repo.git.start("grep", *flags, *more, *([self._tree] if self._tree else []), "--", *(among or ()))
        deadline = Timer(self._repo.git.seconds, child.kill)
        deadline.start()
        try:
            found = child.stdout.read(most) if child.stdout else b""
            if len(found) < most and child.wait() not in (0, 1):
                return None
            return found
        finally:
            deadline.cancel()
            child.kill()
            child.communicate()

    def _in_worktree(self, words: list[str]) -> Generator[tuple[str, int, str], None, None]:
        patterns = [part for word in words for part in ("-e", word)]
        prefix = f"{self._tree}:" if self._tree else ""
        flags = ("-n", "-z", "-I", "-w", "-F", "--no-color", "--full-name", "--no-recurse-submodules", "--no-textconv")
        child = self._repo.git.start("grep", *flags, *patterns, *([self._tree] if self._tree else []), "--")
        deadline = Timer(self._repo.git.seconds, child.kill)
        deadline.start()
        try:
            for line in child.stdout or ():
                path, _, rest = line.partition(b"\0")
                number, _, text = rest.partition(b"\0")
                if number.isdigit():
                    shown = text.rstrip(b"\r\n").decode("utf-8", "surrogateescape")[:_LONGEST]
                    yield os.fsdecode(path).removeprefix(prefix), int(number), shown
        finally:  # also when enough was found: a common word stands in every file
            deadline.cancel()
            child.kill()
            child.communicate()


def _as_they_are(rests: list[bytes]) -> dict[str, int]:
    return {rest.decode("ascii", "replace"): times for rest, times in Counter(rests).items()}


def _rests_of(pattern: re.Pattern[str]) -> Callable[[list[bytes]], dict[str, int]]:
    """Cut whole names to their rests; a name without one is left out."""

    def cut(names: list[bytes]) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for name, times in _as_they_are(names).items():
            for rest in pattern.findall(name):
                counts[rest] += times
        return dict(counts)

    return cut


def _in_text(path: str, text: str, words: list[str]) -> list[tuple[str, int, str]]:
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + r")(?!\w)")
    return [(path, number, line) for number, line in enumerate(text.split("\n"), 1) if pattern.search(line)]
