"""Prove changes that somebody made already: which of them does the failing check need?

The same proof and search as for a reply of the model, against the state before the changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fretsaw.core.patch import assemble, split
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.proof.check_result import Check, CheckResult, Variation, VaryCheck
from fretsaw.core.proof.compare import Comparison
from fretsaw.core.prune.verdict import Verdict
from fretsaw.core.run import Event, Turn
from fretsaw.fix.check_before import check_before, notices_about_check
from fretsaw.fix.judges import judges_of
from fretsaw.fix.propose import Candidate, Rejected
from fretsaw.fix.prove import prove
from fretsaw.fix.work import Work


@dataclass(frozen=True, slots=True)
class ProvedDiff:
    """Changes with what the check says of them."""

    verdicts: tuple[Verdict, ...]
    """One a change of what was proposed, in its order: also dropped by now is what the check does not need."""
    patch: PatchSet
    """The changes that stay."""
    before: CheckResult
    after: CheckResult | None
    comparison: Comparison | None
    """None where the check could not be run."""
    notices: tuple[str, ...] = ()


def prove_diff(proposed: PatchSet, verdicts: tuple[Verdict, ...], work: Work) -> ProvedDiff:
    """Run the check before and after, and leave out what it does not need, as the settings say.

    Where it is green before, the tests among the changes are asked without the others: what fails then has to pass
    with them. CheckError where the check cannot be started. Nothing is dropped where nothing is proved.
    """
    before = check_before(work.services, work.issue)
    assert before is not None, "the caller has looked whether one is set"
    notices = tuple(notices_about_check(before))
    if before.ok:
        own = _by_own_tests(proposed, verdicts, work)
        if own is not None:
            return own
    return _proved(proposed, verdicts, before, work, notices)


def _proved(
    proposed: PatchSet, verdicts: tuple[Verdict, ...], before: CheckResult, work: Work, notices: tuple[str, ...]
) -> ProvedDiff:
    patch = assemble(proposed, [item.change for item in verdicts if item.decision != "drop"])
    found = prove(Candidate(proposed, patch, verdicts, Turn(""), ""), before, work)
    if isinstance(found, Rejected):
        return ProvedDiff(verdicts, patch, before, found.turn.check, found.comparison, notices)
    told = tuple(dict.fromkeys((*notices, *found.notices)))
    candidate = found.candidate
    after = None if before.state == "unavailable" else found.after
    return ProvedDiff(candidate.verdicts, candidate.patch, before, after, found.comparison, told)


def _by_own_tests(proposed: PatchSet, verdicts: tuple[Verdict, ...], work: Work) -> ProvedDiff | None:
    """The proof by the tests that the changes bring, laid under the rest; None where these pass without it."""
    patch = assemble(proposed, [item.change for item in verdicts if item.decision != "drop"])
    judges = judges_of(patch, work)
    if not judges.files or judges.is_whole_patch:
        return None
    laid = judges.alone()
    under = _with_texts_under(work, laid)
    assert under.services.check is not None
    work.services.report(Event("check-before", "running the new tests without the other changes", percentage=8))
    red = under.services.check({})
    if red.state != "red":
        return None
    paths = frozenset(file.path for file in judges.files)
    rest = PatchSet(tuple(file for file in proposed.files if file.path not in paths))
    others = tuple(item for item in verdicts if item.change.path not in paths)
    # The search knows changes by their numbers within a patch set.
    renumbered = tuple(replace(item, change=change) for item, change in zip(others, split(rest), strict=True))
    found = _proved(rest, renumbered, red, under, ())
    merged = _with_numbers_of(verdicts, others, found.verdicts)
    stays = assemble(proposed, [item.change for item in merged if item.decision != "drop"])
    told = "the check was green before the changes; it is held against their own tests: " + ", ".join(sorted(paths))
    return replace(found, verdicts=merged, patch=stays, notices=(told, *found.notices))


def _with_numbers_of(
    verdicts: tuple[Verdict, ...], others: tuple[Verdict, ...], found: tuple[Verdict, ...]
) -> tuple[Verdict, ...]:
    """The verdicts with those that were found for some of them (`others`, in this order), as numbered in the whole."""
    numbers = {item.change.id: old.change.id for item, old in zip(found, others, strict=True)}
    new = {
        old.change.id: replace(item, change=old.change, needed_by=_renamed(item.needed_by, numbers))
        for old, item in zip(others, found, strict=True)
    }
    return tuple(new.get(item.change.id, item) for item in verdicts)


def _renamed(needed_by: str, numbers: Mapping[int, int]) -> str:
    """The reason with the number that a change has in the whole patch set."""
    word, _, number = needed_by.partition(" ")
    return f"change {numbers[int(number)]}" if word == "change" and number.isdigit() else needed_by


def _with_texts_under(work: Work, laid: Mapping[str, str | None]) -> Work:
    """The same work in a tree in which these texts are there before."""
    vary = work.services.vary
    assert vary is not None
    varied = lay_under(vary, TreesUnder(laid, laid))
    services = replace(work.services, vary=varied, check=varied(Variation()))
    covered = work.services.covered
    if covered is not None:
        services = replace(services, covered=lambda changed: covered({**laid, **changed}))
    return replace(work, services=services, snapshot=work.snapshot.with_texts(laid))


@dataclass(frozen=True, slots=True)
class TreesUnder:
    """The texts that make the worktree another state, over which those of a patch are laid."""

    plain: Mapping[str, str | None]
    """The state before all changes."""
    renamed: Mapping[str, str | None]
    """The same with the files renamed that the changes rename: a patch names them by their new paths."""

    def with_texts(self, changed: Mapping[str, str | None]) -> dict[str, str | None]:
        """All texts that make the tree of a patch; without one that of the state before."""
        return {**self.renamed, **changed} if changed else dict(self.plain)


def lay_under(vary: VaryCheck, under: TreesUnder) -> VaryCheck:
    """The same check in another state of the tree."""

    def varied(variation: Variation) -> Check:
        check = vary(variation)
        return lambda changed: check(under.with_texts(changed))

    return varied
