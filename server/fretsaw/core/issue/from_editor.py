"""Make an `Issue` of a diagnostic, a selection or a TODO in an editor.

A shell hands in plain values, so that every shell asks in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fretsaw.core.issue import Constraint, Issue, Mention
from fretsaw.core.text.lines import body, split_lines
from fretsaw.core.text.safe_text import safe_text
from fretsaw.core.text.short import one_line

_MOST_MESSAGE = 2000
_LONGEST_TITLE = 72
_MOST_PROBLEMS = 50
_MOST_QUOTED = 60
_TODO = re.compile(r"\b(TODO|FIXME)\b[:\s]*(?P<text>.*)")
_COMMENT = re.compile(r"^\s*(?:#+|//+|--|;+|\*|/\*+|<!--|\"\"\")\s*(?P<text>.*?)\s*(?:\*/|-->|\"\"\")?\s*$")


@dataclass(frozen=True, slots=True)
class Problem:
    """One diagnostic of a linter, a compiler or a type checker."""

    message: str
    first: int
    """First line, from 1."""
    last: int
    severity: str = "error"
    source: str = ""
    """The program that says so: "ruff", "mypy"."""
    code: str = ""


@dataclass(frozen=True, slots=True)
class EditorRequest:
    """A request as an issue, and the places it points at."""

    issue: Issue
    focus: tuple[tuple[str, int, int], ...]
    """(path, first line, last line), lines from 1."""


def from_diagnostics(path: str, text: str, problems: Sequence[Problem], instruction: str = "") -> EditorRequest:
    """Ask to fix what diagnostics say of one file, and to edit nothing else."""
    told = sorted(problems, key=lambda problem: (problem.first, problem.last))[:_MOST_PROBLEMS]
    first = one_line(told[0].message, _LONGEST_TITLE) if told else "the problem"
    title = f"Fix “{first}” in {path}" if len(told) == 1 else f"Fix {len(told)} problems in {path}"
    listed = "\n".join(f"- line {problem.first}: {_told(problem)}" for problem in told)
    parts = [f"In `{path}`:\n\n{listed}", _quoted(path, text, [(problem.first, problem.last) for problem in told])]
    parts.append(instruction.strip() or "Correct the cause, not the message: do not silence the checker.")
    focus = tuple((path, problem.first, problem.last) for problem in told)
    return EditorRequest(_issue(title, parts, path, focus), focus)


def from_selection(path: str, text: str, first: int, last: int, instruction: str = "") -> EditorRequest:
    """Ask to rewrite some lines of one file, and to edit nothing else."""
    lines = split_lines(text)[first - 1 : last]
    wish = (
        instruction.strip() or _comments(lines) or "Make these lines correct, clear and idiomatic; keep what they do."
    )
    which = f"line {first}" if first == last else f"lines {first}–{last}"
    title = f"Rewrite {which} of {path}: {one_line(wish, _LONGEST_TITLE)}"
    parts = [wish, f"This is about lines {first} to {last} of `{path}`.", _quoted(path, text, [(first, last)])]
    focus = ((path, first, last),)
    return EditorRequest(_issue(title, parts, path, focus), focus)


def from_todo(path: str, text: str, line: int, instruction: str = "") -> EditorRequest:
    """Ask to do what a TODO or FIXME on a line says, and to remove it."""
    lines = split_lines(text)
    said = todo_of(body(lines[line - 1])) if 0 < line <= len(lines) else None
    wish = said or "what the comment asks for"
    title = f"Resolve the TODO in {path}: {one_line(wish, _LONGEST_TITLE)}"
    parts = [
        f"Do what the comment on line {line} of `{path}` asks for, then remove the comment.",
        _quoted(path, text, [(line, line)]),
        instruction.strip(),
    ]
    focus = ((path, line, line),)
    return EditorRequest(_issue(title, parts, path, focus, only=False), focus)


def todo_of(line: str) -> str | None:
    """Read a TODO or FIXME on the line: its text ("" when it says nothing), None where there is none.

    >>> todo_of("x = 1  # TODO: make it two")
    'make it two'
    """
    found = _TODO.search(line)
    return None if found is None else found.group("text").strip(" */->")


def is_issue_file(path: str) -> bool:
    """Return True if a file's name says that it is an issue: `ISSUE.md`, `crash.issue.md`.

    >>> [is_issue_file(name) for name in ("ISSUE.md", "docs/crash.issue.md", "README.md")]
    [True, True, False]
    """
    name = path.rsplit("/", 1)[-1].lower()
    return name == "issue.md" or name.endswith(".issue.md")


def _issue(
    title: str, parts: Sequence[str], path: str, focus: Sequence[tuple[str, int, int]], only: bool = True
) -> Issue:
    rule = Constraint("only", f"Edit only `{path}`.", (path,))
    text = "\n\n".join(part for part in parts if part)
    return Issue(
        title=title,
        body=f"{text}\n\n{rule.text}" if only else text,
        mentions=tuple(Mention("path", path, first) for _, first, _ in focus),
        constraints=(rule,) if only else (),
    )


def _told(problem: Problem) -> str:
    who = " ".join(word for word in (problem.source, problem.code) if word)
    message = safe_text(problem.message).strip()[:_MOST_MESSAGE].replace("\n", "\n  ")
    return f"{problem.severity}{f' ({who})' if who else ''}: {message}"


def _quoted(path: str, text: str, places: Sequence[tuple[int, int]]) -> str:
    """The lines themselves with their numbers, bounded."""
    lines = split_lines(text)
    numbers = sorted({n for first, last in places for n in range(first, last + 1) if 0 < n <= len(lines)})
    if not numbers:
        return ""
    shown = [f"{number:>5} | {body(lines[number - 1])[:400]}" for number in numbers[:_MOST_QUOTED]]
    return f"{path}:\n\n" + "\n".join(f"    {line}" for line in shown)


def _comments(lines: Sequence[str]) -> str:
    """Return the text of the comments at the head of a selection."""
    said = []
    for line in lines:
        if not line.strip():
            continue
        found = _COMMENT.match(body(line))
        if not found:
            break
        said.append(found.group("text"))
    return " ".join(said).strip()
