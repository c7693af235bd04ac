"""`agent scope`: declared, shown, enforced by `agent vet`, cleared; kept outside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Agent, git, state_of


def test_a_scope_is_enforced_until_it_is_done(agent: Agent, project: Path) -> None:
    before = state_of(project)
    assert agent("scope", "fix  login", "--allow", "src/auth/**", "--allow", "./tests").code == 0
    assert state_of(project) == before
    assert "fix login: only src/auth/**, tests may change" in agent("scope").err
    (project / "src/auth").mkdir(parents=True)
    (project / "src/auth/login.py").write_text("limit = 3\n")
    (project / "stopwatch/other.py").write_text("x = 3\n")
    found = agent("vet", "--worktree", "--json").document
    assert [(row["path"], row["rule"]) for row in found["dropped"]] == [("stopwatch/other.py", "scope")]
    assert [row["path"] for row in found["kept"]] == ["src/auth/login.py"]
    assert agent("scope", "--done").code == 0
    assert agent("vet", "--worktree", "--json").document["dropped"] == []
    assert "No scope is declared" in agent("scope").err


def test_applying_takes_files_outside_the_scope_out_and_undo_brings_them_back(agent: Agent, project: Path) -> None:
    agent("scope", "fix login", "--allow", "src/auth/**")
    (project / "stray.py").write_text("x = 3\n")
    assert agent("vet", "--worktree", "--apply").code == 0
    assert not (project / "stray.py").exists()
    assert agent("undo").code == 0
    assert (project / "stray.py").read_text() == "x = 3\n"
    assert git(project, "status", "--porcelain") == "?? stray.py\n"


@pytest.mark.parametrize(
    "arguments", [("fix",), ("--allow", "src"), ("fix", "--allow", "/etc"), ("fix", "--allow", "../x"), ("x", "--done")]
)
def test_what_is_no_scope_is_refused(agent: Agent, arguments: tuple[str, ...]) -> None:
    assert agent("scope", *arguments).code == 2
    assert "No scope is declared" in agent("scope").err


def test_a_scope_that_cannot_be_read_is_not_dropped_in_silence(agent: Agent, project: Path, tmp_path: Path) -> None:
    agent("scope", "fix login", "--allow", "src/auth/**")
    (stored,) = (tmp_path / "state").rglob("scope.json")
    stored.write_text("{")
    ended = agent("vet", "--worktree")
    assert ended.code == 2
    assert "to clear it: `agent scope --done`" in ended.err


def test_layout_outside_the_scope_goes_although_no_request_speaks_of_it(agent: Agent, project: Path) -> None:
    path = next(path for path in sorted(project.rglob("*.py")) if ".git" not in path.parts)
    path.write_text(path.read_text() + "\n")
    ended = agent("vet", "--worktree", "--allow", "docs/**", "--exit-code", cwd=project)
    assert (ended.code, "outside the declared scope" in ended.err) == (1, True)
