"""`workspace/textDocumentContent`: the text of an `agent:/…` document."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from fretsaw.lsp import content
from fretsaw.lsp.server import Server


def text_document_content(server: Server, params: types.TextDocumentContentParams) -> dict[str, Any]:
    """The document's text."""
    return {"text": content.text_of(server, params.uri)}
