"""`initialize`, `initialized`, `shutdown`, trust, key, settings, folders. Knows no documents and no runs' content."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from lsprotocol import types

from fretsaw import __version__
from fretsaw.lsp.state import capabilities, engine, positions
from fretsaw.lsp.state.jobs import in_thread
from fretsaw.lsp.state.server import Server
from fretsaw.lsp.transport.jsonrpc import INVALID_PARAMS, RefusedError

COMMANDS = (
    "agent.fix",
    "agent.rewrite",
    "agent.fixIssue",
    "agent.cancel",
    "agent.retry",
    "agent.accept",
    "agent.reject",
    "agent.restore",
    "agent.undo",
    "agent.showDiff",
    "agent.preview",
    "agent.goTo",
    "agent.setCheck",
    "agent.listRuns",
    "agent.debugInformation",
)
"""The ids of `handlers.commands`, which is not imported before it is needed."""
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
    """What we announce, as it stands on the wire."""
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
    server.warm = server.spawn(in_thread(engine.warm, "lsp-warm"))
    if server.client.watch_files:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        registration = types.Registration(
            "fretsaw-files", "workspace/didChangeWatchedFiles", types.DidChangeWatchedFilesRegistrationOptions(watchers)
        )
        server.spawn(server.ask("client/registerCapability", types.RegistrationParams([registration])))
    if server.client.settings_registration:
        registration = types.Registration("fretsaw-settings", "workspace/didChangeConfiguration", {"section": "agent"})
        server.spawn(server.ask("client/registerCapability", types.RegistrationParams([registration])))
    await _look_again(server)


async def pull(server: Server) -> None:
    """Ask the client for its settings, once per folder and once without."""
    if not server.client.configuration:
        return
    scopes: list[str | None] = [None, *server.roots.folders]
    items = [types.ConfigurationItem(scope_uri=scope, section="agent") for scope in scopes]
    answers = await server.ask("workspace/configuration", types.ConfigurationParams(items))
    if isinstance(answers, list) and len(answers) == len(scopes):
        server.pulled = {
            scope: {**server.pushed, **answer}
            for scope, answer in zip(scopes, answers, strict=True)
            if isinstance(answer, dict)
        }


def shutdown(server: Server, _params: Any) -> Coroutine[Any, Any, None]:
    """End every run and answer every request, then this one. From now on only `exit` is taken."""
    server.protocol.state = "shutdown"
    return _wind_down(server)


async def _wind_down(server: Server) -> None:
    others = server.protocol.cancel_pending(but=asyncio.current_task())
    await server.stop()
    if others:
        await asyncio.wait(others, timeout=1)


# Notifications take effect at once, before the next message is read; only what asks the client or a disk comes after.


def did_change_configuration(server: Server, params: Any) -> Coroutine[Any, Any, None]:
    """Take pushed settings, or ask for them again."""
    settings = params.get("settings") if isinstance(params, dict) else None
    own = settings.get("agent") if isinstance(settings, dict) else None
    if isinstance(own, dict):
        server.pushed = dict(own)
    return _settings_changed(server)


async def _settings_changed(server: Server) -> None:
    await pull(server)
    await _look(server)


async def _look(server: Server) -> None:
    from fretsaw.lsp.features import notifications

    await notifications.refresh_status(server)


def did_change_folders(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> Coroutine[Any, Any, None]:
    """Take folders in and out."""
    server.roots.remove(folder.uri for folder in params.event.removed)
    server.roots.add(folder.uri for folder in params.event.added)
    return _look_again(server)


async def _look_again(server: Server) -> None:
    from fretsaw.lsp.features import notifications, reviews

    notifications.notify_status(server)
    await pull(server)
    await notifications.refresh_status(server)
    if server.trusted:
        await reviews.bring_back(server)


def did_change_watched_files(server: Server, _params: types.DidChangeWatchedFilesParams) -> Coroutine[Any, Any, None]:
    """HEAD or a configuration file changed: look at repositories and closed files again."""
    server.roots.forget()
    return _refresh_closed(server)


async def _refresh_closed(server: Server) -> None:
    from fretsaw.lsp.features import reviews

    await reviews.refresh_closed(server)


def did_change_trust(server: Server, params: Any) -> Coroutine[Any, Any, None]:
    """The user trusts the workspace, or no longer: then everything that runs is cancelled."""
    server.trusted = isinstance(params, dict) and params.get("trust") == "trusted"
    if not server.trusted:
        for job in server.active():
            job.cancel.set()
    return _look_again(server)


def did_change_key(server: Server, params: Any) -> Coroutine[Any, Any, None]:
    """Another key, held in memory only."""
    key = params.get("apiKey") if isinstance(params, dict) else None
    server.api_key = key if isinstance(key, str) and key else None
    return _look(server)


def cancel_progress(server: Server, params: types.WorkDoneProgressCancelParams) -> None:
    """The progress' own cancel button."""
    for job in server.active():
        if job.token == params.token:
            job.cancel.set()
