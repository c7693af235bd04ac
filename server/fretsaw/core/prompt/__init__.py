"""Issue, context and what went wrong before → messages."""

from fretsaw.core.chat import Message
from fretsaw.core.prompt.follow_ups import after_empty, after_misfits, after_red_check, after_refusal
from fretsaw.core.prompt.start import first_messages

__all__ = [
    "Message",
    "after_empty",
    "after_misfits",
    "after_red_check",
    "after_refusal",
    "first_messages",
]
