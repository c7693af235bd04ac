"""Find the lines of JavaScript that a command runs, by Node.js's own coverage (`NODE_V8_COVERAGE`); no package is
needed.

Whatever starts Node.js hands the variable on: `node --test`, mocha, `npm test`, make. Of a file that something
transforms before it is run (Jest, Babel, ts-node) nothing is known, since the places are those of another text.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

ENDINGS = (".js", ".mjs", ".cjs")

# Runs inside: the check's own command, then a look at what its Node.js processes left. A file that none of them loaded
# has no scripts; one that was loaded otherwise than as it lies there is null.
_DRIVER = """
import json, os, subprocess, sys, tempfile
from urllib.parse import unquote, urlsplit
report, files = sys.argv[1], json.loads(sys.argv[2])
told = tempfile.mkdtemp()
subprocess.run(sys.argv[3:], env={**os.environ, "NODE_V8_COVERAGE": told})
wanted = {os.path.realpath(path): path for path in files}
found = {path: [] for path in files}
names = os.listdir(told)
for name in names:
    with open(os.path.join(told, name), encoding="utf-8", errors="surrogateescape") as handle:
        try:
            data = json.load(handle)
        except ValueError:
            continue
    mapped = data.get("source-map-cache", {})
    for script in data["result"]:
        url = script["url"]
        place = unquote(urlsplit(url).path, errors="surrogateescape") if url.startswith("file://") else url
        path = wanted.get(os.path.realpath(place)) if place.startswith("/") else None
        if path is None:
            continue
        if url in mapped:
            found[path] = None
        elif found[path] is not None:
            found[path].append(script["functions"])
with open(report, "w") as handle:
    json.dump(found if names else {}, handle)
"""


def line(argv: tuple[str, ...], report: str, files: str) -> tuple[str, ...]:
    """The command line that runs the check's and writes to `report` what was run of `files` (a JSON list)."""
    return (sys.executable, "-I", "-S", "-c", _DRIVER, report, files, *argv)


def read(data: bytes | None, texts: Mapping[str, str]) -> dict[str, frozenset[int]]:
    """Path → line numbers from 1 that were run, of what the driver wrote; that may be anything."""
    try:
        found = json.loads(data or b"{}")
        return {
            path: frozenset[int]().union(*(executed(texts[path], functions) for functions in scripts))
            for path, scripts in found.items()
            if path in texts and scripts is not None and all(_is(texts[path], functions) for functions in scripts)
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def _is(text: str, functions: list[dict[str, Any]]) -> bool:
    """Return True if this text is what was run, as far as its length tells: the script as a whole is one of its
    ranges."""
    return bool(_size(text) == max(part["endOffset"] for function in functions for part in function["ranges"]))


def _size(text: str) -> int:
    """Length as JavaScript counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def executed(text: str, functions: list[dict[str, Any]]) -> set[int]:
    """Lines of a script of which some part was run, by V8's ranges: the innermost one around a place counts.

    >>> whole = {"startOffset": 0, "endOffset": 8, "count": 1}
    >>> sorted(executed("a\\n  b\\nc\\n", [{"ranges": [whole, {"startOffset": 2, "endOffset": 6, "count": 0}]}]))
    [1, 3]
    """
    ran = bytearray(_size(text))
    for function in functions:
        for part in function["ranges"]:
            first, last = max(0, part["startOffset"]), min(len(ran), part["endOffset"])
            ran[first:last] = (b"\1" if part["count"] > 0 else b"\0") * max(0, last - first)
    lines, at = set(), 0
    for number, row in enumerate(text.split("\n"), 1):
        size = _size(row)
        indent = len(row) - len(row.lstrip())
        if any(ran[at + indent : at + size]):
            lines.add(number)
        at += size + 1
    return lines
