"""The code-side enforcement of an issue's rules over a patch. Knows no model: what a patch does is judged, not what was said."""

from fretsaw.core.ledger.enforce import enforce
from fretsaw.core.ledger.values import Violation

__all__ = ["Violation", "enforce"]
