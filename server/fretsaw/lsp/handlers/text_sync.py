"""Buffers opened, typed into, saved and closed."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from lsprotocol import types

from fretsaw.lsp.features import notifications, reviews, tree_reviews
from fretsaw.lsp.features.prewarm import prewarm
from fretsaw.lsp.state.server import Server


def did_open(server: Server, params: types.DidOpenTextDocumentParams) -> Coroutine[Any, Any, None]:
    """Keep the text; opened twice counts as replaced."""
    document = server.documents.open(params.text_document, server.roots.real(params.text_document.uri))
    reviews.document_opened(server, document)
    return prewarm(server, document)


def did_change(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    """Take the changes in order; for a buffer that was never opened there is nothing to change."""
    document = server.documents.get(params.text_document.uri)
    if document is None:
        return
    if server.completing is not None:
        server.completing.set()  # what is typed now was not asked about
    edits = document.change(params.content_changes, params.text_document.version)
    reviews.document_changed(server, document, edits)
    if server.tree_reviews:
        notifications.schedule_publish(server)


def did_close(server: Server, params: types.DidCloseTextDocumentParams) -> Coroutine[Any, Any, None] | None:
    """Forget the buffer at once; its file's text is read after."""
    document = server.documents.close(params.text_document.uri)
    return None if document is None else reviews.document_closed(server, document)


def did_save(server: Server, _params: types.DidSaveTextDocumentParams) -> None:
    """The text is known already; a review of the working tree looks at the file."""
    if server.tree_reviews:
        tree_reviews.follow(server)
