"""Find the modules that a patch starts to import: not used by the project yet, and in no standard library."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping

from fretsaw.core.context.search import find
from fretsaw.core.languages import family_of
from fretsaw.core.patch.patch_set import FilePatch
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.lines import body

_PYTHON = re.compile(r"^\s*(?:from\s+([A-Za-z_]\w*)[\w.]*\s+import\b|import\s+([\w., ]+))")
_JS = re.compile(r"""(?:\bfrom\s+|\brequire\(\s*|^\s*import\s*\(?\s*)["']([@\w][^"']*)["']""")
_GO = re.compile(r'^\s*(?:import\s+)?(?:[\w.]+\s+)?"([\w.-]+\.[\w-]+/[^"\s]+)"\s*$')
_RUST = re.compile(r"^\s*(?:pub\s+)?(?:use\s+(?:::)?|extern\s+crate\s+)([a-z_]\w*)")
_RUST_OWN = frozenset(str.split("std core alloc crate self super proc_macro test"))
_NODE = frozenset(
    str.split(
        "assert buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events fs "
        "http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream "
        "string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib"
    )
)


def new_modules(file: FilePatch, snapshot: Snapshot) -> tuple[str, ...]:
    """Top-level modules that only added lines import, in order; those that the repository holds or uses are none."""
    reader = _READERS.get(family_of(file.path))
    if reader is None:
        return ()
    added = [name for hunk in file.hunks for line in hunk.added for name in reader(body(line))]
    before = {name for line in (file.before or "").split("\n") for name in reader(line)}
    names = [name for name in dict.fromkeys(added) if name not in before]
    return tuple(name for name in names if not _in_repository(name, snapshot) and not _used(name, reader, snapshot))


def _in_repository(name: str, snapshot: Snapshot) -> bool:
    """Return True if a file or folder of the repository goes by the module's name."""
    last = name.rsplit("/", 1)[-1]
    return any(f"/{last}/" in f"/{path}" or f"/{last}." in f"/{path}" for path in snapshot.paths)


def _used(name: str, reader: Callable[[str], list[str]], snapshot: Snapshot) -> bool:
    """Return True if some file of the repository imports the module already."""
    word = max(re.findall(r"\w+", name), key=len, default=name)
    return any(name in reader(hit.text) for hit in find(snapshot, [word]))


def _python(line: str) -> list[str]:
    found = _PYTHON.match(line)
    if not found:
        return []
    names = [found[1]] if found[1] else [part.strip().split(" ")[0].split(".")[0] for part in found[2].split(",")]
    return [name for name in names if name and name not in sys.stdlib_module_names and name != "__future__"]


def _javascript(line: str) -> list[str]:
    out = []
    for spec in _JS.findall(line):
        parts = spec.split("/")
        name = "/".join(parts[:2]) if spec.startswith("@") else parts[0]
        if name not in _NODE and not spec.startswith(("node:", "@/")):
            out.append(name)
    return out


def _go(line: str) -> list[str]:
    found = _GO.match(line)
    return ["/".join(found[1].split("/")[:3])] if found else []


def _rust(line: str) -> list[str]:
    found = _RUST.match(line)
    return [found[1]] if found and found[1] not in _RUST_OWN else []


_READERS: Mapping[str, Callable[[str], list[str]]] = {
    "python": _python,
    "javascript": _javascript,
    "go": _go,
    "rust": _rust,
}
"""By `Language.family`."""
