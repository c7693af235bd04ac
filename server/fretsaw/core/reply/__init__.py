"""What a model wrote, as edit blocks: `read`. Knows nothing of the repository; `core.locate` finds the places."""

from fretsaw.core.reply.scan import GRAMMARS, left_behind, read
from fretsaw.core.reply.values import EditBlock, Reading

__all__ = ["GRAMMARS", "EditBlock", "Reading", "left_behind", "read"]
