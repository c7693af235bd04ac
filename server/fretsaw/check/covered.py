"""Which lines of changed Python files a check runs, so that what no test reaches is called unverified.

Knows Python's checks only (pytest, unittest, a script); for any other command the answer is that it is not known.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from fretsaw.cancel import Cancel
from fretsaw.check.cell import Cell, enter, report_place
from fretsaw.check.choose import Surroundings, choose
from fretsaw.check.report import read_file
from fretsaw.check.toolchain import interpreter_of, toolchain
from fretsaw.errors import Cancelled
from fretsaw.settings import Settings

Covered: TypeAlias = Callable[[Mapping[str, str | None]], dict[str, frozenset[int]] | None]
"""Texts laid over the tree → path → numbers from 1 of its lines that the check runs; None where that is not known."""

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
    """What Python program a command starts, None when that cannot be told from its words.

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
    root: Path, argv: tuple[str, ...], settings: Settings, cancel: Cancel, around: Surroundings | None = None
) -> Covered:
    """A function that runs the check once more to see which lines of the given Python files it runs.

    Raises `Cancelled` when `cancel` is set.
    """
    around = around or Surroundings()
    place = root.resolve()
    chosen: list[Cell | None] = []

    def covered(texts: Mapping[str, str | None]) -> dict[str, frozenset[int]] | None:
        files = [path for path, text in texts.items() if text is not None and path.endswith(".py")]
        tools = toolchain(place, argv, around.environ)
        asked = python_program(argv, around.environ.get("PATH", ""))
        if not files or asked is None or not tools.program:
            return None
        if not chosen:
            limits = replace(around.limits, seconds=settings.check_timeout)
            chosen.append(choose(place, tools, settings, limits, around).cell)
        cell = chosen[0]
        return None if cell is None else _run(cell, files, asked, {**around.unsaved, **texts}, cancel)

    return covered


def _run(
    cell: Cell, files: list[str], asked: Program, texts: Mapping[str, str | None], cancel: Cancel
) -> dict[str, frozenset[int]] | None:
    report = report_place(cell)
    line = (*asked.before, "-c", _DRIVER, report, json.dumps(files), asked.kind, asked.name, *asked.after)
    program = line[0] if os.path.isabs(line[0]) else cell.tools.program
    ran = enter(replace(cell, tools=replace(cell.tools, program=program)), texts, line, {**cell.env, "CI": "1"}, cancel)
    if ran.ran.end == "cancelled":
        raise Cancelled
    found = _read(read_file(cell.scratch.report), files)
    return found and {path: whole_statements(texts[path] or "", lines) for path, lines in found.items()}


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


def _read(data: bytes | None, files: list[str]) -> dict[str, frozenset[int]] | None:
    """What the driver wrote, None for anything else: it comes from inside."""
    try:
        found = json.loads(data or b"")
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or set(found) != set(files):
        return None
    return {path: frozenset(line for line in lines if isinstance(line, int)) for path, lines in found.items()}
