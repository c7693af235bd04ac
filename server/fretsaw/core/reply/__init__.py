"""What a model wrote, as edit blocks: `read`. Knows nothing of the repository; `core.locate` finds the places."""

from fretsaw.core.reply.scan import GRAMMARS, read
from fretsaw.core.reply.values import EditBlock, Reading

__all__ = ["GRAMMARS", "EditBlock", "Reading", "read"]
