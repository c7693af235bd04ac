"""Guess the commands that a project is checked with, by its files. Pure: runs nothing, reads by a function.

A candidate is only ever a question to the user: a repository does not choose what is run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from fretsaw.core.languages import LANGUAGES

Read: TypeAlias = Callable[[str], str | None]
"""Text of a path, None when there is none (`Snapshot.read`)."""


@dataclass(frozen=True, slots=True)
class CheckCandidate:
    """A command that may be the project's check."""

    argv: tuple[str, ...]
    why: str
    """The sign in the repository that speaks for it, for a person."""


@dataclass(frozen=True, slots=True)
class _Project:
    """The input of a detector: the paths, and texts of the top folder's files."""

    paths: frozenset[str]
    read: Read

    def text(self, path: str) -> str:
        """The text of a path, empty when there is none."""
        return (self.read(path) or "") if path in self.paths else ""

    def any(self, pattern: str) -> bool:
        """Return True if a path matches in full."""
        found = re.compile(pattern)
        return any(found.fullmatch(path) for path in self.paths)


def check_candidates(read: Read, paths: Collection[str]) -> tuple[CheckCandidate, ...]:
    """Commands that may check this project, the likeliest first, none twice."""
    project = _Project(frozenset(paths), read)
    found: dict[tuple[str, ...], CheckCandidate] = {}
    for detect in DETECTORS:
        for candidate in detect(project):
            found.setdefault(candidate.argv, candidate)
    return tuple(found.values())


def _django(project: _Project) -> Iterator[CheckCandidate]:
    if "tests/runtests.py" in project.paths:
        yield CheckCandidate(("python", "tests/runtests.py"), "tests/runtests.py")
    if "manage.py" in project.paths and "django" in project.text("manage.py") and not _says_pytest(project):
        yield CheckCandidate(("python", "manage.py", "test"), "manage.py of Django")


def _pytest(project: _Project) -> Iterator[CheckCandidate]:
    if said := _says_pytest(project):
        yield CheckCandidate(("python", "-m", "pytest", "-q"), said)
    elif project.any(r"(?:.*/)?(?:test_[^/]*|[^/]*_test)\.py") and not _says_unittest(project):
        yield CheckCandidate(("python", "-m", "pytest", "-q"), "files named test_*.py")


def _says_pytest(project: _Project) -> str:
    """The file that names pytest, empty when none does."""
    marks = {
        "pytest.ini": "",
        "pyproject.toml": r"^\[tool\.pytest|\bpytest\b",
        "setup.cfg": r"^\[tool:pytest\]|\bpytest\b",
        "tox.ini": r"^\[pytest\]|\bpytest\b",
        "conftest.py": "",
        "tests/conftest.py": "",
        "test/conftest.py": "",
        "noxfile.py": r"\bpytest\b",
        "requirements-dev.txt": r"^pytest\b",
        "requirements.txt": r"^pytest\b",
    }
    for path, mark in marks.items():
        if path in project.paths and (not mark or re.search(mark, project.text(path), re.MULTILINE)):
            return path if not mark else f"{path} names pytest"
    return ""


def _unittest(project: _Project) -> Iterator[CheckCandidate]:
    if _says_unittest(project) and not _says_pytest(project):
        yield CheckCandidate(("python", "-m", "unittest", "discover"), "tests that import unittest")


def _says_unittest(project: _Project) -> bool:
    """Return True if the first few test files are unittest's and not pytest's."""
    tests = sorted(path for path in project.paths if re.fullmatch(r"(?:.*/)?(?:test_[^/]*|[^/]*_test)\.py", path))[:5]
    texts = [project.text(path) for path in tests]
    return any("unittest" in text for text in texts) and not any("import pytest" in text for text in texts)


def _tox(project: _Project) -> Iterator[CheckCandidate]:
    offline = "it may want to install packages, and there is no network"
    if "tox.ini" in project.paths or "[tool.tox" in project.text("pyproject.toml"):
        yield CheckCandidate(("tox",), f"a configuration of tox; {offline}")
    if "noxfile.py" in project.paths:
        yield CheckCandidate(("nox",), f"noxfile.py; {offline}")


_WATCHES = re.compile(
    r"--watch(?!=false|All=false)|\bnodemon\b|\bwatchexec\b|\bchokidar\b|\bvitest(?: watch)?$|\btsc\b.* -w\b"
)
"""Of a script that waits for changes and does not end."""
_LOCKS = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lockb": "bun", "bun.lock": "bun"}


def _node(project: _Project) -> Iterator[CheckCandidate]:
    scripts = _scripts(project.text("package.json"))
    program = next((name for lock, name in _LOCKS.items() if lock in project.paths), "npm")
    for name in ("test", "test:ci", "test:run", "test:once"):
        test = scripts.get(name, "")
        if not test or "no test specified" in test or _WATCHES.search(test):
            continue
        line = (program, "test") if name == "test" and program != "bun" else (program, "run", name)
        yield CheckCandidate(line, _as_written(name, test))
        break
    for name in ("check", "typecheck", "lint"):
        if name in scripts and not _WATCHES.search(scripts[name]):
            yield CheckCandidate((program, "run", name), _as_written(name, scripts[name]))


def _as_written(name: str, script: str) -> str:
    return f'package.json: "{name}": {json.dumps(script, ensure_ascii=False)}'


def _scripts(text: str) -> dict[str, str]:
    """The scripts of a package.json, none when it cannot be read."""
    try:
        found: Any = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    scripts = found.get("scripts") if isinstance(found, dict) else None
    if not isinstance(scripts, dict):
        return {}
    return {name: script for name, script in scripts.items() if isinstance(script, str)}


def _deno(project: _Project) -> Iterator[CheckCandidate]:
    for path in ("deno.json", "deno.jsonc"):
        if path in project.paths:
            yield CheckCandidate(("deno", "test"), path)


def _compiled(project: _Project) -> Iterator[CheckCandidate]:
    """Tools that one file gives away."""
    by_language = (row for language in LANGUAGES.values() for row in language.checks)
    for path, argv in (*by_language, ("MODULE.bazel", ("bazel", "test", "//..."))):
        if path in project.paths:
            yield CheckCandidate(argv, path)
    if project.any(r"(?:[^/]*/)?[^/]*\.(?:sln|slnx|csproj|fsproj)"):
        yield CheckCandidate(("dotnet", "test", "--no-restore"), "a .NET project")


def _ruby(project: _Project) -> Iterator[CheckCandidate]:
    if ".rspec" in project.paths or "spec/spec_helper.rb" in project.paths:
        yield CheckCandidate(
            ("bundle", "exec", "rspec"), ".rspec" if ".rspec" in project.paths else "spec/spec_helper.rb"
        )
    elif "Rakefile" in project.paths and re.search(r"TestTask|:test\b", project.text("Rakefile")):
        yield CheckCandidate(("bundle", "exec", "rake", "test"), "Rakefile has a task test")


def _make(project: _Project) -> Iterator[CheckCandidate]:
    for path, program in (("Makefile", "make"), ("makefile", "make"), ("GNUmakefile", "make"), ("justfile", "just")):
        text = project.text(path)
        for target in ("test", "check", "tests"):
            if re.search(rf"^{target}\b[^=\n]*:(?!=)", text, re.MULTILINE):
                yield CheckCandidate((program, target), f"{path} has a target {target}")


DETECTORS: tuple[Callable[[_Project], Iterator[CheckCandidate]], ...] = (
    _django,
    _pytest,
    _unittest,
    _node,
    _deno,
    _compiled,
    _ruby,
    _make,
    _tox,
)
"""Every detector, the likeliest first."""
