"""One repository opened for work: gives `fix` its world, keeps runs, delivers, undoes. Both shells call this.

Knows nothing of terminals or of LSP. Names are imported when they are first used, since a command needs few of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fretsaw.report.formats import render_run
    from fretsaw.session.complete import complete
    from fretsaw.session.deliver import apply, apply_texts, deliver, restore, set_states, undo
    from fretsaw.session.doctor import (
        answer_check,
        approve,
        check_candidates,
        choose_check,
        examine,
        models,
        remote_models,
        run_check,
    )
    from fretsaw.session.example import has_key, has_sandbox, make_example, scripted_model
    from fretsaw.session.fix import fix, new_run_id, replay, run
    from fretsaw.session.history import load, runs_of, summaries, view
    from fretsaw.session.issue_source import read_issue
    from fretsaw.session.open import Session, open_session
    from fretsaw.session.outcome import document, exit_code, failure, patch_of
    from fretsaw.session.preview import preview
    from fretsaw.session.task import FinishedRun, StoredRun, Task
    from fretsaw.session.vet import patch_text, vet, vet_document

_HOME = {
    "completing": ("complete",),
    "after": ("apply", "apply_texts", "deliver", "restore", "set_states", "undo"),
    "example": ("has_key", "has_sandbox", "has_sandbox", "make_example", "scripted_model"),
    "issues": ("read_issue",),
    "kept": ("load", "runs_of", "summaries", "view"),
    "looking": (
        "approve",
        "check_candidates",
        "choose_check",
        "examine",
        "models",
        "remote_models",
        "run_check",
        "take_check",
    ),
    "opening": ("Opened", "open_session"),
    "outcome": ("document", "exit_code", "failure", "patch_of"),
    "previewing": ("preview",),
    "rendering": ("rendered",),
    "running": ("fix", "new_run_id", "replay", "run"),
    "values": ("Finished", "Stored", "Task"),
    "vetting": ("patch_text", "vet", "vet_document"),
}
"""Module of this folder -> the names it has."""

_MODULE = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "FinishedRun",
    "Session",
    "StoredRun",
    "Task",
    "answer_check",
    "apply",
    "apply_texts",
    "approve",
    "check_candidates",
    "choose_check",
    "complete",
    "deliver",
    "document",
    "examine",
    "exit_code",
    "failure",
    "fix",
    "has_key",
    "has_sandbox",
    "load",
    "make_example",
    "models",
    "new_run_id",
    "open_session",
    "patch_of",
    "patch_text",
    "preview",
    "read_issue",
    "remote_models",
    "render_run",
    "replay",
    "restore",
    "run",
    "run_check",
    "runs_of",
    "scripted_model",
    "set_states",
    "summaries",
    "undo",
    "vet",
    "vet_document",
    "view",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"fretsaw.session.{_MODULE[name]}"), name)
