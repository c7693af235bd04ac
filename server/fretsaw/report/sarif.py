"""A run as SARIF 2.1.0, for code scanning: one result a change, dropped ones as suppressed."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from fretsaw import __version__
from fretsaw.core.prune.verdict import why
from fretsaw.core.text.safe_text import safe_text

Plain = dict[str, Any]

_LEVELS = {"keep": "note", "flag": "warning", "drop": "note"}
"""A result without a `kind` counts as "fail", and "none" is no level of one; what is dropped is suppressed instead."""


def sarif(run: Plain) -> str:
    """The document as text."""
    rows = [*run["kept"], *run["dropped"]]
    rules = sorted({_rule(row) for row in rows})
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "fretsaw",
                        "semanticVersion": __version__,
                        "rules": [{"id": rule, "shortDescription": {"text": rule}} for rule in rules],
                    }
                },
                "automationDetails": {"id": f"fretsaw/{run['run']}"},
                "columnKind": "unicodeCodePoints",
                "results": [_result(row, rules) for row in rows],
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _rule(row: Plain) -> str:
    return f"{row['verdict']}/{row['rule'] or 'change'}"


def _result(row: Plain, rules: list[str]) -> Plain:
    region = (
        {"startLine": row["line"], "endLine": row["line"] + max(len(row["removed"]) - 1, 0)} if row["line"] else None
    )
    place: Plain = {"artifactLocation": {"uri": quote(row["path"], errors="surrogateescape"), "uriBaseId": "SRCROOT"}}
    if region:
        place["region"] = region
    told = f"{'UNVERIFIED: ' if row['unverified'] else ''}{why(row['reason'], row['needed_by'])}"
    result: Plain = {
        "ruleId": _rule(row),
        "ruleIndex": rules.index(_rule(row)),
        "level": _LEVELS[row["verdict"]],
        "message": {"text": safe_text(f"change {row['change']}: {row['verdict']}: {told}")},
        "locations": [{"physicalLocation": place}],
    }
    if row["verdict"] == "drop":
        result["suppressions"] = [{"kind": "external", "justification": safe_text(told)}]
    return result
