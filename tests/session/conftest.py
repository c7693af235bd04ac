"""A shell in a repository, with the scripted model."""

from __future__ import annotations

import pytest
from tests.lsp.conftest import World, world
from tests.session.words_support import REPLY, Shell, made

from fretsaw.model.scripted import Reply

__all__ = ["world"]


@pytest.fixture
def shell(world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    root = made(world)
    who = {f"GIT_{who}_{what}": "ada@example.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    server = world.model(Reply(REPLY, delay=0.2))
    more = {"FRETSAW_BASE_URL": server.base_url, "FRETSAW_MODEL": "gpt-4.1", "COLUMNS": "200", **who}
    for name, value in {**world.env, **more}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(root)
    return Shell(root, capfd.readouterr, servers=[server])
