"""The table of methods: the one place that says which request goes where."""

from __future__ import annotations

from collections.abc import Mapping

from lsprotocol import types

from fretsaw.lsp import reviewing, showing
from fretsaw.lsp.handlers import actions, commands, content, inline, lifecycle, sync
from fretsaw.lsp.protocol import Method
from fretsaw.lsp.server import Server

METHODS: Mapping[str, Method] = {
    "initialize": Method(None, lifecycle.initialize),
    "initialized": Method(None, lifecycle.initialized),
    "shutdown": Method(None, lifecycle.shutdown),
    "agent/didChangeTrust": Method(None, lifecycle.did_change_trust),
    "agent/didChangeKey": Method(None, lifecycle.did_change_key),
    "window/workDoneProgress/cancel": Method(types.WorkDoneProgressCancelParams, lifecycle.cancel_progress),
    "workspace/didChangeConfiguration": Method(None, lifecycle.did_change_configuration),
    "workspace/didChangeWorkspaceFolders": Method(types.DidChangeWorkspaceFoldersParams, lifecycle.did_change_folders),
    "workspace/didChangeWatchedFiles": Method(types.DidChangeWatchedFilesParams, lifecycle.did_change_watched_files),
    "workspace/executeCommand": Method(types.ExecuteCommandParams, commands.execute_command),
    "workspace/textDocumentContent": Method(types.TextDocumentContentParams, content.text_document_content),
    "textDocument/didOpen": Method(types.DidOpenTextDocumentParams, sync.did_open),
    "textDocument/didChange": Method(types.DidChangeTextDocumentParams, sync.did_change),
    "textDocument/didClose": Method(types.DidCloseTextDocumentParams, sync.did_close),
    "textDocument/didSave": Method(types.DidSaveTextDocumentParams, sync.did_save),
    "textDocument/codeAction": Method(None, actions.code_action),
    "textDocument/inlineCompletion": Method(types.InlineCompletionParams, inline.inline_completion),
    "textDocument/codeLens": Method(types.CodeLensParams, actions.code_lens),
}


def server() -> Server:
    """A server with everything in its place."""
    made = Server()
    made.protocol.methods = dict(METHODS)
    made.on_told = showing.told
    made.on_finished = reviewing.add
    return made
