"""Runs that follow one another in a conversation: found in the store, and their state in the files read off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from fretsaw import repo, run_store
from fretsaw.core.chat import Answer, Message
from fretsaw.core.issue import Issue
from fretsaw.core.patch import FilePatch, PatchSet, select, texts
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.patch_call import answer_calls
from fretsaw.core.prompt.edit_forms import EditForm
from fretsaw.core.run import GaveUp, Proposal, Run
from fretsaw.errors import RepoError, UsageError
from fretsaw.repo.merge import merge_texts
from fretsaw.session.deliver import unproved_proposal
from fretsaw.session.history import load_run, read_run, run_summaries
from fretsaw.session.open import Session
from fretsaw.session.secret_mask import reveal_proposal
from fretsaw.session.task import StoredRun

SAID = "said"
"""The note of a run with what a person said in it, where its issue joins several requests."""
ASKED = "asked"
"""The note of a run with the model and the form of edits that were asked for."""
_NOTHING = PatchSet()


@dataclass(frozen=True, slots=True)
class ThreadRun:
    """One run of a thread, with what became of its changes."""

    stored: StoredRun
    said: Issue
    proposal: Proposal | None
    applied: frozenset[int] = frozenset()
    """The changes that are in the files."""
    pending: frozenset[int] = frozenset()
    """Those that are proposed and neither applied nor rejected."""
    accepted: frozenset[int] = frozenset()
    """Those of `applied` that a person accepted one by one."""
    rejected: tuple[Change, ...] = ()

    def patch(self, numbers: frozenset[int]) -> PatchSet:
        """The patch of some of its changes."""
        return select(self.proposal.proposed, numbers) if self.proposal else _NOTHING


@dataclass(slots=True)
class ThreadTexts:
    """The files of a thread in the three states that a follow-up deals with: path → text, None: no such file."""

    now: dict[str, str | None]
    """As the user has them."""
    base: dict[str, str | None] = field(default_factory=dict)
    """Without what the thread has applied, the user's own edits in them."""
    top: dict[str, str | None] = field(default_factory=dict)
    """With what the thread has applied or still proposes."""
    own: set[str] = field(default_factory=set)
    """Files of which the user has edited the thread's own lines: they count as the user's."""


def thread_runs(session: Session, run: Run) -> list[Run]:
    """The runs of a thread, oldest first: the run alone where nobody talked back to it."""
    first = run.thread or run.id
    found = [one for one in run_summaries(session) if isinstance(one, Run) and first in (one.id, one.thread)]
    return sorted(found, key=lambda one: one.id) or [run]


def runs_to_replay(session: Session, run_id: str | None) -> list[str]:
    """The runs that are repeated for one: those before it in its thread that have answers on record, and itself."""
    named = load_run(session, run_id).run
    earlier = [run.id for run in thread_runs(session, named) if run.id < named.id]
    return [*(one for one in earlier if any(session.store.get(one).calls())), named.id]


def read_thread(session: Session, run_id: str | None) -> list[ThreadRun]:
    """The turns of the thread that a run belongs to, oldest first, without those that failed.

    UsageError where one of its runs is still going on, or nothing of it has an outcome.
    """
    named = load_run(session, run_id).run
    turns = []
    for run in thread_runs(session, named):
        if run.state == "running":
            raise UsageError(f"run {run.id} is still going on", hint="wait for its end, or cancel it")
        if run.id == named.id or run.state not in ("failed", "cancelled"):
            stored = read_run(session, session.store.get(run.id))
            if stored.outcome is not None:
                turns.append(_read_turn(session, stored))
    if not turns:
        raise UsageError(
            f"run {named.id} has no reply to talk back to: {named.error or named.state}",
            hint="start again with `agent fix`",
        )
    return turns


def requests_of(session: Session, stored: StoredRun) -> Issue:
    """The request of a person in a run, without the requests before it."""
    note = session.store.at(stored.folder).note(SAID)
    return run_store.from_plain(note, Issue) if note else stored.issue


def _read_turn(session: Session, stored: StoredRun) -> ThreadRun:
    said, proposal = requests_of(session, stored), _real_proposal(session, stored)
    if proposal is None:
        return ThreadRun(stored, said, None)
    states = stored.states
    kept = frozenset(item.change.id for item in proposal.verdicts if item.decision != "drop")
    accepted = frozenset(number for number, state in states.items() if state == "accepted")
    rejected = frozenset(number for number, state in states.items() if state == "rejected")
    live = stored.run.state != "undone"
    applied = (kept - rejected if _is_applied_whole(stored) else accepted) if live else frozenset()
    return ThreadRun(
        stored,
        said,
        proposal,
        applied,
        kept - applied - rejected,
        accepted & applied,
        tuple(item.change for item in proposal.verdicts if item.change.id in rejected),
    )


def _is_applied_whole(stored: StoredRun) -> bool:
    """Tell whether the patch of a run was written into the files at once, rather than change by change in an editor."""
    delivery = stored.delivery or {}
    tags = delivery.get("tags")
    by_editor = isinstance(tags, list) and any("+editor" in str(tag) for tag in tags)
    return stored.run.state == "delivered" and delivery.get("kind") in ("worktree", "commit") and not by_editor


def _real_proposal(session: Session, stored: StoredRun) -> Proposal | None:
    if isinstance(stored.real, Proposal):
        return stored.real
    if isinstance(stored.outcome, GaveUp) and stored.outcome.refused:
        return reveal_proposal(session, unproved_proposal(stored.outcome))
    return None


def read_texts(session: Session, turns: list[ThreadRun], overlay: Mapping[str, str]) -> ThreadTexts:
    """The files of a thread: as they are, without it, and with all that it still proposes."""
    paths = {path for turn in turns if turn.proposal for path in turn.proposal.proposed.paths}
    state = ThreadTexts({path: _present(session, path, overlay) for path in sorted(paths)})
    state.base, state.top = dict(state.now), dict(state.now)
    exe = session.repo.git.exe
    for turn in reversed(turns):
        for file in turn.patch(turn.applied).files:
            if file.path not in state.own:
                _take_out(exe, state, file)
    _put_in(exe, state, turns[-1])
    for path in state.own:
        state.base[path] = state.top[path] = state.now[path]
    return state


def _present(session: Session, path: str, overlay: Mapping[str, str]) -> str | None:
    return overlay[path] if path in overlay else repo.file_text(session.root, path)


def _take_out(exe: str, state: ThreadTexts, file: FilePatch) -> None:
    """Take a change of a file out of the base; where the user has edited its lines, the file is the user's."""
    text = state.base[file.path]
    if text == file.after:
        state.base[file.path] = file.before
    elif text is None or file.before is None or file.after is None:
        state.own.add(file.path)
    else:
        merged = merge_texts(exe, text, file.after, file.before)
        if merged is None:
            state.own.add(file.path)
        else:
            state.base[file.path] = merged


def _put_in(exe: str, state: ThreadTexts, turn: ThreadRun) -> None:
    """Put what is still proposed into the top; what fits no longer is left out."""
    applied = texts(turn.patch(turn.applied))
    for file in turn.patch(turn.applied | turn.pending).files:
        known = applied.get(file.path, file.before)
        now = state.now[file.path]
        if now == known:
            state.top[file.path] = file.after
        elif now is not None and known is not None and file.after is not None:
            merged = merge_texts(exe, now, known, file.after)
            state.top[file.path] = now if merged is None else merged


def added_texts(
    turn: ThreadRun, numbers: frozenset[int], wanted: frozenset[int]
) -> Iterator[tuple[str | None, Change]]:
    """Yield the changes `wanted` of a turn, each in the text with all of `numbers` in it, at its place there."""
    after = texts(turn.patch(numbers))
    shift: dict[str, int] = {}
    for item in turn.proposal.verdicts if turn.proposal else ():
        change = item.change
        if change.id not in numbers:
            continue
        at = shift.get(change.path, 0)
        if change.id in wanted:
            yield after.get(change.path), _moved_by(change, at)
        if change.hunk is not None:
            shift[change.path] = at + len(change.hunk.added) - len(change.hunk.removed)


def _moved_by(change: Change, lines: int) -> Change:
    return (
        change if change.hunk is None else replace(change, hunk=replace(change.hunk, start=change.hunk.start + lines))
    )


def conversation_of(folder: run_store.RunFolder, form: EditForm, model: str) -> tuple[Message, ...]:
    """The messages of a run up to its last answer, which the next turn goes on with; () where it cannot.

    Another model, or another form of edits, begins anew: items of reasoning and calls are of the model that made them.
    """
    try:
        calls = tuple(folder.calls())
        if not calls or folder.note(ASKED) != {"model": model, "form": form}:
            return ()
    except RepoError:
        return ()
    request, answer = calls[-1]
    if _has_lost_pictures(request.messages):
        return ()
    said = Message("assistant", answer.text, tool_calls=answer.tool_calls, items=answer.items)
    return (*request.messages, said, *_answers(answer))


def _has_lost_pictures(messages: tuple[Message, ...]) -> bool:
    pictures = (image for message in messages for image in message.images)
    files = (file for message in messages for file in message.files)
    return not (all(image.data_uri for image in pictures) and all(file.data_uri for file in files))


def _answers(answer: Answer) -> tuple[Message, ...]:
    """An answer for each call of the last message: an endpoint refuses a conversation with one that has none."""
    patches = [call for call in answer.tool_calls if call.kind != "function"]
    others = [call for call in answer.tool_calls if call.kind == "function"]
    received = tuple(Message("tool", "received", tool_call_id=call.id) for call in others)
    return (*received, *answer_calls(patches, ()))
