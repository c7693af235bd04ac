"""One row: a repository, an issue, a patch, and whether it may be applied; run by the engine, without a model."""

from __future__ import annotations

import difflib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from fretsaw.cancel import Cancel
from fretsaw.core.chat import Answer, OnText, Request
from fretsaw.core.issue import parse
from fretsaw.core.run import Outcome, Proposal
from fretsaw.fix.loop import fix
from fretsaw.fix.work import Work
from fretsaw.session.deliver import may_apply
from fretsaw.session.models import choose_model
from fretsaw.session.open import open_session
from fretsaw.session.services import make_services
from fretsaw.session.task import Task

Files = Mapping[str, str | None]
ISSUE = "# add() subtracts\n\nThe sum is wrong: `add(2, 3)` gives -1 but should give 5. The tests show it.\n"


@dataclass(frozen=True)
class Row:
    """A patch that a model might send."""

    name: str
    want: Literal["accepted", "caught"]
    change: Files
    """Path → text after; None: deleted."""
    issue: str = ISSUE
    base: Files = field(default_factory=dict)
    """Over the language's own files; None takes one away."""
    check: str = ""
    """Instead of the language's own."""


@dataclass(frozen=True)
class Language:
    """A small project whose check is red since `add` subtracts."""

    check: str
    files: Mapping[str, str]
    rows: tuple[Row, ...]
    flags: Mapping[str, object] = field(default_factory=dict)


def verdict(folder: Path, language: Language, row: Row) -> tuple[str, str]:
    """("accepted" or "caught", why)."""
    files = {path: text for path, text in {**language.files, **row.base}.items() if text is not None}
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "base")):
        subprocess.run(["git", *words], cwd=folder, check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"})
    reply = f"Here is the fix.\n\n```diff\n{_diff(files, row.change)}```\n"
    outcome, applied = _run(folder, reply, row, language)
    why = outcome.evidence.proof.reason if outcome.evidence.proof else ""
    refused = "; ".join(turn.refused for turn in outcome.evidence.turns if turn.refused)
    return "accepted" if applied else "caught", why or refused or getattr(outcome, "reason", "")


def _run(folder: Path, reply: str, row: Row, language: Language) -> tuple[Outcome, bool]:
    words = (row.check or language.check).split()
    session = open_session(folder, {"check": tuple(words), "attempts": 0, "misfits": 0, **language.flags})

    def ask(request: Request, hear: OnText) -> Answer:
        return Answer(reply, finish="stop")

    choice = choose_model(session.resolved.places, session.settings).row
    issue = parse(row.issue)
    services, snapshot, _ = make_services(
        session, Task(issue), choice, lambda event: None, Cancel(), ask, lambda request, answer: None
    )
    outcome = fix(Work(issue, snapshot, session.settings, services))
    return outcome, isinstance(outcome, Proposal) and may_apply(session, outcome)


def _diff(old: Mapping[str, str], new: Files) -> str:
    parts = []
    for path in sorted(new):
        before, after = old.get(path), new[path]
        kind = "new file mode 100644\n" if before is None else "deleted file mode 100644\n" if after is None else ""
        names = ("/dev/null" if before is None else f"a/{path}", "/dev/null" if after is None else f"b/{path}")
        lines = difflib.unified_diff((before or "").splitlines(True), (after or "").splitlines(True), *names)
        parts.append(f"diff --git a/{path} b/{path}\n{kind}{''.join(lines)}")
    return "".join(parts)
