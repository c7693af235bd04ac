"""Review the changes of the working tree in an editor: read them with their verdicts, take some out, keep decisions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fretsaw.review.tree_review import TreeChange, TreeReview, tree_changes
from fretsaw.session.open import Session
from fretsaw.session.rejections import is_agent_working, queue_rejections, withdraw_rejections
from fretsaw.session.state_file import read_state, write_state
from fretsaw.session.vet_tree import Question, VettedTree, decide, take_out, vet_tree

_FILE = "tree-review.json"
_MOST_KEPT = 5000


def read_tree_review(session: Session, *, last_commit: bool) -> TreeReview:
    """The changes since HEAD, or since the commit before it, with what was decided on them earlier."""
    question = Question(since="HEAD~1", by_message=True) if last_commit else Question()
    vetted = vet_tree(session, question)
    texts = {file.path: file.after for file in vetted.proposed.files if file.after is not None}
    known = decided_keys(session.store.folder)
    changes = tree_changes(vetted.proposed, vetted.verdicts)
    return TreeReview(str(session.root), vetted.diff.states.title, last_commit, texts, changes, known)


def decided_keys(folder: Path) -> frozenset[str]:
    """The changes on which a person decided, in the repository of which `folder` is the state."""
    decided = read_state(folder, _FILE).get("decided")
    return frozenset(map(str, decided)) if isinstance(decided, list) else frozenset()


def accept_changes(session: Session, vetted: VettedTree, ids: frozenset[int]) -> None:
    """Remember that a person wants to keep these changes: no agent is told to take them out."""
    accepted = [each for each in tree_changes(vetted.proposed, vetted.verdicts) if each.verdict.change.id in ids]
    keep_decisions(session, (each.key for each in accepted))
    withdraw_rejections(session.store.folder, (each.verdict.change for each in accepted))


def keep_decisions(session: Session, keys: Iterable[str]) -> None:
    """Remember that a person decided on these changes: they are not shown again, over all turns of an agent."""
    decided = read_state(session.store.folder, _FILE).get("decided")
    known = dict.fromkeys([*(decided if isinstance(decided, list) else []), *keys])
    write_state(session.store.folder, _FILE, {"decided": list(known)[-_MOST_KEPT:]})


def queue_for_agent(session: Session, changes: Iterable[TreeChange]) -> bool:
    """Queue changes to be told to an agent that works here; False where none does."""
    if not is_agent_working(session.store.folder):
        return False
    queue_rejections(session.store.folder, (change.verdict for change in changes))
    return True


def revert_in_files(session: Session, keys: frozenset[str], *, last_commit: bool) -> tuple[str, ...]:
    """Take changes out of the files through the journal; the paths. `agent undo` brings them back."""
    question = Question(since="HEAD~1", by_message=True) if last_commit else Question()
    vetted = vet_tree(session, question)
    found = tree_changes(vetted.proposed, vetted.verdicts)
    ids = frozenset(change.verdict.change.id for change in found if change.key in keys)
    taken = take_out(session, decide(vetted, ids)) if ids else None
    return taken.delivery.paths if taken is not None else ()
