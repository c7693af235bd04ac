"""Kinds of change that a right patch hardly ever has: `KINDS`, one row a kind. Each looks at the diff alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType

from fretsaw.measure.unified_diff import FileDiff

_DATA = (
    ".txt",
    ".log",
    ".json",
    ".csv",
    ".db",
    ".sqlite",
    ".sqlite3",
    ".pkl",
    ".out",
    ".diff",
    ".patch",
    ".bak",
    ".orig",
)
_LINKS = ("120000", "160000")
_LEAVES = re.compile(r"(\s*)(?:return|raise)\b.*")
_FUNCTION = re.compile(r"(\s*)(?:async )?def (\w+)\(")
_PARTS = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|[^\"']+|[\"']")
"""Texts in quotes on one line, and what is between them."""
_GOES_ON = re.compile(r"\s*(?:elif|else|except|finally|case|[)\]}]|@|#|def |class |async def )")


def _scratch_script(file: FileDiff) -> bool:
    """A new Python file in the root: a script that reproduces, simulates or tests by hand."""
    return file.is_new and "/" not in file.path and file.path.endswith(".py")


def _data_file(file: FileDiff) -> bool:
    """A new data file in the root, a new database, link or submodule, a new binary file, a new dotfile."""
    if not file.is_new:
        return False
    name = file.path.rpartition("/")[2]
    in_root = "/" not in file.path
    odd = file.mode in _LINKS or file.is_binary or name.endswith((".sqlite", ".sqlite3", ".db"))
    return odd or (in_root and (name.startswith(".") or name.endswith(_DATA)))


def _trailing_blanks(file: FileDiff) -> bool:
    """An added line that ends with blanks, where the line that it replaces does not."""
    for removed, added in _runs(file):
        had = sum(line != line.rstrip() for line in removed)
        if sum(line != line.rstrip() for line in added) > had:
            return True
    return False


def _layout(file: FileDiff) -> bool:
    """Lines that are only laid out in another way: the same signs but for blanks, and the same indentation."""
    return any(removed and added and _is_layout(removed, added) for removed, added in _runs(file))


def _is_layout(removed: list[str], added: list[str]) -> bool:
    removed, added = ([line.rstrip() for line in side] for side in (removed, added))
    if removed == added or not "".join(removed) or _without_blanks(removed) != _without_blanks(added):
        return False
    same_depth = _depth(removed[0]) == _depth(added[0])
    return same_depth and (len(removed) != len(added) or list(map(_depth, removed)) == list(map(_depth, added)))


def _without_blanks(lines: list[str]) -> str:
    """The signs without blanks, but for those of texts in quotes."""
    return "".join(found if found[0] in "\"'" else "".join(found.split()) for found in _PARTS.findall("\n".join(lines)))


def _depth(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _dead_code(file: FileDiff) -> bool:
    """A line that cannot be reached: behind a return or raise at the same depth, one of the two added."""
    if not file.path.endswith(".py"):
        return False
    return any(_has_dead_line([line for line in hunk if not line.startswith("-")]) for hunk in file.hunks)


def _has_dead_line(lines: list[str]) -> bool:
    shown = [line for line in lines if line[1:].strip()]
    for line, following in pairwise(shown):
        found = _LEAVES.fullmatch(line[1:])
        if not found or "+" not in (line[0], following[0]) or not _is_whole(line):
            continue
        text = following[1:]
        if _depth(text) == found[1] and found[1] and not _GOES_ON.match(text):
            return True
    return False


def _is_whole(line: str) -> bool:
    """Tell whether a statement ends with its line."""
    opened = sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))
    return opened == 0 and not line.rstrip().endswith(("\\", ",")) and line.count('"""') % 2 == 0


def _doubled_code(file: FileDiff) -> bool:
    """A function that is defined twice in a row of lines, one of the two added."""
    if not file.path.endswith(".py"):
        return False
    for hunk in file.hunks:
        seen: set[tuple[str, str]] = set()
        for line in (line for line in hunk if not line.startswith("-")):
            found = _FUNCTION.match(line[1:])
            if re.match(r"\s*class ", line[1:]) or line[1:].lstrip().startswith("@"):
                seen = set()
            elif found and (found[1], found[2]) in seen:
                return True
            elif found:
                seen.add((found[1], found[2]))
    return False


def _runs(file: FileDiff) -> Iterator[tuple[list[str], list[str]]]:
    """Each run of changed lines of a file that was there, as removed and added lines."""
    for hunk in () if file.is_new or file.is_deleted else file.hunks:
        removed: list[str] = []
        added: list[str] = []
        for line in [*hunk, " "]:
            if line[0] == " ":
                if removed or added:
                    yield removed, added
                removed, added = [], []
            else:
                (removed if line[0] == "-" else added).append(line[1:])


KINDS: Mapping[str, Callable[[FileDiff], bool]] = MappingProxyType(
    {
        "scratch script": _scratch_script,
        "data file": _data_file,
        "trailing blanks": _trailing_blanks,
        "layout": _layout,
        "dead code": _dead_code,
        "doubled function": _doubled_code,
    }
)
"""Kind -> the function that tells whether a file of a diff has it."""
