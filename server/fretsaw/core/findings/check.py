"""Check that what findings cite stands there word for word; what does not is dropped and counted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fretsaw.core.findings.citation import KINDS, SEVERITIES, CheckedFindings, Citation, CitedFinding
from fretsaw.core.text.safe_text import safe_text

_LEAST_SIGNS = 4
"""Signs of a quote that is a part of a line: shorter ones stand anywhere."""
_MOST_FINDINGS, _LONGEST_MESSAGE, _MOST_CITATIONS = 500, 2_000, 20


@dataclass(frozen=True, slots=True)
class _Refused(Exception):  # noqa: N818 - a finding, not a fault
    """The reason why a finding is dropped."""

    reason: str


def check_findings(reply: str, texts: Mapping[str, str]) -> CheckedFindings | None:
    """The findings of a reply that cite what stands in these texts (path → text); None for what is no such reply.

    A quote that stands at exactly one place, but not at the lines that were given, moves there. One that stands at
    several places, none of which was given, is dropped: Fretsaw does not choose.
    """
    rows = _rows(reply)
    if rows is None:
        return None
    lines = {path: _lines(text) for path, text in texts.items()}
    findings: dict[CitedFinding, None] = {}
    dropped: list[tuple[str, str]] = []
    for row in rows[:_MOST_FINDINGS]:
        message = safe_text(str(row.get("message", "")) if isinstance(row, dict) else "")[:_LONGEST_MESSAGE].strip()
        try:
            findings[_finding(row, message, lines)] = None
        except _Refused as refused:
            dropped.append((refused.reason, message))
    dropped += [("too many findings", "")] * len(rows[_MOST_FINDINGS:])
    return CheckedFindings(tuple(findings), tuple(dropped))


def _rows(reply: str) -> list[Any] | None:
    try:
        rows = json.loads(reply)["findings"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return rows if isinstance(rows, list) else None


def _finding(row: Any, message: str, lines: Mapping[str, list[str]]) -> CitedFinding:
    cited = row.get("citations") if isinstance(row, dict) else None
    if not message or not isinstance(cited, list):
        raise _Refused("no finding as it was asked for")
    if not cited:
        raise _Refused("it cites nothing")
    citations = tuple(dict.fromkeys(_citation(item, lines) for item in cited[:_MOST_CITATIONS]))
    kind = row.get("kind") if row.get("kind") in KINDS else "bug"
    if kind == "contradiction" and len({(each.path, each.first) for each in citations}) < 2:
        raise _Refused("a contradiction that cites one side only")
    severity = row.get("severity") if row.get("severity") in SEVERITIES else "medium"
    return CitedFinding(str(kind), str(severity), message, citations)


def _citation(item: Any, lines: Mapping[str, list[str]]) -> Citation:
    if not isinstance(item, dict) or not isinstance(item.get("quote"), str):
        raise _Refused("no citation as it was asked for")
    path, quote = str(item.get("path", "")), item["quote"].replace("\r\n", "\n").strip("\n")
    if path not in lines:
        raise _Refused("it cites a file that was not shown")
    wanted = [line.rstrip() for line in quote.split("\n")]
    starts = [at for at in range(len(lines[path]) - len(wanted) + 1) if _stands(wanted, lines[path], at)]
    if not quote.strip() or not starts:
        raise _Refused("the quote does not stand in the file")
    first, last = _number(item.get("first")), _number(item.get("last"))
    given = [at for at in starts if first <= at + 1 and at + len(wanted) <= max(last, first)]
    if len(given) == 1:
        return _at(path, lines[path], given[0], len(wanted), moved=False)
    if len(starts) == 1:
        return _at(path, lines[path], starts[0], len(wanted), moved=True)
    raise _Refused("the quote stands at several places")


def _at(path: str, lines: list[str], start: int, count: int, *, moved: bool) -> Citation:
    return Citation(path, start + 1, start + count, "\n".join(lines[start : start + count]), moved)


# Example: the text has the lines `def total(a):` and `    return a`. The two lines `total(a):` and `    return a` stand
# at its line 1, which ends with the first of them; lines between would be equal, the last one begins with the last.
def _stands(wanted: list[str], lines: list[str], at: int) -> bool:
    """Tell whether a quote stands at a line, as a part of it or with whole lines in its middle."""
    if len(wanted) == 1:
        line, quote = lines[at], wanted[0].strip()
        return quote == line.strip() or (len(quote) >= _LEAST_SIGNS and quote in line)
    if not (wanted[0].strip() and lines[at].endswith(wanted[0].lstrip()) and wanted[-1].strip()):
        return False
    between = lines[at + 1 : at + len(wanted) - 1] == wanted[1:-1]
    return between and lines[at + len(wanted) - 1].startswith(wanted[-1])


def _lines(text: str) -> list[str]:
    """The lines as they were shown, without blanks at their ends."""
    return [safe_text(line).rstrip() for line in text.replace("\r\n", "\n").split("\n")]


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
