"""The one door of tree-sitter: syntax trees of languages other than Python."""

from fretsaw.core.prune.syntax.node_types import NODE_TYPES
from fretsaw.core.prune.syntax.outline import Outline, Part, outline
from fretsaw.core.prune.syntax.signature import same_syntax
from fretsaw.core.prune.syntax.trees import depths_of_lines, parses

__all__ = ["NODE_TYPES", "Outline", "Part", "depths_of_lines", "outline", "parses", "same_syntax"]
