"""The table of methods: the one place that says which request goes where.

Only what `initialize` needs is imported at once; the other handlers are when they are first used, or after
`initialized`, so that an editor waits for little more than for a bare server.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from lsprotocol import types

from fretsaw.lsp.handlers import initialize, workspace
from fretsaw.lsp.state.jobs import Job
from fretsaw.lsp.state.server import Server
from fretsaw.lsp.transport.jsonrpc import Handler, Method
from fretsaw.lsp.warm import warm


def _later(module: str, name: str) -> Handler:
    """A handler that is imported when it is first called."""

    def handle(server: Server, params: Any) -> Any:
        return getattr(importlib.import_module(f"fretsaw.lsp.handlers.{module}"), name)(server, params)

    return handle


METHODS: Mapping[str, Method] = {
    "initialize": Method(None, initialize.initialize),
    "initialized": Method(None, initialize.initialized),
    "shutdown": Method(None, initialize.shutdown),
    "agent/didChangeTrust": Method(None, workspace.did_change_trust),
    "agent/didChangeKey": Method(None, workspace.did_change_key),
    "window/workDoneProgress/cancel": Method(types.WorkDoneProgressCancelParams, workspace.cancel_progress),
    "workspace/didChangeConfiguration": Method(None, workspace.did_change_configuration),
    "workspace/didChangeWorkspaceFolders": Method(types.DidChangeWorkspaceFoldersParams, workspace.did_change_folders),
    "workspace/didChangeWatchedFiles": Method(types.DidChangeWatchedFilesParams, workspace.did_change_watched_files),
    "workspace/executeCommand": Method(types.ExecuteCommandParams, _later("execute_command", "execute_command")),
    "workspace/textDocumentContent": Method(
        types.TextDocumentContentParams, _later("text_document_content", "text_document_content")
    ),
    "textDocument/didOpen": Method(types.DidOpenTextDocumentParams, _later("text_sync", "did_open")),
    "textDocument/didChange": Method(types.DidChangeTextDocumentParams, _later("text_sync", "did_change")),
    "textDocument/didClose": Method(types.DidCloseTextDocumentParams, _later("text_sync", "did_close")),
    "textDocument/didSave": Method(types.DidSaveTextDocumentParams, _later("text_sync", "did_save")),
    "textDocument/codeAction": Method(None, _later("code_action", "code_action")),
    "textDocument/inlineCompletion": Method(
        types.InlineCompletionParams, _later("inline_completion", "inline_completion")
    ),
    "textDocument/codeLens": Method(types.CodeLensParams, _later("code_lens", "code_lens")),
}


def _job_changed(server: Server, job: Job) -> None:
    from fretsaw.lsp.features import notifications

    notifications.notify_run(server, job)


async def _job_drafted(server: Server, job: Job) -> None:
    from fretsaw.lsp.features import reviews

    await reviews.show_draft(server, job)


async def _job_ended(server: Server, job: Job, finished: Any) -> None:
    from fretsaw.lsp.features import reviews

    await reviews.show_proposal(server, job, finished)


def make_server() -> Server:
    """A server with everything in its place."""
    made = Server()
    made.protocol.methods = dict(METHODS)
    made.warm_up = warm
    made.on_job_changed = _job_changed
    made.on_job_drafted = _job_drafted
    made.on_job_ended = _job_ended
    return made
