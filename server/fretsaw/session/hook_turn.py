"""Compare a worktree with the state before an agent's first turn; the heavy half of the hooks.

What a person changed between two turns belongs to the state before: it is no change of the agent's.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from fretsaw import repo
from fretsaw.core.patch import derive_set
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.rules_files import ProjectRules
from fretsaw.core.text.lines import split_lines
from fretsaw.core.text.safe_text import safe_text
from fretsaw.hooks.judge import Request
from fretsaw.hooks.turn import (
    Conversation,
    Turn,
    edited_by_others,
    forget_turn,
    read_conversation,
    write_conversation,
)
from fretsaw.repo import Repo
from fretsaw.repo.git.state_diff import StateDiff, committed_text, read_states
from fretsaw.repo.git.states import WORKTREE, States, find_states
from fretsaw.repo.merge import merge_bytes
from fretsaw.review.tree_review import tree_changes
from fretsaw.session.rejections import WORKING_SECONDS
from fretsaw.session.scope import Scope
from fretsaw.session.tree_review import decided_keys
from fretsaw.session.vet_tree import VettedTree, judge_diff

Texts = dict[str, "str | None"]
_MOST_WORDS = 12
_YES = re.compile(
    r"\s*(?:yes|yeah|yep|sure|ok(?:ay)?|fine|good|great|perfect|lgtm|agreed|approved|continue|proceed|resume"
    r"|go (?:on|ahead|for it)|do (?:it|that|so)|please (?:do|continue|proceed|go (?:on|ahead))"
    r"|(?:that )?(?:looks|sounds) (?:good|right|fine)|make it so|carry on|keep going)\b",
    re.IGNORECASE,
)
"""Words by which a person agrees to a plan."""


def begin_turn(root: Path, folder: Path, session: str, prompt: str) -> Turn:
    """The turn that begins now, with the state before the first one of its conversation."""
    opened = repo.open_repo(root)
    diff = read_states(opened, find_states(opened))
    head, base = diff.states.before, _texts_after(diff)
    earlier = read_conversation(folder, session)
    agreed = earlier.asked if earlier is not None and _says_yes(prompt) else ""
    turn = Turn(prompt, agreed, head=head, base=base, unread=[path for path, _ in diff.not_vetted])
    if earlier is None or earlier.end_head != head:  # the person went to another commit: all of that is his
        return replace(turn, first_head=head, first=base)
    first = _with_own_changes(opened, earlier, head, base)
    since = diff if earlier.first_head == head else read_states(opened, States("", earlier.first_head, WORKTREE))
    before: Texts = {file.path: file.before for file in since.patch.files if file.path not in since.renamed}
    return replace(turn, first_head=earlier.first_head, first={**before, **first}, told=earlier.told)


def end_turn(root: Path, folder: Path, session: str, turn: Turn) -> None:
    """Keep what the next turn of the conversation is held against."""
    try:
        opened = repo.open_repo(root)
        diff = read_states(opened, find_states(opened))
        asked = "\n\n".join(text for text in (turn.earlier, turn.prompt) if text)
        ended = Conversation(turn.first_head, turn.first, diff.states.before, _texts_after(diff), turn.told, asked)
        write_conversation(folder, session, ended)
    finally:
        forget_turn(folder, session)


def _says_yes(prompt: str) -> bool:
    """Tell whether a prompt lets the agent go on with what was asked for before: "ok, do it"."""
    return len(prompt.split()) <= _MOST_WORDS and _YES.match(prompt) is not None


def _texts_after(diff: StateDiff) -> Texts:
    texts: Texts = {file.path: file.after for file in diff.patch.files}
    texts |= {old: None for new, old in diff.renamed.items() if new in texts}
    return texts


def _with_own_changes(opened: Repo, earlier: Conversation, head: str, now: Texts) -> Texts:
    """The texts before the first turn, with what a person changed since the last one in them.

    Where he changed the agent's own lines he has looked at the file: then it counts as it is.
    """
    first = dict(earlier.first)
    for path in earlier.end.keys() | now.keys():
        committed = committed_text(opened, head, path) if path not in earlier.end or path not in now else None
        then, text = earlier.end.get(path, committed), now.get(path, committed)
        if then == text:
            continue
        before = first[path] if path in first else committed_text(opened, earlier.first_head, path)
        first[path] = text if before == then else _merged(opened, before, then, text)
    return first


def _merged(opened: Repo, before: str | None, then: str | None, text: str | None) -> str | None:
    if before is None or then is None or text is None:
        return text
    sides = (each.encode("utf-8", "surrogateescape") for each in (before, then, text))
    merged = merge_bytes(opened.git.exe, *sides)
    return text if merged is None else merged.decode("utf-8", "surrogateescape")


def unasked_since(root: Path, folder: Path, session: str, turn: Turn, request: Request) -> list[str]:
    """List what this turn changed and nobody asked for, a line each, seen against the state before the first turn.

    Left out is what a person accepted, what another agent's hooks edited, and what the conversation was told of, where
    no lines tell that it came in this turn (modes, binary files, rules).
    """
    opened = repo.open_repo(root)
    diff = _since_first(read_states(opened, States("this conversation", turn.first_head, WORKTREE)), turn)
    scope = Scope(request.scope.text.partition(":")[0], request.scope.targets) if request.scope else None
    issue = ProjectRules(repo.rules_in(root, diff.snapshot)).join(request.issue, diff.patch.paths)
    request = replace(request, issue=issue)
    vetted = judge_diff(diff, issue, request.mode, scope)
    known = _broken_at_start(opened, diff, turn, request, scope) if vetted.broken else ()
    broken = [sentence for sentence in vetted.broken if sentence not in known]
    others = edited_by_others(folder, session, time.time() - WORKING_SECONDS) - turn.seen.keys()
    rows = _dropped_rows(opened, vetted, turn, decided_keys(folder), others)
    rows += [row for row in broken if safe_text(row) not in turn.told]
    odd = [f"{path} is outside the declared scope" for path in vetted.outside if path not in turn.unread]
    return [safe_text(row) for row in (*rows, *(row for row in odd if safe_text(row) not in turn.told))]


def _broken_at_start(
    opened: Repo, diff: StateDiff, turn: Turn, request: Request, scope: Scope | None
) -> tuple[str, ...]:
    """The rules of this turn's prompt that were broken when it began, by what was asked for in earlier ones."""
    befores: Texts = {file.path: file.before for file in diff.patch.files}
    start = {path: _text_at_start(opened, turn, path) for path in befores}
    if start == befores:
        return ()
    patch = derive_set(befores.get, start)
    return judge_diff(replace(diff, patch=patch, not_vetted=()), request.issue, request.mode, scope).broken


def _text_at_start(opened: Repo, turn: Turn, path: str) -> str | None:
    return turn.base[path] if path in turn.base else committed_text(opened, turn.head, path)


def _dropped_rows(
    opened: Repo, vetted: VettedTree, turn: Turn, decided: frozenset[str], others: frozenset[str]
) -> list[str]:
    now = {file.path: file.after for file in vetted.proposed.files}
    rows = []
    for placed in tree_changes(vetted.proposed, vetted.verdicts):
        item, path = placed.verdict, placed.path
        if item.decision != "drop" or placed.key in decided or path in others:
            continue
        if not _is_new(item.change, _text_at_start(opened, turn, path), now.get(path)):
            continue
        line = f":{placed.line + 1}" if item.change.hunk else ""
        lines = (item.change.hunk.added or item.change.hunk.removed) if item.change.hunk else ()
        shown = next((text.strip() for text in lines if text.strip()), "")[:80]
        row = f"{path}{line} {item.reason}" + (f": {shown}" if shown else "")
        if item.change.hunk is not None or safe_text(row) not in turn.told:
            rows.append(row)
    return rows


def _is_new(change: Change, start: str | None, now: str | None) -> bool:
    """Tell whether a change has to do with what went on since the turn's start; of a mode that is not known."""
    if change.hunk is None:
        return True
    if start is None or now is None:
        return start != now
    then, current = Counter(split_lines(start)), Counter(split_lines(now))
    return bool((Counter(change.hunk.added) & (current - then)) or (Counter(change.hunk.removed) & (then - current)))


def _since_first(diff: StateDiff, turn: Turn) -> StateDiff:
    """The same against the files as they were before the first turn, committed or not."""
    if not turn.first:
        return diff
    befores: dict[str, str | None] = {file.path: file.before for file in diff.patch.files}
    afters: dict[str, str | None] = {file.path: file.after for file in diff.patch.files}
    modes = {file.path: file.mode for file in diff.patch.files if file.mode and file.path not in turn.first}
    for path, text in turn.first.items():
        befores[path] = text
        if path not in afters:  # it is again as the commit has it, or it went away
            afters[path] = None if path in diff.deleted else diff.snapshot.reader(path)
    overlay = {**diff.snapshot.overlay, **{path: text for path, text in befores.items() if text is not None}}
    patch = derive_set(befores.get, afters, modes)
    left = tuple((path, why) for path, why in diff.not_vetted if path not in turn.first)
    return replace(diff, patch=patch, snapshot=replace(diff.snapshot, overlay=overlay), not_vetted=left)
