"""A kept run in the forms that people and machines read."""

from __future__ import annotations

import json
from collections.abc import Callable

from fretsaw.core.text.safe_text import safe_text
from fretsaw.report.html import html
from fretsaw.report.markdown import markdown
from fretsaw.report.sarif import sarif
from fretsaw.session.outcome import document, patch_of
from fretsaw.session.task import StoredRun


def render_run(kept: StoredRun, form: str) -> str:
    """A run as `json`, `patch`, `replies`, `html`, `sarif` or `markdown`."""
    return FORMS[form](kept)


def _replies(kept: StoredRun) -> str:
    turns = kept.outcome.evidence.turns if kept.outcome else ()
    return "\n".join(f"=== reply {number}\n{safe_text(turn.reply)}" for number, turn in enumerate(turns, 1)) + "\n"


FORMS: dict[str, Callable[[StoredRun], str]] = {
    "json": lambda kept: json.dumps(document(kept), indent=2) + "\n",
    "patch": lambda kept: patch_of(kept.outcome),
    "replies": _replies,
    "html": lambda kept: html(kept.issue, document(kept)),
    "sarif": lambda kept: sarif(document(kept)),
    "markdown": lambda kept: markdown(document(kept)),
}
