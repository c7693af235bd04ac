"""The place of an edit block, or the reason that it has no clear one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from fretsaw.core.reply.edit_block import EditBlock

MisfitKind: TypeAlias = Literal[
    "absent",
    "ambiguous",
    "overlapping",
    "already-applied",
    "no-op",
    "truncated",
    "outside",
    "no-such-file",
    "exists",
    "unreadable",
    "unclear",
    "hidden",
    "path",
    "marks",
    "placeholder",
    "encoding",
]


@dataclass(frozen=True, slots=True)
class Located:
    """One edit block and the one place it has."""

    block: EditBlock
    path: str
    """The file it goes to: the block's own path, or the tracked one that its path was repaired to."""
    rung: str
    """The step of `LADDER` that found it; "exact" is the strictest."""
    start: int
    """Index from 0 of the first line it covers in the text before."""
    end: int
    """Index after the last line it covers."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """An edit block (or a reply) without one clear place. Nothing of its reply is applied."""

    kind: MisfitKind
    path: str | None
    for_person: str
    """One sentence."""
    for_model: str
    """A sentence for the model so that it can correct its edit: the first diverging line, with the file's own text."""
    candidates: tuple[int, ...] = ()
    """Line numbers from 1 of all places it could go to, when there are several."""
    written: str = ""
    """The line of the edit that `for_model` quotes first; empty where it quotes none."""


@dataclass(frozen=True, slots=True)
class Placing:
    """All edit blocks of a reply placed together: all of them, or (with any misfit) none."""

    after: Mapping[str, str | None]
    """Path → whole text after (None: deleted), of the files that change; empty with any misfit."""
    located: tuple[Located, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    modes: Mapping[str, tuple[str, str]] | None = None
    """Path → (old, new) git mode, where the reply asks for a change of mode."""
    notices: tuple[Misfit, ...] = ()
    """Notices that do not stop the edits: edits that change nothing ("no-op"), a path taken for another one
    ("path")."""
