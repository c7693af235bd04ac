"""Prewarms the endpoint's cache when a file is opened: off by default, once per repository while its cache lives."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from fretsaw.cancel import Cancel
from fretsaw.errors import FretsawError
from fretsaw.lsp.state.documents import Document
from fretsaw.lsp.state.editor_settings import EditorSettings
from fretsaw.lsp.state.server import Server
from fretsaw.threads import in_thread

log = logging.getLogger("fretsaw.lsp")
_AGAIN = 25 * 60.0
"""Seconds after which it is done again: what is cached is kept for 30 minutes at least."""


async def prewarm(server: Server, document: Document) -> None:
    """Prewarm for the repository of a document, where the settings want it. Nobody is told when it fails."""
    if not server.trusted or server.option("prewarm", "off") != "on":
        return
    try:
        root = server.roots.locate(document.uri).root
        now = time.monotonic()
        if now - server.prewarmed.get(str(root), -_AGAIN) < _AGAIN:
            return
        server.prewarmed[str(root)] = now
        settings = server.editor_settings(root).for_source("file")
        await in_thread(lambda: _prewarm(settings, root), "lsp-prewarm")
    except FretsawError as error:
        log.info("prewarm: %s", type(error).__name__)


def _prewarm(settings: EditorSettings, root: Path) -> None:
    from fretsaw.session.prewarm import prewarm_cache

    sent = prewarm_cache(settings.open(root), Cancel())
    log.info("prewarm: %s", "sent" if sent else "nothing to send")
