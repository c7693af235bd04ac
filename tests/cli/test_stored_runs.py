"""Stored runs after time, damage and killed processes: kept, named, and still undone."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests import prepared
from tests.cli.conftest import (
    FIX,
    FIXED,
    Agent,
    Model,
    git,
    source,
    state_of,
    store_of,
)


def aged(project: Path, days: int = 40) -> str:
    """Give the newest run a date long ago; its new name."""
    folder = store_of(project).get(None).path
    name = f"20200101-000000-{folder.name[-4:]}"
    record = json.loads((folder / "run.json").read_text("ascii"))
    (folder / "run.json").write_text(json.dumps({**record, "id": name}), "ascii")
    delivery = json.loads((folder / "delivery.json").read_text("ascii"))
    (folder / "delivery.json").write_text(json.dumps(delivery).replace(folder.name, name), "ascii")
    for manifest in store_of(project).folder.rglob("manifest*"):
        manifest.write_bytes(manifest.read_bytes().replace(folder.name.encode(), name.encode()))
    folder.rename(folder.parent / name)
    return name


def test_an_old_run_that_can_be_undone_is_kept(agent: Agent, model: Model, project: Path) -> None:
    model(FIX)
    agent("fix", "ISSUE.md")
    applied = aged(project)
    stale = store_of(project).folder / "runs" / "20200102-000000-abcd"
    stale.mkdir()
    (stale / "run.json").write_text("{}", "ascii")
    agent("fix", "ISSUE.md", "--apply", "none")
    assert not stale.exists(), "what is old is forgotten"
    assert agent("undo", applied).code == 0
    assert FIXED not in source(project)


def test_an_undo_whose_record_is_gone_says_so(agent: Agent, model: Model, project: Path) -> None:
    import shutil

    model(FIX)
    agent("fix", "ISSUE.md")
    for folder in store_of(project).folder.rglob("undo"):
        shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
    ended = agent("undo")
    assert ended.code == 5
    assert "can no longer be undone" in ended.err
    assert "delivered" in agent("runs").out


@pytest.mark.parametrize("text", ["", "{", '{"id": 1}', "[]", '{"id":"x","root":"/","title":"t","state":"new-in-v9"}'])
def test_a_damaged_run_is_named_and_harms_no_other(agent: Agent, model: Model, project: Path, text: str) -> None:
    model(FIX)
    agent("fix", "ISSUE.md")
    good = store_of(project).get(None).id
    bad = store_of(project).folder / "runs" / "99990101-000000-abcd"
    bad.mkdir()
    (bad / "run.json").write_text(text, "ascii")
    listed = agent("runs")
    assert listed.code == 0
    assert good in listed.out
    assert "99990101" in listed.err
    assert [row["run"] for row in agent("runs", "--json").document] == [good]  # type: ignore[index]
    for command in ("show", "apply", "undo", "replay"):
        ended = agent(command, bad.name)
        assert ended.code == 5, (command, ended.err)
        assert "damaged or of another version" in ended.err
    assert agent("undo").code == 0, "the newest that can be read"


@pytest.mark.parametrize("name", ["outcome.json", "issue.json", "states.json", "delivery.json"])
def test_a_damaged_part_of_a_run_is_no_bug(agent: Agent, model: Model, project: Path, name: str) -> None:
    model(FIX)
    agent("fix", "ISSUE.md", "--apply", "none")
    (store_of(project).get(None).path / name).write_text('{"a": [', "ascii")
    for command in ("show", "apply"):
        assert agent(command).code == 5


def test_a_run_that_was_killed_does_not_run_for_ever(project: Path, agent: Agent, model: Model) -> None:
    model({"text": FIX, "delay": 30})
    before = state_of(project)
    null = subprocess.DEVNULL
    process = prepared.start("agent", "fix", "ISSUE.md", cwd=project, text=True, stdin=null, stdout=null)
    assert process.stderr
    for line in process.stderr:
        if line.strip().startswith("ask"):
            break
    assert "running" in agent("runs").out
    process.kill()
    process.wait()
    process.stderr.close()
    assert "failed" in agent("runs").out
    assert "interrupted" in agent("show").err
    assert state_of(project) == before


def test_a_process_that_died_after_the_apply_can_still_be_undone(agent: Agent, model: Model, project: Path) -> None:
    model(FIX)
    before = state_of(project)
    agent("fix", "ISSUE.md")
    folder = store_of(project).get(None)
    record = json.loads((folder.path / "run.json").read_text("ascii"))
    (folder.path / "run.json").write_text(json.dumps({**record, "state": "proposed", "delivered_to": ""}), "ascii")
    (folder.path / "delivery.json").unlink()
    folder.write_note("delivering", {"tag": folder.id})
    assert "delivered" in agent("runs").out
    assert agent("apply").code == 2, "it is applied already"
    assert agent("undo").code == 0
    assert state_of(project) == before


def test_a_record_that_cannot_be_written_does_not_unsay_the_change(
    agent: Agent, model: Model, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    from fretsaw.session import deliver

    model(FIX)
    agent("fix", "ISSUE.md", "--apply", "none")
    monkeypatch.setattr(deliver, "keep_delivery", full)
    ended = agent("apply")
    monkeypatch.undo()
    assert ended.code == 5
    assert "Nothing was changed" not in ended.err
    assert "Applied to stopwatch/duration.py" in ended.err
    assert FIXED in source(project)


def test_two_agents_at_once_apply_one_after_the_other(project: Path, agent: Agent, model: Model) -> None:
    model(FIX, FIX)
    both = [prepared.start("agent", "fix", "ISSUE.md", "-q", cwd=project, text=True) for _ in range(2)]
    said = [process.communicate(timeout=60)[1] for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes[0] == 0, said
    assert codes[1] in {0, 1, 5}, said
    assert source(project).count(FIXED) == 1
    assert agent("undo").code == 0
    assert git(project, "status", "--porcelain") == ""
