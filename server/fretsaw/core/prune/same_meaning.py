"""Do a text with and one without some changes mean the same? Chooses the witness by language."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice, pairwise

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.indents import indents_of
from fretsaw.core.prune.lexer import words
from fretsaw.core.prune.python_meaning import is_program, same_programs, windows
from fretsaw.core.prune.scene import Scene, ids_of, runs
from fretsaw.core.prune.syntax import same_syntax
from fretsaw.core.text.lines import split_lines

MOST_TRIALS = 96
MOST_READ = 3_000_000
"""Trials, and characters of text read in them, when all changes together do not hold."""


def harmless(scene: Scene, changes: list[Change]) -> set[int]:
    """Ids of the changes that can be left out without changing what the text means: all, or what halving finds."""
    ids = ids_of(changes)
    whole = scene.after if scene.meaning is None else split_lines(scene.meaning)
    if not ids or means_same(whole, split_lines(scene.without(ids)), scene.language):
        return ids
    most_texts = MOST_READ // max(len(scene.text_after), 1)
    search = _Search(scene, held=whole, trials_left=min(MOST_TRIALS, max(8, most_texts)))
    failed = search.try_halves(changes)
    # A bracket that opens and the one that closes may be far from each other.
    for pair in islice(pairwise(failed), search.trials_left):
        search.try_without(pair)
    return search.harmless


@dataclass(slots=True)
class _Search:
    """A search for changes that can be left out. Each trial leaves out more than the last one that held.

    So each text is compared with that one, not with the first: what differs is then the group alone.
    """

    scene: Scene
    held: list[str]
    """Lines of the text without all that was found."""
    trials_left: int
    harmless: set[int] = field(default_factory=set)
    """Ids of the changes found."""

    def try_halves(self, changes: list[Change]) -> list[Change]:
        """Try both halves of the changes, then the halves of each that fails; return the single changes that fail.

        Of 1 to 4, where 3 changes the meaning: 1 and 2 hold, 3 and 4 fail, 3 fails, 4 holds.
        """
        failed: list[Change] = []
        waiting = _halves(changes)
        while waiting and self.trials_left:
            group = waiting.pop()
            if self.try_without(group):
                continue
            waiting += _halves(group)
            if len(group) == 1:
                failed += group
        return failed

    def try_without(self, group: Sequence[Change]) -> bool:
        """Leave the changes out; return False, with all as it was, where the text then means something else."""
        self.trials_left -= 1
        ids = self.harmless | ids_of(group)
        lines = split_lines(self.scene.without(ids))
        holds = means_same(self.held, lines, self.scene.language)
        if holds:
            self.held, self.harmless = lines, ids
        return holds


def _halves(group: list[Change]) -> list[list[Change]]:
    """The second half and the first, which is tried next; nothing of a single change.

    Changes that touch are parted last: a statement wrapped otherwise is often several of them.
    """
    bounds = list(accumulate(len(run) for run in runs(group)))[:-1] or [len(group) // 2]
    middle = min(bounds, key=lambda at: abs(2 * at - len(group)))
    return [group[middle:], group[:middle]] if middle else []


def means_same(one: list[str], other: list[str], language: str) -> bool:
    """Return True if two texts mean the same. False where that cannot be told."""
    if language == "python":
        return _same_python(one, other)
    left, right = "".join(one), "".join(other)
    if language == "json":
        return _same_json(left, right)
    return same_syntax(left, right, language) is True


def has_witness(language: str) -> bool:
    """Return True if layout can be told from meaning at all: in prose and data every blank may count."""
    return bool(language)


def _same_json(one: str, other: str) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except (ValueError, RecursionError):
        # Not strictly JSON: only what says the same word by word, bracket by bracket, is the same.
        return words(one, "json") == words(other, "json")


def _same_python(one: list[str], other: list[str]) -> bool:
    """Compare the trees of what differs, else of the whole texts; where neither parses, words and indentation."""
    first, second = windows(one, other)
    same = same_programs(first, second)
    if same is None:
        left, right = "".join(one), "".join(other)
        same = same_programs(left, right)
        only_one_parses = same is None and (is_program(left) or is_program(right))
        if only_one_parses:
            return False
    if same is not None:
        return same
    same_words = words(first, "python") == words(second, "python")
    return same_words and indents_of(first) == indents_of(second)
