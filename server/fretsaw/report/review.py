"""Findings of a review as text, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fretsaw.core.findings.citation import CheckedFindings, CitedFinding
from fretsaw.core.text.safe_text import safe_text
from fretsaw.report.markdown import cell, code, fence_for

_MOST_QUOTED = 8


def review_document(checked: CheckedFindings, title: str) -> dict[str, Any]:
    """The document of `agent review --json`, without what only the session knows."""
    return {
        "title": title,
        "findings": [
            {
                "kind": each.kind,
                "severity": each.severity,
                "message": each.message,
                "citations": [
                    {"path": at.path, "first": at.first, "last": at.last, "quote": at.quote, "moved": at.moved}
                    for at in each.citations
                ],
            }
            for each in checked.findings
        ],
        "dropped": [{"reason": reason, "message": message} for reason, message in checked.dropped],
    }


def review_text(checked: CheckedFindings, title: str) -> str:
    """The findings for a terminal, with the lines that they cite."""
    lines = [safe_text(title), ""]
    for each in checked.findings:
        lines.append(f"{each.severity} {each.kind}: {safe_text(each.message)}")
        lines += [line for at in each.citations for line in _quoted(safe_text(at.place), at.quote)]
        lines.append("")
    lines.append(_tally(checked.findings, checked.reasons))
    return "\n".join(lines) + "\n"


def review_markdown(checked: CheckedFindings, title: str) -> str:
    """The findings for a pull request or a job's summary."""
    lines = [f"### Review of {cell(title)}", ""]
    for each in checked.findings:
        lines += [f"**{each.severity} {each.kind}**: {cell(each.message)}", ""]
        for at in each.citations:
            fence = fence_for(at.quote)
            lines += [f"`{code(at.place)}`", "", fence, safe_text(at.quote), fence, ""]
    return "\n".join([*lines, cell(_tally(checked.findings, checked.reasons)), ""])


def _quoted(place: str, quote: str) -> list[str]:
    shown = [f"      {safe_text(line)}" for line in quote.split("\n")[:_MOST_QUOTED]]
    return [f"  {place}", *shown]


def _tally(findings: tuple[CitedFinding, ...], reasons: Mapping[str, int]) -> str:
    told = f"{len(findings)} finding{'s' if len(findings) != 1 else ''}"
    if not reasons:
        return f"{told}; every citation stands in the text."
    dropped = ", ".join(f"{count}: {reason}" for reason, count in reasons.items())
    return f"{told}; dropped, since what they cite does not stand there: {dropped}."
