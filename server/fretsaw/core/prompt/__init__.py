"""Issue, context and what went wrong before → messages."""

from fretsaw.core.chat import Message
from fretsaw.core.prompt.follow_ups import after_empty, after_misfits, after_proposal, after_red_check, after_refusal
from fretsaw.core.prompt.start import ALL_FILES, first_messages

__all__ = [
    "ALL_FILES",
    "Message",
    "after_empty",
    "after_misfits",
    "after_proposal",
    "after_red_check",
    "after_refusal",
    "first_messages",
]
