"""`agent mcp` against the client of the protocol's own library."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from tests.cli.conftest import CHECK, FIX, FIXED, _no_endpoint_of_ours, git, model, project, source, state_of

from fretsaw.mcp.serve import make_server
from fretsaw.model.scripted import ScriptedServer

__all__ = ["_no_endpoint_of_ours", "model", "project"]

Model = Callable[..., ScriptedServer]
SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def talk(folder: Path, work: Callable[[Client], Awaitable[Any]], *, may_fix: bool = False, **flags: Any) -> Any:
    async def run() -> Any:
        async with Client(make_server(folder, flags, may_fix=may_fix)) as client:
            return await work(client)

    return asyncio.run(run())


def call(folder: Path, name: str, arguments: dict[str, Any] | None = None, **more: Any) -> Any:
    return talk(folder, lambda client: client.call_tool(name, arguments or {}), **more)


def test_three_tools_that_write_nothing_are_offered(project: Path) -> None:
    listed = talk(project, lambda client: client.list_tools()).tools
    assert [tool.name for tool in listed] == ["vet", "check", "explain"]
    assert all(tool.annotations.read_only_hint for tool in listed)
    assert call(project, "fix", {"issue": "x"}).is_error
    more = talk(project, lambda client: client.list_tools(), may_fix=True).tools
    assert more[-1].name == "fix"
    assert more[-1].annotations.destructive_hint


def test_vet_tells_the_noise_of_the_working_tree_and_of_a_reply(project: Path) -> None:
    file = project / "stopwatch" / "duration.py"
    noisy = source(project).replace("divmod(seconds, 3600)", "divmod(round(seconds), 3600)")
    file.write_text(noisy.replace("divmod(rest, 60)", "divmod( rest, 60 )"), "utf-8")
    kept = state_of(project)
    answer = call(project, "vet", {"issue": "round the seconds", "mode": "strict"})
    assert not answer.is_error, answer
    assert "divmod(round(seconds), 3600)" in answer.structured_content["patch"]
    assert [row["rule"] for row in answer.structured_content["dropped"]] != []
    assert "divmod( rest" not in answer.structured_content["patch"]
    assert state_of(project) == kept
    git(project, "checkout", "-q", ".")
    answer = call(project, "vet", {"reply": FIX})
    assert answer.structured_content["status"] == "ok"
    assert "Begin Patch" not in answer.structured_content["patch"]


def test_arguments_name_no_file_no_address_and_no_command(project: Path, tmp_path: Path) -> None:
    (tmp_path / "canary.md").write_text("canary-outside", "utf-8")
    answer = call(project, "vet", {"reply": FIX, "issue": str(tmp_path / "canary.md")})
    assert "canary-outside" not in answer.content[0].text
    assert not call(project, "vet", {"reply": FIX, "issue": "https://github.com/owner/name/issues/1"}).is_error
    for wrong in ({"mode": "yolo"}, {"reply": 7}, {"reply": "x" * 3_000_000}):
        assert call(project, "vet", wrong).is_error
    unset = call(project, "check")
    assert unset.is_error
    assert "no check is set" in unset.content[0].text


def test_secrets_do_not_reach_the_caller(project: Path) -> None:
    file = project / "stopwatch" / "duration.py"
    file.write_text(f'TOKEN = "{SECRET}"\n' + source(project), "utf-8")
    answer = call(project, "vet")
    assert SECRET not in str(answer)
    assert "WITHHELD" in str(answer.structured_content)


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    answer = call(tmp_path, "vet")
    assert answer.is_error
    assert "nothing was changed" in answer.content[0].text


@pytest.mark.slow
def test_check_runs_the_users_command(project: Path) -> None:
    answer = call(project, "check", check=("python", "-m", "unittest", "-q"), accept_exit_code=True)
    assert answer.structured_content["state"] == "red"
    assert "FAIL" in answer.structured_content["output"]


@pytest.mark.slow
def test_fix_applies_what_is_proved_and_explain_tells_why(project: Path, model: Model) -> None:
    model(FIX)
    told: list[str] = []

    async def work(client: Client) -> Any:
        async def progress(progress: float, total: float | None, message: str | None) -> None:
            told.append(message or "")

        fixed = await client.call_tool("fix", {"issue": "format_duration rounds"}, progress_callback=progress)
        return fixed, await client.call_tool("explain", {"run": fixed.structured_content["run"]})

    fixed, explained = talk(project, work, may_fix=True, check=tuple(CHECK.split()), accept_exit_code=True)
    assert fixed.structured_content["outcome"] == "proposal"
    assert FIXED in source(project)
    assert told
    assert "red → green" in explained.content[0].text.replace("**", "")


@pytest.mark.slow
def test_a_cancelled_call_stops_the_run(project: Path, model: Model) -> None:
    server = model({"text": FIX, "delay": 30.0})
    kept = state_of(project)

    async def work(client: Client) -> float:
        asked = asyncio.ensure_future(client.call_tool("fix", {"issue": "format_duration rounds"}))
        while not server.requests:
            await asyncio.sleep(0.02)
        began = time.monotonic()
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        return time.monotonic() - began

    assert talk(project, work, may_fix=True) < 1.0
    assert state_of(project) == kept


@pytest.mark.slow
def test_the_real_process_speaks_over_its_streams(project: Path) -> None:
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "fretsaw", "mcp", "-C", str(project)], env=dict(os.environ)
    )

    async def run() -> Any:
        async with Client(parameters) as client:
            return await client.call_tool("vet", {"reply": FIX})

    assert asyncio.run(run()).structured_content["status"] == "ok"
