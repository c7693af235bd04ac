"""The indentation that lines of a reformatted file had before, as its other lines tell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.indents import indent_of
from fretsaw.core.prune.scene import Scene, hunks_of

MOST_DEEP = 16


@dataclass(frozen=True, slots=True)
class OldIndents:
    """From the indentation of lines now to the one that they had."""

    usual: Mapping[str, str] = field(default_factory=dict)
    """The indentation that a line has now → the one that most such lines had."""

    def before(self, indent: str) -> str:
        """Return what this indentation was; itself where nothing tells."""
        return self.usual.get(indent, indent)

    def placed(self, line: str, indent: str) -> str:
        """Return the line where this indentation is now, in the indentation that the file had."""
        return self.before(indent) + line.removeprefix(indent_of(line))


def old_indents(scene: Scene, layout: Iterable[Change]) -> OldIndents:
    """The indentation of most lines before, for each one that lines have now.

    Indentations deeper than any line was are multiples of the smallest one that changed: with 4 → 2, 12 → 6.
    """
    counted = _counted_indents(scene, layout)
    usual = {new: _most_usual(olds, new) for new, olds in counted.items()}
    changed = [new for new, old in usual.items() if new and old != new]
    if not changed:
        return OldIndents(usual)
    unit = min(changed, key=len)
    multiples = {unit * times: usual[unit] * times for times in range(1, MOST_DEEP)}
    return OldIndents(multiples | usual)


def _most_usual(olds: Counter[str], new: str) -> str:
    """The indentation that most lines had; where as many had the present one, that."""
    return max(olds, key=lambda old: (olds[old], old == new))


def _counted_indents(scene: Scene, layout: Iterable[Change]) -> dict[str, Counter[str]]:
    """New indentation → old indentation → lines; lines that did not change have the same one twice."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    unchanged = list(filter(str.strip, _unchanged_lines(scene)))
    for old, new in chain(zip(unchanged, unchanged, strict=True), _lines_laid_out_anew(layout)):
        counts[indent_of(new)][indent_of(old)] += 1
    return counts


def _unchanged_lines(scene: Scene) -> Iterator[str]:
    """The lines that no change of the file touches."""
    last_end = 0
    for hunk in hunks_of(scene.changes):
        yield from scene.before[last_end : hunk.start]
        last_end = hunk.end
    yield from scene.before[last_end:]


def _lines_laid_out_anew(layout: Iterable[Change]) -> Iterator[tuple[str, str]]:
    """Each line before and after, of the changes of layout that have as many lines as before."""
    for hunk in hunks_of(layout):
        if len(hunk.removed) == len(hunk.added):
            yield from zip(hunk.removed, hunk.added, strict=True)
