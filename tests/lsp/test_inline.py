from __future__ import annotations

import time
from typing import Any

import pytest
from tests.editors.buffer import Buffer
from tests.editors.editor import Editor
from tests.editors.wire import ServerError
from tests.lsp.conftest import World

from fretsaw.core.completion import offered

TEXT = "def add(a, b):\n    return a\n"


def params(buffer: Buffer) -> dict[str, Any]:
    at = buffer.position(buffer.text.index("return a") + len("return a"))
    return {"textDocument": {"uri": buffer.uri}, "position": at, "context": {"triggerKind": 2}}


def complete(editor: Editor, buffer: Buffer) -> list[Any]:
    return list(editor.wire.call("textDocument/inlineCompletion", params(buffer))["items"])


def test_off_by_default_on_by_setting_and_never_a_secret_file(world: World) -> None:
    model = world.model(" + b")
    root = world.repository({"app.py": TEXT, ".env": TEXT})
    quiet = world.editor(root)
    assert complete(quiet, quiet.open("app.py")) == []
    editor = world.editor(root, inlineCompletion="on")
    assert complete(editor, editor.open(".env")) == []
    assert not model.requests
    buffer = editor.open("app.py")
    (item,) = complete(editor, buffer)
    assert item["insertText"] == " + b"
    assert item["range"]["start"] == item["range"]["end"] == params(buffer)["position"]
    # The first model with the role `complete` that is not retired today.
    assert [seen.body["model"] in ("gpt-4.1-nano", "gpt-4.1-mini", "gpt-6-luna") for seen in model.requests] == [True]


def test_the_next_keystroke_the_next_request_and_a_cancel_end_it(world: World) -> None:
    world.model(" + b", delay=20)
    editor = world.editor(world.repository({"app.py": TEXT}), inlineCompletion="on")
    buffer = editor.open("app.py")
    begun = time.monotonic()
    first = editor.wire.request("textDocument/inlineCompletion", params(buffer))
    second = editor.wire.request("textDocument/inlineCompletion", params(buffer))
    assert editor.wire.wait(first, 10)["items"] == []
    editor.wire.wait_until(lambda: len(world.models[-1].requests) == 1)
    editor.type(buffer, "return a\n", "return a \n")
    assert editor.wire.wait(second, 10)["items"] == []
    third = editor.wire.request("textDocument/inlineCompletion", params(buffer))
    editor.wire.notify("$/cancelRequest", {"id": third})
    with pytest.raises(ServerError) as caught:
        editor.wire.wait(third, 10)
    assert caught.value.code == -32800
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize(
    ("answer", "before", "after", "expected"),
    [
        (" + b", "return a", "\n", " + b"),
        ("return a + b\n", "    return a", "\n", " + b"),
        ("```\nx\ny\n```\nprose", "", "", "x\ny"),
        ("x)\ny", "f(", ")\n", "x"),
        ("same()", "", "\nsame()\n", ""),
        ("  \n", "a", "", ""),
        ("\n".join("abcdefghijklmnop"), "", "", "\n".join("abcdefghijkl")),
    ],
)
def test_what_of_an_answer_is_offered(answer: str, before: str, after: str, expected: str) -> None:
    assert offered(answer, before, after) == expected
