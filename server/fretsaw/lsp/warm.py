"""Imports what the first command needs, after `initialized`, so that its answer is quick."""

from __future__ import annotations


def warm() -> None:
    """Import the handlers and what they stand on; runs in a thread of its own."""
    import fretsaw.lsp.handlers.code_action
    import fretsaw.lsp.handlers.execute_command
    import fretsaw.lsp.handlers.text_sync
    import fretsaw.run_store  # noqa: F401
