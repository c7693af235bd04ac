"""Issue, context and what went wrong before → messages. Knows no client library, no tokens and no repository."""

from fretsaw.core.ask import Message
from fretsaw.core.prompt.first import first_messages
from fretsaw.core.prompt.turns import after_empty, after_misfits, after_red_check, after_refusal, answered

__all__ = [
    "Message",
    "after_empty",
    "after_misfits",
    "after_red_check",
    "after_refusal",
    "answered",
    "first_messages",
]
