"""A run and what it proposes, as protocol-neutral values that every shell shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from fretsaw.core.chat import Usage
from fretsaw.core.locate.misfit import Located, Misfit
from fretsaw.core.patch import select
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.proof.compare import Comparison
from fretsaw.core.prune.verdict import Verdict

Phase: TypeAlias = Literal[
    "snapshot", "context", "check-before", "ask", "place", "prune", "trial", "check-after", "minimize", "deliver"
]


@dataclass(frozen=True, slots=True)
class Draft:
    """The valid part of a proposal so far: placed, pruned and allowed, but not proved, and perhaps not all of it.

    Files come one after another while the model writes; the last draft before the check holds all of them.
    """

    proposed: PatchSet = field(default_factory=PatchSet)
    patch: PatchSet = field(default_factory=PatchSet)
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something to show while a run goes on."""

    phase: Phase
    text: str
    """A few words for a person."""
    usage: Usage = field(default_factory=Usage)
    """Used so far by the whole run."""
    percentage: int = 0
    """0 to 100, never falling within a run."""
    draft: Draft | None = None
    """A new draft in place of the one before; an empty one takes it back."""
    lasting: bool = False
    """To be left standing, where progress is one line that changes."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One reply of the model and what became of it."""

    reply: str
    grammars: tuple[str, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    located: tuple[Located, ...] = ()
    refused: str = ""
    """The reason why the whole proposal was refused (policy, constraint, nothing but noise), for a person."""
    check: CheckResult | None = None
    """The check after this turn's patch, where it got that far."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The record that every end of a run has."""

    base: str | None = None
    turns: tuple[Turn, ...] = ()
    before: CheckResult | None = None
    after: CheckResult | None = None
    usage: Usage = field(default_factory=Usage)
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Seconds by phase."""
    model: str = ""
    scripted: bool = False
    notices: tuple[str, ...] = ()
    """Things a person should know: secrets not sent, a model about to retire, no sandbox."""
    lint_before: CheckResult | None = None
    """The linter before the change, where one is set."""
    lint_after: CheckResult | None = None
    """The linter on what is proposed."""
    proof: Comparison | None = None
    """The comparison of the two results; None where no check was run on the patch."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A patch that is ready to be delivered."""

    proposed: PatchSet
    """The changes that the model asked for, before anything was dropped."""
    patch: PatchSet
    """The changes that are kept."""
    verdicts: tuple[Verdict, ...]
    """One an atomic change of `proposed`."""
    evidence: Evidence
    summary: str = ""
    """The model's own summary of its change, as plain text."""


@dataclass(frozen=True, slots=True)
class NoChange:
    """The model proposes nothing, or nothing is left after pruning."""

    reason: str
    evidence: Evidence
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class GaveUp:
    """No acceptable patch within the limits."""

    kind: Literal["misfit", "refused", "check", "budget", "model"]
    reason: str
    evidence: Evidence
    proposed: PatchSet = field(default_factory=PatchSet)
    """The last patch that was tried, for a person to look at."""
    verdicts: tuple[Verdict, ...] = ()

    @property
    def refused(self) -> PatchSet:
        """The last patch without what was dropped, where it was allowed and only the check did not prove it."""
        kept = frozenset(item.change.id for item in self.verdicts if item.decision != "drop")
        return select(self.proposed, kept) if self.kind == "check" and kept else PatchSet()


Outcome: TypeAlias = Proposal | NoChange | GaveUp

RunState: TypeAlias = Literal[
    "running", "proposed", "delivered", "no-change", "gave-up", "failed", "cancelled", "undone"
]


@dataclass(frozen=True, slots=True)
class Run:
    """One fix from issue to outcome, as a list shows it."""

    id: str
    """Sortable by time, unique: `20261122-183005-3f9a`."""
    root: str
    """The repository's root folder."""
    title: str
    state: RunState
    phase: Phase | None = None
    percentage: int = 0
    usage: Usage = field(default_factory=Usage)
    error: str = ""
    """For a person; empty unless failed, gave up or cancelled."""
    model: str = ""
    started: str = ""
    """ISO 8601, UTC."""
    delivered_to: str = ""
    """"worktree", "branch NAME", "commit ID", "editor"; empty while nothing is delivered."""
    thread: str = ""
    """Of a run that follows another in a conversation: the id of the first one; empty for a run that begins one."""
    request: int = 1
    """The number of the request in its thread."""
