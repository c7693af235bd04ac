"""What a broken or hostile client sends; the server answers each request once and goes on, or ends cleanly."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.editors.profile import NEOVIM_7
from tests.editors.wire import COMMAND, ServerError, Wire
from tests.lsp.conftest import World

from fretsaw.lsp.transport.framing import BrokenFrameError, read_frame


def started(world: World) -> Wire:
    editor = world.editor(world.repository({"a.py": "x = 1\n"}))
    return editor.wire


def code(wire: Wire, method: str, params: Any) -> int:
    with pytest.raises(ServerError) as caught:
        wire.call(method, params)
    return caught.value.code


def alive(wire: Wire) -> None:
    assert wire.call("workspace/executeCommand", {"command": "agent.listRuns", "arguments": [{}]})["runs"] == []


BROKEN: list[tuple[bytes, int]] = [
    (b"{not json", -32700),
    (b"\xff\xfe\x00", -32700),
    (b"[" * 100_000, -32700),
    (b'{"jsonrpc":"1.0","id":7,"method":"x"}', -32600),
    (b'[{"jsonrpc":"2.0","id":7,"method":"shutdown"}]', -32600),
    (b'"text"', -32600),
    (b'{"jsonrpc":"2.0","id":[1],"method":"shutdown"}', -32600),
    (b'{"jsonrpc":"2.0","id":true,"method":"shutdown"}', -32600),
    (b'{"jsonrpc":"2.0","id":7,"method":7}', -32600),
]


def test_a_broken_message_gets_an_error_and_breaks_nothing(world: World) -> None:
    wire = started(world)
    for body, expected in BROKEN:
        wire.send_bytes(body)
        wire.wait_until(lambda: None in wire.replies or 7 in wire.replies, what=repr(body[:60]))
        number = None if None in wire.replies else 7
        assert wire.replies.pop(number)["error"]["code"] == expected, body[:60]
    alive(wire)


BAD: list[tuple[str, Any]] = [
    ("textDocument/codeAction", None),
    ("textDocument/codeAction", {"textDocument": 3}),
    ("textDocument/codeAction", {"textDocument": {"uri": "file:///a"}, "range": "x", "context": {"diagnostics": []}}),
    ("textDocument/codeLens", {}),
    ("workspace/executeCommand", None),
    ("workspace/executeCommand", {"command": 3}),
    ("workspace/executeCommand", {"command": "agent.none"}),
    ("workspace/executeCommand", {"command": "agent.fix", "arguments": [1]}),
    ("workspace/executeCommand", {"command": "agent.fix", "arguments": [{}, {}]}),
    ("workspace/executeCommand", {"command": "agent.fix", "arguments": [{"uri": 3}]}),
    ("workspace/executeCommand", {"command": "agent.rewrite", "arguments": [{"range": {}}]}),
    ("workspace/executeCommand", {"command": "agent.cancel", "arguments": [{"runId": "none"}]}),
    ("workspace/executeCommand", {"command": "agent.accept", "arguments": [{"runId": "none", "change": 1}]}),
    ("workspace/textDocumentContent", {}),
]


def test_bad_parameters_are_answered_as_such(world: World) -> None:
    wire = started(world)
    assert {(method, str(params)): code(wire, method, params) for method, params in BAD} == {
        (method, str(params)): -32602 for method, params in BAD
    }


def test_an_unknown_method_is_answered_as_such_with_and_without_parameters(world: World) -> None:
    wire = started(world)
    assert code(wire, "textDocument/none", {}) == -32601
    assert code(wire, "$/none", None) == -32601
    wire.notify("textDocument/none", {})
    wire.notify("$/none", None)
    alive(wire)


def test_before_initialize_and_after_shutdown_requests_are_refused(world: World) -> None:
    root = world.repository({"a.py": "x = 1\n"})
    editor = world.editor(root, start=False)
    assert code(editor.wire, "textDocument/codeLens", {}) == -32002
    assert code(editor.wire, "shutdown", None) == -32002
    editor.wire.notify("textDocument/didOpen", {})
    assert code(editor.wire, "initialize", {"capabilities": 3}) == -32602
    editor.start()
    assert code(editor.wire, "initialize", {"capabilities": {}}) == -32600
    editor.wire.call("shutdown")
    assert code(editor.wire, "textDocument/codeLens", {}) == -32600
    editor.wire.notify("exit")
    assert editor.wire.process.wait(20) == 0
    editor.wire.close()


@pytest.mark.parametrize(
    "frame",
    [
        b"Content-Length: 1000000000\r\n\r\n{}",
        b"Content-Length: -5\r\n\r\n{}",
        b"Content-Length: x\r\n\r\n{}",
        b"Content-Type: x\r\n\r\n{}",
        b"Content-Length: 1\r\n\r\n{}\r\n\r\n",
        b"x" * 10_000 + b"\r\n\r\n",
    ],
)
def test_a_frame_that_is_out_of_step_is_known_as_such(frame: bytes) -> None:
    stream = io.BytesIO(frame)
    with pytest.raises(BrokenFrameError):
        while read_frame(stream) is not None:
            pass


def test_a_frame_that_is_out_of_step_ends_the_server(world: World) -> None:
    wire = started(world)
    wire.send_raw(b"Content-Length: 1000000000\r\n\r\n{}")
    assert wire.process.wait(20) == 1
    assert "the connection ends" in wire.log.read_text()
    wire.close()


def test_lines_that_end_in_lf_only_and_other_headers_are_understood(world: World) -> None:
    wire = started(world)
    body = b'{"jsonrpc":"2.0","id":"own","method":"textDocument/none"}'
    wire.send_raw(b"content-type: a\ncontent-length: %d\n\n%s" % (len(body), body))
    assert code_of(wire, "own") == -32601


def code_of(wire: Wire, number: Any) -> int:
    with pytest.raises(ServerError) as caught:
        wire.wait(number)
    return caught.value.code


def test_exit_without_shutdown_and_the_end_of_input_are_failures(world: World) -> None:
    wire = started(world)
    wire.notify("exit")
    assert wire.process.wait(20) == 1
    wire.close()
    second = world.editor(world.folder / "repo", profile=NEOVIM_7, start=False).wire
    second.call("initialize", {"capabilities": {}})
    assert second.process.stdin is not None
    second.process.stdin.close()
    assert second.process.wait(20) == 1
    second.close()


def test_a_thousand_requests_at_once_and_a_cancel_of_each_get_one_reply_each(world: World) -> None:
    wire = started(world)
    ask = {"command": "agent.listRuns", "arguments": [{}]}
    numbers = [wire.request("workspace/executeCommand", ask) for _ in range(1000)]
    for number in numbers:
        wire.notify("$/cancelRequest", {"id": number})
    wire.notify("$/cancelRequest", {"id": "none"})
    wire.notify("$/cancelRequest", None)
    wire.wait_until(lambda: not wire.open_requests, what="all answered")
    assert not wire.double_replies
    assert len(wire.replies) == 1001
    alive(wire)


def test_a_cancel_before_the_first_step_gets_its_reply(world: World) -> None:
    wire = started(world)
    where = {"line": 0, "character": 0}
    asked = {"textDocument": {"uri": "file:///a"}, "position": where, "context": {"triggerKind": 1}}
    for _ in range(50):
        number = wire.request("textDocument/inlineCompletion", asked)
        wire.notify("$/cancelRequest", {"id": number})
    wire.wait_until(lambda: not wire.open_requests, what="all answered")


def test_an_id_that_is_in_use_is_refused(world: World) -> None:
    wire = started(world)
    wire.send({"id": "a", "method": "shutdown"})
    wire.send({"id": "a", "method": "shutdown"})
    wire.wait_until(lambda: "a" in wire.replies)
    wire.notify("exit")
    wire.process.wait(20)
    wire.close()


@pytest.mark.slow
def test_a_large_document_deep_json_and_lone_surrogates_survive(world: World) -> None:
    editor = world.editor(world.repository({"a.py": "x = 1\n", "big.py": "x\n"}))
    big = editor.open("big.py", "x = 1\n" * 3_500_000)
    editor.type(big, "x = 1\n", "y\n") if big.text.count("x = 1\n") == 1 else None
    nested: Any = 1
    for _ in range(500):
        nested = [nested]
    editor.wire.notify("workspace/didChangeConfiguration", {"settings": {"agent": {"model": nested}}})
    odd = editor.open("a.py", "s = '\udcff \ud800'\n")
    editor.type(odd, "\udcff", "\udc80")
    where = odd.text.index("\ud800")
    assert editor.actions(odd, where, diagnostics=[editor.problem(odd, "\ud800", "odd \ud800")])
    assert editor.actions(big, 20_000_000, diagnostics=[]) == []


ELSEWHERE = [
    "untitled:Untitled-1",
    "file:///etc/passwd",
    "file://server/share/a.py",
    "file:///%00",
    "vscode-remote://x/a.py",
    "file://ROOT/%2e%2e/%2e%2e/etc/passwd",
    "file://ROOT/.git/config",
    "",
    "http://[bad",
]


def test_what_is_no_file_of_the_workspace_is_answered_politely(world: World) -> None:
    root = world.repository({"a.py": "x = 1\n"})
    editor = world.editor(root)
    where = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}}
    for written in ELSEWHERE:
        uri = written.replace("ROOT", str(root))
        item = {"uri": uri, "languageId": "x", "version": 1, "text": "TODO: x\n"}
        editor.wire.notify("textDocument/didOpen", {"textDocument": item})
        params = {"textDocument": {"uri": uri}, "range": where, "context": {"diagnostics": []}}
        assert editor.wire.call("textDocument/codeAction", params) == [], uri
        with pytest.raises(ServerError) as caught:
            editor.command("agent.fix", {"uri": uri, "kind": "todo", "range": where})
        assert caught.value.code == -32803, uri
    assert not editor.messages


def test_a_reply_that_nobody_waits_for_breaks_nothing(world: World) -> None:
    wire = started(world)
    for number in (17, "x", None, [1]):
        wire.send({"id": number, "result": {}})
        wire.send({"id": number, "error": {"code": 1, "message": "late"}})
    alive(wire)


def test_the_server_dies_with_the_process_that_is_named(world: World) -> None:
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    flags = ("--stdio", f"--clientProcessId={victim.pid}", "--unknown", "--log-level", "info")
    wire = Wire(world.env, world.folder, *flags)
    wire.call("initialize", {"capabilities": {}, "processId": os.getpid()})
    victim.kill()
    victim.wait()
    assert wire.process.wait(20) == 1
    assert "unknown argument --unknown is ignored" in wire.log.read_text()
    wire.close()


def test_the_server_dies_with_its_parent_although_its_streams_stay_open(world: World) -> None:
    log = world.folder / "log"
    flags = ["--stdio", "--log", str(log), "--log-level", "debug"]
    code = (
        "import subprocess, sys, time\n"
        f"p = subprocess.Popen({COMMAND + flags!r}, stdin=0, stdout=1)\n"
        "print(p.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    reading, writing = os.pipe()
    parent = subprocess.Popen([sys.executable, "-c", code], stdin=reading, stdout=subprocess.PIPE, text=True)
    with parent, os.fdopen(reading), os.fdopen(writing, "wb") as stream:
        body = b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}'
        stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        stream.flush()
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        wait_for(lambda: log.exists() and "initialize" in log.read_text())
        parent.kill()
        status = Path(f"/proc/{child}/status")
        wait_for(lambda: not status.exists() or "State:\tZ" in status.read_text())
    assert "the client's process is gone" in log.read_text()


def wait_for(there: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_signals_end_it(world: World) -> None:
    wire = started(world)
    wire.process.send_signal(signal.SIGTERM)
    assert wire.process.wait(20) == 1
    wire.close()


def test_stray_output_never_reaches_the_client(world: World) -> None:
    command = (
        "import os, sys\nfrom fretsaw.lsp import methods\nmade = methods.make_server\n"
        "def loud():\n    print('stray'); os.system('echo child'); os.write(1, b'raw'); return made()\n"
        "methods.make_server = loud\n"
        "from fretsaw.lsp import main; sys.exit(main(sys.argv[1:]))"
    )
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-c", command, "--stdio"], stdin=pipe, stdout=pipe, stderr=pipe,
        env={**os.environ, **world.env},
    )  # fmt: skip
    bodies = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}},
        {"jsonrpc": "2.0", "id": 2, "method": "shutdown"},
        {"jsonrpc": "2.0", "method": "exit"},
    ]
    written = [json.dumps(body).encode() for body in bodies]
    framed = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in written)
    out, err = process.communicate(framed, timeout=20)
    assert b"stray" in err
    assert b"child" in err
    assert out.startswith(b"Content-Length: ")
    assert b"stray" not in out
    assert b"raw" not in out
    assert process.returncode == 0


def test_neither_bodies_nor_keys_are_logged(world: World) -> None:
    wire = Wire(world.env, world.folder, "--stdio", "--log-level", "debug")
    wire.call("initialize", {"capabilities": {}, "initializationOptions": {"apiKey": "sk-very-secret"}})
    text = "the content of a file"
    item = {"uri": "file:///x/a.py", "languageId": "x", "version": 1, "text": text}
    wire.notify("textDocument/didOpen", {"textDocument": item})
    wire.notify("textDocument/didOpen", {"textDocument": text})
    told = wire.call("workspace/executeCommand", {"command": "agent.debugInformation", "arguments": []})["text"]
    wire.call("shutdown")
    wire.notify("exit")
    assert wire.process.wait(20) == 0
    wire.close()
    logged = wire.log.read_text()
    assert "shutdown" in logged
    for secret in ("sk-very-secret", text, world.env["OPENAI_API_KEY"]):
        assert secret not in logged + told
