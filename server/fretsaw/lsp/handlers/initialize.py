"""`initialize`, `initialized`, `shutdown`: what we announce, and the beginning and end of the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from lsprotocol import types

from fretsaw import __version__
from fretsaw.lsp.handlers.commands import COMMANDS
from fretsaw.lsp.handlers.workspace import look_again
from fretsaw.lsp.state import capabilities, positions
from fretsaw.lsp.state.server import Server
from fretsaw.lsp.transport.jsonrpc import INVALID_PARAMS, RefusedError
from fretsaw.threads import in_thread

ACTION_KINDS = ("quickfix.agent", "refactor.rewrite.agent", "source.agent.fixFile")
SCHEME = "agent"
_WATCHED = ("**/.git/HEAD", "**/.fretsaw.toml", "**/pyproject.toml")


def initialize(server: Server, params: Any) -> dict[str, Any]:
    """Read what the client can, say what we can. The parameters are read raw: a client from tomorrow is no error."""
    if not isinstance(params, dict) or not isinstance(params.get("capabilities"), dict):
        raise RefusedError(INVALID_PARAMS, "the parameters are not InitializeParams")
    server.client = capabilities.read_capabilities(params)
    server.documents.encoding, server.documents.lone_cr = server.client.encoding, server.client.lone_cr
    options = params.get("initializationOptions")
    options = options if isinstance(options, dict) else {}
    server.trusted = options.get("trust", "trusted") == "trusted"
    server.api_key = options.get("apiKey") if isinstance(options.get("apiKey"), str) else None
    server.pushed = dict(options["settings"]) if isinstance(options.get("settings"), dict) else {}
    server.roots.add(_folders(params))
    pid = params.get("processId")
    server.process_id = pid if isinstance(pid, int) and not isinstance(pid, bool) and pid > 0 else None
    server.protocol.state = "initialized"
    return {"capabilities": announced_capabilities(server), "serverInfo": {"name": "fretsaw", "version": __version__}}


def _folders(params: dict[str, Any]) -> list[str]:
    folders = params.get("workspaceFolders")
    if isinstance(folders, list):
        return [str(folder["uri"]) for folder in folders if isinstance(folder, dict) and "uri" in folder]
    if isinstance(params.get("rootUri"), str):
        return [params["rootUri"]]
    return [positions.from_path(params["rootPath"])] if isinstance(params.get("rootPath"), str) else []


def announced_capabilities(server: Server) -> dict[str, Any]:
    """Return the capabilities that we announce, as they are sent."""
    workspace: dict[str, Any] = {"workspaceFolders": {"supported": True, "changeNotifications": True}}
    if server.client.text_content:
        workspace["textDocumentContent"] = {"schemes": [SCHEME]}
    announced: dict[str, Any] = {
        "positionEncoding": server.client.encoding,
        "textDocumentSync": {"openClose": True, "change": 2, "save": {"includeText": False}},
        "codeActionProvider": {"codeActionKinds": list(ACTION_KINDS), "resolveProvider": False},
        "codeLensProvider": {"resolveProvider": False},
        "executeCommandProvider": {"commands": list(COMMANDS)},
        "workspace": workspace,
    }
    if server.client.inline_completion:
        announced["inlineCompletionProvider"] = {}
    return announced


async def initialized(server: Server, _params: Any) -> None:
    """Now that the client can be talked to: ask for settings, watch files, bring stored proposals back."""
    server.warm = server.spawn(in_thread(server.warm_up, "lsp-warm"))
    if server.client.watch_files:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        registration = types.Registration(
            "fretsaw-files", "workspace/didChangeWatchedFiles", types.DidChangeWatchedFilesRegistrationOptions(watchers)
        )
        server.spawn(server.request_client("client/registerCapability", types.RegistrationParams([registration])))
    if server.client.settings_registration:
        registration = types.Registration("fretsaw-settings", "workspace/didChangeConfiguration", {"section": "agent"})
        server.spawn(server.request_client("client/registerCapability", types.RegistrationParams([registration])))
    await look_again(server)


def shutdown(server: Server, _params: Any) -> Coroutine[Any, Any, None]:
    """End every run and answer every request, then this one. From now on only `exit` is taken."""
    server.protocol.state = "shutdown"
    return _wind_down(server)


async def _wind_down(server: Server) -> None:
    others = server.protocol.cancel_pending(but=asyncio.current_task())
    await server.stop()
    if others:
        await asyncio.wait(others, timeout=1)
