"""Say where the definitions that matter are used: what a model would have to join from many files."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from fretsaw.core.context.chunks import Chunk
from fretsaw.core.context.outline import Definition
from fretsaw.core.context.pack import Valued
from fretsaw.core.context.texts import Texts
from fretsaw.core.languages import is_test

_MOST_NAMES, _MOST_USERS, _MOST_TESTS = 5, 4, 2
_MOST_DEFINITIONS = 3
"""Definitions of one name from which on nobody can tell which of them is used."""
_LONGEST = 300
_NO_USE = re.compile(r"^\s*(?:#|//|\*|(?:from|import|use|using|package|require)\b|export\s.*\sfrom\s)")
"""An import or a comment."""


@dataclass(slots=True)
class _Named:
    """One definition and what uses it, by its first line there."""

    name: str
    place: str
    used: dict[str, str] = field(default_factory=dict)
    tested: dict[str, str] = field(default_factory=dict)
    more: int = 0


def joins_of(valued: Sequence[Valued], texts: Texts, wanted: Iterable[str]) -> tuple[str, ...]:
    """A sentence for each of the most valuable definitions whose name is wanted; looks at the files of `texts` only."""
    names = _names(valued, set(wanted))
    if not names:
        return ()
    for path, own in groupby(valued, key=lambda each: each.chunk.path):
        chunks = [each.chunk for each in own]
        for each in names.values():
            if texts.may_hold(path, each.name):
                _uses(path, texts[path], chunks, each)
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


def _uses(path: str, text: str, chunks: Sequence[Chunk], named: _Named) -> None:
    """Note the lines of a text that use a definition, by the definition that they are in."""
    pattern = re.compile(_use_of(named.name))
    firsts = [chunk.first for chunk in chunks]
    number, counted = 1, 0
    at = text.find(named.name)  # far faster than to ask the pattern for each line
    while at >= 0:
        number += text.count("\n", counted, at)
        counted = at
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        end = len(text) if end < 0 else end
        chunk = chunks[max(0, bisect_right(firsts, number) - 1)]
        if chunk.first <= number <= chunk.last and end - start <= _LONGEST:
            line = text[start:end]
            for _ in pattern.finditer(line) if not _NO_USE.match(line) else ():
                _note(path, number, chunk, named)
        at = text.find(named.name, end)


def _note(path: str, number: int, chunk: Chunk, named: _Named) -> None:
    definition = chunk.definition
    if definition is not None and (definition.name == named.name or number == definition.header):
        return
    user = path if definition is None else _qualified(definition, chunk.holder)
    room = named.tested if is_test(path) else named.used
    if user not in room and len(room) >= (_MOST_TESTS if is_test(path) else _MOST_USERS):
        named.more += 1
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
