"""Issue, context and what went wrong before → messages. Knows no client library, no tokens and no repository."""

from fretsaw.core.prompt.first import Extras, first_messages
from fretsaw.core.prompt.turns import after_empty, after_misfits, after_red_check, after_refusal, answered

__all__ = [
    "Extras",
    "after_empty",
    "after_misfits",
    "after_red_check",
    "after_refusal",
    "answered",
    "first_messages",
]
