"""`textDocument/inlineCompletion`: off by default, debounced, one at a time, cancelled by the next keystroke."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from lsprotocol import types

from fretsaw.cancel import Cancel
from fretsaw.errors import FretsawError
from fretsaw.lsp.state.editor_settings import EditorSettings
from fretsaw.lsp.state.server import Server
from fretsaw.lsp.state.workspace import Located
from fretsaw.threads import in_thread

log = logging.getLogger("fretsaw.lsp")
_DEBOUNCE = 0.25
_NOTHING: dict[str, Any] = {"items": []}


async def inline_completion(server: Server, params: types.InlineCompletionParams) -> dict[str, Any]:
    """At most one item. Anything that goes wrong offers nothing: a person who types is not to be told."""
    if server.completing is not None:
        server.completing.set()
    document = server.documents.get(params.text_document.uri)
    if document is None or not server.trusted or server.option("inlineCompletion", "off") != "on":
        return _NOTHING
    cancel = server.completing = Cancel()
    try:
        where = server.roots.locate(document.uri)
        await asyncio.sleep(_DEBOUNCE)
        if cancel.is_set():
            return _NOTHING
        offset = document.offset(params.position)
        texts = (document.text[:offset], document.text[offset:])
        settings = server.editor_settings(where.root)
        text = await in_thread(lambda: _complete(settings, where, texts, cancel), "lsp-complete")
    except FretsawError as error:
        log.info("completion: %s", type(error).__name__)
        return _NOTHING
    finally:
        cancel.set()  # also when the client cancelled: the call of the model ends
        if server.completing is cancel:
            server.completing = None
    place = types.Range(params.position, params.position)
    return {"items": [{"insertText": text, "range": place}]} if text else _NOTHING


def _complete(settings: EditorSettings, where: Located, texts: tuple[str, str], cancel: Cancel) -> str:
    from fretsaw.session.complete import complete_text

    return complete_text(settings.open(where.root), where.path, texts, cancel)
