"""Runs on the wire: routing, progress, cancel, retry, queue, limits, an end in the middle, secrets."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.editors.editor import Editor
from tests.editors.profile import NEOVIM_11, VSCODE
from tests.editors.wire import COMMAND, ServerError
from tests.lsp.conftest import World
from tests.lsp.test_neovim import APP, REPLY

from fretsaw.lsp.handlers import execute_command
from fretsaw.lsp.handlers.commands import COMMANDS
from fretsaw.lsp.transport.flags import parse_flags


def rewrite(editor: Editor, **more: Any) -> Any:
    buffer = editor.buffer("app.py")
    start = buffer.text.index("return a + c")
    where = buffer.range(start, start + 5)
    return editor.command("agent.rewrite", {"uri": buffer.uri, "range": where, "instruction": "mend it", **more})


def asked_models(world: World) -> list[str]:
    return [seen.body["model"] for seen in world.models[-1].requests if seen.body and "model" in seen.body]


def test_what_a_person_waits_for_goes_to_the_quick_model_and_issues_to_the_editors(world: World) -> None:
    world.model(REPLY)
    root = world.repository({"app.py": APP, "ISSUE.md": "# Wrong names\n\nIn app.py `c` must be `b`.\n"})
    editor = world.editor(root)
    editor.open("app.py")
    editor.wait_progress(rewrite(editor)["progressToken"])
    quick = set(asked_models(world))
    assert quick == {"gpt-4.1-mini"}
    world.models[-1].requests.clear()
    uri = editor.uri(editor.path("ISSUE.md"))
    editor.wait_progress(editor.command("agent.fixIssue", {"uri": uri})["progressToken"])
    assert "gpt-4.1-mini" not in asked_models(world)
    world.models[-1].requests.clear()
    editor.settings["model"] = "gpt-4.1-nano"
    editor.wire.notify("workspace/didChangeConfiguration", {"settings": {"agent": editor.settings}})
    editor.wire.call("textDocument/codeLens", {"textDocument": {"uri": uri}})
    time.sleep(0.3)  # the server asks for the settings again
    editor.wait_progress(rewrite(editor)["progressToken"])
    assert set(asked_models(world)) == {"gpt-4.1-nano"}


def test_progress_comes_often_but_not_too_often_and_a_cancel_ends_it_at_once(world: World) -> None:
    world.model(REPLY, delay=30)
    editor = world.editor(world.repository({"app.py": APP}))
    editor.open("app.py")
    token = rewrite(editor)["progressToken"]
    editor.wire.wait_until(lambda: len(editor.progress.get(token, [])) > 4, 20)
    editor.command("agent.cancel", {})
    assert editor.wait_progress(token)["message"].startswith("Cancelled")
    times = editor.progress_times[token][:-1]
    assert all(later - earlier < 2.5 for earlier, later in pairwise(times))
    assert len(times) <= (times[-1] - times[0]) * 4 + 3
    values = [value["percentage"] for value in editor.progress[token] if "percentage" in value]
    assert values == sorted(values)
    assert "Asking the model" in editor.progress[token][-2]["message"]


def test_a_clients_own_progress_token_is_used(world: World) -> None:
    world.model(REPLY)
    editor = world.editor(world.repository({"app.py": APP}))
    buffer = editor.open("app.py")
    editor.progress["mine"] = []
    params = {
        "command": "agent.rewrite",
        "arguments": [{"uri": buffer.uri, "range": buffer.range(0, 1), "instruction": "x"}],
        "workDoneToken": "mine",
    }
    assert editor.wire.call("workspace/executeCommand", params)["progressToken"] == "mine"
    editor.wait_progress("mine")
    assert list(editor.progress) == ["mine"]


@pytest.mark.slow
def test_runs_of_one_repository_wait_for_one_another_and_of_two_do_not(world: World) -> None:
    world.model(REPLY, delay=1.5)
    one = world.repository({"app.py": APP}, "one")
    two = world.repository({"app.py": APP}, "two")
    editor = world.editor(one, two)
    editor.open("app.py")
    other = editor.open(two / "app.py")
    first, second = rewrite(editor)["runId"], rewrite(editor)["runId"]
    where = {"uri": other.uri, "range": other.range(0, 1), "instruction": "x"}
    third = editor.command("agent.rewrite", where)["runId"]

    def states(*ids: str) -> set[Any]:
        return {editor.runs.get(run_id, {}).get("state") for run_id in ids}

    editor.wire.wait_until(lambda: states(first, third) == {"running"} and states(second) == {"queued"})
    editor.wire.wait_until(lambda: states(first, second, third) == {"proposed"}, 30)
    order = [run_id for run_id, state in editor.run_states if state == "proposed"]
    assert order.index(first) < order.index(second)


def test_a_queue_that_is_full_is_refused(world: World) -> None:
    world.model(REPLY, delay=30)
    editor = world.editor(world.repository({"app.py": APP}))
    editor.open("app.py")
    for _ in range(9):
        rewrite(editor)
    with pytest.raises(ServerError) as caught:
        rewrite(editor)
    assert caught.value.code == -32803
    assert len(editor.command("agent.cancel", {})["cancelled"]) == 9
    editor.wire.wait_until(lambda: all(run["state"] == "cancelled" for run in editor.runs.values()))


def test_a_run_that_waits_says_so_and_is_cancelled_at_once(world: World) -> None:
    world.model(REPLY, delay=30)
    editor = world.editor(world.repository({"app.py": APP}))
    editor.open("app.py")
    first, second = rewrite(editor), rewrite(editor)
    token = second["progressToken"]
    editor.wire.wait_until(lambda: len(editor.progress.get(token, [])) > 1, 10)
    assert {value["message"] for value in editor.progress[token]} == {"Waiting for the run before"}
    editor.wire.notify("window/workDoneProgress/cancel", {"token": token})
    assert editor.wait_progress(token)["message"] == "Cancelled"
    assert editor.runs[first["runId"]]["state"] == "running"
    third = rewrite(editor)["runId"]
    editor.command("agent.cancel", {"runId": first["runId"]})
    editor.wire.wait_until(lambda: editor.runs.get(third, {}).get("state") == "running", 10)
    editor.command("agent.cancel", {})
    editor.wire.wait_until(lambda: all(run["state"] == "cancelled" for run in editor.runs.values()))


def test_retry_asks_the_same_again(world: World) -> None:
    world.model("I do not know.", "Still not.", REPLY)
    editor = world.editor(world.repository({"app.py": APP}))
    buffer = editor.open("app.py")
    first = rewrite(editor)
    editor.wait_progress(first["progressToken"])
    tries = 0
    while editor.hints(buffer) == [] and tries < 4:
        again = editor.command("agent.retry", {"runId": first["runId"]})
        editor.wait_progress(again["progressToken"])
        tries += 1
    editor.wait_hints(buffer, 2)
    assert editor.runs[again["runId"]]["title"] == editor.runs[first["runId"]]["title"]
    with pytest.raises(ServerError):
        editor.command("agent.retry", {"runId": "none"})


def test_dollars_of_a_run_are_capped(world: World) -> None:
    world.model(REPLY)
    editor = world.editor(world.repository({"app.py": APP}), profile=NEOVIM_11, maxUsd=0.0000001)
    editor.open("app.py")
    editor.wait_progress(rewrite(editor)["progressToken"])
    assert not world.models[-1].requests
    editor.wire.wait_until(lambda: bool(editor.messages))


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM_11], ids=lambda profile: profile.name)
def test_shutdown_in_the_middle_of_a_run_is_clean(world: World, profile: Any) -> None:
    world.model(REPLY, delay=30)
    editor = world.editor(world.repository({"app.py": APP}), profile=profile)
    editor.open("app.py")
    token = rewrite(editor)["progressToken"]
    editor.wire.wait_until(
        lambda: any("Asking" in value.get("message", "") for value in editor.progress.get(token, []))
    )
    begun = time.monotonic()
    editor.wire.call("shutdown")
    editor.wait_progress(token, 1)
    editor.wire.notify("exit")
    assert editor.wire.process.wait(20) == 0
    assert time.monotonic() - begun < 5
    assert not editor.wire.open_requests
    editor.wire.close()


def test_a_key_from_the_editor_is_used_and_shown_nowhere(world: World) -> None:
    model = world.model(REPLY)
    editor = world.editor(world.repository({"app.py": APP}), start=False, baseUrl=model.base_url)
    editor.start(apiKey="sk-from-the-editor-123456")
    editor.open("app.py")
    editor.wait_progress(rewrite(editor)["progressToken"])
    sent = [seen.headers for seen in model.requests]
    assert sent
    assert all("sk-from-the-editor-123456" in str(dict(headers)) for headers in sent)
    shown = editor.command("agent.debugInformation", {})["text"] + editor.wire.log.read_text() + str(editor.runs)
    assert "sk-from-the-editor" not in shown
    state = [path.read_text(errors="replace") for path in (world.folder / "state").rglob("*") if path.is_file()]
    assert state
    assert not any("sk-from-the-editor" in text for text in state)
    # The scripted model's answers are kept off the day's dollars.
    told = {"state": "idle", "model": "gpt-4.1-mini", "dollarsToday": 0.0, "runs": 0, "pending": 2, "accepted": 0}
    told |= {"text": "gpt-4.1-mini · 2 to review · $0.00", "detail": "Agent: idle, $0.00 spent today."}
    editor.wire.wait_until(lambda: editor.status[-1] == told)
    editor.wire.notify("agent/didChangeTrust", {"trust": "untrusted"})
    editor.wire.wait_until(lambda: editor.status[-1]["state"] == "untrusted")


def test_a_secret_that_is_open_in_the_editor_is_not_sent(world: World) -> None:
    model = world.model(REPLY)
    editor = world.editor(world.repository({"app.py": APP, ".env": "TOKEN=canary-4711\n", ".gitignore": "x.txt\n"}))
    editor.path("x.txt").write_text("ignored canary-4712\n")
    editor.open(".env", "TOKEN=canary-4713 unsaved\n")
    editor.open("x.txt", "ignored canary-4714\n")
    editor.open("app.py")
    editor.wait_progress(rewrite(editor)["progressToken"])
    assert model.requests
    assert not any(b"canary" in seen.raw for seen in model.requests)


def test_virtual_documents_and_show_document(world: World) -> None:
    world.model(REPLY)
    editor = world.editor(world.repository({"app.py": APP}))
    buffer = editor.open("app.py")
    run_id = rewrite(editor)["runId"]
    editor.wait_hints(buffer, 2)
    editor.wire.wait_until(lambda: run_id in editor.proposals)
    proposal = editor.proposals[run_id]

    def content(uri: str) -> str:
        return str(editor.wire.call("workspace/textDocumentContent", {"uri": uri})["text"])

    assert content(proposal["files"][0]["before"]) == APP
    assert content(proposal["files"][0]["after"]) == APP.replace("c\n", "b\n")
    assert content(proposal["diff"]).count("\n+    return") == 2
    assert "| 1 | rewrite 1 line (line 5) | app.py | pending |" in content(proposal["report"])
    answer = editor.command("agent.showDiff", {"change": 2})
    assert answer["text"] == content(answer["uri"])
    assert "-    return a - c\n+    return a - b" in answer["text"]
    editor.wire.wait_until(lambda: editor.shown == [answer["uri"]])
    with pytest.raises(ServerError):
        content("agent:/runs/none/report.md")
    lenses = editor.lenses(buffer)
    titles = [lens["command"]["title"] for lens in lenses]
    assert titles == ["Accept all 2 changes in this file", *["Accept", "Reject", "Why", "Diff"] * 2]
    editor.do(lenses[6])
    editor.wait_hints(buffer, 1)


def test_actions_keep_to_their_place(world: World) -> None:
    editor = world.editor(world.repository({"app.py": APP}))
    buffer = editor.open("app.py")
    problems = [editor.problem(buffer, "a + c", "bad", severity) for severity in (1, 2, 3, 4, None)] + [
        editor.problem(buffer, "a + c", "ours", 1, source="agent")
    ]
    at = buffer.text.index("a + c")
    offered = editor.actions(buffer, at, diagnostics=problems)
    assert [item["title"] for item in offered] == ["Agent: Fix “bad”"] * 3 + ["Agent: Fix these 3 problems"]
    assert all("isPreferred" not in item and item["tags"] == [1] for item in offered)
    assert offered[0]["diagnostics"] == [problems[0]]
    everything: Any = {"diagnostics": problems}
    assert editor.actions(buffer, at, only=["source.fixAll"], **everything) == []
    assert editor.actions(buffer, at, only=["source.organizeImports"], **everything) == []
    for kind in ("source", "source.agent.fixFile", "quickfix", "quickfix.agent"):
        assert editor.actions(buffer, at, only=[kind], triggerKind=2, **everything) == [], "a save does it all"
    assert len(editor.actions(buffer, at, triggerKind=2, **everything)) == len(offered), "a light bulb only looks"
    asked = editor.actions(buffer, at, only=["source.agent.fixFile"], triggerKind=1, **everything)
    assert [item["kind"] for item in asked] == ["source.agent.fixFile"]
    selected = editor.actions(buffer, at, at + 3, only=["refactor"])
    assert [item["kind"] for item in selected] == ["refactor.rewrite.agent"]


def test_every_command_is_announced() -> None:
    for name in COMMANDS.values():
        assert callable(getattr(execute_command, name))


def test_what_is_heavy_is_not_imported_before_initialized() -> None:
    code = "import sys, fretsaw.lsp.serve; print([name for name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for name in ("openai", "git", "unidiff", "httpx", "fretsaw.session", "fretsaw.fix", "fretsaw.core.prune"):
        assert f"'{name}'" not in done.stdout, name


def test_flags() -> None:
    assert parse_flags([]).transport == "stdio"
    assert parse_flags(["--pipe", "/x"]).address == parse_flags(["--pipe=/x"]).address == "/x"
    assert (parse_flags(["--socket=77"]).transport, parse_flags(["--listen", "0"]).transport) == ("connect", "listen")
    odd = parse_flags(["--socket", "x", "--clientProcessId=y", "--log-level=z", "--pipe", "--stdio", "word"])
    assert (odd.transport, len(odd.warnings)) == ("stdio", 5)


def say(stream: Any, method: str, number: int | None = None, params: Any = None) -> None:
    import json

    body = json.dumps(
        {"jsonrpc": "2.0", "method": method, "params": params} | ({"id": number} if number else {})
    ).encode()
    stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    stream.flush()


@pytest.mark.parametrize("way", ["pipe", "socket", "listen"])
def test_other_transports(tmp_path: Path, way: str) -> None:
    flag = f"--pipe={tmp_path}/s" if way == "pipe" else "--listen=0"
    listening = None
    if way != "listen":
        listening = socket.socket(socket.AF_UNIX if way == "pipe" else socket.AF_INET)
        listening.bind(str(tmp_path / "s") if way == "pipe" else ("127.0.0.1", 0))
        listening.listen()
        if way == "socket":
            flag = f"--socket={listening.getsockname()[1]}"
    process = subprocess.Popen([*COMMAND, flag], stderr=subprocess.PIPE, env=os.environ)
    assert process.stderr is not None
    if listening is not None:
        connection = listening.accept()[0]
        listening.close()
    else:
        port = int(process.stderr.readline().rsplit(b":", 1)[1])
        connection = socket.create_connection(("127.0.0.1", port))
    with process, connection, connection.makefile("rwb") as stream:
        say(stream, "initialize", 1, {"capabilities": {}})
        assert stream.readline().startswith(b"Content-Length")
        say(stream, "shutdown", 2)
        say(stream, "exit")
        assert process.wait(10) == 0


def test_a_client_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, f"--pipe={tmp_path}/none"], capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 1
    assert "cannot reach the client" in done.stderr
