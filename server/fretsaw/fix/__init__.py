"""The loop: ask, read, locate, derive, prune, check, minimize; at most so many times; returns an `Outcome`.

Knows no model, no git, no process: it is handed its world as values and functions (`World`).
"""

from fretsaw.fix.loop import fix
from fretsaw.fix.services import Services

__all__ = ["Services", "fix"]
