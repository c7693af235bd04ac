"""Ask the graph who defines and who calls a name, and hold its answers against brute force over all files.

    python bench/graph.py REPOSITORIES [--only OWNER+NAME,…] [--names 40] [--seed 1]

REPOSITORIES: bare git directories `OWNER+NAME/repo`, of Python. The truth knows no syntax tree and no index: it reads
every file with `tokenize`, tells calls by the bracket behind a name, and scopes by indentation. Knows no model.
"""

from __future__ import annotations

import argparse
import io
import keyword
import random
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from context_instances import objects_of

from fretsaw.core.graph.usages import usages_of
from fretsaw.core.snapshot import Snapshot

Row = tuple[str, int, str, str]
"""Path, line, kind (definition or call), scope."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--names", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wanted = set(filter(None, options.only.split(",")))
    total: Counter[str] = Counter()
    for folder in sorted(options.repositories.glob("*/repo")):
        if wanted and folder.parent.name not in wanted:
            continue
        counts = ask(objects_of(folder).snapshot("HEAD"), options.names, random.Random(options.seed))
        print(line(folder.parent.name, counts), flush=True)
        total += counts
    print(line("all", total))
    return 0


def line(name: str, counts: Counter[str]) -> str:
    questions = f"{counts['exact']} of {counts['names']} names exact"
    return (
        f"{name:26} {questions} · {counts['right']} of {counts['truth']} places found, {counts['wrong']} wrong · "
        f"{counts['cut']} names above the bound, {counts['missing']} places of them not looked at"
    )


def ask(snapshot: Snapshot, most: int, random_source: random.Random) -> Counter[str]:
    """Compare the answers for names that are defined in the repository, some of them methods of many classes."""
    truth: dict[str, set[Row]] = {}
    for path in snapshot.paths:
        text = snapshot.read(path) if path.endswith(".py") else None
        for name, row in rows_of(path, text) if text else ():
            truth.setdefault(name, set()).add(row)
    defined = sorted(
        name for name, rows in truth.items() if len(rows) > 2 and any(row[2] == "definition" for row in rows)
    )
    counts: Counter[str] = Counter()
    for name in random_source.sample(defined, min(most, len(defined))):
        usages = usages_of(snapshot, name)
        found = {
            (each.path, each.occurrence.line, str(each.kind), each.occurrence.scope)
            for each in usages.of("definition", "call")
            if each.path.endswith(".py")
        }
        right = truth[name] & found
        counts["names"] += 1
        counts["wrong"] += len(found - truth[name])
        if usages.unread:
            counts["cut"] += 1
            counts["missing"] += len(truth[name] - found)
            continue
        counts["truth"] += len(truth[name])
        counts["right"] += len(right)
        counts["exact"] += found == truth[name]
        for row in sorted(found ^ truth[name])[:3]:
            print(f"  {name}: {'wrong' if row in found else 'missed'} {row}", file=sys.stderr)
    return counts


def rows_of(path: str, text: str) -> Iterator[tuple[str, Row]]:
    """The names of a text that are defined or called, by its tokens."""
    try:
        tokens = [
            token
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type not in (tokenize.COMMENT, tokenize.NL)
        ]
    except (tokenize.TokenError, SyntaxError, ValueError):
        return
    yield from _Reader(path, tokens).rows()


class _Reader:
    """Follows indentation and brackets."""

    def __init__(self, path: str, tokens: list[tokenize.TokenInfo]) -> None:
        self._path = path
        self._tokens = tokens
        self._scopes: list[tuple[str, int]] = []
        self._depth = 0
        self._header: str | None = None

    def rows(self) -> Iterator[tuple[str, Row]]:
        for at, token in enumerate(self._tokens):
            self._follow(at, token)
            if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
                row = self._row(at, token)
                if row is not None:
                    yield token.string, row

    def _follow(self, at: int, token: tokenize.TokenInfo) -> None:
        if token.type == tokenize.INDENT:
            self._depth += 1
            if self._header is not None:
                self._scopes.append((self._header, self._depth))
                self._header = None
        elif token.type == tokenize.DEDENT:
            while self._scopes and self._scopes[-1][1] == self._depth:
                self._scopes.pop()
            self._depth -= 1
        elif token.type == tokenize.NEWLINE and self._tokens[at + 1].type != tokenize.INDENT:
            self._header = None  # all of it stood on one line

    def _row(self, at: int, token: tokenize.TokenInfo) -> Row | None:
        before = self._tokens[at - 1].string if at else ""
        after = self._tokens[at + 1].string if at + 1 < len(self._tokens) else ""
        if before in ("def", "class"):
            scope = ".".join(name for name, _ in self._scopes)
            self._header = token.string
            return self._path, token.start[0], "definition", scope
        if after != "(":
            return None
        # What a header calls, for a default or as a base class, is told with what it begins.
        names = [*(name for name, _ in self._scopes), *([self._header] if self._header is not None else ())]
        return self._path, token.start[0], "call", ".".join(names)


if __name__ == "__main__":
    sys.exit(main())
