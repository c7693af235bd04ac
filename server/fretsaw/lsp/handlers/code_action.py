"""`textDocument/codeAction`. What it offers is in `features.code_actions`."""

from __future__ import annotations

from typing import Any

from fretsaw.lsp.features import code_actions
from fretsaw.lsp.state.server import Server
from fretsaw.lsp.transport.jsonrpc import INVALID_PARAMS, RefusedError


def code_action(server: Server, params: Any) -> list[Any]:
    """The actions at a place."""
    try:
        asked = code_actions.read_request(params)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RefusedError(INVALID_PARAMS, "the parameters are not CodeActionParams") from error
    return code_actions.code_actions(server, asked)
