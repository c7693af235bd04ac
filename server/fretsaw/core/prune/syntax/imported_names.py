"""Find the names that an import statement brings, and the ones that can be unused for sure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

_GO = frozenset(
    [
        "archive",
        "bufio",
        "bytes",
        "cmp",
        "compress",
        "container",
        "context",
        "crypto",
        "database",
        "debug",
        "encoding",
        "errors",
        "expvar",
        "flag",
        "fmt",
        "go",
        "hash",
        "html",
        "image",
        "index",
        "io",
        "iter",
        "log",
        "maps",
        "math",
        "mime",
        "net",
        "os",
        "path",
        "plugin",
        "reflect",
        "regexp",
        "runtime",
        "slices",
        "sort",
        "strconv",
        "strings",
        "structs",
        "sync",
        "syscall",
        "testing",
        "text",
        "time",
        "unicode",
        "unique",
        "unsafe",
    ]
)
"""First parts of the paths of Go's own packages: only there does the last part tell the package's name for sure."""
_RUST = frozenset(
    [
        "HashMap",
        "HashSet",
        "BTreeMap",
        "BTreeSet",
        "VecDeque",
        "BinaryHeap",
        "Arc",
        "Rc",
        "Weak",
        "Mutex",
        "RwLock",
        "Cell",
        "RefCell",
        "OnceCell",
        "Path",
        "PathBuf",
        "File",
        "Duration",
        "Instant",
        "SystemTime",
        "Ordering",
        "OsStr",
        "OsString",
        "Cow",
        "PhantomData",
    ]
)
"""Types of Rust's own library. Any other name in capitals may be a trait, which works without being named."""
_RUBY = {
    "json": ("JSON", "to_json"),
    "yaml": ("YAML", "to_yaml"),
    "set": ("Set", "to_set", "SortedSet"),
    "date": ("Date", "DateTime", "to_date"),
    "ostruct": ("OpenStruct",),
    "securerandom": ("SecureRandom",),
    "logger": ("Logger",),
    "csv": ("CSV", "to_csv", "parse_csv"),
    "erb": ("ERB",),
    "tempfile": ("Tempfile",),
    "fileutils": ("FileUtils",),
    "digest": ("Digest",),
    "benchmark": ("Benchmark",),
    "open3": ("Open3",),
    "optparse": ("OptionParser", "OptParse"),
}
"""Names that some of Ruby's own libraries bring. The effect of any other `require` is unknown."""


def said(node: Node) -> str:
    """The node's text."""
    return (node.text or b"").decode("utf-8", "surrogateescape")


def brought(node: Node, language: str) -> tuple[str, ...]:
    """Names by which what the statement imports must be used; none where that cannot be told."""
    names = tuple(IMPORTED_NAMES.get(language, _nothing)(node))
    return names if all(re.fullmatch(r"[^\W\d][\w$]*", name) for name in names) else ()


def _nothing(_: Node) -> Iterator[str]:
    return iter(())


def _javascript(node: Node) -> Iterator[str]:
    """Of `import` and of `const … = require(…)`. React is used by every line of JSX without being named."""
    clause = next((child for child in node.children if child.type == "import_clause"), None)
    found = list(_local_names(clause)) if clause is not None else []
    return iter(() if "React" in found else found)


def _local_names(node: Node) -> Iterator[str]:
    if node.type == "import_specifier":
        name = node.child_by_field_name("alias") or node.child_by_field_name("name")
        if name is not None:
            yield said(name)
    elif node.type == "identifier":
        yield said(node)
    else:
        for child in node.named_children:
            yield from _local_names(child)


def _go(node: Node) -> Iterator[str]:
    name, path = node.child_by_field_name("name"), node.child_by_field_name("path")
    if name is not None:
        if name.type == "package_identifier":
            yield said(name)
    elif path is not None:
        parts = said(path).strip('"`').split("/")
        if parts[0] in _GO and not re.fullmatch(r"v\d+", parts[-1]):
            yield parts[-1]


def _rust(node: Node) -> Iterator[str]:
    """A glob, a re-export and whatever could be a trait give nothing."""
    argument = node.child_by_field_name("argument")
    if argument is None or any(child.type == "visibility_modifier" for child in node.children):
        return
    names = list(_use_names(argument))
    if all(name[:1].islower() or (name in _RUST and said(argument).startswith(("std::", "core::"))) for name in names):
        yield from names


def _use_names(node: Node) -> Iterator[str]:
    if node.type in ("identifier", "type_identifier"):
        yield said(node)
    elif node.type in ("use_wildcard", "self", "crate", "super"):
        yield "*"
    elif node.type in ("scoped_identifier", "use_as_clause", "scoped_use_list"):
        field = {"scoped_identifier": "name", "use_as_clause": "alias", "scoped_use_list": "list"}[node.type]
        inner = node.child_by_field_name(field)
        if inner is not None:
            yield from _use_names(inner)
    else:
        for child in node.named_children:
            yield from _use_names(child)


def _java(node: Node) -> Iterator[str]:
    last = node.named_children[-1] if node.named_children else None
    if last is not None and last.type == "scoped_identifier":
        name = last.child_by_field_name("name")
        if name is not None:
            yield said(name)


def _ruby(node: Node) -> Iterator[str]:
    method, arguments = node.child_by_field_name("method"), node.child_by_field_name("arguments")
    if method is not None and said(method) == "require" and arguments is not None:
        yield from _RUBY.get(said(arguments).strip("()\"'"), ())


IMPORTED_NAMES = {
    "javascript": _javascript,
    "typescript": _javascript,
    "tsx": _javascript,
    "go": _go,
    "rust": _rust,
    "java": _java,
    "ruby": _ruby,
}
"""Syntax grammar -> the names that one of its import statements brings."""
