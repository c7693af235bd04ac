"""What of the repository the model is shown. Knows no model and no disk: texts come from a snapshot."""

from fretsaw.core.context.choose import choose
from fretsaw.core.context.parts import Context, Part
from fretsaw.core.context.render import documents
from fretsaw.core.context.search import paths_with

__all__ = ["Context", "Part", "choose", "documents", "paths_with"]
