"""Find the files of a repository that a text imports, by language, with regular expressions over its lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from fretsaw.core.context.paths import Paths
from fretsaw.core.languages import family_of

_PY = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]{0,4000}\)|[^\n]{1,1000})|"
    r"import[ \t]+([\w., \t]{1,500}))",
    re.MULTILINE,
)
_JS = re.compile(
    r"""(?:from[ \t]+|require\([ \t]*|import[ \t]*\(?[ \t]*)["'](\.{1,2}/[^"'\n]{0,300}|@/[^"'\n]{1,300})["']"""
)
_GO = re.compile(r'^[ \t]*(?:import[ \t]+)?(?:[\w.]+[ \t]+)?"([\w./~-]+/[\w./~-]+)"[ \t]*$', re.MULTILINE)
_RUST_USE = re.compile(r"^[ \t]*(?:pub[ \t]+)?use[ \t]+(crate|super|self)((?:::\w+)+)", re.MULTILINE)
_RUST_MOD = re.compile(r"^[ \t]*(?:pub(?:\([^)]*\))?[ \t]+)?mod[ \t]+(\w+);", re.MULTILINE)
_JVM = re.compile(r"^[ \t]*import[ \t]+(?:static[ \t]+)?([\w.]+)", re.MULTILINE)
_C = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"\n]{1,300})"', re.MULTILINE)
_RUBY = re.compile(r"""^[ \t]*require(?:_relative)?[ \t(]+["']([^"'\n]{1,300})["']""", re.MULTILINE)
_HEAD = 60_000


def imported(path: str, text: str, paths: Paths) -> dict[str, tuple[str, ...]]:
    """Tracked path → the names that the text takes from it (empty: the module as such), in the order of the text."""
    reader = _READERS.get(family_of(path))
    found = reader(path, text[:_HEAD], paths) if reader else {}
    found.pop(path, None)
    return found


def _python(path: str, text: str, paths: Paths) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for match in _PY.finditer(text):
        module, names, plain = match.groups()
        if plain:
            for each in plain.split(","):
                target = _python_module(path, each.split(" as ")[0].strip(), paths)
                if target:
                    found.setdefault(target, ())
            continue
        listed = [name.split(" as ")[0].strip() for name in re.sub(r"#[^\n]*", "", names).strip("()").split(",")]
        target = _python_module(path, module, paths)
        for name in filter(str.isidentifier, listed):
            inner = _python_module(path, f"{module.rstrip('.')}.{name}" if module.strip(".") else module + name, paths)
            if inner and inner != target:
                found.setdefault(inner, ())
            elif target:
                found[target] = (*found.get(target, ()), name)
    return found


def _python_module(path: str, module: str, paths: Paths) -> str | None:
    """The file of a dotted module as seen from a path, also for `src/` layouts."""
    folders = path.split("/")[:-1]
    bare = module.lstrip(".")
    dots = len(module) - len(bare)
    tail = bare.replace(".", "/")
    if dots:
        base = folders[: len(folders) - dots + 1] if dots <= len(folders) + 1 else None
        roots = ["/".join(base)] if base is not None else []
    else:
        if not bare:
            return None
        roots = ["", "src", "lib", *("/".join(folders[:depth]) for depth in range(len(folders), 0, -1))]
    for root in roots:
        stem = "/".join(part for part in (root, tail) if part)
        target = paths.first_of((f"{stem}.py", f"{stem}/__init__.py" if stem else "__init__.py", f"{stem}.pyx"))
        if target:
            return target
    return None


def _javascript(path: str, text: str, paths: Paths) -> dict[str, tuple[str, ...]]:
    folder = path.rpartition("/")[0]
    found: dict[str, tuple[str, ...]] = {}
    for spec in _JS.findall(text):
        stem = _joined("src", spec[2:]) if spec.startswith("@/") else _joined(folder, spec)
        bare = re.sub(r"\.(?:js|mjs|cjs|jsx)$", "", stem)
        ends = ("ts", "tsx", "js", "jsx", "mjs", "cjs", "vue", "svelte")
        target = paths.first_of((stem, *(f"{bare}.{end}" for end in ends), *(f"{bare}/index.{end}" for end in ends)))
        if target:
            found.setdefault(target, ())
    return found


def _go(_path: str, text: str, paths: Paths) -> dict[str, tuple[str, ...]]:
    wanted = {spec.rsplit("/", 1)[-1]: spec for spec in _GO.findall(text)}
    if not wanted:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for each in sorted(paths.all):
        folder = each.rpartition("/")[0]
        spec = wanted.get(folder.rsplit("/", 1)[-1])
        if spec and each.endswith(".go") and not each.endswith("_test.go") and spec.endswith(folder):
            found.setdefault(each, ())
    return found


def _rust(path: str, text: str, paths: Paths) -> dict[str, tuple[str, ...]]:
    folder, _, name = path.rpartition("/")
    own = folder if name in ("mod.rs", "lib.rs", "main.rs") else f"{folder}/{name[:-3]}".lstrip("/")
    crate = path[: path.find("src/") + 3] if "src/" in path else folder
    found: dict[str, tuple[str, ...]] = {}
    stems = [(_joined(own, mod), ()) for mod in _RUST_MOD.findall(text)]
    for root, tail in _RUST_USE.findall(text):
        base = {"crate": crate, "self": own, "super": own.rpartition("/")[0]}[root]
        parts = tail.strip(":").split("::")
        stems += [(_joined(base, "/".join(parts[:depth])), ()) for depth in range(len(parts), 0, -1)]
    for stem, names in stems:
        target = paths.first_of((f"{stem}.rs", f"{stem}/mod.rs"))
        if target:
            found.setdefault(target, names)
    return found


def _jvm(path: str, text: str, paths: Paths) -> dict[str, tuple[str, ...]]:
    end = path.rsplit(".", 1)[-1]
    found: dict[str, tuple[str, ...]] = {}
    for name in _JVM.findall(text):
        for target in paths.meant(f"{name.replace('.', '/')}.{end}")[:1]:
            if target.endswith(f"/{name.replace('.', '/')}.{end}"):
                found.setdefault(target, ())
    return found


def _c(path: str, text: str, paths: Paths) -> dict[str, tuple[str, ...]]:
    folder = path.rpartition("/")[0]
    found: dict[str, tuple[str, ...]] = {}
    for spec in _C.findall(text):
        target = paths.first_of((_joined(folder, spec), spec, f"include/{spec}", f"src/{spec}"))
        if target:
            found.setdefault(target, ())
    return found


def _ruby(path: str, text: str, paths: Paths) -> dict[str, tuple[str, ...]]:
    folder = path.rpartition("/")[0]
    found: dict[str, tuple[str, ...]] = {}
    for spec in _RUBY.findall(text):
        target = paths.first_of((f"{_joined(folder, spec)}.rb", f"lib/{spec}.rb", f"{spec}.rb"))
        if target:
            found.setdefault(target, ())
    return found


def _joined(folder: str, spec: str) -> str:
    """A relative path resolved against a folder; it never climbs above the root."""
    out = [part for part in folder.split("/") if part]
    for part in spec.split("/"):
        if part == "..":
            out = out[:-1]
        elif part not in ("", "."):
            out.append(part)
    return "/".join(out)


_READERS: Mapping[str, Callable[[str, str, Paths], dict[str, tuple[str, ...]]]] = {
    "python": _python,
    "javascript": _javascript,
    "go": _go,
    "rust": _rust,
    "jvm": _jvm,
    "c": _c,
    "ruby": _ruby,
}
"""By `Language.family`."""
