"""Patches as an algebra: derive from two texts, apply, render, reverse, compose, split, select.

The one door of unidiff is `reread`.
"""

from fretsaw.core.patch.algebra import apply, compose, reverse, reverse_set
from fretsaw.core.patch.atoms import assemble, select, split, texts
from fretsaw.core.patch.conserve import find_missing
from fretsaw.core.patch.derive import derive, derive_set, hunks_of
from fretsaw.core.patch.moves import Moves, find_moves
from fretsaw.core.patch.patch_set import Change, FilePatch, Hunk, PatchSet
from fretsaw.core.patch.render import quoted, render
from fretsaw.core.patch.reread import reread

__all__ = [
    "Change",
    "FilePatch",
    "Hunk",
    "Moves",
    "PatchSet",
    "apply",
    "assemble",
    "compose",
    "derive",
    "derive_set",
    "find_missing",
    "find_moves",
    "hunks_of",
    "quoted",
    "render",
    "reread",
    "reverse",
    "reverse_set",
    "select",
    "split",
    "texts",
]
