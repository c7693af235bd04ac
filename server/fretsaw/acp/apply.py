"""Accepted changes become files: by the journal, and through the editor where it has unsaved text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from fretsaw import repo
from fretsaw.acp.client import Client, is_same_text
from fretsaw.core.patch import select
from fretsaw.core.patch.patch_set import FilePatch, PatchSet
from fretsaw.core.run import Proposal
from fretsaw.errors import ConflictError, FretsawError
from fretsaw.session.deliver import apply_run, apply_texts, check_policy
from fretsaw.session.history import set_states
from fretsaw.session.open import Session
from fretsaw.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Applied:
    """The paths that were written."""

    by_journal: tuple[str, ...] = ()
    """Paths that `agent undo` takes back."""
    by_editor: tuple[str, ...] = ()
    """Paths that the editor wrote, since it had unsaved text; its own undo takes them back."""
    notices: tuple[str, ...] = ()


async def apply_changes(
    client: Client, session_id: str, session: Session, run_id: str, proposal: Proposal, chosen: frozenset[int]
) -> Applied:
    """Write these changes of a run's proposal, all or none. Raises ConflictError and what delivery raises."""
    patch = select(proposal.proposed, chosen)
    held = await client.unsaved(session_id, session.root, patch.paths)
    if not held:
        delivery, _ = await in_thread(partial(apply_run, session, run_id, chosen))
        return Applied(tuple(delivery.paths), notices=tuple(delivery.notices))
    await in_thread(partial(check_policy, session, _only(proposal, patch)))
    through_editor = {file.path: file for file in patch.files if file.path in held}
    _refuse_conflicts(client, through_editor, held)
    written: list[str] = []
    try:
        for path, file in through_editor.items():
            written.append(path)
            if not await client.write(session_id, session.root / path, file.after or ""):
                raise ConflictError(f"the editor did not write {path} as it was asked to")
        rest = PatchSet(tuple(file for file in patch.files if file.path not in held))
        notices = await in_thread(partial(_apply_rest, session, run_id, rest)) if rest else ()
    except FretsawError:
        for path in written:
            await client.write(session_id, session.root / path, held[path])
        raise
    await in_thread(partial(set_states, session, run_id, dict.fromkeys(chosen, "accepted")))
    return Applied(rest.paths, tuple(through_editor), notices)


def _only(proposal: Proposal, patch: PatchSet) -> Proposal:
    return Proposal(proposal.proposed, patch, proposal.verdicts, proposal.evidence, proposal.summary)


def _refuse_conflicts(client: Client, files: Mapping[str, FilePatch], held: Mapping[str, str]) -> None:
    """ConflictError where the editor's text is not what the run saw, or cannot be written."""
    for path, file in files.items():
        if file.op != "edit" or not is_same_text(held[path], file.before):
            raise ConflictError(
                f"{path} has unsaved edits that the run did not see", hint="save or discard them, then `/apply`"
            )
        if not client.can_write:
            raise ConflictError(
                f"{path} has unsaved edits, and the editor does not let an agent write it",
                hint="save it, then `/apply`",
            )


def _apply_rest(session: Session, run_id: str, patch: PatchSet) -> tuple[str, ...]:
    """Write the files that the editor has no other text of."""
    now = {file.path: repo.file_text(session.root, file.path) for file in patch.files}
    edited = [file.path for file in patch.files if not is_same_text(now[file.path], file.before)]
    if edited:
        raise ConflictError(f"{', '.join(edited)} was edited meanwhile", hint="`/apply` tries again")
    modes = {file.path: file.mode for file in patch.files if file.mode}
    after = {file.path: file.after for file in patch.files}
    return tuple(apply_texts(session, run_id, {file.path: file.before for file in patch.files}, after, modes).notices)
