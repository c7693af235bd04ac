"""`workspace/didChange…`, trust and key: what the editor changes in settings, folders and files beside the buffers.

Notifications take effect at once, before the next message is read; only what asks the client or a disk comes after.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from lsprotocol import types

from fretsaw.lsp.state.server import Server


async def pull_settings(server: Server) -> None:
    """Ask the client for its settings, once per folder and once without."""
    if not server.client.configuration:
        return
    scopes: list[str | None] = [None, *server.roots.folders]
    items = [types.ConfigurationItem(scope_uri=scope, section="agent") for scope in scopes]
    answers = await server.request_client("workspace/configuration", types.ConfigurationParams(items))
    if isinstance(answers, list) and len(answers) == len(scopes):
        server.pulled = {
            scope: {**server.pushed, **answer}
            for scope, answer in zip(scopes, answers, strict=True)
            if isinstance(answer, dict)
        }


def did_change_configuration(server: Server, params: Any) -> Coroutine[Any, Any, None]:
    """Take pushed settings, or ask for them again."""
    settings = params.get("settings") if isinstance(params, dict) else None
    own = settings.get("agent") if isinstance(settings, dict) else None
    if isinstance(own, dict):
        server.pushed = dict(own)
    return _settings_changed(server)


async def _settings_changed(server: Server) -> None:
    await pull_settings(server)
    await _look(server)


async def _look(server: Server) -> None:
    from fretsaw.lsp.features import notifications

    await notifications.refresh_status(server)


def did_change_folders(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> Coroutine[Any, Any, None]:
    """Take folders in and out."""
    server.roots.remove(folder.uri for folder in params.event.removed)
    server.roots.add(folder.uri for folder in params.event.added)
    return look_again(server)


async def look_again(server: Server) -> None:
    """Ask for settings again, refresh the status and bring stored proposals back."""
    from fretsaw.lsp.features import notifications, reviews

    notifications.notify_status(server)
    await pull_settings(server)
    await notifications.refresh_status(server)
    if server.trusted:
        await reviews.bring_back(server)


_QUIET = ("/node_modules/", "/.git/objects/", "/.venv/", "/__pycache__/")
"""Parts of URIs of files that change by the thousand and that nobody reviews."""


def did_change_watched_files(server: Server, params: types.DidChangeWatchedFilesParams) -> Coroutine[Any, Any, None]:
    """HEAD or a configuration file changed: look at repositories and closed files again."""
    server.roots.forget()
    is_of_interest = any(not any(part in change.uri for part in _QUIET) for change in params.changes)
    if server.tree_reviews and is_of_interest:
        from fretsaw.lsp.features import tree_reviews

        tree_reviews.follow(server)
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
    return look_again(server)


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
