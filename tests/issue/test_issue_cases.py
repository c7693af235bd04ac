"""Each folder of tests/cases/issue is a claim: what `parse` reads in its issue.md stands in expected.txt."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.golden import Golden, folders

from fretsaw.core.issue import Issue, parse
from fretsaw.core.text.safe_text import safe_text

CASES = folders("issue")


def told(issue: Issue) -> str:
    rows = [f"title: {issue.title}", f"hidden: {issue.hidden}"]
    for mention in issue.mentions:
        line = f" line {mention.line}" if mention.line else ""
        symbol = f" in {mention.symbol}" if mention.symbol else ""
        rows.append(f"{mention.kind}: {mention.text}{line}{symbol}")
    for rule in issue.constraints:
        rows.append(f"rule {rule.kind}: {', '.join(rule.targets) or '-'} | {rule.text}")
    rows += [f"{item.kind}: {item.source[:60]} ({item.alt})" for item in issue.attachments]
    body = "\n".join(f"| {line}" for line in issue.body.split("\n"))
    return safe_text("\n".join(rows)) + "\nbody:\n" + safe_text(body) + "\n"


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_reads(folder: Path, golden: Golden) -> None:
    golden(folder / "expected.txt", told(parse((folder / "issue.md").read_bytes().decode())))
