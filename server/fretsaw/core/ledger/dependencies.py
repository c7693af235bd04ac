"""Find the dependencies that a patch adds to the files that list them. A table with one reader a kind of file."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fretsaw.core.patch.patch_set import FilePatch

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_NAME = re.compile(r"^\s*([A-Za-z0-9@][\w.@/-]*)")
_REQUIREMENTS = re.compile(
    r"(?:^|/)(?:[\w.-]*requirements?[\w.-]*|constraints[\w.-]*)\.(?:txt|in)$|(?:^|/)requirements/[^/]+\.(?:txt|in)$"
)


def added_dependencies(file: FilePatch) -> tuple[str, ...]:
    """Names that a file lists as dependencies after the patch and did not before, sorted."""
    reader = _reader(file.path)
    if reader is None or file.after is None:
        return ()
    return tuple(sorted(reader(file.after) - reader(file.before or "")))


def _reader(path: str) -> Callable[[str], frozenset[str]] | None:
    name = path.rsplit("/", 1)[-1]
    if _REQUIREMENTS.search(path):
        return _requirements
    return _READERS.get(name)


def _names(rows: Iterable[object]) -> frozenset[str]:
    """Bare names, lower case, `_` as `-`, of requirement strings."""
    found = (_NAME.match(row) for row in rows if isinstance(row, str))
    return frozenset(re.sub(r"[_.]+", "-", match[1].lower()) for match in found if match)


def _requirements(text: str) -> frozenset[str]:
    return _names(line for line in text.split("\n") if not line.lstrip().startswith(("#", "-")))


def _toml(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        return None


def _pyproject(text: str) -> frozenset[str]:
    read = _toml(text)
    if read is None:
        return _names(re.findall(r"^\s*[\"']([A-Za-z][\w.-]*)\s*[<>=~!\[;,\"']", text, re.MULTILINE))
    project, tool = _table(read, "project"), _table(read, "tool")
    rows: list[object] = [*_list(project, "dependencies"), *_list(_table(read, "build-system"), "requires")]
    for group in (*_table(project, "optional-dependencies").values(), *_table(read, "dependency-groups").values()):
        rows += group if isinstance(group, list) else []
    poetry = _table(tool, "poetry")
    rows += [*_table(poetry, "dependencies"), *_table(poetry, "dev-dependencies")]
    for group in _table(poetry, "group").values():
        rows += _table(group, "dependencies") if isinstance(group, dict) else ()
    return _names(rows)


def _pipfile(text: str) -> frozenset[str]:
    read = _toml(text) or {}
    return _names([*_table(read, "packages"), *_table(read, "dev-packages")])


def _cargo(text: str) -> frozenset[str]:
    found: set[str] = set()

    def walk(table: dict[str, Any], depth: int) -> None:
        for key, value in table.items():
            if isinstance(value, dict) and key.endswith("dependencies"):
                found.update(value)
            elif isinstance(value, dict) and depth < 6:
                walk(value, depth + 1)

    walk(_toml(text) or {}, 0)
    return frozenset(found)


def _package_json(text: str) -> frozenset[str]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return frozenset()
    if not isinstance(read, dict):
        return frozenset()
    kinds = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies", "require", "require-dev")
    return frozenset(name for kind in kinds for name in _table(read, kind))


def _go_mod(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"^\s*(?:require\s+)?([\w.-]+\.[\w.-]+/\S+)\s+v\d", text, re.MULTILINE))


def _pom(text: str) -> frozenset[str]:
    found = re.findall(r"<(?:dependency|plugin)>(.{0,2000}?)</(?:dependency|plugin)>", text, re.DOTALL)
    ids = (re.search(r"<artifactId>\s*([^<\s]{1,200})", block) for block in found)
    return frozenset(match[1] for match in ids if match)


def _gradle(text: str) -> frozenset[str]:
    kinds = r"(?:implementation|api|compile\w*|runtime\w*|test\w+|annotationProcessor|kapt)"
    return frozenset(re.findall(rf"^\s*{kinds}\s*\(?\s*[\"']([^\"':]+:[^\"':]+)", text, re.MULTILINE))


def _gemfile(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"^\s*(?:gem|\w+\.add(?:_\w+)?_dependency)\s*\(?\s*[\"']([^\"']+)", text, re.MULTILINE))


def _setup(text: str) -> frozenset[str]:
    """Strings of the requirement lists of a setup.py, rows of those of a setup.cfg."""
    rows: list[str] = []
    for block in re.findall(
        r"(?:install|setup|tests|extras)_require\w*\s*=\s*([\[{(][^=]{0,8000}?[\]})])\s*[,)\n]", text
    ):
        rows += re.findall(r"[\"']([^\"'\n]{1,200})[\"'](?!\s*:)", block)
    for block in re.findall(
        r"^(?:install_requires|setup_requires|tests_require)\s*=\s*((?:.*\n?)(?:[ \t]+.*\n?)*)", text, re.MULTILINE
    ):
        rows += block.split("\n")
    return _names(rows)


def _table(table: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def _list(table: Mapping[str, Any], key: str) -> list[object]:
    value = table.get(key)
    return value if isinstance(value, list) else []


_READERS: Mapping[str, Callable[[str], frozenset[str]]] = {
    "pyproject.toml": _pyproject,
    "Pipfile": _pipfile,
    "setup.py": _setup,
    "setup.cfg": _setup,
    "package.json": _package_json,
    "composer.json": _package_json,
    "Cargo.toml": _cargo,
    "go.mod": _go_mod,
    "pom.xml": _pom,
    "build.gradle": _gradle,
    "build.gradle.kts": _gradle,
    "Gemfile": _gemfile,
}
