"""Find the names that an import statement brings, and the ones that can be unused for sure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from fretsaw.core.prune.syntax.nodes import child_types, children_of_type, first_field, text_of

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


_USE_FIELDS = {"scoped_identifier": "name", "use_as_clause": "alias", "scoped_use_list": "list"}
"""Node of a `use` of Rust -> its field with what it brings; all of any other node does."""
_NAME = re.compile(r"[^\W\d][\w$]*")
_VERSION = re.compile(r"v\d+")


def brought(node: Node, language: str) -> tuple[str, ...]:
    """Names by which what the statement imports must be used; none where that cannot be told."""
    names = tuple(IMPORTED_NAMES.get(language, _nothing)(node))
    return names if all(map(_NAME.fullmatch, names)) else ()


def _nothing(_: Node) -> Sequence[str]:
    return ()


def _javascript(node: Node) -> Sequence[str]:
    """Of `import`. React is used by every line of JSX without being named."""
    clauses = children_of_type(node, "import_clause")
    names = _of_all(clauses, _local_names)
    return () if "React" in names else names


def _local_names(node: Node) -> Sequence[str]:
    """Of `a, { b, c as d }`: a, b, d."""
    if node.type == "import_specifier":
        return [text_of(first_field(node, "alias", "name"))]
    if node.type == "identifier":
        return [text_of(node)]
    return _of_all(node.named_children, _local_names)


def _of_all(nodes: Iterable[Node], names_of: Callable[[Node], Sequence[str]]) -> Sequence[str]:
    return [*chain.from_iterable(map(names_of, nodes))]


def _go(node: Node) -> Sequence[str]:
    """The name that is given, or the one that follows from a path of Go's own: `math/rand` brings rand."""
    given = node.child_by_field_name("name")
    if given is not None:
        return [text_of(given)] if given.type == "package_identifier" else []
    parts = text_of(node.child_by_field_name("path")).strip('"`').split("/")
    is_known = parts[0] in _GO and not _VERSION.fullmatch(parts[-1])
    return parts[-1:] if is_known else []


def _rust(node: Node) -> Sequence[str]:
    """A glob, a re-export and whatever could be a trait give nothing."""
    argument = node.child_by_field_name("argument")
    if argument is None or "visibility_modifier" in child_types(node):
        return []
    names = _use_names(argument)
    is_of_library = text_of(argument).startswith(("std::", "core::"))
    no_traits = _RUST if is_of_library else frozenset[str]()
    perhaps_traits = {name for name in names if not name[:1].islower()}
    return names if perhaps_traits <= no_traits else []


def _use_names(node: Node) -> Sequence[str]:
    """Of `a::{b, c as d, e::*}`: b, d, *."""
    if node.type in ("identifier", "type_identifier"):
        return [text_of(node)]
    if node.type in ("use_wildcard", "self", "crate", "super"):
        return ["*"]
    field = _USE_FIELDS.get(node.type)
    inner = node.children_by_field_name(field) if field else node.named_children
    return _of_all(inner, _use_names)


def _java(node: Node) -> Sequence[str]:
    """The last part of the name; nothing of `import a.b.*`."""
    imported = node.named_children[-1]
    if imported.type != "scoped_identifier":
        return []
    return [text_of(imported.child_by_field_name("name"))]


def _ruby(node: Node) -> Sequence[str]:
    """Of `require "json"`, with brackets or without."""
    method = text_of(node.child_by_field_name("method"))
    library = text_of(node.child_by_field_name("arguments")).strip("()\"'")
    return _RUBY.get(library, ()) if method == "require" else ()


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
