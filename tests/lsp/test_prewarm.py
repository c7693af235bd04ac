"""The setting `prewarm`: when a file is opened, the prefix of the next prompt is cached; off by default."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.lsp.conftest import World
from tests.model.contract import validate_body

from fretsaw.cancel import Cancel
from fretsaw.session.open import open_session
from fretsaw.session.prewarm import prewarm_cache

LINES = "".join(f"# note {n} on adding numbers\n" for n in range(400))
FILES: dict[str, str | bytes] = {"app.py": "def add(a, b):\n    return a\n", "notes.py": LINES}
LUNA: dict[str, Any] = {"model": "gpt-6-luna", "context": "whole"}


def texts(body: Any) -> str:
    return "".join(part["text"] for item in body["input"] for part in item["content"])


@pytest.mark.slow
def test_off_by_default(world: World) -> None:
    model = world.model("unused")
    editor = world.editor(world.repository(FILES), **LUNA)
    editor.open("app.py")
    run_fix(world, editor.roots[0], model.base_url)  # long enough for what would be sent
    assert model.requests
    assert not any("prewarm" in str(seen.body) for seen in model.requests)


@pytest.mark.parametrize("setting", [{}, {"model": "gpt-4.1"}, {"context": "files"}, {"api": "chat"}], ids=str)
def test_it_is_sent_only_where_it_can_be_shared(
    world: World, setting: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in world.env.items():
        monkeypatch.setenv(name, value)
    model = world.model("unused")
    session = open_session(world.repository(FILES), {"base_url": model.base_url, **LUNA, **setting})
    assert prewarm_cache(session, Cancel()) is not bool(setting)
    assert len(model.requests) == (0 if setting else 1)


def test_the_next_prompt_begins_with_what_was_sent_once(world: World) -> None:
    model = world.model("no edit")
    root = world.repository(FILES)
    editor = world.editor(root, prewarm="on", **LUNA)
    editor.open("app.py")
    editor.wire.wait_until(lambda: len(model.requests) == 1)
    editor.open("notes.py")
    [seen] = model.requests
    validate_body(seen.path, seen.body)
    assert seen.body["prompt_cache_options"] == {"prewarm": True}
    assert "on adding numbers" in texts(seen.body)
    run_fix(world, root, model.base_url)
    later = model.requests[1].body
    assert texts(later).startswith(texts(seen.body))
    assert "The issue:" not in texts(seen.body)
    assert (later["tools"], later["prompt_cache_key"]) == (seen.body["tools"], seen.body["prompt_cache_key"])
    ends = [part for item in seen.body["input"] for part in item["content"] if "prompt_cache_breakpoint" in part]
    assert ends[-1] in later["input"][1]["content"], "a breakpoint ends at the same place"


def run_fix(world: World, root: Path, base_url: str) -> None:
    argv = [sys.executable, "-m", "fretsaw", "fix", "add() forgets b", "-C", str(root), "--base-url", base_url]
    argv += ["--model", "gpt-6-luna", "--context", "whole", "--misfits", "0"]
    subprocess.run(argv, env={**os.environ, **world.env}, capture_output=True, check=False, timeout=60)
