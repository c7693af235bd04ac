"""Runs the project's own check on a disposable copy of the tree, in a sandbox. Knows nothing of git or models."""

from __future__ import annotations

from fretsaw.check.candidates import Candidate, candidates
from fretsaw.check.choose import Surroundings
from fretsaw.check.covered import Covered, make_covered
from fretsaw.check.describe import describe
from fretsaw.check.limits import Limits
from fretsaw.check.make import make_check
from fretsaw.check.repeat import repeat, steady
from fretsaw.harden import harden

__all__ = [
    "Candidate",
    "Covered",
    "Limits",
    "Surroundings",
    "candidates",
    "describe",
    "harden",
    "make_check",
    "make_covered",
    "repeat",
    "steady",
]
