"""Give a verdict to every atomic change of a patch: which ones did nobody ask for?"""

from fretsaw.core.prune.moved import moves_asked_for
from fretsaw.core.prune.rules import RULES
from fretsaw.core.prune.run_rules import keep_moves_whole, prune
from fretsaw.core.prune.verdict import Mode, Pruned, Rule, Verdict

__all__ = ["RULES", "Mode", "Pruned", "Rule", "Verdict", "keep_moves_whole", "moves_asked_for", "prune"]
