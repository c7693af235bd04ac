"""A reply that formats the whole file anew: what is delivered, and what can be had back."""

from __future__ import annotations

import difflib
from pathlib import Path

from tests.cli.conftest import FIXED, Agent, Model, source


def test_a_file_formatted_anew_is_delivered_in_its_own_style_and_its_layout_can_be_restored(
    agent: Agent, model: Model, project: Path
) -> None:
    before = source(project)
    fixed = before.replace("divmod(seconds, 3600)", FIXED)
    written = fixed.replace(FIXED, FIXED.replace(", ", ","))
    anew = "".join(line if '"""' in line else line.replace('"', "'") for line in written.splitlines(True))
    path = "stopwatch/duration.py"
    lines = difflib.unified_diff(before.splitlines(True), anew.splitlines(True), path, path)
    model(f"```diff\n{''.join(lines)}```\n")
    document = agent("fix", "ISSUE.md", "--json").document
    assert source(project) == fixed
    (kept,) = document["kept"]
    assert "style of its file" in kept["reason"]
    layout = [str(row["change"]) for row in document["dropped"]]
    assert agent("restore", document["run"], *layout).code == 0
    assert source(project) == anew.replace(FIXED.replace(", ", ","), FIXED)
    assert agent("undo").code == 0
    assert source(project) == before
