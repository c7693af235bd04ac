"""Find the lines of changed files that a check runs, so that what no test reaches is called unverified.

Knows Python's checks (pytest, unittest, a script) and whatever starts Node.js; of others the answer is: not known.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from fretsaw.cancel import Cancel
from fretsaw.check.coverage import nodejs
from fretsaw.check.run.report_file import read_file
from fretsaw.check.sandbox.choose import CheckEnvironment, choose
from fretsaw.check.sandbox.enter import enter, report_place
from fretsaw.check.sandbox.sandbox import Sandbox
from fretsaw.check.toolchain import interpreter_of, toolchain
from fretsaw.errors import Cancelled
from fretsaw.settings import Settings

Covered: TypeAlias = Callable[[Mapping[str, str | None]], dict[str, frozenset[int]] | None]
"""Texts laid over the tree → path → numbers from 1 of its lines that the check runs; None where that is not known."""

Line: TypeAlias = Callable[[str, str], tuple[str, ...]]
"""(the report's file, a JSON list of paths) → a command line."""

# Runs inside: the same program as the check's, under coverage.py where the environment has it, else watched by
# Python's own means. Other processes that it starts are not seen, so a line may be called unverified wrongly,
# never verified wrongly.
_DRIVER = """
import importlib.util, json, os, runpy, sys, threading
report, files, kind, name = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], sys.argv[4]
sys.argv[:] = [name, *sys.argv[5:]]
wanted = {os.path.realpath(path): path for path in files}
lines = {path: set() for path in files}
def has(module):
    return importlib.util.find_spec(module) is not None
if kind == "installed":
    sys.path.pop(0)
if name == "pytest" and has("pytest_cov"):
    sys.argv.append("--no-cov")
names = {}
def path_of(code):
    name = code.co_filename
    if name not in names:
        names[name] = wanted.get(os.path.realpath(name))
    return names[name]
def monitor(code, number):
    path = path_of(code)
    if path is not None:
        lines[path].add(number)
    return sys.monitoring.DISABLE
def trace(frame, event, arg):
    path = path_of(frame.f_code)
    if path is None:
        return None
    seen = lines[path]
    def local(frame, event, arg):
        if event == "line":
            seen.add(frame.f_lineno)
        return local
    return local
cover = None
if has("coverage"):
    import coverage
    cover = coverage.Coverage(data_file=None, config_file=False, include=list(wanted), messages=False)
    cover.start()
elif hasattr(sys, "monitoring"):
    sys.monitoring.use_tool_id(4, "fretsaw")
    sys.monitoring.register_callback(4, sys.monitoring.events.LINE, monitor)
    sys.monitoring.set_events(4, sys.monitoring.events.LINE)
else:
    threading.settrace(trace)
    sys.settrace(trace)
try:
    if kind != "file":
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    else:
        sys.path.insert(0, os.path.dirname(os.path.abspath(name)))
        runpy.run_path(name, run_name="__main__")
finally:
    if cover is not None:
        cover.stop()
        data = cover.get_data()
        for file in data.measured_files():
            path = wanted.get(os.path.realpath(file))
            if path is not None:
                lines[path].update(data.lines(file) or ())
    else:
        sys.settrace(None)
    with open(report, "w") as handle:
        json.dump({path: sorted(found) for path, found in lines.items()}, handle)
"""


@dataclass(frozen=True, slots=True)
class Program:
    """A Python program as a command line starts it."""

    before: tuple[str, ...]
    """The words up to the interpreter and its options, `env A=B` included."""
    kind: Literal["module", "installed", "file"]
    """module: by `-m`; installed: by a script beside the interpreter; file: by its path."""
    name: str
    after: tuple[str, ...]


def python_program(argv: tuple[str, ...], search: str) -> Program | None:
    """Find the Python program that a command starts; None when that cannot be told from its words.

    `search` is the user's PATH, in which an installed `pytest` is looked up for the interpreter of its first line.

    >>> python_program(("env", "A=1", "python", "-X", "dev", "-m", "pytest", "-q"), "")
    Program(before=('env', 'A=1', 'python', '-X', 'dev'), kind='module', name='pytest', after=('-q',))
    """
    at = 0
    if PurePosixPath(argv[0]).name == "env":
        at = next((n for n, word in enumerate(argv) if n and "=" not in word), len(argv))
    words = argv[at:]
    if not words:
        return None
    name = PurePosixPath(words[0]).name
    if name in {"pytest", "py.test"}:
        interpreter = interpreter_of(shutil.which(words[0], path=search) or words[0])
        known = PurePosixPath(interpreter).name.startswith("python")
        return Program((*argv[:at], interpreter), "installed", "pytest", words[1:]) if known else None
    return _interpreted(argv, at) if re.fullmatch(r"python[0-9.]*", name) else None


def _interpreted(argv: tuple[str, ...], at: int) -> Program | None:
    """The program that the interpreter at word `at` runs."""
    here = at + 1
    while here < len(argv) and re.fullmatch(r"-(?:[BbdEIOPqsSuvx]+|[WX].*)", argv[here]):
        here += 2 if argv[here] in {"-W", "-X"} else 1
    rest = argv[here:]
    if len(rest) >= 2 and rest[0] == "-m":
        return Program(argv[:here], "module", rest[1], rest[2:])
    if rest and not rest[0].startswith("-"):
        return Program(argv[:here], "file", rest[0], rest[1:])
    return None


def make_covered(
    root: Path, argv: tuple[str, ...], settings: Settings, cancel: Cancel, around: CheckEnvironment | None = None
) -> Covered:
    """A function that runs the check once more to see which lines of the given files it runs.

    Raises `Cancelled` when `cancel` is set.
    """
    around = around or CheckEnvironment()
    place = root.resolve()
    chosen: list[Sandbox | None] = []

    def covered(texts: Mapping[str, str | None]) -> dict[str, frozenset[int]] | None:
        tools = toolchain(place, argv, around.environ, around.confirmed)
        if not tools.program:
            return None
        known: dict[str, frozenset[int]] = {}
        laid = around.on_disk({**around.unsaved, **texts})
        for way in WAYS:
            files = [path for path, text in texts.items() if text is not None and path.endswith(way.endings)]
            line = way.line(argv, around.environ.get("PATH", "")) if files else None
            if line is None:
                continue
            if not chosen:
                limits = replace(around.limits, seconds=settings.check_timeout)
                chosen.append(choose(place, tools, settings, limits, around).sandbox)
            if chosen[0] is not None:
                known |= way.read(
                    _run(chosen[0], line, files, laid, cancel), {path: laid[path] or "" for path in files}
                )
        return known or None

    return covered


def _run(
    sandbox: Sandbox, line: Line, files: list[str], texts: Mapping[str, str | None], cancel: Cancel
) -> bytes | None:
    """Run the driver and read its report; None where there is none."""
    argv = line(report_place(sandbox), json.dumps(files))
    program = argv[0] if os.path.isabs(argv[0]) else sandbox.tools.program
    ran = enter(
        replace(sandbox, tools=replace(sandbox.tools, program=program)), texts, argv, {**sandbox.env, "CI": "1"}, cancel
    )
    if ran.ran.end == "cancelled":
        raise Cancelled
    return read_file(sandbox.scratch.report)


def whole_statements(text: str, lines: frozenset[int]) -> frozenset[int]:
    """These lines and the others of the statements that they belong to; of one with a body, only its head.

    >>> sorted(whole_statements("x = [\\n  1,\\n]\\nif x:\\n  pass\\n", frozenset({1, 4})))
    [1, 2, 3, 4]
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return lines
    found = set(lines)
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            inner = [
                part
                for name in ("body", "handlers", "orelse", "finalbody", "cases")
                for part in getattr(node, name, ())
            ]
            last = min((part.lineno for part in inner if hasattr(part, "lineno")), default=(node.end_lineno or 0) + 1)
            first = min([node.lineno, *(part.lineno for part in getattr(node, "decorator_list", ()))])
            span = range(first, max(last, first + 1))
            found |= set(span) if not lines.isdisjoint(span) else set()
    return frozenset(found)


def _python_line(argv: tuple[str, ...], search: str) -> Line | None:
    asked = python_program(argv, search)
    if asked is None:
        return None
    return lambda report, files: (*asked.before, "-c", _DRIVER, report, files, asked.kind, asked.name, *asked.after)


def _python_read(data: bytes | None, texts: Mapping[str, str]) -> dict[str, frozenset[int]]:
    """Read the driver's report; nothing for any other form, since it comes from inside the sandbox."""
    try:
        found = json.loads(data or b"{}")
        lines = {path: frozenset(line for line in rows if isinstance(line, int)) for path, rows in found.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return {path: whole_statements(texts[path], rows) for path, rows in lines.items() if path in texts}


@dataclass(frozen=True, slots=True)
class Way:
    """One toolchain's way to tell which lines it ran."""

    endings: tuple[str, ...]
    """Of the files that it knows of."""
    line: Callable[[tuple[str, ...], str], Line | None]
    """(the check's command, the user's PATH) → what to run instead; None where that cannot be told from its words."""
    read: Callable[[bytes | None, Mapping[str, str]], dict[str, frozenset[int]]]
    """(what was written to the report's file, texts of the files) → the lines of each that were run."""


WAYS: tuple[Way, ...] = (
    Way((".py",), _python_line, _python_read),
    Way(nodejs.ENDINGS, lambda argv, _: partial(nodejs.line, argv), nodejs.read),
)
