"""Searches the worktree for words with git grep, and what was read or is unsaved as it stands in the snapshot.

Knows nothing of what the words mean.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from fretsaw.errors import RepoError
from fretsaw.repo.values import Repo

_LONGEST = 1000
"""Characters of a found line that are kept."""


class Searcher:
    """`(words, most) → ((path, line number from 1, line), …)`: lines that hold one of the words as a whole word.

    `words` is parted by white space; every word is taken literally.
    """

    def __init__(self, repo: Repo, paths: frozenset[str], overlay: Mapping[str, str]) -> None:
        self._repo = repo
        self._paths = paths
        self._overlay = overlay

    def __call__(self, words: str, most: int) -> tuple[tuple[str, int, str], ...]:
        """At most `most` lines, those of unsaved texts first."""
        wanted = [word for word in dict.fromkeys(words.split()) if "\0" not in word]
        if not wanted or most <= 0:
            return ()
        found = [row for path, text in self._overlay.items() for row in _in_text(path, text, wanted)]
        for row in self._in_worktree(wanted):
            if len(found) >= most:
                break
            if row[0] in self._paths and row[0] not in self._overlay:
                found.append(row)
        return tuple(found[:most])

    def _in_worktree(self, words: list[str]) -> list[tuple[str, int, str]]:
        patterns = [part for word in words for part in ("-e", word)]
        flags = ("-n", "-z", "-I", "-w", "-F", "--no-color", "--full-name", "--no-recurse-submodules", "--no-textconv")
        done = self._repo.git.run("grep", *flags, *patterns, "--")
        if done.code == 1:
            return []
        if done.code != 0:
            raise RepoError(f"git grep: {done.reason}")
        rows = []
        for line in done.out.split(b"\n"):
            path, _, rest = line.partition(b"\0")
            number, _, text = rest.partition(b"\0")
            if number.isdigit():
                rows.append((os.fsdecode(path), int(number), text.decode("utf-8", "surrogateescape")[:_LONGEST]))
        return rows


def _in_text(path: str, text: str, words: list[str]) -> list[tuple[str, int, str]]:
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + r")(?!\w)")
    return [(path, number, line) for number, line in enumerate(text.split("\n"), 1) if pattern.search(line)]
