"""A fake forge of each kind, a clone with a noisy pull request, and `agent` in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Agent, Ended, agent, project
from tests.forge.fake_forge import TOKEN, FakeForge, git, serve_forge

__all__ = ["Agent", "Ended", "agent", "project"]

BEFORE = {
    "app.py": "import os\nimport sys\n\n\ndef f(a, b):\n    x = a+b\n    return x\n\n\ndef g(name):\n    # greets\n"
    "    return name\n\n\ndef h(a, b):\n    return b+a\n",
    "old.py": "def one():\n    return 1\n",
}
AFTER = {
    "app.py": "import sys\nimport os\n\n\ndef f(a, b):\n    x = a + b\n    return -x\n\n\ndef g(name):\n    # greets\n"
    "    return name\n\n\ndef h(a, b):\n    return b + a\n",
    "old.py": "def one():\n    return 1\n",
}


@pytest.fixture(autouse=True)
def _own_places(own_places: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "GITLAB_TOKEN", "GITEA_TOKEN", "GITHUB_SERVER_URL", "CI_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")


@pytest.fixture
def forge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., FakeForge]]:
    """Starts a forge of a kind whose request 8 turns `before` into `after`, with the user logged in to it."""
    with ExitStack() as stack:

        def start(
            kind: str = "github",
            before: dict[str, str] = BEFORE,
            after: dict[str, str | None] | dict[str, str] = AFTER,
            **more: Any,
        ) -> FakeForge:
            root = tmp_path / "clone"
            root.mkdir()
            git(root, "init", "-q", "-b", "main")
            _commit(root, before)
            git(root, "checkout", "-q", "-b", "topic")
            _commit(root, after)
            found = stack.enter_context(serve_forge(FakeForge(kind, root, **more)))
            log_in(monkeypatch, found)
            return found

        yield start


def log_in(monkeypatch: pytest.MonkeyPatch, forge: FakeForge) -> None:
    """Set the token of this host, as its user would."""
    variables = {
        "github": {"GH_HOST": forge.url, "GH_ENTERPRISE_TOKEN": TOKEN},
        "gitlab": {"GITLAB_HOST": forge.url, "GITLAB_TOKEN": TOKEN},
        "gitea": {"GITEA_SERVER_URL": forge.url, "GITEA_TOKEN": TOKEN},
    }[forge.kind]
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def _commit(root: Path, files: Any) -> None:
    for path, text in files.items():
        file = root / path
        if text is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    git(root, "add", "-A")
    git(root, "commit", "-qm", "A commit")
