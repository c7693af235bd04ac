"""A verdict on each atomic change, with its rule and reason; a rule as a row of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from fretsaw.core.patch.patch_set import Change, PatchSet

if TYPE_CHECKING:
    from fretsaw.core.prune.scene import Scene


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on one atomic change, with rule and reason."""

    change: Change
    decision: Literal["keep", "drop", "flag"]
    """flag: kept, but named as probably extraneous."""
    rule: str
    """Name of the rule that decided; "" where none spoke."""
    reason: str
    """One sentence for a person."""
    unverified: bool = False
    """Kept, but the check does not show that it is needed; `reason` says why not."""
    needed_by: str = ""
    """The reason why a kept change stays: "test tests/test_x.py::test_y", "change 3", "the issue", "" where unknown."""
    probability: float | None = None
    """By the judge: that the issue asks for the change or needs it; None where it was not asked or did not say."""


def dropped_changes(changes: Iterable[Change], verdicts: Mapping[int, Verdict]) -> list[Change]:
    """The changes that are dropped so far, in order."""
    return [change for change in changes if change.id in verdicts and verdicts[change.id].decision == "drop"]


def taken_back(
    verdicts: Mapping[int, Verdict],
    ids: Iterable[int],
    *,
    why_kept: str,
    decision: Literal["keep", "flag"] = "keep",
) -> dict[int, Verdict]:
    """The verdicts on these changes as verdicts that keep; `why_kept` follows the reason to drop."""
    return {at: replace(verdicts[at], decision=decision, reason=f"{verdicts[at].reason}; kept{why_kept}") for at in ids}


def why(reason: str, needed_by: str) -> str:
    """Say why a change has its verdict, in words for a person; both as in `Verdict`.

    >>> why("", "change 3"), why("the check is green without it", "the issue")
    ('needed by change 3', 'the check is green without it; asked for by the issue')
    """
    needed = {"": "", "the issue": "asked for by the issue"}.get(needed_by, f"needed by {needed_by}")
    return "; ".join(filter(None, (reason, needed))) or "part of the change"


@dataclass(frozen=True, slots=True)
class Pruned:
    """A patch set after pruning, with the verdict on every atomic change of the one before."""

    patch: PatchSet
    """The changes that are kept, flagged ones included."""
    verdicts: tuple[Verdict, ...]
    """One a change of `proposed`, in its order."""
    proposed: PatchSet
    """The patch set before; of a file that was formatted anew with what really changes in the style that it had."""


Mode: TypeAlias = Literal["strict", "safe", "off"]
"""safe: drop what is provable, flag the rest; strict: drop both; off: keep all, say nothing."""

RuleFunction: TypeAlias = Callable[["Scene", tuple[Change, ...]], Mapping[int, str]]
"""(what is known of one file, its changes that no earlier rule spoke of) → id → reason, for a person."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of `RULES`."""

    judge: RuleFunction
    provable: bool
    """True if what it finds has no effect for certain: dropped by default, where others are flagged."""
    cheap: bool = False
    """True if it looks at names and kinds only, and so may be asked about a patch of any size."""
    layout: bool = False
    """True if what it finds differs from the old lines in layout alone."""
    moved: bool = False
    """True if it may speak of lines that only moved, as a rule on their order or layout; others see what is new."""
    advisory: bool = False
    """True if what it finds is only flagged, with `--prune strict` too: it is right too rarely to drop anything."""
    binding: bool = False
    """True if a move goes as a whole when this rule drops a half of it."""
