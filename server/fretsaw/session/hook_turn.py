"""Compare a worktree with the state at the start of an agent's turn; the heavy half of the hooks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fretsaw import repo
from fretsaw.core.patch import derive_set
from fretsaw.core.text.safe_text import safe_text
from fretsaw.hooks.judge import Request
from fretsaw.hooks.turn import Turn
from fretsaw.repo.git.state_diff import StateDiff, read_states
from fretsaw.repo.git.states import WORKTREE, States, find_states
from fretsaw.session.scope import Scope
from fretsaw.session.vet_tree import judge_diff


def turn_base(root: Path) -> tuple[str, dict[str, str | None]]:
    """The commit, and the texts of the files that are not as it has them."""
    opened = repo.open_repo(root)
    states = find_states(opened)
    diff = read_states(opened, states)
    base: dict[str, str | None] = {file.path: file.after for file in diff.patch.files}
    base |= {old: None for new, old in diff.renamed.items() if new in base}
    return states.before, base


def unasked_since(root: Path, turn: Turn, request: Request) -> list[str]:
    """List what changed since the turn began and nobody asked for, a line each."""
    opened = repo.open_repo(root)
    diff = _since_start(read_states(opened, States("this turn", turn.head, WORKTREE)), turn)
    scope = Scope(request.scope.text.partition(":")[0], request.scope.targets) if request.scope else None
    vetted = judge_diff(diff, request.issue, request.mode, scope)
    rows = []
    for item in vetted.dropped:
        line = f":{item.change.hunk.start + 1}" if item.change.hunk else ""
        lines = (item.change.hunk.added or item.change.hunk.removed) if item.change.hunk else ()
        shown = next((text.strip() for text in lines if text.strip()), "")[:80]
        rows.append(f"{item.change.path}{line} {item.reason}" + (f": {shown}" if shown else ""))
    rows += vetted.broken
    rows += [f"{path} is outside the declared scope" for path in vetted.outside]
    return [safe_text(row) for row in rows]


def _since_start(diff: StateDiff, turn: Turn) -> StateDiff:
    """The same against the files as they were when the turn began, committed or not."""
    if not turn.base:
        return diff
    befores: dict[str, str | None] = {file.path: file.before for file in diff.patch.files}
    afters: dict[str, str | None] = {file.path: file.after for file in diff.patch.files}
    modes = {file.path: file.mode for file in diff.patch.files if file.mode and file.path not in turn.base}
    for path, text in turn.base.items():
        befores[path] = text
        if path not in afters:  # it is again as the commit has it, or it went away
            afters[path] = None if path in diff.deleted else diff.snapshot.reader(path)
    overlay = {**diff.snapshot.overlay, **{path: text for path, text in befores.items() if text is not None}}
    patch = derive_set(befores.get, afters, modes)
    left = tuple((path, why) for path, why in diff.not_vetted if path not in turn.base)
    return replace(diff, patch=patch, snapshot=replace(diff.snapshot, overlay=overlay), not_vetted=left)
