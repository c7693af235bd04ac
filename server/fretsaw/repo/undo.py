"""Takes a delivered change back, file by file, without losing what the user did since.

A file that still is what we wrote goes back to what it was; in one that the
user edited since, our change alone is taken out, if git can do that without a conflict; any other is left and named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fretsaw.repo import journal
from fretsaw.repo.deliver import refuse_operation
from fretsaw.repo.discover import reopened
from fretsaw.repo.git.refs import GitRefs, wait_for_index
from fretsaw.repo.journal import IndexMove, JournalFolder, Plan, Record, RefMove, Step, open_journal
from fretsaw.repo.journal.safe_read import FileState, NotRegularError, read_beneath
from fretsaw.repo.merge import merge_bytes
from fretsaw.repo.repository import Delivery, How, Repo, UndoResult


@dataclass(frozen=True, slots=True)
class Back:
    """The files that can be taken back, and those that cannot."""

    steps: tuple[Step, ...]
    left: tuple[tuple[str, str], ...]


def undo(repo: Repo, state_dir: Path, run_id: str | None = None) -> UndoResult:
    """Take back the newest change, or the newest of a run. Nothing to take back is no error, but said in `message`.

    RepoError while a merge or the like is in progress, ConflictError when a file changes under our hands.
    """
    now = reopened(repo)
    refs = GitRefs(now, "undo")
    with open_journal(state_dir, repo.root) as home:
        told = journal.recover(home, refs)
        known = [record for record in journal.records(home) if run_id is None or record.plan.run == run_id]
        if not known:
            of = f" of run {run_id}" if run_id else ""
            return UndoResult(message=f"there is no change{of} to undo here", notices=told)
        record = known[-1]
        if record.done:
            return UndoResult(message="that change was undone already; nothing was changed", notices=told)
        refuse_operation(now)
        result = _undo_branch(now, home, refs, record) if record.plan.how == "branch" else None
        result = result or _undo_files(now, home, refs, record)
    return replace(result, notices=(*told, *result.notices))


def recover(repo: Repo, state_dir: Path) -> tuple[str, ...]:
    """Finish or roll back what a crash left in this worktree; what was done. Cheap when there is nothing."""
    if not journal.is_pending(state_dir, repo.root):
        return ()
    with open_journal(state_dir, repo.root) as home:
        return journal.recover(home, GitRefs(repo, "recover"))


@dataclass(frozen=True, slots=True)
class Recorded:
    """A delivery of which the journal still has the way back."""

    delivery: Delivery
    undone: bool
    """True if all of it was taken back."""


def deliveries(repo: Repo, state_dir: Path) -> dict[str, Recorded]:
    """List the deliveries of this worktree, undone ones too: the run's id as `deliver` was given it → its record."""
    found = {}
    with open_journal(state_dir, repo.root) as home:
        for record in journal.records(home):
            plan = record.plan
            commit = plan.move.new if plan.move else None
            branch = plan.move.ref.removeprefix("refs/heads/") if plan.move else None
            how: How = plan.how if plan.how in {"branch", "commit"} else "worktree"  # type: ignore[assignment]
            delivery = Delivery(how, tuple(step.path for step in plan.steps), commit, branch, plan.tx)
            found[plan.run] = Recorded(delivery, record.done)
    return found


def _undo_branch(repo: Repo, home: JournalFolder, refs: GitRefs, record: Record) -> UndoResult:
    """Delete the branch that we made, if nobody went on from it or stands on it."""
    move = record.plan.move
    assert move is not None, "a delivery to a branch has one"
    name = move.ref.removeprefix("refs/heads/")
    tip = refs.tip(move.ref)
    if tip is None:
        return UndoResult(message=f"the branch {name} is gone already; nothing was changed")
    why = ""
    if tip != move.new:
        why = "it has other commits now"
    elif refs.worktree_of(move.ref):
        why = f"it is checked out in {refs.worktree_of(move.ref)}"
    if why:
        return UndoResult(
            left=((name, why),), message=f"the branch {name} is left: {why}; `git branch -D {name}` deletes it"
        )
    plan = Plan(
        journal.new_tx(home), str(repo.root), record.plan.run, "branch", (),
        move=RefMove(move.ref, move.new, None), undoes=record.plan.tx,
    )  # fmt: skip
    applied = journal.transact(home, plan, refs)
    return UndoResult((name,), (), f"the branch {name} is deleted", applied.tx, applied.notices)


def _undo_files(repo: Repo, home: JournalFolder, refs: GitRefs, record: Record) -> UndoResult:
    """Take the change out of the worktree, and the commit off its branch if that loses nothing."""
    back = _back(repo.git.exe, home, record)
    if not back.steps:
        return UndoResult(left=back.left, message="nothing could be undone; nothing was changed")
    plan = Plan(
        journal.new_tx(home),
        str(repo.root),
        record.plan.run,
        "worktree",
        back.steps,
        emptied=tuple(reversed(record.plan.folders)),
        undoes=record.plan.tx,
    )
    said = ""
    if record.plan.how == "commit":
        plan, said = _with_commit(repo, refs, record, back, plan)
    applied = journal.transact(home, plan, refs)
    paths = tuple(step.path for step in back.steps)
    return UndoResult(paths, back.left, _message(back) + said, applied.tx, applied.notices)


def _message(back: Back) -> str:
    """The outcome for each file, in a sentence."""
    changed = [step.path for step in back.steps if step.pre != step.post]
    already = [step.path for step in back.steps if step.pre == step.post]
    parts = [f"undone: {', '.join(changed)}"] if changed else []
    parts += [f"as it was before already: {', '.join(already)}"] if already else []
    parts += [f"left: {', '.join(path for path, _ in back.left)}"] if back.left else []
    return "; ".join(parts)


def _with_commit(repo: Repo, refs: GitRefs, record: Record, back: Back, plan: Plan) -> tuple[Plan, str]:
    """The plan, which also moves the branch back if our commit is its tip, was not published and goes as a whole."""
    move = record.plan.move
    assert move is not None and move.new is not None, "a delivered commit has a branch"
    whole = not back.left and all(
        step.pre == then.post and step.post == then.pre
        for step, then in zip(back.steps, record.plan.steps, strict=False)
    )
    if whole and refs.tip(move.ref) == move.new and _is_current(repo, move) and not refs.is_published(move.new):
        wait_for_index(repo)
        index = tuple(IndexMove(item.path, item.new, item.old) for item in record.plan.index)
        name = move.ref.removeprefix("refs/heads/")
        said = f"; {name} is back at {(move.old or 'no commit')[:12]}"
        return replace(plan, how="commit", move=RefMove(move.ref, move.new, move.old), index=index), said
    return plan, f"; the commit {move.new[:12]} stays in the history: commit this reversal to take it back there too"


def _is_current(repo: Repo, move: RefMove) -> bool:
    return repo.branch is not None and move.ref == f"refs/heads/{repo.branch}"


def _back(exe: str, home: JournalFolder, record: Record) -> Back:
    steps, left = [], []
    for step in record.plan.steps:
        if step.path in record.undone:
            continue
        found = _reverse(exe, home, step)
        if isinstance(found, Step):
            steps.append(found)
        else:
            left.append((step.path, found))
    return Back(tuple(steps), tuple(left))


def _reverse(exe: str, home: JournalFolder, step: Step) -> Step | str:
    """The step that takes `step` back from what is there now, or why there is none."""
    try:
        now = read_beneath(home.root, step.path)
    except NotRegularError:
        return "it is no regular file any more"
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    if _same_bytes(now, step.post):
        return Step(step.path, now, _with_mode_of(now, step))
    if _same_bytes(now, step.pre):
        # Taken back by hand, which counts: else the run would stand in the way of undoing older ones for ever.
        return Step(step.path, now, now) if now is not None else "it is as it was before already"
    if now is None:
        return "it was deleted since"
    if step.pre is None or step.post is None:
        return "it was changed since"
    merged = merge_bytes(exe, now.data, step.post.data, step.pre.data)
    if merged is None:
        return "it was changed since in the same place"
    return Step(step.path, now, FileState(merged, now.executable, now.access))


def _with_mode_of(now: FileState | None, step: Step) -> FileState | None:
    """The state before the step, with the executable bit that the user set since."""
    if now is None or step.post is None or step.pre is None or now.executable == step.post.executable:
        return step.pre
    return FileState(step.pre.data, now.executable, now.access)


def _same_bytes(one: FileState | None, other: FileState | None) -> bool:
    return (one is None) == (other is None) and (one is None or other is None or one.data == other.data)
