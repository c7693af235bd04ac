"""The one door of tree-sitter: syntax trees of languages other than Python. Knows no rule and no patch."""

from fretsaw.core.prune.syntax.grammars import GRAMMARS
from fretsaw.core.prune.syntax.outline import Outline, outline
from fretsaw.core.prune.syntax.trees import depths_of_lines, parses, same_syntax

__all__ = ["GRAMMARS", "Outline", "depths_of_lines", "outline", "parses", "same_syntax"]
