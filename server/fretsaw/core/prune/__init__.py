"""What of a patch nobody asked for: a verdict on every atomic change. Knows nothing of models, disks or tests."""

from fretsaw.core.prune.moved import moves_asked_for
from fretsaw.core.prune.rules import RULES
from fretsaw.core.prune.run_rules import keep_moves_whole, prune
from fretsaw.core.prune.verdict import Mode, Pruned, Rule, Verdict

__all__ = ["RULES", "Mode", "Pruned", "Rule", "Verdict", "keep_moves_whole", "moves_asked_for", "prune"]
