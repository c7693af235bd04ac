"""A proposal as offers: what a person accepts or rejects as one, with the texts to be shown. No protocol, no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from fretsaw.core.patch import find_moves, select
from fretsaw.core.patch.patch_set import Change, FilePatch, PatchSet
from fretsaw.core.prune.verdict import Verdict, why
from fretsaw.core.run import Proposal

Per: TypeAlias = Literal["file", "change"]
"""The unit that permission is asked for."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Changes that are accepted or rejected together."""

    numbers: frozenset[int]
    """The changes' ids."""
    patch: PatchSet
    """These changes alone."""
    reasons: tuple[str, ...]
    """One sentence for each change: why it is part of the proposal."""

    @property
    def title(self) -> str:
        """Its operations in a few words."""
        return ", ".join(f"{_verb(file)} {file.path}{_at(file)}" for file in self.patch.files)


def offers_of(proposal: Proposal, per: Per) -> tuple[Offer, ...]:
    """The kept changes, in order. Halves of a move are one offer, whatever files they are in."""
    kept = [verdict for verdict in proposal.verdicts if verdict.decision != "drop"]
    groups = _tied(proposal, [verdict.change for verdict in kept], per)
    return tuple(
        Offer(
            frozenset(group),
            select(proposal.proposed, frozenset(group)),
            tuple(_reason(verdict) for verdict in kept if verdict.change.id in group),
        )
        for group in groups
    )


def dropped_lines(verdicts: Iterable[Verdict]) -> list[str]:
    """A line for each dropped change, with its number and reason."""
    return [
        f"- change {verdict.change.id}, {place(verdict.change)}: {verdict.reason}"
        for verdict in verdicts
        if verdict.decision == "drop"
    ]


def place(change: Change) -> str:
    """Path and line of a change, in the text before."""
    return f"{change.path}:{change.hunk.start + 1}" if change.hunk else change.path


# Example: per file, a.py has changes 1 and 2, b.py has 3, and a function moves from a.py (2) to b.py (3). The sets
# {1, 2} and {3} share the move {2, 3}, so they become one offer {1, 2, 3}; per change the offers are {1} and {2, 3}.
def _tied(proposal: Proposal, changes: list[Change], per: Per) -> list[set[int]]:
    moves = find_moves(proposal.proposed, [verdict.change for verdict in proposal.verdicts])
    groups: list[set[int]] = []
    for change in changes:
        same = {other.id for other in changes if per == "file" and other.path == change.path} | {change.id}
        same = {number for at in same for number in moves.keep_with({at})} & {item.id for item in changes}
        touching = [group for group in groups if group & same]
        merged = same.union(*touching)
        groups = [group for group in groups if not group & same] + [merged]
    return sorted(groups, key=min)


def _reason(verdict: Verdict) -> str:
    flag = "look at this: " if verdict.decision == "flag" else "unverified: " if verdict.unverified else ""
    return f"{place(verdict.change)}: {flag}{why(verdict.reason, verdict.needed_by)}"


def _verb(file: FilePatch) -> str:
    return {"create": "Create", "delete": "Delete"}.get(file.op, "Edit")


def _at(file: FilePatch) -> str:
    lines = [hunk.start + 1 for hunk in file.hunks]
    return f":{lines[0]}" if file.op == "edit" and len(lines) == 1 else ""
