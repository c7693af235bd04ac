"""Frames of stack traces in the forms of Python, JavaScript, Go, Rust and Java."""

from __future__ import annotations

import re

from fretsaw.core.issue.issue import Mention

_PYTHON = re.compile(r'File "([^"\n]{1,400})", line (\d{1,9})(?:, in ([^\s,]{1,200}))?')
_JVM = re.compile(
    r"^\s*at (?:[\w.$@-]{1,200}/)?([\w$]{1,100}(?:\.[\w$]{1,100}){1,20})\.([\w$<>]{1,100})"
    r"\(([\w$-]{1,100}\.(?:java|kt|scala|groovy)):(\d{1,9})\)"
)
_NODE = re.compile(
    r"^\s*at (?:async )?(?:new )?(?:([^\s()]{1,200})[^()\n]{0,80} \()?([^()\s]{1,400}?):(\d{1,9}):\d{1,9}\)?\s*$"
)
_FIREFOX = re.compile(r"^\s*([\w$.<>/*]{0,200})@([^\s()]{1,400}?):(\d{1,9}):\d{1,9}\s*$")
_GO_PLACE = re.compile(r"^\s*(\S{1,400}\.go):(\d{1,9})(?: \+0x[0-9a-f]+)?\s*$")
_GO_CALL = re.compile(
    r"^(?:created by )?[\w./@*()\[\]-]{1,300}?\.(?:\(\*?\w{1,100}\)\.)?(\w{1,100})(?:\.func\d[\d.]*)?(?:\(|\s|$)"
)
_RUST_PANIC = re.compile(r"panicked at (?:'[^'\n]{0,400}', )?([^\s:']{1,400}\.rs):(\d{1,9})")
_RUST_CALL = re.compile(r"^\s*\d{1,4}:\s+(?:0x[0-9a-f]+ - )?(\S.{0,300}?)(?:::h[0-9a-f]{16})?\s*$")
_RUST_PLACE = re.compile(r"^\s*at ([^\s()]{1,400}\.rs):(\d{1,9})(?::\d{1,9})?\s*$")
_SCHEMES = re.compile(r"^(?:file://(?=/)|file:///(?=[A-Za-z]:)|webpack(?:-internal)?:///(?:\./)?|https?://[^/\s]+/)")
_NOT_OURS = ("node:", "internal/", "native ", "<anonymous>", "<frozen ", "<string>", "<stdin>")


def frame(line: str, previous: str = "") -> Mention | None:
    """The frame that a line of a trace is, None for any other line.

    `previous` is the line before: in Go and Rust it names the function.
    """
    line, previous = line[:1000], previous[:500]
    for read in (_python, _jvm, _rust, _go, _javascript):
        found = read(line, previous)
        if found is not None:
            return found if _is_file(found.text) else None
    return None


def _python(line: str, _previous: str) -> Mention | None:
    found = _PYTHON.search(line) if 'File "' in line else None
    return _mention(found[1], found[2], found[3]) if found else None


def _jvm(line: str, _previous: str) -> Mention | None:
    found = _JVM.match(line)
    if not found:
        return None
    package = found[1].split(".")[:-1]  # the last part is the class, which need not be the file's name
    return _mention("/".join([*package, found[3]]), found[4], found[2])


def _rust(line: str, previous: str) -> Mention | None:
    found = _RUST_PANIC.search(line) if "panicked at" in line else None
    if found:
        return _mention(found[1], found[2], None)
    found = _RUST_PLACE.match(line)
    if not found:
        return None
    call = _RUST_CALL.match(previous)
    return _mention(found[1], found[2], call[1].rsplit("::", 1)[-1] if call else None)


def _go(line: str, previous: str) -> Mention | None:
    found = _GO_PLACE.match(line)
    if not found:
        return None
    call = _GO_CALL.match(previous)
    return _mention(found[1], found[2], call[1] if call else None)


def _javascript(line: str, _previous: str) -> Mention | None:
    found = _NODE.match(line) or (_FIREFOX.match(line) if "@" in line else None)
    return _mention(found[2], found[3], (found[1] or "").rsplit(".", 1)[-1] or None) if found else None


def _mention(path: str, line: str, symbol: str | None) -> Mention:
    path = _SCHEMES.sub("", path).replace("\\", "/").split("?", 1)[0]
    return Mention("frame", path.removeprefix("./"), int(line), symbol)


def _is_file(path: str) -> bool:
    return bool(path) and not path.startswith(_NOT_OURS)
