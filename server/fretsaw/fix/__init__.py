"""The loop: ask, read, locate, derive, prune, check, minimize; at most so many times; returns an `Outcome`.

Knows no model, no git, no process: it is handed a `Work`, whose `Services` are everything outside as functions.
"""

from fretsaw.fix.loop import fix
from fretsaw.fix.services import Services
from fretsaw.fix.work import Work

__all__ = ["Services", "Work", "fix"]
