"""What the tools answer: capped, never failing, nothing that is not in the snapshot."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fretsaw.core.chat import ToolCall
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.tools import TOOLS, edits_of, run_tool

TEXTS = {
    "src/cart.py": "class Cart:\n    def total(self):\n        return 1\n",
    "src/long.py": "".join(f"line_{number} = {number}\n" for number in range(1, 1001)),
    "src/wide.py": "x = '" + "a" * 50_000 + "'\n",
    "docs/cart.md": "# Cart\n",
    "blob.bin": "a\0b",
    ".env": "KEY=canary-1f3e\n",
    **{f"many/f{number}.py": "total = 1\n" for number in range(300)},
}
SNAPSHOT = Snapshot(
    None, tuple(sorted(set(TEXTS) - {".env"})), TEXTS.get, secrets=(".env",), left_out={"link": "symlink"}
)


def call(name: str, **arguments: object) -> str:
    return run_tool(ToolCall("1", name, json.dumps(arguments)), SNAPSHOT)


def test_a_file_is_read_exactly() -> None:
    assert call("read_file", path="src/cart.py") == f'<doc path="src/cart.py">\n{TEXTS["src/cart.py"]}</doc>\n'
    assert call("read_file", path="./src\\cart.py", first="2", last=2.0).startswith(
        '<doc path="src/cart.py" lines="2-2">\n    def'
    )


def test_a_long_file_is_read_in_pieces() -> None:
    first = call("read_file", path="src/long.py")
    assert 'lines="1-400"' in first
    assert "read on from 401" in first
    assert "line_1000" in call("read_file", path="src/long.py", first=900)
    assert call("read_file", path="src/long.py", first=5000) == "src/long.py has 1000 lines."
    assert len(call("read_file", path="src/wide.py")) < 17_000


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("cart.py", "Did you mean src/cart.py?"),
        ("src/cast.py", "Did you mean src/cart.py?"),
        ("zzz", "Use list_files or search"),
        (".env", "may hold secrets"),
        ("link", "symlink"),
        ("../../etc/passwd", "no tracked file"),
        ("blob.bin", "binary"),
        ("", "without a name"),
    ],
)
def test_what_cannot_be_read_is_said_with_a_way_on(path: str, told: str) -> None:
    answer = call("read_file", path=path)
    assert told in answer
    assert "canary" not in answer


def test_search_names_places_and_is_capped() -> None:
    assert call("search", words="Cart").splitlines() == ["docs/cart.md:1: # Cart", "src/cart.py:1: class Cart:"]
    many = call("search", words="total")
    assert len(many.splitlines()) <= 61
    assert "241 more lines" in many
    assert call("search", words=["KEY", "canary"]).startswith("No line")
    assert "one or more words" in call("search", words="(.*")


def test_lists_are_folded_when_long() -> None:
    assert call("list_files", folder="src") == "src/cart.py\nsrc/long.py\nsrc/wide.py\n"
    assert call("list_files", folder="*.md") == "docs/cart.md\n"
    assert "many/ (300 files)" in call("list_files", folder="")
    assert "no tracked file or folder nowhere" in call("list_files", folder="nowhere")
    assert ".env" not in call("list_files", folder=".")


@pytest.mark.parametrize(
    "arguments", ["", "{", "[]", "null", '"x"', "1e999", "[" * 5000, "{}" * 3, '{"path": 3}', "x" * 300_000]
)
@pytest.mark.parametrize("name", [tool.name for tool in TOOLS])
def test_malformed_arguments_get_a_polite_answer(name: str, arguments: str) -> None:
    answer = run_tool(ToolCall("1", name, arguments), SNAPSHOT)
    assert answer
    assert len(answer) < 17_000


def test_an_unknown_tool_is_named_with_those_there_are() -> None:
    assert "read_file" in run_tool(ToolCall("1", "bash", '{"cmd": "rm"}'), SNAPSHOT)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=200)
@given(
    st.sampled_from([tool.name for tool in TOOLS]),
    st.dictionaries(st.sampled_from(["path", "first", "last", "words", "folder", "edits", "x"]), JSON),
)
def test_no_arguments_make_a_tool_fail_or_tell_a_secret(name: str, arguments: dict[str, object]) -> None:
    answer = run_tool(ToolCall("1", name, json.dumps(arguments)), SNAPSHOT)
    assert len(answer) < 20_000
    assert "canary" not in answer


def test_edits_are_found_in_a_submitted_call() -> None:
    assert edits_of(ToolCall("1", "submit_edit", '{"edits": "*** Begin Patch"}')) == "*** Begin Patch"
    assert edits_of(ToolCall("1", "submit_edit", "*** Begin Patch")) == "*** Begin Patch"
    assert edits_of(ToolCall("1", "search", "{}")) is None
