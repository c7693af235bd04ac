"""The forms in which a run is written out: `FORMATS`, one row a form. `agent show` makes its flags from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fretsaw.core.issue import Issue
from fretsaw.core.run import Outcome
from fretsaw.core.text.safe_text import safe_text
from fretsaw.report.document import Plain
from fretsaw.report.html import html
from fretsaw.report.markdown import markdown
from fretsaw.report.sarif import sarif


@dataclass(frozen=True, slots=True)
class Report:
    """The input of every form of report."""

    document: Plain
    """The run as `report.document.document` gives it."""
    issue: Issue
    outcome: Outcome | None
    patch: str = ""
    """The patch with the secrets in it that the files hold: to be applied, not to be published."""


@dataclass(frozen=True, slots=True)
class Format:
    """One form of report."""

    help: str
    """The sentence of its flag in `--help`."""
    write: Callable[[Report], str]


def _patch(report: Report) -> str:
    return report.patch or str(report.document["patch"] or report.document["refused_patch"])


def _replies(report: Report) -> str:
    turns = report.outcome.evidence.turns if report.outcome else ()
    return "\n".join(f"=== reply {number}\n{safe_text(turn.reply)}" for number, turn in enumerate(turns, 1)) + "\n"


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "json": Format("Print one JSON document.", lambda report: json.dumps(report.document, indent=2) + "\n"),
        "patch": Format("Print only the patch, on standard output.", _patch),
        "replies": Format("Print what the model wrote.", _replies),
        "html": Format("Print one self-contained page.", lambda report: html(report.issue, report.document)),
        "sarif": Format("Print SARIF, for code scanning.", lambda report: sarif(report.document)),
        "markdown": Format("Print Markdown, for a pull request comment.", lambda report: markdown(report.document)),
    }
)
"""Name of the flag -> the form, in the order of `--help`; of several flags the first in this order counts."""
