"""Right patches with labelled noise in the languages other than Python, from bench/data/languages, and their score.

python bench/languages.py [--modes safe strict] [--out FOLDER] [--misses] [--rows ROWS.jsonl]

Each file of bench/data/languages holds a source, an issue, the right change, noise that is not provable, and controls:
changes that look like noise and are not. Provable noise is made here, the same for every language.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from fretsaw.measure.corpus import Scored, markdown, scored, summary

DATA = Path(__file__).parent / "data" / "languages"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modes", nargs="+", default=["safe", "strict"], choices=["safe", "strict"])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--rows", type=Path, help="write the rows for bench/extraneous.py")
    parser.add_argument("--misses", action="store_true", help="print the verdicts of rows that miss their target")
    args = parser.parse_args()
    rows = list(corpus())
    if args.rows:
        args.rows.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = {mode: [scored(row, mode) for row in rows] for mode in args.modes}
    text = "\n".join(markdown(mode, summary(found)) for mode, found in done.items())
    print(text)
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "languages.md").write_text(text, encoding="utf-8")
    if args.misses:
        for mode, found in done.items():
            _show(mode, found)


def corpus() -> Iterator[dict[str, Any]]:
    """All rows, in the form that docs/extraneous-rate.md tells of."""
    for file in sorted(DATA.glob("*.toml")):
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        source = data["source"]
        gold = edited(source, data["gold"])
        yield _row(data, file.stem, "gold", "N", gold, gold)
        for one in data["control"]:
            text = edited(source, one["edits"])
            yield _row({**data, **one}, file.stem, one["kind"], "N", text, text)
        for kind, text in provable(gold):
            yield _row(data, file.stem, kind, "A", gold, text)
        for kind, edits in [*((one["kind"], one["edits"]) for one in data["noise"]), *comments(source)]:
            yield _row(data, file.stem, kind, "B", gold, edited(gold, edits))


def edited(text: str, edits: list[list[str]]) -> str:
    """The text with each old piece, of which there is one, made new."""
    for old, new in edits:
        if text.count(old) != 1:
            raise SystemExit(f"{old!r} stands {text.count(old)} times")
        text = text.replace(old, new)
    return text


def provable(gold: str) -> Iterator[tuple[str, str]]:
    """(kind, text) of what changes nothing, made from the right text."""
    lines = gold.splitlines(keepends=True)
    last = max(at for at, line in enumerate(lines) if re.search(r"\w", line))
    yield "trailing-space", "".join([*lines[:last], lines[last].rstrip("\n") + "  \n", *lines[last + 1 :]])
    blank = max(at for at in range(last) if not lines[at].strip())
    yield "blank-added", "".join([*lines[:blank], "\n", *lines[blank:]])
    yield "crlf-file", gold.replace("\n", "\r\n")
    yield "eof-newline-removed", gold.rstrip("\n")
    spaced = next(at for at in range(last, 0, -1) if re.search(r"\w\(\w.*\)", lines[at]))
    yield (
        "brackets-spaced",
        "".join([*lines[:spaced], re.sub(r"(\w)\((\w.*)\)", r"\1( \2 )", lines[spaced]), *lines[spaced + 1 :]]),
    )


def comments(source: str) -> Iterator[tuple[str, list[list[str]]]]:
    """(kind, edits) of comments away from the fix: the last one of the source that has a line to itself."""
    line = [line for line in source.split("\n") if re.match(r"\s*(?://|#)\s\w", line)][-1]
    yield "comment-deleted", [[line + "\n", ""]]
    yield "comment-reworded", [[line, line.rstrip(".") + ", as ever."]]
    yield "comment-added", [[line, line + "\n" + line.replace(line.split(maxsplit=1)[1], "See above.")]]


def _row(data: dict[str, Any], language: str, kind: str, group: str, gold: str, noisy: str) -> dict[str, Any]:
    path = data["path"]
    return {
        "id": f"{language}:{kind}",
        "kind": f"{language}/{kind}",
        "class": group,
        "must": {"N": "keep", "A": "exact", "B": "exact-or-flagged"}[group],
        "files": {path: data["source"]},
        "expect": {path: gold},
        "noisy": {path: noisy},
        "issue": data["issue"],
        "reply": "",
    }


def _show(mode: str, found: list[Scored]) -> None:
    for one in found:
        if one.good and not (one.group == "N" and one.score.gold_flagged):
            continue
        print("#" * 20, mode, one.kind, one.score)
        for verdict in one.verdicts:
            hunk = verdict.change.hunk
            said = [*("-" + line for line in hunk.removed), *("+" + line for line in hunk.added)] if hunk else []
            print(f"[{verdict.decision} {verdict.rule}: {verdict.reason}] {''.join(said)!r}"[:300])


if __name__ == "__main__":
    main()
