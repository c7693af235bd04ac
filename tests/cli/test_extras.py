"""The judge, attached pictures and logs, approval of a repository's check, vet, and the smaller commands."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import CHECK, FIX, Agent, git, state_of

from fretsaw.model.scripted import ScriptedServer

Model = Callable[..., ScriptedServer]
NOISE = FIX.replace(
    "*** End Patch",
    "@@ def parse_duration(text):\n-    total = 0\n+    # Start from nothing.\n+    total = 0\n*** End Patch",
)


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_the_judge_may_drop_a_flagged_change(agent: Agent, model: Model, project: Path) -> None:
    flagged = agent_document(agent, model, NOISE)["kept"]
    number = next(row["change"] for row in flagged if row["verdict"] == "flag")
    answer = {
        "verdicts": [
            {"change": number, "reason": "nobody asked", "needed": 0.05},
            {"change": 99, "reason": "no such change", "needed": 0.0},
        ]
    }
    server = model(NOISE, json.dumps(answer))
    document = agent("fix", "ISSUE.md", "--judge", "--apply", "none", "--json").document
    assert [row["change"] for row in document["dropped"]] == [number]
    assert "nobody asked (needed with probability 0.05)" in document["dropped"][0]["reason"]
    assert document["usage"]["calls"] == 2
    asked = server.requests[1].body
    assert asked["response_format"]["type"] == "json_schema"
    assert "Start from nothing" in json.dumps(asked)
    assert agent("replay", "--json").document["dropped"] == document["dropped"]


@pytest.mark.parametrize(
    ("needed", "flags", "dropped"),
    [
        (0.09, (), 1),
        (0.11, (), 0),
        (0.11, ("--judge-threshold", "0.5"), 1),
        (0.0, ("--judge-threshold", "0"), 0),
        (2.0, (), 0),
        (-1, (), 0),
        (True, (), 0),
        ("much", (), 0),
    ],
)
def test_the_judge_drops_below_a_threshold_and_its_probability_is_on_record(
    agent: Agent, model: Model, needed: object, flags: tuple[str, ...], dropped: int
) -> None:
    flagged = agent_document(agent, model, NOISE)["kept"]
    number = next(row["change"] for row in flagged if row["verdict"] == "flag")
    model(NOISE, json.dumps({"verdicts": [{"change": number, "reason": "a remark", "needed": needed}]}))
    document = agent("fix", "ISSUE.md", "--judge", *flags, "--apply", "none", "--json").document
    assert len(document["dropped"]) == dropped
    if needed == 0.11:
        assert "needed with probability 0.11" in json.dumps(document["dropped"] or document["kept"])


@pytest.mark.parametrize("answer", ["no JSON", '{"verdicts": 3}', '{"verdicts": [{"change": 99, "verdict": "drop"}]}'])
def test_a_judge_that_talks_nonsense_changes_nothing(agent: Agent, model: Model, answer: str) -> None:
    model(NOISE, answer)
    document = agent("fix", "ISSUE.md", "--judge", "--apply", "none", "--json").document
    assert document["dropped"] == []
    assert document["outcome"] == "proposal"


def agent_document(agent: Agent, model: Model, reply: str) -> dict[str, list[dict[str, object]]]:
    model(reply)
    return agent("fix", "ISSUE.md", "--apply", "none", "--json").document


def test_a_picture_and_a_log_go_along(agent: Agent, model: Model, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "screen.png").write_bytes(png(64, 64))
    (folder / "huge.png").write_bytes(png(3000, 200))
    (folder / "run.log").write_text("last line of the log: 60s\n", "utf-8")
    (tmp_path / "outside.log").write_text("canary-outside\n", "utf-8")
    uri = "data:image/png;base64," + base64.b64encode(png(8, 8)).decode()
    text = "# `format_duration`\n\n![shot](screen.png) ![big](huge.png) ![inline](%s)\n"
    text += "[log](run.log) [no](../outside.log)\n"
    (folder / "ISSUE.md").write_text(text % uri, "utf-8")
    server = model(FIX)
    ended = agent("fix", str(folder / "ISSUE.md"), "--apply", "none")
    assert ended.code == 0, ended.err
    content = server.requests[0].body["messages"][1]["content"]
    pictures = [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
    assert len(pictures) == 3
    assert all(picture.startswith("data:image/") for picture in pictures)
    sent = server.requests[0].raw
    assert b"last line of the log: 60s" in sent
    assert b"canary-outside" not in sent
    assert "outside the issue's folder" in " ".join(ended.err.split())


def test_a_repositorys_check_runs_once_it_is_approved(agent: Agent, model: Model, project: Path) -> None:
    (project / ".fretsaw.toml").write_text('check = ["python", "-m", "unittest", "-q"]\n', "utf-8")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "check")
    model(FIX)
    assert agent("fix", "ISSUE.md", "--apply", "none", "--json").document["checks"]["before"] is None
    assert agent("check", "--approve").code == 0
    assert agent("fix", "ISSUE.md", "--apply", "none", "--json").document["checks"]["before"]["state"] == "red"
    (project / ".fretsaw.toml").write_text('check = ["python", "-c", "print(1)"]\n', "utf-8")
    assert agent("fix", "ISSUE.md", "--apply", "none", "--json").document["checks"]["before"] is None, "asks again"


def test_the_check_can_be_run_alone(agent: Agent, project: Path) -> None:
    before = state_of(project)
    ended = agent("check", "--run", "--check", CHECK)
    assert ended.code == 7
    assert "red" in ended.err
    assert state_of(project) == before


def test_vet_prints_the_clean_patch_of_any_reply(agent: Agent, project: Path) -> None:
    (project.parent / "reply.md").write_text(FIX, "utf-8")
    before = state_of(project)
    ended = agent("vet", str(project.parent / "reply.md"))
    assert ended.code == 0
    assert "+    hours, rest = divmod(round(seconds), 3600)" in ended.out
    assert state_of(project) == before
    assert agent("vet", str(project.parent / "reply.md"), "--apply").code == 0
    assert "round(seconds)," in (project / "stopwatch" / "duration.py").read_text("utf-8")
    assert agent("undo").code == 0
    assert state_of(project) == before


def test_vet_says_why_it_refuses(agent: Agent, project: Path) -> None:
    (project.parent / "reply.md").write_text(FIX.replace("divmod(seconds, 3600)", "divmod(secs, 3600)"), "utf-8")
    ended = agent("vet", str(project.parent / "reply.md"), "--json")
    assert ended.code == 1
    assert ended.document["misfits"][0]["kind"] == "absent"
    (project.parent / "reply.md").write_text("I am sorry, I cannot.", "utf-8")
    assert agent("vet", str(project.parent / "reply.md")).code == 1


def test_vet_reads_json_lines_and_answers_each(agent: Agent, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import io
    import sys

    good = {"id": "a", "reply": "```diff\n--- a/x\n+++ b/x\n@@ @@\n-1\n+2\n```", "files": {"x": "1\r\n"}}
    rows = [json.dumps(good), "not json", json.dumps({"id": "b", "reply": "prose", "files": {"x": "1\n"}}), "", "[]"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(rows)))
    ended = agent("vet", "--jsonl", "--no-prune", cwd=tmp_path)
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert [answer["status"] for answer in answers] == ["ok", "error", "nochange", "error"]
    assert answers[0]["files"] == {"x": "2\r\n"}
    assert {"id", "status", "files", "patch", "misfits", "dropped", "flagged", "refused", "ms"} <= answers[0].keys()


def test_json_lines_enforce_the_issue_too(agent: Agent, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import io
    import sys

    row = {
        "reply": "```diff\n--- a/x\n+++ b/x\n@@ @@\n-1\n+2\n```",
        "files": {"x": "1\n"},
        "issue": "Do not touch `x`.",
    }
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(row)))
    answer = json.loads(agent("vet", "--jsonl", cwd=tmp_path).out)
    assert (answer["status"], answer["files"], answer["patch"]) == ("refused", {}, "")
    assert answer["refused"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script(agent: Agent, shell: str) -> None:
    assert "_AGENT_COMPLETE" in agent("completion", shell).out


def test_models_and_doctor_tell_what_there_is(agent: Agent, model: Model) -> None:
    model(FIX, models=["scripted/gpt-4.1"])
    listed = agent("models", "--json").document
    nano = next(row for row in listed if row["id"] == "gpt-4.1-nano")  # type: ignore[index]
    assert nano["retirement"] == "retired 2026-10-23"  # type: ignore[index]
    findings = agent("doctor", "--json").document
    assert {row["name"] for row in findings} >= {"git", "repository", "model", "endpoint", "sandbox"}  # type: ignore[index]
    assert "SCRIPTED" in json.dumps(findings)


LINTER = """import pathlib, sys
for path in sorted(pathlib.Path("stopwatch").glob("*.py")):
    for number, line in enumerate(path.read_text().split("\\n"), 1):
        if "round(" in line or "divmod" in line and "int(" in line:
            print(f"{path}:{number}:1: X1 no {line.strip().split('(')[0]}")
sys.exit(1)
"""


def test_only_new_findings_of_the_linter_count(agent: Agent, model: Model, project: Path) -> None:
    (project / "lint.py").write_text(LINTER, "utf-8")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "lint")
    other = FIX.replace("divmod(round(seconds), 3600)", "divmod(int(seconds + 0.5), 3600)")
    server = model(other, FIX.replace("divmod(round(seconds), 3600)", "divmod((seconds + 0.5) // 1, 3600)"))
    ended = agent("fix", "ISSUE.md", "--lint", "python lint.py", "--json")
    assert ended.code == 0, ended.err
    assert len(server.requests) == 2
    told = json.dumps(server.requests[1].body)
    assert "X1 no hours, rest = divmod" in told
    assert "X1 no parts" not in told, "what it found before does not count"


def test_a_projects_rule_is_enforced(agent: Agent, model: Model, project: Path) -> None:
    (project / "AGENTS.md").write_text("# Rules\n\nDo not touch `stopwatch/report.py`.\n", "utf-8")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "rules")
    before = state_of(project)
    reply = (
        "*** Begin Patch\n*** Update File: stopwatch/report.py\n@@\n"
        "-    lines.append(f\"{'total':<{width}}  {format_duration(total)}\")\n"
        "+    lines.append(f\"{'sum':<{width}}  {format_duration(total)}\")\n*** End Patch\n"
    )
    model(reply)
    ended = agent("fix", "the last line of the report should say sum")
    assert ended.code == 1, ended.err
    assert "Do not touch" in ended.err
    assert state_of(project) == before
