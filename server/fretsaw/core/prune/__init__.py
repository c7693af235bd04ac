"""Give a verdict to every atomic change of a patch: which ones did nobody ask for?"""

from fretsaw.core.prune.droppable import Droppable, Finder, Reader, close_drops, droppable_of
from fretsaw.core.prune.moved import moves_asked_for
from fretsaw.core.prune.rules import RULES
from fretsaw.core.prune.run_rules import prune
from fretsaw.core.prune.verdict import Mode, Pruned, Rule, Verdict

__all__ = [
    "RULES",
    "Droppable",
    "Finder",
    "Mode",
    "Pruned",
    "Reader",
    "Rule",
    "Verdict",
    "close_drops",
    "droppable_of",
    "moves_asked_for",
    "prune",
]
