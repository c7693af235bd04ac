"""Places that an issue names: paths, symbols, frames of traces. Whether they exist, the context finds out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fretsaw.core.issue.blocks import lines_of
from fretsaw.core.issue.frames import frame
from fretsaw.core.issue.hidden import code_spans
from fretsaw.core.issue.issue import Mention

_MOST = 300
_LONGEST_LINE = 4000
_LONGEST_TOKEN = 300
_TOKEN = re.compile(r"[^\s`\"'<>()\[\]{},;|=]+")
_PLACE = re.compile(r"^(.*?)(?::(\d{1,9})(?::\d{1,9})?|#L(\d{1,9})(?:-L?\d{1,9})?)?$")
_BLOB = re.compile(r"^https?://[^/]+/[^/]+/[^/]+/(?:-/)?(?:blob|tree|src|raw)/[^/]+/(.+)$")
_SEGMENT = re.compile(r"^[\w.@+~*$-]+$")
_NAME_WITH_END = re.compile(r"^[\w@+~*$.-]*[\w*]\.(\w{1,10})$")
_DOTTED = re.compile(r"^[A-Za-z_$][\w$]*(?:(?:\.|::|#)[A-Za-z_$][\w$]*)*$")

CODE_ENDS = frozenset(
    str.split(
        "py pyi pyx js jsx mjs cjs ts tsx mts cts vue svelte go rs java kt kts scala groovy c h cc cpp cxx hpp hh cs "
        "rb php swift m mm lua ex exs erl hs ml mli dart r jl pl pm sh bash zsh fish ps1 sql html htm css scss less "
        "json yaml yml toml ini cfg conf md rst txt xml gradle proto tf clj cljs elm nim zig f90 tex ipynb lock mod "
        "sum j2 jinja"
    )
)
"""Endings by which a bare word is taken for a file."""
_FILE_NAMES = frozenset(str.split("Makefile Dockerfile Jenkinsfile Gemfile Rakefile CMakeLists.txt go.mod"))
_PRODUCTS = frozenset(str.split("node vue next nuxt express three react d3 angular ember moment chart socket"))
_NOT_SYMBOLS = frozenset(
    str.split(
        "GitHub GitLab JavaScript TypeScript PyPI YouTube LinkedIn StackOverflow DevTools macOS iOS iPhone PostgreSQL "
        "MySQL SQLite MacBook PowerShell WebAssembly README TODO e.g i.e etc self this true false null None True "
        "False"
    )
)
_NO_MEMBERS = frozenset(str.split("com org net io dev edu gov co uk de fr app ai log png jpg jpeg gif zip gz exe"))


def mentions(text: str) -> tuple[Mention, ...]:
    """All places, each once, in the order of first appearance, at most 300."""
    found: dict[tuple[str, str, int | None], Mention] = {}
    previous = ""
    for kind, line in lines_of(text):
        bare = line.lstrip("> ") if kind == "quote" else line
        at = frame(bare, previous)
        previous = bare
        for item in [at] if at else _of_line(line[:_LONGEST_LINE], code=kind == "code"):
            found.setdefault((item.kind, item.text, item.line), item)
        if len(found) >= _MOST:
            break
    return tuple(found.values())[:_MOST]


def _of_line(line: str, *, code: bool) -> Iterator[Mention]:
    """The paths and symbols of a line that is no frame."""
    spans = [] if code else code_spans(line)
    for match in _TOKEN.finditer(line):
        token = _bare(match[0])
        if len(token) < 2 or len(token) > _LONGEST_TOKEN:
            continue
        quoted = any(begin <= match.start() < end for begin, end in spans)
        path = as_path(token, quoted=quoted)
        if path:
            yield path
            continue
        called = line[match.end() : match.end() + 1] == "("
        if _is_symbol(token, quoted=quoted and _alone(line, match.start(), match.end()), called=called):
            yield Mention("symbol", token)


def _bare(token: str) -> str:
    """A word without the punctuation and emphasis around it; the stars of a glob stay."""
    if "/" in token or "." in token[:-1]:
        return token.rstrip(".:!?").lstrip("@")
    return token.rstrip(".:!?*").lstrip("*@")


def _alone(line: str, start: int, end: int) -> bool:
    """Return True if a token is all that its backticks hold, but for call marks."""
    return line[start - 1 : start] == "`" and line[end:].lstrip("()")[:1] == "`"


def as_path(token: str, *, quoted: bool) -> Mention | None:
    """A word as the path it names, with its line; None when it is none. `quoted`: it stood in backticks."""
    blob = _BLOB.match(token)
    if blob:
        token = blob[1]
    elif "://" in token or "@" in token[1:]:
        return None
    place = _PLACE.match(token)
    path = (place[1] if place else token).replace("\\", "/")
    line = next((int(number) for number in (place[2], place[3]) if number), None) if place else None
    path = re.sub(r"^[A-Za-z]:(?=/)", "", path).removeprefix("./")
    named = _names_file(path, sure=quoted or blob is not None or line is not None)
    return Mention("path", path, line) if named else None


def _names_file(path: str, *, sure: bool) -> bool:
    folders, _, name = path.rpartition("/")
    if not re.search(r"\w", path) or not all(_SEGMENT.match(part) for part in path.strip("/").split("/")):
        return False
    end = _NAME_WITH_END.match(name)
    known = name in _FILE_NAMES or (end is not None and end[1].lower() in CODE_ENDS)
    if not folders:
        return known and name.split(".", 1)[0].lower() not in (_PRODUCTS if name.endswith(".js") else ())
    return known or name == "" or sure or (path.count("/") >= 2 and not path.startswith("//"))


def _is_symbol(token: str, *, quoted: bool, called: bool) -> bool:
    """Tell whether a word names something in code, by the marks around it or by how it is written."""
    if token in _NOT_SYMBOLS or not _DOTTED.match(token) or token.isdigit():
        return False
    return quoted or called or _looks_like_code(token)


def _looks_like_code(token: str) -> bool:
    """Tell whether prose would not write a word like this: `app.run`, `max_size`, `readConfig`, but not `node.js`."""
    parts = re.split(r"\.|::|#", token)
    if parts[-1] == "js" and parts[0].lower() in _PRODUCTS:
        return False
    if len(parts) > 1:
        return len(token) > 4 and parts[-1] not in _NO_MEMBERS and all(len(part) > 1 for part in parts)
    if "_" in token.strip("_"):
        return len(token) > 3
    return len(token) > 3 and any(c.isupper() for c in token[1:]) and any(c.islower() for c in token)
