"""The enforcement of an issue's rules over a patch, in code. What a patch does is judged."""

from fretsaw.core.ledger.enforce import enforce
from fretsaw.core.ledger.violation import Violation

__all__ = ["Violation", "enforce"]
