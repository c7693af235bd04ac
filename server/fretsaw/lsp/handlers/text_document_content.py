"""`workspace/textDocumentContent`: the text of an `agent:/…` document."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from fretsaw.lsp.features import virtual_documents
from fretsaw.lsp.state.server import Server


def text_document_content(server: Server, params: types.TextDocumentContentParams) -> dict[str, Any]:
    """The document's text."""
    return {"text": virtual_documents.document_text(server, params.uri)}
