"""Rules files in a real repository: what `agent context` says of them, what `vet`, `fix` and hooks make of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Agent, Model, git

from fretsaw.session.hook import main as answer_hook

RULES = "# Rules\n\nNever edit `stopwatch/report.py`.\nUse tabs. You must be kind.\n"
SUM = (
    "*** Begin Patch\n*** Update File: stopwatch/report.py\n@@\n"
    "-    lines.append(f\"{'total':<{width}}  {format_duration(total)}\")\n"
    "+    lines.append(f\"{'sum':<{width}}  {format_duration(total)}\")\n*** End Patch\n"
)
BY = "AGENTS.md:3 says: “Never edit `stopwatch/report.py`.”"


@pytest.fixture
def ruled(project: Path) -> Path:
    (project / "AGENTS.md").write_text(RULES, "utf-8")
    (project / "CLAUDE.md").symlink_to("AGENTS.md")
    (project / "CONVENTIONS.md").symlink_to("/etc/hostname")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "rules")
    return project


def test_the_chain_is_explained_and_the_issue_wins(agent: Agent, ruled: Path) -> None:
    told = agent("context", "The sum of a report is wrong.", cwd=ruled).out
    assert "rules: AGENTS.md" in told
    assert "enforced (not) AGENTS.md:3: Never edit `stopwatch/report.py`." in told
    assert "only told AGENTS.md:4: You must be kind." in told
    assert "not used: CLAUDE.md: it has the text of AGENTS.md" in told
    assert "not used: CONVENTIONS.md: a symbolic link to what git does not track here" in told
    asked = agent("context", "Change stopwatch/report.py so that it says sum.", cwd=ruled)
    assert "AGENTS.md:3 says" in asked.out + asked.err
    assert "the issue wins" in asked.out + asked.err


def test_vet_refuses_with_the_file_and_line(agent: Agent, ruled: Path, tmp_path: Path) -> None:
    (tmp_path / "reply.md").write_text(SUM, "utf-8")
    refused = agent("vet", str(tmp_path / "reply.md"), cwd=ruled)
    assert refused.code == 1
    assert BY in refused.err
    wanted = agent("vet", str(tmp_path / "reply.md"), "--issue", "Change stopwatch/report.py: say sum.", cwd=ruled)
    assert wanted.code == 0, wanted.err
    report = ruled / "stopwatch/report.py"
    report.write_text(report.read_text("utf-8").replace("'total'", "'sum'"), "utf-8")
    rows = agent("vet", "--worktree", "--json", cwd=ruled).document["dropped"]
    assert [BY in row["reason"] for row in rows] == [True]


@pytest.mark.slow
def test_a_fix_is_told_and_held_to_the_rule(agent: Agent, model: Model, ruled: Path) -> None:
    server = model(SUM, SUM, SUM)
    ended = agent("fix", "The last line should say sum.", cwd=ruled)
    assert ended.code == 1
    assert BY in ended.err
    first = json.dumps(server.requests[0].body, ensure_ascii=False)
    assert "You must be kind." in first
    assert BY.replace("“", "").split(" says")[0] in json.dumps(server.requests[1].body, ensure_ascii=False)


@pytest.mark.usefixtures("own_places")
def test_a_hook_denies_the_edit_of_another_agent(ruled: Path) -> None:
    before = (ruled / "stopwatch/report.py").read_text("utf-8")
    edit = {"file_path": str(ruled / "stopwatch/report.py"), "old_string": "'total'", "new_string": "'sum'"}
    assert "'total'" in before
    payload = {
        "hook_event_name": "PreToolUse",
        "session_id": "one",
        "cwd": str(ruled / "stopwatch"),
        "tool_name": "Edit",
        "tool_input": edit,
    }
    reply, error = answer_hook(["--hook", "claude"], json.dumps(payload).encode())
    assert error == ""
    assert "AGENTS.md:3 says" in reply
    assert json.loads(reply)["hookSpecificOutput"]["permissionDecision"] == "deny"
