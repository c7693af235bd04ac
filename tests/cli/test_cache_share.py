"""`agent context` tells the share of a prompt that a later run would read from the cache."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Agent, git


@pytest.fixture
def _large(project: Path) -> None:
    """More text than the least that is cached."""
    (project / "stopwatch" / "notes.py").write_text("".join(f"# note {n} on durations\n" for n in range(400)))
    git(project, "add", "-A")
    git(project, "commit", "-qm", "notes")


@pytest.mark.usefixtures("_large")
@pytest.mark.parametrize("model", ["gpt-4.1", "gpt-6-luna"])
def test_the_share_is_that_of_what_later_runs_have_in_common(agent: Agent, model: str) -> None:
    one = agent("context", "ISSUE.md", "--model", model, "--context", "whole", "--json").document
    other = agent("context", "Speak of hours in stopwatch", "--model", model, "--context", "whole", "--json").document
    assert 0.8 * one["tokens"] < one["cached_again"] <= one["tokens"]
    assert 0.5 * one["tokens"] < one["cached_other_issue"] <= one["cached_again"]
    assert abs(one["cached_other_issue"] - other["cached_other_issue"]) <= 128
    said = agent("context", "ISSUE.md", "--model", model, "--context", "whole").out
    assert "of it from the cache, a run of another issue on this commit" in said


def test_a_short_prompt_is_not_cached(agent: Agent) -> None:
    document = agent("context", "ISSUE.md", "--context", "files", "--context-tokens", "1", "--json").document
    assert document["cached_other_issue"] == 0
