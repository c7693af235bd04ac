"""The scripted model: which reply comes next, from folders, as a program of its own, cheaply."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from fretsaw.errors import UsageError
from fretsaw.model.scripted import Script, read_folder, serve
from fretsaw.model.scripted.script import Reply


def post(base: str, *texts: str, path: str = "/chat/completions", **more: Any) -> Any:
    messages = [{"role": "assistant" if n % 2 else "user", "content": text} for n, text in enumerate(texts)]
    key = "messages" if "chat" in path else "input"
    data = json.dumps({"model": "m", key: messages, **more}).encode()
    request = urllib.request.Request(base + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def said(answer: Any) -> str:
    return str(answer["choices"][0]["message"]["content"])


def test_the_same_question_gets_the_same_reply_and_a_new_one_the_next() -> None:
    with serve(["one", "two"]) as server:
        asked = [
            post(server.base_url, *texts) for texts in (("a",), ("a", "one", "b"), ("a",), ("a", "one", "b"), ("c",))
        ]
        assert [said(answer) for answer in asked] == ["one", "two", "one", "two", "two"]
        assert asked[0]["system_fingerprint"] == "scripted"
        assert len(server.requests) == 5


def test_by_turns_and_by_the_server() -> None:
    with serve(["one", "two"], order="turns") as server:
        assert [said(post(server.base_url, *texts)) for texts in (("x", "y", "z"), ("x",), ("q",))] == [
            "two",
            "one",
            "one",
        ]
    with serve(["one", "two"], order="server") as server:
        assert [said(post(server.base_url, "x")) for _ in range(3)] == ["one", "two", "two"]


def test_a_script_for_an_issue() -> None:
    scripts = [Script((Reply("for the crash"),), match='the "crash"'), Script((Reply("else"),))]
    with serve(scripts) as server:
        assert said(post(server.base_url, 'fix the "crash" now')) == "for the crash"
        assert said(post(server.base_url, "fix it")) == "else"


def test_not_streamed_in_both_apis() -> None:
    with serve("Hello.") as server:
        assert post(server.base_url, "a", path="/responses")["output"][0]["content"][0]["text"] == "Hello."
        assert post(server.base_url, "a")["usage"]["completion_tokens"] > 0


def test_folders(tmp_path: Path) -> None:
    (tmp_path / "2.md").write_bytes(b"second\r\n")
    (tmp_path / "1.md").write_text("first")
    (tmp_path / "10.json").write_text('{"calls": [{"name": "f", "arguments": {"a": 1}}]}')
    (tmp_path / "crash").mkdir()
    (tmp_path / "crash" / "match.txt").write_text("crash\n")
    (tmp_path / "crash" / "reply.md").write_text("for the crash")
    scripts = read_folder(tmp_path)
    assert [script.match for script in scripts] == ["crash", ""]
    assert [reply.text for reply in scripts[1].replies] == ["first", "second\r\n", ""]
    assert scripts[1].replies[2].calls[0].name == "f"


def test_a_folder_without_replies(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UsageError):
            read_folder(folder)


def test_as_a_program(tmp_path: Path) -> None:
    (tmp_path / "reply.md").write_text("Served.")
    log = tmp_path / "log.jsonl"
    command = [sys.executable, "-m", "fretsaw.model.scripted", "--replies", str(tmp_path), "--log", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        base = program.stdout.readline().strip()
        assert said(post(base, "hello there")) == "Served."
        program.terminate()
    assert json.loads(log.read_text().splitlines()[0])["messages"][0]["content"] == "hello there"


CHEAP = """
import sys
import {module}
heavy = {{"openai", "pydantic", "httpx2", "rs_bpe", "PIL", "asyncio"}} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.mark.parametrize("module", ["fretsaw.model.live", "fretsaw.model.scripted", "fretsaw.model.images"])
def test_nothing_heavy_is_imported_before_it_is_needed(module: str) -> None:
    subprocess.run([sys.executable, "-c", CHEAP.format(module=module)], check=True)
