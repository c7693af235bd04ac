"""`agent acp` as an editor starts it: a process of its own, with nothing but the protocol on its standard output."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import acp
import pytest
from acp import schema
from tests.acp.conftest import FIVE, ISSUE, Editor, after, before

from fretsaw.model.scripted import ScriptedServer

Model = Callable[..., ScriptedServer]


@pytest.mark.slow
def test_the_librarys_own_client_drives_the_real_process(project: Path, model: Model) -> None:
    model(FIVE)
    editor: Any = Editor(["accept", "reject", "accept", "reject", "accept"])

    async def run() -> Any:
        import os

        command = [sys.executable, "-m", "fretsaw", "acp"]
        async with acp.spawn_agent_process(editor, *command, env=dict(os.environ), cwd=str(project)) as (to_agent, _):
            await to_agent.initialize(protocol_version=1, client_capabilities=schema.ClientCapabilities())
            made = await to_agent.new_session(cwd=str(project), mcp_servers=[])
            answer = await to_agent.prompt(session_id=made.session_id, prompt=[acp.text_block(ISSUE)])
            return answer.stop_reason

    assert asyncio.run(run()) == "end_turn"
    kept = {name: (project / f"{name}.py").read_text("utf-8") for name in "abcde"}
    assert kept == {name: after(name) if name in "ace" else before(name) for name in "abcde"}


@pytest.mark.slow
def test_it_ends_with_its_input_and_answers_junk(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fretsaw", "acp"], cwd=project, input="not json\n{}\n", capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert all(line.startswith("{") for line in done.stdout.splitlines())
