"""The review of the working tree: hints at its changes, actions to accept or revert each, whoever made them.

It follows the files while an agent writes. What is reverted in an open buffer is an edit of the editor, which its own
undo takes back; in other files it goes through the journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from lsprotocol import types

from fretsaw.core.prune.scene import removed_lines
from fretsaw.core.prune.verdict import why
from fretsaw.core.text.safe_text import safe_text
from fretsaw.core.text.short import one_line
from fretsaw.errors import FretsawError
from fretsaw.lsp.features import notifications
from fretsaw.lsp.features.tree_hints import range_of
from fretsaw.lsp.state.documents import Document
from fretsaw.lsp.state.editor_settings import EditorSettings
from fretsaw.lsp.state.server import Server
from fretsaw.review.tree_review import TreeChange, TreeReview
from fretsaw.threads import in_thread

_PAUSE = 0.3
_LONGEST = 60
_WATCHER = "fretsaw-tree"
_WARNING = types.MessageType.Warning
_SAVE = "Save the file, and look at the changes again."


async def start(server: Server, root: str, *, last_commit: bool) -> None:
    """Look at the working tree and show what changed."""
    if await _read(server, root, last_commit=last_commit):
        review = server.tree_reviews[root]
        open_ = list(review.undecided())
        unasked = sum(change.verdict.decision == "drop" for change in open_)
        count = "1 change" if len(open_) == 1 else f"{len(open_)} changes"
        server.show_message(f"Agent: {count} to review; {unasked} without effect or forbidden.")
        if server.client.watch_files and not server.watches_files:
            server.watches_files = True
            watcher = types.FileSystemWatcher("**/*")
            options = types.DidChangeWatchedFilesRegistrationOptions([watcher])
            registration = types.Registration(_WATCHER, "workspace/didChangeWatchedFiles", options)
            server.spawn(server.request_client("client/registerCapability", types.RegistrationParams([registration])))


async def _read(server: Server, root: str, *, last_commit: bool) -> bool:
    settings = server.editor_settings(root)
    try:
        review = await in_thread(partial(_read_review, settings, root, last_commit))
    except FretsawError as error:
        server.show_message(f"Agent: {safe_text(str(error))}", types.MessageType.Warning)
        return False
    server.tree_reviews[root] = review
    notifications.publish_changes(server)
    return True


def _read_review(settings: EditorSettings, root: str, last_commit: bool) -> TreeReview:
    from fretsaw.session.tree_review import read_tree_review

    return read_tree_review(settings.open(Path(root), lenient=True), last_commit=last_commit)


def follow(server: Server) -> None:
    """Files changed: look again, once, soon."""
    for root in server.tree_reviews:
        if root not in server.stale_trees:
            server.stale_trees.add(root)
            server.spawn(_look_again(server, root))


async def _look_again(server: Server, root: str) -> None:
    await asyncio.sleep(_PAUSE)
    server.stale_trees.discard(root)
    if root in server.tree_reviews:
        await _read(server, root, last_commit=server.tree_reviews[root].last_commit)


# What is offered


def actions(server: Server, document: Document, where: types.Range) -> list[tuple[str, str, dict[str, Any]]]:
    """(title, command, argument) for the changes at a place."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    for review in server.tree_reviews.values():
        here = [
            change
            for change in review.undecided()
            if change.path in review.texts
            and document.path == str(Path(review.root, change.path))
            and (place := range_of(review, change, document)) is not None
            and place.start.line <= where.end.line
            and where.start.line <= max(place.end.line - 1, place.start.line)
        ]
        for change in here:
            argument = {"root": review.root, "keys": [change.key]}
            reason = one_line(safe_text(why(change.verdict.reason, change.verdict.needed_by)), _LONGEST)
            found.append((f"Agent: Revert this change ({reason})", "agent.revertChange", argument))
            found.append(("Agent: Accept this change (mark as reviewed)", "agent.markReviewed", argument))
        unasked = [change.key for change in review.undecided() if change.verdict.decision == "drop"]
        if here and len(unasked) > 1:
            title = f"Agent: Revert all {len(unasked)} changes that nobody asked for"
            found.append((title, "agent.revertChange", {"root": review.root, "keys": unasked}))
    return found


# What a person decides


def mark_reviewed(server: Server, review: TreeReview, keys: Iterable[str]) -> list[str]:
    """Do not show these changes again; the keys that are known."""
    known = [change.key for change in review.find(keys)]
    review.decided |= frozenset(known)
    notifications.publish_changes(server)
    server.spawn_writing(_keep(server, review, known))
    return known


async def _keep(server: Server, review: TreeReview, keys: list[str]) -> None:
    settings = server.editor_settings(review.root)
    await in_thread(partial(_keep_decisions, settings, review.root, keys))


def _keep_decisions(settings: EditorSettings, root: str, keys: list[str]) -> None:
    from fretsaw.session.tree_review import keep_decisions

    keep_decisions(settings.open(Path(root), lenient=True), keys)


async def revert(server: Server, review: TreeReview, keys: Iterable[str]) -> None:
    """Take changes out: told to an agent that works here, edited in open buffers, else written through the journal."""
    chosen = review.find(keys)
    settings = server.editor_settings(review.root)
    try:
        if await in_thread(partial(_queue, settings, review.root, chosen)):
            server.show_message("Agent: an agent is working here; what you reject is told to it at its turn's end.")
            mark_reviewed(server, review, [change.key for change in chosen])
            return
        in_buffers, in_files = _split(server, review, chosen)
        if in_files:
            keys_in_files = frozenset(change.key for change in in_files)
            await in_thread(partial(_revert_files, settings, review, keys_in_files))
    except FretsawError as error:
        server.show_message(f"Agent: {safe_text(str(error))}", types.MessageType.Warning)
        return
    reverted = await _revert_buffers(server, review, in_buffers)
    review.decided |= reverted  # until the buffers are saved
    await _read_keeping(server, review, reverted)


async def _read_keeping(server: Server, review: TreeReview, keys: frozenset[str]) -> None:
    """Look again; what is reverted in a buffer stays hidden although its file has it still."""
    if await _read(server, review.root, last_commit=review.last_commit):
        server.tree_reviews[review.root].decided |= keys
        notifications.publish_changes(server)


def _queue(settings: EditorSettings, root: str, chosen: tuple[TreeChange, ...]) -> bool:
    from fretsaw.session.tree_review import queue_for_agent

    return queue_for_agent(settings.open(Path(root), lenient=True), chosen)


def _revert_files(settings: EditorSettings, review: TreeReview, keys: frozenset[str]) -> None:
    from fretsaw.session.tree_review import revert_in_files

    revert_in_files(settings.open(Path(review.root), lenient=True), keys, last_commit=review.last_commit)


def _split(
    server: Server, review: TreeReview, chosen: Iterable[TreeChange]
) -> tuple[list[TreeChange], list[TreeChange]]:
    """The changes of lines in open buffers, and those that go through the journal."""
    in_buffers: list[TreeChange] = []
    in_files: list[TreeChange] = []
    for change in chosen:
        is_open = server.documents.at(str(Path(review.root, change.path))) is not None
        is_lines = change.verdict.change.kind == "lines"
        (in_buffers if is_open and is_lines and server.client.apply_edit else in_files).append(change)
    return in_buffers, in_files


async def _revert_buffers(server: Server, review: TreeReview, changes: Iterable[TreeChange]) -> frozenset[str]:
    """Have the editor take changes out of open buffers; the keys of those that it did, the others are named."""
    edits: dict[str, tuple[Document, list[types.TextEdit]]] = {}
    placed, lost = [], []
    for change in changes:
        document = server.documents.at(str(Path(review.root, change.path)))
        where = range_of(review, change, document) if document else None
        if document is None or where is None:
            lost.append(safe_text(change.path))
            continue
        placed.append(change.key)
        removed = "".join(removed_lines(change.verdict.change))
        edits.setdefault(document.uri, (document, []))[1].append(types.TextEdit(where, removed))
    if lost:
        places = ", ".join(sorted(set(lost)))
        server.show_message(f"Agent: left as they are, since they were edited again: {places}. {_SAVE}", _WARNING)
    if not edits:
        return frozenset()
    params = types.ApplyWorkspaceEditParams(_workspace_edit(server, edits.values()), label="Agent: revert changes")
    answer = await server.request_client("workspace/applyEdit", params, seconds=30.0)
    if isinstance(answer, dict) and answer.get("applied"):
        return frozenset(placed)
    server.show_message(f"Agent: the editor did not revert the changes; nothing was changed. {_SAVE}", _WARNING)
    return frozenset()


def _workspace_edit(server: Server, edits: Iterable[tuple[Document, list[types.TextEdit]]]) -> types.WorkspaceEdit:
    """The edits, for the versions of the buffers that they were made for where the client knows versions."""
    if not server.client.document_changes:
        return types.WorkspaceEdit(changes={document.uri: made for document, made in edits})
    documents = [
        types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version), [*made])
        for document, made in edits
    ]
    return types.WorkspaceEdit(document_changes=documents)
