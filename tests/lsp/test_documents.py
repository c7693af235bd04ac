"""Positions and incremental sync against a model that thinks in encoded units, in three encodings."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from tests.editors.buffer import Buffer

from fretsaw.lsp.state import positions
from fretsaw.lsp.state.documents import Documents

CHARACTERS = "ab é😀\n\r\u2028\x0c𝕏"
TEXTS = st.text(CHARACTERS, max_size=30)
ENCODINGS: list[Any] = ["utf-8", "utf-16", "utf-32"]


def at(buffer: Buffer, offset: int) -> types.Position:
    told = buffer.position(offset)
    return types.Position(told["line"], told["character"])


@pytest.mark.parametrize("lone_cr", [True, False])
@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=TEXTS, data=st.data())
def test_incremental_sync_gives_the_editors_text(encoding: Any, lone_cr: bool, text: str, data: st.DataObject) -> None:
    documents = Documents()
    documents.encoding, documents.lone_cr = encoding, lone_cr
    document = documents.open(types.TextDocumentItem("file:///a", "x", 0, text), "/a")
    model = Buffer("file:///a", text, encoding, lone_cr)
    for version in range(1, data.draw(st.integers(1, 6))):
        start = _place(data, model)
        end = max(start, _place(data, model))
        new = data.draw(TEXTS)
        change = types.TextDocumentContentChangePartial(types.Range(at(model, start), at(model, end)), new)
        document.change([change], version)
        model.text = model.text[:start] + new + model.text[end:]
        assert document.text == model.text
        assert document.version == version
        document.offset(types.Position(10**6, 10**6))
        document.offset(types.Position(0, 10**6))


def _place(data: st.DataObject, model: Buffer) -> int:
    """An offset that a position can name: not between the two characters of a line's ending."""
    offset = data.draw(st.integers(0, len(model.text)))
    inside = model.lone_cr and model.text[max(0, offset - 1) : offset + 1] == "\r\n"
    return offset - 1 if inside else offset


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=TEXTS, data=st.data())
def test_positions_go_there_and_back(encoding: Any, text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    starts = positions.line_starts(text)
    position = positions.to_position(text, starts, offset, encoding)
    assert positions.to_offset(text, starts, position, encoding) == offset


def test_half_a_surrogate_pair_is_the_start_of_its_character() -> None:
    assert positions.to_offset("a😀b", [0], types.Position(0, 2), "utf-16") == 1
    assert positions.to_offset("a😀b", [0], types.Position(0, 4), "utf-16") == 3
    assert positions.to_offset("é", [0], types.Position(0, 1), "utf-8") == 0


@pytest.mark.parametrize("path", ["/a/b c.py", "/ü/😀#?%.py", "/a\udcff.py", "/C:/x"])
def test_a_path_survives_its_uri(path: str) -> None:
    assert positions.to_path(positions.from_path(path)) == path


@pytest.mark.parametrize(
    "uri", ["untitled:x", "file://host/a", "file:///a?q", "file:///a#f", "", "file:///%00", "http://[x"]
)
def test_what_is_no_file_here_has_no_path(uri: str) -> None:
    assert positions.to_path(uri) is None


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.text("a\n", max_size=3)), max_size=8))
def test_edits_since_a_mark_lead_from_the_marked_text_to_the_present(typed: list[tuple[int, int, str]]) -> None:
    documents = Documents()
    document = documents.open(types.TextDocumentItem("file:///a", "x", 0, "one\ntwo\n"), "/a")
    mark, text = document.mark(), document.text
    for version, (start, length, new) in enumerate(typed):
        begin = min(start, len(document.text))
        where = document.range(begin, min(begin + length, len(document.text)))
        document.change([types.TextDocumentContentChangePartial(where, new)], version)
    for edit in document.since(mark) or []:
        text = edit.on(text)
    assert text == document.text
