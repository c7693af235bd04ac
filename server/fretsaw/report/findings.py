"""Findings on a change that exists already: as SARIF, as GitLab's Code Quality, as Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from fretsaw import __version__
from fretsaw.core.text.safe_text import safe_text
from fretsaw.report.markdown import cell, code, fence_for

MOST_RESULTS = 5000
"""Results of one SARIF file that GitHub keeps; its cut is not by severity, so ours is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One change that goes, or that a person should look at."""

    path: str
    first: int
    """The first line in the file as it is, from 1; 0 for a change of the whole file."""
    last: int
    level: Literal["unasked", "doubtful", "finding"]
    """unasked: dropped; doubtful: flagged; finding: of a review."""
    rule: str
    reason: str
    key: str
    """The same as long as its lines are, wherever they move."""

    @property
    def place(self) -> str:
        """Path and line for a person."""
        return f"{self.path}:{self.first}" if self.first else self.path


def findings_sarif(findings: Sequence[Finding], category: str = "fretsaw/unasked-changes/") -> str:
    """SARIF 2.1.0; the fingerprint stays when lines above are added, so that an alert is not closed and opened."""
    chosen = sorted(findings, key=lambda finding: finding.level == "doubtful")[:MOST_RESULTS]
    rules = sorted({finding.rule for finding in chosen})
    driver = {
        "name": "fretsaw",
        "semanticVersion": __version__,
        "rules": [{"id": rule, "shortDescription": {"text": rule}} for rule in rules],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "automationDetails": {"id": category},
                "columnKind": "unicodeCodePoints",
                "results": [_sarif_result(finding, rules) for finding in chosen],
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _sarif_result(finding: Finding, rules: list[str]) -> dict[str, Any]:
    uri = quote(finding.path, errors="surrogateescape")
    place: dict[str, Any] = {"artifactLocation": {"uri": uri, "uriBaseId": "SRCROOT"}}
    if finding.first:
        place["region"] = {"startLine": finding.first, "endLine": finding.last}
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": "note" if finding.level == "doubtful" else "warning",
        "message": {"text": safe_text(_sentence(finding))},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"fretsawChange/v1": finding.key},
    }


def findings_code_quality(findings: Sequence[Finding]) -> str:
    """GitLab's Code Quality report, which merge requests show on every tier."""
    rows = [
        {
            "description": safe_text(_sentence(finding)),
            "check_name": finding.rule,
            "fingerprint": finding.key,
            "severity": "minor" if finding.level == "unasked" else "info",
            "location": {"path": safe_text(finding.path), "lines": {"begin": max(finding.first, 1)}},
        }
        for finding in findings
    ]
    return json.dumps(rows, indent=2) + "\n"


def _sentence(finding: Finding) -> str:
    if finding.level == "finding":
        return finding.reason
    head = "not asked for" if finding.level == "unasked" else "look at this"
    return f"{head}: {finding.reason}"


def findings_markdown(title: str, findings: Sequence[Finding], changes: int, remainder: str = "") -> str:
    """A summary for a pull request or a job. `remainder`: a patch of what cannot be taken out by a click."""
    unasked = [finding for finding in findings if finding.level == "unasked"]
    doubtful = [finding for finding in findings if finding.level == "doubtful"]
    lines = [f"### {cell(title)}", "", _head(len(unasked), len(doubtful), changes), ""]
    lines += _table("Not asked for", unasked) + _table("Look at these", doubtful)
    lines += _remainder(remainder)
    return "\n".join(lines)


def _head(unasked: int, doubtful: int, changes: int) -> str:
    if not unasked and not doubtful:
        return f"All {changes:,} changes belong to what was asked for, as far as Fretsaw can tell."
    told = [f"**{unasked:,}** not asked for" if unasked else "", f"**{doubtful:,}** to look at" if doubtful else ""]
    return f"Of {changes:,} changes {' and '.join(filter(None, told))}."


_MOST_ROWS = 100
_LONGEST_PATCH = 40_000
"""Characters: a comment on GitHub has at most 65,536."""


def _table(title: str, findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return []
    rows = [f"| `{code(each.place)}` | {cell(each.reason)} | {code(each.rule)} |" for each in findings[:_MOST_ROWS]]
    more = [f"| … and {len(findings) - _MOST_ROWS:,} more | | |"] if len(findings) > _MOST_ROWS else []
    return [f"| {title} | why | rule |", "|---|---|---|", *rows, *more, ""]


def _remainder(patch: str) -> list[str]:
    """The patch of what no suggestion takes out, or the command that prints it where a comment cannot hold it."""
    if not patch:
        return []
    if len(patch) > _LONGEST_PATCH or safe_text(patch) != patch or "\r" in patch:
        told = "Some changes no suggestion can take out"
        return [f"{told}: `agent pull-request --reverse-patch` prints a patch that does.", ""]
    fence = fence_for(patch)
    summary = "<details><summary>Patch that takes out what no suggestion can</summary>"
    return [summary, "", f"{fence}diff", patch.rstrip("\n"), fence, "", "</details>", ""]
