"""Read a model's reply into edit blocks: `read`. `core.locate` finds their places."""

from fretsaw.core.reply.edit_block import EditBlock, Reading
from fretsaw.core.reply.scan import REPLY_FORMATS, left_behind, read

__all__ = ["REPLY_FORMATS", "EditBlock", "Reading", "left_behind", "read"]
