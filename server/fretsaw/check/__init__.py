"""Runs the project's own check on a disposable copy of the tree, in a sandbox."""

from __future__ import annotations

from fretsaw.check.candidates import CheckCandidate, check_candidates
from fretsaw.check.coverage.lines import Covered, make_covered
from fretsaw.check.run.build import make_check, make_varied_check
from fretsaw.check.run.limits import Limits
from fretsaw.check.sandbox.choose import CheckEnvironment
from fretsaw.check.sandbox.describe import describe
from fretsaw.check.sandbox.tiers import TIERS
from fretsaw.harden import harden

__all__ = [
    "TIERS",
    "CheckCandidate",
    "CheckEnvironment",
    "Covered",
    "Limits",
    "check_candidates",
    "describe",
    "harden",
    "make_check",
    "make_covered",
    "make_varied_check",
]
