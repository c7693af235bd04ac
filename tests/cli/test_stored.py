"""What an earlier version wrote is shown, replayed, applied and undone: run folders, the journal, configuration.

`tests/cases/stored/` holds what commit e1ae465 left behind: `project` as it was then, `run` (its folder), `undo` (the
journal's way back, where something was applied) and `config.toml`. The places that a path decides are made anew.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.conftest import Agent, git
from tests.golden import CASES

from fretsaw.repo.journal.journal_folder import journal_path
from fretsaw.user_dirs import repo_id

STORED = CASES / "stored"
FIXED = "hours, rest = divmod(round(seconds), 3600)"


@pytest.fixture
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The project of a stored case, with its run, journal and configuration where this machine keeps them."""
    case: Path = STORED / request.param
    project = tmp_path / "project"
    shutil.copytree(case / "project", project)
    changed = project / "stopwatch" / "duration.py"
    now = changed.read_bytes()
    if (case / "duration-before.py").exists():
        changed.write_bytes((case / "duration-before.py").read_bytes())
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "start"]):
        git(project, *arguments)
    changed.write_bytes(now)
    store = tmp_path / "state" / "repos" / repo_id(project)
    run = json.loads((case / "run" / "run.json").read_text())
    shutil.copytree(case / "run", store / "runs" / run["id"])
    (store / "runs" / run["id"] / "run.json").write_text(json.dumps({**run, "root": str(project)}))
    if (case / "undo").exists():
        journal = journal_path(store, project.resolve())
        for folder in (journal.parent, journal, *(journal / name for name in ("tx", "undo", "conflicts"))):
            folder.mkdir(mode=0o700, exist_ok=True)
        manifest = json.loads((case / "undo" / "manifest.json").read_text())
        way_back = journal / "undo" / manifest["tx"]
        shutil.copytree(case / "undo", way_back)
        way_back.chmod(0o700)
        (way_back / "manifest.json").write_text(json.dumps({**manifest, "root": str(project.resolve())}))
    if (case / "config.toml").exists():
        (tmp_path / "config").mkdir()
        shutil.copy(case / "config.toml", tmp_path / "config" / "config.toml")
    return project


@pytest.mark.parametrize("stored", ["cli-worktree"], indirect=True)
def test_an_applied_run_is_shown_restored_and_undone(agent: Agent, stored: Path) -> None:
    changed = stored / "stopwatch" / "duration.py"
    assert FIXED in changed.read_text()
    shown = agent("show", "--json", cwd=stored).document
    assert (shown["state"], shown["outcome"], len(shown["dropped"])) == ("delivered", "proposal", 4)
    assert "needed by the check" in agent("show", cwd=stored).err
    restored = agent("restore", shown["run"], "2", cwd=stored)
    assert restored.code == 0, restored.err
    assert agent("undo", cwd=stored).code == 0
    assert FIXED not in changed.read_text()
    assert git(stored, "status", "--porcelain") == ""


@pytest.mark.parametrize("stored", ["cli-worktree", "cli-proposed"], indirect=True)
def test_a_run_is_replayed(agent: Agent, stored: Path) -> None:
    git(stored, "checkout", "-q", ".")
    replayed = agent("replay", "--json", cwd=stored)
    assert replayed.code == 0, replayed.err
    assert FIXED in replayed.document["patch"]


@pytest.mark.parametrize("stored", ["cli-proposed"], indirect=True)
def test_a_proposal_is_applied_and_undone(agent: Agent, stored: Path) -> None:
    assert agent("apply", cwd=stored).code == 0
    assert FIXED in (stored / "stopwatch" / "duration.py").read_text()
    assert agent("undo", cwd=stored).code == 0
    assert git(stored, "status", "--porcelain") == ""


@pytest.mark.parametrize("stored", ["cli-worktree"], indirect=True)
def test_a_configuration_still_counts(stored: Path, tmp_path: Path) -> None:
    from fretsaw import config

    settings = config.resolve({}, stored).settings
    assert (settings.max_usd, settings.misfits) == (0.5, 3)
