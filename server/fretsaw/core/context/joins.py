"""Say where the definitions that matter are used: what a model would have to join from many files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from fretsaw.core.context.chunks import Chunk
from fretsaw.core.context.outline import Definition
from fretsaw.core.context.pack import Valued
from fretsaw.core.languages import is_test

_MOST_NAMES, _MOST_USERS, _MOST_TESTS = 5, 4, 2
_MOST_DEFINITIONS = 3
"""Definitions of one name from which on nobody can tell which of them is used."""
_LONGEST = 300
_IMPORT = re.compile(r"^\s*(?:from|import|use|using|#include|package|require)\b|^\s*export\s.*\sfrom\s")


@dataclass(slots=True)
class _Named:
    """One definition and what uses it, by its first line there."""

    name: str
    place: str
    used: dict[str, str] = field(default_factory=dict)
    tested: dict[str, str] = field(default_factory=dict)
    more: int = 0


def joins_of(valued: Sequence[Valued], texts: Mapping[str, str], wanted: Iterable[str]) -> tuple[str, ...]:
    """A sentence for each of the most valuable definitions whose name is wanted; looks at the files of `texts` only."""
    names = _names(valued, set(wanted))
    if not names:
        return ()
    pattern = re.compile("|".join(_use_of(name) for name in sorted(names)))
    for path, own in groupby(valued, key=lambda each: each.chunk.path):
        text = texts[path]
        if any(name in text for name in names):
            _uses(path, text.split("\n"), [each.chunk for each in own], names, pattern)
    return tuple(_sentence(each) for each in names.values() if each.used or each.tested)


def _use_of(name: str) -> str:
    """A pattern for a use: a plain word may be a variable, unless it is called or taken from something."""
    bare = rf"(?<![\w$.]){re.escape(name)}"
    called = rf"\.{re.escape(name)}(?![\w$])|{bare}[ \t]*\("
    return called if name.isalpha() and name.islower() else rf"{called}|{bare}(?![\w$])"


def _names(valued: Sequence[Valued], wanted: set[str]) -> dict[str, _Named]:
    defined: dict[str, set[tuple[str, Definition]]] = {}
    best: dict[str, tuple[float, str]] = {}
    for each in valued:
        definition = each.chunk.definition
        if definition is None or definition.name not in wanted or is_test(each.chunk.path):
            continue
        defined.setdefault(definition.name, set()).add((each.chunk.path, definition))
        if each.value > best.get(definition.name, (0.0, ""))[0]:
            best[definition.name] = (each.value, f"{each.chunk.path}:{definition.header}")
    clear = [name for name in best if len(defined[name]) <= _MOST_DEFINITIONS]
    order = sorted(clear, key=lambda name: (-best[name][0], name))[:_MOST_NAMES]
    return {name: _Named(name, best[name][1]) for name in order}


def _uses(
    path: str, lines: list[str], chunks: Iterable[Chunk], names: Mapping[str, _Named], pattern: re.Pattern[str]
) -> None:
    for chunk in chunks:
        definition = chunk.definition
        user = f"{path}" if definition is None else _qualified(definition, chunk.holder)
        for number in range(chunk.first, chunk.last + 1):
            line = lines[number - 1]
            if len(line) > _LONGEST or _IMPORT.match(line) or line.lstrip().startswith(("#", "//", "*")):
                continue
            for found in pattern.finditer(line):
                name = found[0].lstrip(".").rstrip("( \t")
                if definition is not None and (definition.name == name or number == definition.header):
                    continue
                each = names[name]
                room = each.tested if is_test(path) else each.used
                if user not in room and len(room) >= (_MOST_TESTS if is_test(path) else _MOST_USERS):
                    each.more += 1
                else:
                    room.setdefault(user, f"{path}:{number}")


def _qualified(definition: Definition, holder: Definition | None) -> str:
    return f"{holder.name}.{definition.name}" if holder is not None else definition.name


def _sentence(each: _Named) -> str:
    used = ", ".join(f"`{user}` ({place})" for user, place in each.used.items())
    tested = ", ".join(f"`{user}` ({place})" for user, place in each.tested.items())
    said = [f"used by {used}"] if used else []
    said += [f"tested by {tested}"] if tested else []
    more = f"; {each.more} more places" if each.more else ""
    return f"`{each.name}`, defined in {each.place}, is {' and '.join(said)}{more}."
