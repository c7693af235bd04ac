"""Chooses the isolation of a check by trial. Knows nothing of the check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fretsaw.check import bwrap
from fretsaw.check.cell import Cell, Scratch
from fretsaw.check.limits import Limits
from fretsaw.check.toolchain import Toolchain
from fretsaw.settings import Settings

if TYPE_CHECKING:
    from fretsaw.check.make import Surroundings


@dataclass(frozen=True, slots=True)
class Choice:
    """The cell to run in, or why there is none."""

    cell: Cell | None
    reason: str = ""


def choose(root: Path, tools: Toolchain, settings: Settings, limits: Limits, around: Surroundings) -> Choice:
    """The strongest cell that holds what it promises."""
    home = Path(around.environ.get("HOME") or Path.home())
    hidden = tuple(path.resolve() for path in (home, around.state) if path)
    scratch = Scratch()
    if settings.sandbox == "none":
        return Choice(Cell("none", "overlay", root, tools, limits, hidden, scratch))
    program = bwrap.find(root)
    if program is None:
        return Choice(None, "bubblewrap is not installed")
    return Choice(Cell("bwrap", "overlay", root, tools, limits, (*hidden, scratch.path), scratch, program))
