"""The table of rules, in the order in which they are asked: the first that speaks of a change decides it."""

from types import MappingProxyType

from fretsaw.core.prune.rules import ask, code, files, imports, layout, phrasing, prose
from fretsaw.core.prune.values import Rule

RULES = MappingProxyType(
    {
        "forbidden": Rule(ask.forbidden, provable=True),
        "mode-only": Rule(files.mode_only, provable=True, cheap=True),
        "scratch-file": Rule(files.scratch_file, provable=True, cheap=True),
        "line-endings": Rule(layout.endings, provable=True, cheap=True),
        "whitespace": Rule(layout.blanks, provable=True),
        "import-order": Rule(imports.import_order, provable=True),
        "formatting": Rule(layout.formatting, provable=True),
        "blank-lines": Rule(layout.blank_lines, provable=True),
        "licence": Rule(prose.legal, provable=False),
        "version": Rule(prose.version, provable=False),
        "debug-print": Rule(code.debug_print, provable=False),
        "unused-import": Rule(code.unused_import, provable=False),
        "unused-helper": Rule(code.unused_helper, provable=False),
        "widened-except": Rule(code.widened_except, provable=False),
        "type-hints": Rule(phrasing.hints_added, provable=False),
        "renamed-local": Rule(phrasing.renamed_local, provable=False),
        "rephrased": Rule(phrasing.rephrased, provable=False),
        "none-guard": Rule(code.none_guard, provable=False),
        "docstring": Rule(prose.docstrings, provable=False),
        "comment": Rule(prose.comments, provable=False),
        "import-for-findings": Rule(code.import_for_findings, provable=False),
        "rewrapped": Rule(layout.rewrapped, provable=False),
        "blank-lines-beside": Rule(layout.beside_finding, provable=False),
    }
)
