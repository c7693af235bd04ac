"""What a model wrote, as edit blocks: `read`. Knows nothing of the repository; `core.locate` finds the places."""

from fretsaw.core.reply.edit_block import EditBlock, Reading
from fretsaw.core.reply.scan import REPLY_FORMATS, left_behind, read

__all__ = ["REPLY_FORMATS", "EditBlock", "Reading", "left_behind", "read"]
