"""Accept and undo: one labelled, versioned edit for open buffers, the journal for closed files, verified afterwards."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from lsprotocol import types

from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import FretsawError
from fretsaw.lsp.features import notifications, reviews, to_json
from fretsaw.lsp.state.editor_settings import EditorSettings
from fretsaw.lsp.state.server import Server
from fretsaw.review.review import WAITING, Arrival, Review
from fretsaw.review.track import Edit, Place
from fretsaw.threads import in_thread

log = logging.getLogger("fretsaw.lsp")
_ANSWER_SECONDS, _ARRIVAL_SECONDS, _REFUSED_SECONDS = 60.0, 3.0, 0.1
_ANNOTATION = "agent"


def workspace_edit(
    server: Server, review: Review, plan: dict[str, list[Edit]], title: str, preview: bool = False
) -> types.WorkspaceEdit:
    """The edits of a plan as one workspace edit: versioned where the client knows versions, annotated where it may.

    `preview`: the client is to show it before it applies it.
    """
    annotated = server.client.annotations and server.client.document_changes
    documents = [_document_edit(server, review, path, edits, annotated) for path, edits in plan.items()]
    if not server.client.document_changes:
        plain = {
            item.text_document.uri: [edit for edit in item.edits if isinstance(edit, types.TextEdit)]
            for item in documents
        }
        return types.WorkspaceEdit(changes=plain)
    notes = {
        _ANNOTATION: types.ChangeAnnotation(title, needs_confirmation=preview, description=safe_text(review.title))
    }
    return types.WorkspaceEdit(document_changes=documents, change_annotations=notes if annotated else None)


def _document_edit(
    server: Server, review: Review, path: str, edits: Iterable[Edit], annotated: bool
) -> types.TextDocumentEdit:
    file = review.files[path]
    text = file.text or ""
    made: list[Any] = []
    for edit in edits:
        where = to_json.range_between(server, text, edit.start, edit.end)
        if annotated:
            made.append(types.AnnotatedTextEdit(_ANNOTATION, where, edit.text))
        else:
            made.append(types.TextEdit(where, edit.text))
    return types.TextDocumentEdit(
        types.OptionalVersionedTextDocumentIdentifier(to_json.file_uri(review, path), file.version), made
    )


def split(server: Server, review: Review, numbers: Iterable[int]) -> tuple[list[int], list[int]]:
    """The changes that go through the editor (lines of open buffers), and those that go through the journal."""
    through_editor: list[int] = []
    through_journal: list[int] = []
    for number in numbers:
        path = review.change(number).path
        is_open = server.documents.at(str(review.root / path)) is not None
        lines = review.change(number).kind == "lines"
        (through_editor if is_open and lines and server.client.apply_edit else through_journal).append(number)
    return through_editor, through_journal


async def accept(server: Server, review: Review, numbers: list[int], preview: bool = False) -> None:
    """Apply changes. What cannot be applied keeps its state, and the person is told why.

    `preview`: all of it goes through the editor, open or not, which shows it first.
    """
    async with server.locks.setdefault(f"apply {review.root}", asyncio.Lock()):
        numbers = [number for number in numbers if review.state(number) in WAITING]
        editor, journal = (numbers, []) if preview else split(server, review, numbers)
        title = f"Agent: {safe_text(review.title)}"
        if editor and not await _through_editor(server, review, editor, "new", title, preview):
            return
        if journal:
            await _through_journal(server, review, journal)
        notifications.publish_changes(server)


async def undo(server: Server, review: Review, numbers: list[int]) -> None:
    """Take accepted changes out again where their lines still stand as they were put; name the others."""
    async with server.locks.setdefault(f"apply {review.root}", asyncio.Lock()):
        standing = [number for number in numbers if review.place(number) == "after"]
        delivered = [number for number in standing if number in review.delivered]
        rest = [number for number in standing if number not in review.delivered and review.span(number) is not None]
        left = [number for number in numbers if number not in standing]
        if rest and not await _through_editor(server, review, rest, "old", f"Agent: undo {safe_text(review.title)}"):
            return
        if delivered:
            await _undo_journal(server, review)
        if left:
            places = ", ".join(sorted({safe_text(review.change(number).path) for number in left}))
            server.show_message(
                f"Agent: left as they are, since they were edited again: {places}", types.MessageType.Warning
            )
        notifications.publish_changes(server)


async def _through_editor(
    server: Server, review: Review, numbers: list[int], wanted: Literal["new", "old"], title: str, preview: bool = False
) -> bool:
    """Let the editor put the changes in (`new`) or take them out (`old`); False where it did not.

    What counts is the text that arrives, not the answer: an editor may say yes and change nothing, or the reverse.
    """
    plan = review.plan(numbers, wanted)
    texts = _texts(review, plan)
    edit = workspace_edit(server, review, plan, title, preview)
    goal: Place = "after" if wanted == "new" else "before"
    arrival = review.expect(numbers, goal)
    answer = await server.request_client(
        "workspace/applyEdit", types.ApplyWorkspaceEditParams(edit, label=title), seconds=_ANSWER_SECONDS
    )
    applied = _says_applied(answer, preview)
    wait = _ARRIVAL_SECONDS if applied else _REFUSED_SECONDS
    if await _arrives(lambda: arrival.seen, wait):
        _decide_standing(review, arrival)
        return True
    unchanged = texts == _texts(review, plan)
    # What was ticked is in the text, what was not is pending still.
    partly = bool(preview and applied and not unchanged)
    may_come = unchanged and _may_come(applied, wanted)
    if may_come and wanted == "new":
        review.decide(numbers, "handed-off")
    if not partly and not may_come:
        _show_refusal(server, answer)
    notifications.publish_changes(server)
    return bool(applied) and (partly or may_come)


def _decide_standing(review: Review, arrival: Arrival) -> None:
    """Write down what arrived and still stands; what a person undid meanwhile has its state from the text already."""
    still = [number for number in arrival.numbers if review.place(number) == arrival.place]
    review.decide(still, "accepted" if arrival.place == "after" else "pending")


def _says_applied(answer: Any, preview: bool) -> Any:
    """Read whether the editor says that it applied the edit; None where it says nothing.

    Nothing in a preview means that the person is still looking: what is applied later counts when it arrives.
    """
    applied = answer.get("applied") if isinstance(answer, dict) else None
    return False if preview and applied is None else applied


def _may_come(applied: Any, wanted: Literal["new", "old"]) -> bool:
    """Tell whether an edit that has not arrived still may: the client reviews by itself, or tells of it when idle."""
    return applied is not None and bool(applied or wanted == "new")


def _texts(review: Review, paths: Iterable[str]) -> dict[str, str | None]:
    return {path: review.files[path].text for path in paths}


def _show_refusal(server: Server, answer: Any) -> None:
    """Tell the person that the editor did not apply the change, and its reason if it gave one."""
    reason = safe_text(str(answer.get("failureReason") or "")) if isinstance(answer, dict) else "no answer"
    server.show_message(
        f"Agent: the editor did not apply the change{f' ({reason})' if reason else ''}. The proposal is kept.",
        types.MessageType.Warning,
    )


async def _arrives(there: Callable[[], bool], seconds: float) -> bool:
    """Return True if it is so within so many seconds: the editor's text change may come after its answer."""
    for _ in range(int(seconds / 0.02)):
        if there():
            return True
        await asyncio.sleep(0.02)
    return there()


async def _through_journal(server: Server, review: Review, numbers: list[int]) -> None:
    settings = server.editor_settings(review.root)
    texts, modes = review.texts_after(numbers), review.modes_after(numbers)
    try:
        await in_thread(lambda: _deliver_texts(settings, review, texts, modes))
    except FretsawError as error:
        server.show_message(f"Agent: {safe_text(str(error))}. The proposal is kept.", types.MessageType.Warning)
    else:
        review.delivered.update(numbers)
        review.decide(numbers, "accepted")
    await reviews.refresh_closed(server)


async def _undo_journal(server: Server, review: Review) -> None:
    settings = server.editor_settings(review.root)
    try:
        left = await in_thread(lambda: _undo_delivery(settings, review))
    except FretsawError as error:
        server.show_message(f"Agent: {safe_text(str(error))}", types.MessageType.Warning)
        return
    taken = {number for number in review.delivered if review.change(number).path not in left}
    review.decide(taken, "pending")
    review.delivered -= taken
    if left:
        server.show_message(
            f"Agent: left as they are, since they were edited again: {', '.join(map(safe_text, left))}",
            types.MessageType.Warning,
        )
    await reviews.refresh_closed(server)


def _deliver_texts(
    settings: EditorSettings,
    review: Review,
    texts: Mapping[str, tuple[str | None, str | None]],
    modes: Mapping[str, tuple[str, str]],
) -> None:
    """Put texts and modes (path → before, after) into files, by the journal. Raises ConflictError."""
    from fretsaw.session.deliver import apply_texts

    before = {path: pair[0] for path, pair in texts.items()}
    after = {path: pair[1] for path, pair in texts.items()}
    apply_texts(
        settings.open(review.root, lenient=True).with_settings(apply="worktree"), review.run_id, before, after, modes
    )


def _undo_delivery(settings: EditorSettings, review: Review) -> tuple[str, ...]:
    """Take back what was delivered by the journal; the paths that were left since they were edited again."""
    from fretsaw.session.undo import undo_run

    return tuple(path for path, _ in undo_run(settings.open(review.root, lenient=True), review.run_id)[1].left)
