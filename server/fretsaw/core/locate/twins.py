"""Other files near an edit's own in which its old lines stand exactly: a twin that the model may have meant.

Only files of the same name or beside the edit's own are read, and only where the own file does not hold the lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from fretsaw.core.locate import explain
from fretsaw.core.locate.misfit import Located, Misfit
from fretsaw.core.locate.only import only
from fretsaw.core.reply.edit_block import EditBlock

_LENIENT = frozenset({"near-context", "stale-context", "gap-in-context", "outer-context"})
"""Rungs on which old lines are not the file's own in their words."""
_MOST_NEAR = 24
_LEAST_LINES = 2
_LEAST_SHARED = 0.5
"""Share of all lines of two files that both have, for one to be a twin of the other."""

Text = Callable[[str], "str | None"]
Names = Callable[[], Mapping[str, list[str]]]
"""Makes the table from the last part of a path to the paths that end with it: an edit that fits needs none."""


def sole_holder(block: EditBlock, paths: Sequence[str], text: Text) -> str | None:
    """The only one of a few files that holds the old lines of an edit exactly; None for none or several."""
    if len(paths) > _MOST_NEAR:
        return None
    return only([path for path in paths if line_of(block, text(path)) is not None])


def line_of(block: EditBlock, text: str | None) -> int | None:
    """The number of the line, from 1, at which the old lines stand in a text; None where they do not."""
    wanted = [line.strip() for line in block.search]
    if text is None or sum(map(bool, wanted)) < _LEAST_LINES:
        return None
    lines = [line.strip() for line in text.split("\n")]
    first = next(at for at, line in enumerate(wanted) if line)
    for at, line in enumerate(lines):
        start = at - first
        if line == wanted[first] and start >= 0 and lines[start : start + len(wanted)] == wanted:
            return start + 1
    return None


def twin_of(located: Iterable[Located], names: Names, text: Text) -> Misfit | None:
    """The refusal of an edit that fits its file by leniency only, and a twin of that file exactly."""
    for one in located:
        if one.rung not in _LENIENT:
            continue
        own = text(one.path) or ""
        for path in _near(one.path, names()):
            other = text(path)
            line = line_of(one.block, other)
            if line is not None and other is not None and _is_twin(own, other):
                return explain.fits_twin(one.path, one.start + 1, path, line)
    return None


def naming_twins(misfits: Iterable[Misfit], blocks: Sequence[EditBlock], names: Names, text: Text) -> list[Misfit]:
    """The misfits of a file, each absent one with the file beside it that has the lines, where there is one."""
    return [
        _with_holder(each, blocks[0], names, text) if each.kind == "absent" and each.path and len(blocks) == 1 else each
        for each in misfits
    ]


def _with_holder(misfit: Misfit, block: EditBlock, names: Names, text: Text) -> Misfit:
    for path in _near(misfit.path or "", names()):
        line = line_of(block, text(path))
        if line is not None:
            return replace(
                misfit,
                for_person=f"{misfit.for_person} Its lines stand in {path} at line {line}.",
                for_model=f"{misfit.for_model}\nThese lines stand in `{path}` at line {line}: "
                "if you mean that file, give its path.",
            )
    return misfit


def _near(path: str, names: Mapping[str, list[str]]) -> list[str]:
    """The files of the same name, then those beside it with the same ending, at most 24."""
    folder, _, name = path.rpartition("/")
    ending = name.rpartition(".")[2]
    same_name = [other for other in names.get(name, ()) if other != path]
    prefix = f"{folder}/" if folder else ""
    beside = [
        f"{prefix}{other}"
        for other, paths in names.items()
        if other != name and other.endswith(f".{ending}") and f"{prefix}{other}" in paths
    ]
    return [*same_name, *beside][:_MOST_NEAR]


def _is_twin(one: str, other: str) -> bool:
    mine, theirs = ({line.strip() for line in text.split("\n")} for text in (one, other))
    both = len(mine & theirs)
    return both >= _LEAST_SHARED * (len(mine) + len(theirs) - both)
