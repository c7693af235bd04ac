"""Vet what is in the repository already: the working tree, what is staged, commits; take out what is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from fretsaw import repo, run_store
from fretsaw.core.edit import close_drops, prune_edit
from fretsaw.core.issue import Issue, parse
from fretsaw.core.ledger.per_change import breaking_changes
from fretsaw.core.patch import assemble, derive_set, find_moves, render
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.policy.generated_files import attention
from fretsaw.core.prune.unrequested import flag_authors_layout
from fretsaw.core.prune.verdict import Mode, Verdict
from fretsaw.core.run import Evidence, Proposal, Run
from fretsaw.errors import UsageError
from fretsaw.fix.vet import NO_ISSUE
from fretsaw.repo import Delivery
from fretsaw.repo.git.contained_diff import ContainedDiff
from fretsaw.repo.git.state_diff import StateDiff, read_states, staged_paths
from fretsaw.repo.git.states import WORKTREE, States, find_states, with_commit_index
from fretsaw.report.document import check_row, proof_row, verdict_row
from fretsaw.session.attachments import rules_for
from fretsaw.session.deliver import deliver_patch
from fretsaw.session.issue_source import read_issue
from fretsaw.session.open import Session
from fretsaw.session.scope import Scope, read_scope


@dataclass(frozen=True, slots=True)
class Question:
    """The states to vet, and the request."""

    staged: bool = False
    commit: str | None = None
    span: str | None = None
    since: str | None = None
    issue: str | None = None
    """As on the command line: a file, the text, an address, or `-`."""
    request: Issue | None = None
    """The request itself, in place of `issue`."""
    by_message: bool = False
    """True if the commit messages say what was wanted."""
    allow: tuple[str, ...] = ()
    """Globs of paths that may change, beside the declared scope's."""
    declared_scope: bool = True
    """False where the verdicts are for others, to whom this clone's declared scope means nothing."""
    contained: ContainedDiff | None = None
    """A diff that the repository has already, in place of the states that are named."""
    where: Path = field(default_factory=Path)
    """The folder that paths of the issue are relative to."""


BY_RULE = ("forbidden", "scope")
"""Rules by which a person forbade a change."""


@dataclass(frozen=True, slots=True)
class CheckRuns:
    """The number of times that the check was run."""

    runs: int
    selected: int
    """Those of them that ran the proving tests alone."""
    seconds: float


@dataclass(frozen=True, slots=True)
class VettedTree:
    """The verdicts on a difference between two states."""

    diff: StateDiff
    issue: Issue
    proposed: PatchSet
    """The changes; `verdicts` has one for each of its changes."""
    patch: PatchSet
    """The patch of what stays."""
    verdicts: tuple[Verdict, ...]
    broken: tuple[str, ...] = ()
    """Broken rules of which no change is dropped, a sentence each."""
    outside: tuple[str, ...] = ()
    """Paths outside the scope that are not looked at."""
    first: tuple[tuple[str, str], ...] = ()
    """(path, why) of changes that deserve the first look: dependencies, CI, secrets, deleted tests, …"""
    evidence: Evidence = field(default_factory=Evidence)
    """The results of the check, where it was asked."""
    check_runs: CheckRuns | None = None

    @property
    def dropped(self) -> tuple[Verdict, ...]:
        """The verdicts of what goes."""
        return tuple(item for item in self.verdicts if item.decision == "drop")

    @property
    def is_clean(self) -> bool:
        """True if nothing is dropped and no rule is broken."""
        return not (self.dropped or self.broken or self.outside)

    @property
    def is_unproved(self) -> bool:
        """True if the check was asked and does not prove what stays."""
        proof = self.evidence.proof
        return self.evidence.before is not None and not (proof is not None and proof.ok)

    @property
    def reverse(self) -> PatchSet:
        """The patch that takes what is dropped out of the state after."""
        now = {file.path: file.after for file in self.diff.patch.files}
        stays = {file.path: file for file in self.patch.files}
        wanted: dict[str, str | None] = {}
        modes: dict[str, tuple[str, str]] = {}
        for file in self.diff.patch.files:
            kept = stays.get(file.path)
            is_renamed = file.path in self.diff.renamed
            wanted[file.path] = kept.after if kept else file.before
            if file.mode is not None and not (kept and kept.mode) and not is_renamed:
                modes[file.path] = (file.mode[1], file.mode[0])
        return derive_set(now.get, wanted, modes)

    @property
    def staying(self) -> PatchSet:
        """The patch from the state before to what stays, with renames as git has them: a deletion and a new file."""
        if not self.diff.renamed:
            return self.patch
        befores: dict[str, str | None] = {file.path: file.before for file in self.proposed.files}
        afters: dict[str, str | None] = {**befores, **{file.path: file.after for file in self.patch.files}}
        for new, old in self.diff.renamed.items():
            if new in befores:
                befores[old], afters[old] = befores[new], None
                befores[new] = None
        return derive_set(befores.get, afters, {file.path: file.mode for file in self.patch.files if file.mode})


def vet_tree(session: Session, question: Question) -> VettedTree:
    """Give each change between the two states its verdict."""
    diff = _read_diff(session, question)
    issue = _issue(question, diff.states)
    scopes = scopes_of(session, question.allow, declared=question.declared_scope)
    rules = rules_for(session, diff.snapshot)
    vetted = judge_diff(diff, rules.join(issue, diff.patch.paths), session.settings.prune, scopes)
    return vetted if question.issue or question.request else _without_request(vetted)


def _read_diff(session: Session, question: Question) -> StateDiff:
    contained = question.contained
    if contained is None:
        opened = with_commit_index(session.repo) if question.staged else session.repo
        states = find_states(
            opened, staged=question.staged, commit=question.commit, span=question.span, since=question.since
        )
        return read_states(opened, states)
    diff = read_states(contained.repo, contained.states, contained.paths)
    told = {**dict.fromkeys(contained.binary, "binary"), **dict(diff.not_vetted)}
    return replace(diff, not_vetted=tuple(sorted(told.items())))


def _without_request(vetted: VettedTree) -> VettedTree:
    """The same where nobody said what was wanted; a commit's message tells of a part only."""
    diff = vetted.diff
    paths = (*diff.patch.paths, *(path for path, _ in diff.not_vetted))
    befores = {file.path: file.before for file in vetted.proposed.files}
    verdicts = flag_authors_layout(vetted.verdicts, paths, befores.get)
    if verdicts == vetted.verdicts:
        return vetted
    verdicts = close_drops(vetted.proposed, verdicts, diff.snapshot)
    kept = [item.change for item in verdicts if item.decision != "drop"]
    return replace(vetted, verdicts=verdicts, patch=assemble(vetted.proposed, kept))


def scopes_of(session: Session, allow: tuple[str, ...] = (), *, declared: bool = True) -> Scope | None:
    """The declared scope, where it is to hold, with the globs of the command line."""
    scope = read_scope(session.store.folder) if declared else None
    if not allow:
        return scope
    return Scope(scope.task if scope else "--allow", (*(scope.allow if scope else ()), *allow))


def judge_diff(diff: StateDiff, issue: Issue, mode: Mode, scope: Scope | None) -> VettedTree:
    """The verdicts of the engine, and on top of them those of the issue's rules and of the scope."""
    pruned = prune_edit(diff.patch, diff.snapshot, issue, mode)
    changes = [verdict.change for verdict in pruned.verdicts]
    reasons: dict[int, tuple[str, str]] = {}
    broken: list[str] = []
    if scope is not None:
        outside, _ = breaking_changes((scope.rule,), pruned.proposed, changes, diff.snapshot)
        told = f"outside the declared scope ({', '.join(scope.allow)})"
        reasons |= dict.fromkeys(outside, ("scope", told))
    by_rule, others = breaking_changes(issue.constraints, pruned.proposed, changes, diff.snapshot)
    reasons |= {at: ("forbidden", each.for_person) for at, each in by_rule.items()}
    broken += [each.for_person for each in others]
    verdicts = tuple(
        replace(item, decision="drop", rule=reasons[item.change.id][0], reason=reasons[item.change.id][1])
        if item.change.id in reasons  # also of layout that goes already: without a request that would be taken back
        else item
        for item in pruned.verdicts
    )
    verdicts = close_drops(pruned.proposed, verdicts, diff.snapshot) if reasons else verdicts
    kept = [item.change for item in verdicts if item.decision != "drop"]
    broken += _rescued(verdicts, reasons)
    return VettedTree(
        diff,
        issue,
        pruned.proposed,
        assemble(pruned.proposed, kept) if reasons else pruned.patch,
        verdicts,
        tuple(broken),
        _outside(diff, scope),
        _first(diff, scope),
    )


def _rescued(verdicts: tuple[Verdict, ...], reasons: Mapping[int, tuple[str, str]]) -> tuple[str, ...]:
    """The broken rules of changes that stay although they break one, each with why it stays."""
    rescued = [item for item in verdicts if item.decision != "drop" and item.change.id in reasons]
    return tuple(dict.fromkeys(f"{item.change.path}: {item.reason}" for item in rescued))


def _outside(diff: StateDiff, scope: Scope | None) -> tuple[str, ...]:
    if scope is None:
        return ()
    return tuple(path for path, _ in diff.not_vetted if not _in_scope(path, scope, diff))


def _in_scope(path: str, scope: Scope, diff: StateDiff) -> bool:
    from fretsaw.core.ledger.reach import Reach

    return Reach(scope.allow, PatchSet(), diff.snapshot).file(path)


def _first(diff: StateDiff, scope: Scope | None) -> tuple[tuple[str, str], ...]:
    """Paths that deserve the first look; with a scope only what it does not allow."""
    paths = sorted({*diff.patch.paths, *(path for path, _ in diff.not_vetted)})
    found = [(path, attention(path, is_deleted=path in diff.deleted)) for path in paths]
    return tuple((path, why) for path, why in found if why and not (scope and _in_scope(path, scope, diff)))


def _issue(question: Question, states: States) -> Issue:
    if question.request is not None:
        return question.request
    if question.issue:
        return read_issue(question.issue, question.where)[0]
    if not question.by_message:
        return NO_ISSUE
    if not states.message.strip():
        raise UsageError("there is no commit message to read", hint="add --issue, --commit, --range or --since")
    return parse(states.message)


# -- taking it out -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Dropped changes that were taken out of the working tree."""

    run_id: str
    delivery: Delivery
    staged: tuple[str, ...] = ()
    """Those of its paths that are staged: the index still has what was taken out."""


def take_out(session: Session, vetted: VettedTree) -> TakenOut | None:
    """Take what is dropped out of the working tree, as a run that can be undone; None where nothing is.

    UsageError for states that are not the working tree. ConflictError, and nothing changed, where a file was edited
    meanwhile.
    """
    if vetted.diff.states.after != WORKTREE:
        raise UsageError("--apply changes the working tree only")
    reverse = vetted.reverse
    if not reverse:
        return None
    repo.trial(session.repo, vetted.diff.snapshot, reverse)
    session = session.with_settings(apply="worktree")
    staged = tuple(path for path in reverse.paths if path in staged_paths(session.repo))
    folder = session.store.new()
    evidence = replace(vetted.evidence, base=session.repo.head)
    proposal = Proposal(vetted.proposed, vetted.patch, vetted.verdicts, evidence)
    started = datetime.now(timezone.utc).isoformat(timespec="seconds")
    run = Run(folder.id, str(session.root), vetted.issue.title or "vetted working tree", "proposed", started=started)
    folder.write_issue(vetted.issue)
    folder.write_outcome(proposal)
    folder.write_run(run)
    delivery = deliver_patch(session, reverse, run, folder, proposal, follow=False)
    return TakenOut(folder.id, delivery, staged)


def decide(vetted: VettedTree, drop: frozenset[int]) -> VettedTree:
    """The same with a person's decisions: exactly these changes go, with the other halves of what moves."""
    changes = [item.change for item in vetted.verdicts]
    keep = frozenset(change.id for change in changes) - drop
    keep = find_moves(vetted.proposed, changes).keep_with(keep)
    verdicts = tuple(
        replace(item, decision="keep", reason=f"kept by you; was dropped: {item.reason}")
        if item.change.id in keep and item.decision == "drop"
        else replace(item, decision="drop", rule="not-chosen", reason="dropped by you")
        if item.change.id not in keep and item.decision != "drop"
        else item
        for item in vetted.verdicts
    )
    patch = assemble(vetted.proposed, [item.change for item in verdicts if item.decision != "drop"])
    return replace(vetted, verdicts=verdicts, patch=patch)


def tree_document(vetted: VettedTree, taken: TakenOut | None) -> Mapping[str, Any]:
    """Build what `agent vet --json` prints of states."""
    rows = [verdict_row(item) for item in vetted.verdicts]
    return {
        "status": "clean" if vetted.is_clean else "unasked",
        "states": {"title": vetted.diff.states.title, "before": vetted.diff.states.before},
        "patch": render(vetted.staying),
        "reverse_patch": render(vetted.reverse),
        "kept": [row for row in rows if row["verdict"] != "drop"],
        "dropped": [row for row in rows if row["verdict"] == "drop"],
        "broken_rules": list(vetted.broken),
        "outside_scope": list(vetted.outside),
        "look_first": [{"path": path, "why": why} for path, why in vetted.first],
        "not_vetted": [{"path": path, "why": why} for path, why in vetted.diff.not_vetted],
        "renamed": dict(vetted.diff.renamed),
        "checks": {"before": check_row(vetted.evidence.before), "after": check_row(vetted.evidence.after)},
        "proof": proof_row(vetted.evidence),
        "check_runs": asdict(vetted.check_runs) if vetted.check_runs else None,
        "notices": list(vetted.evidence.notices),
        "run": taken.run_id if taken else None,
        "delivery": run_store.to_plain(taken.delivery) if taken else None,
    }
