"""A home of its own for every test, so that nobody's git configuration decides what happens."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.repo.repo_support import git


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "crash: kills and faults of the journal; `make test-crash` tries all of them")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / ".gitconfig").write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
    )
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return folder


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small repository with one commit, to be copied."""
    root = tmp_path_factory.mktemp("template") / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "Ada")
    git(root, "config", "user.email", "ada@example.org")
    (root / "a.py").write_text("one\ntwo\nthree\n")
    (root / "src").mkdir()
    (root / "src/b.py").write_text("".join(f"line {number}\n" for number in range(1, 31)))
    (root / "run.sh").write_text("#!/bin/sh\necho hello\n")
    (root / "run.sh").chmod(0o755)
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "Begin")
    return root


@pytest.fixture
def root(template: Path, tmp_path: Path) -> Path:
    """A copy of the template."""
    target = tmp_path.resolve() / "repo"
    shutil.copytree(template, target, symlinks=True)
    return target


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The user's state folder, which does not exist yet."""
    return tmp_path / "state"
