"""The table of rules, in the order in which they are asked: the first that speaks of a change decides it."""

from types import MappingProxyType

from fretsaw.core.prune.rules import files, imports, layout
from fretsaw.core.prune.values import Rule

RULES = MappingProxyType(
    {
        "mode-only": Rule(files.mode_only, provable=True),
        "scratch-file": Rule(files.scratch_file, provable=True),
        "line-endings": Rule(layout.endings, provable=True),
        "whitespace": Rule(layout.blanks, provable=True),
        "import-order": Rule(imports.import_order, provable=True),
        "formatting": Rule(layout.formatting, provable=True),
        "blank-lines": Rule(layout.blank_lines, provable=True),
        "tidying": Rule(layout.tidying, provable=False),
    }
)
