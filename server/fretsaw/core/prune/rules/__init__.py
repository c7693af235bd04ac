"""The table of rules, in the order in which they are asked: the first that speaks of a change decides it."""

from collections.abc import Mapping
from types import MappingProxyType

from fretsaw.core.patch.values import Change
from fretsaw.core.prune.rules import ask, code, files, imports, layout, outlined, phrasing, prose, silence
from fretsaw.core.prune.scene import Scene
from fretsaw.core.prune.values import Judge, Rule


def _either(python: Judge, others: Judge) -> Judge:
    """One rule with two ways to find out: Python's own parser, an outline by tree-sitter elsewhere."""

    def judge(scene: Scene, changes: tuple[Change, ...]) -> Mapping[int, str]:
        return (python if scene.language == "python" else others)(scene, changes)

    return judge


RULES = MappingProxyType(
    {
        "forbidden": Rule(ask.forbidden, provable=True, moved=True, binding=True),
        "mode-only": Rule(files.mode_only, provable=True, cheap=True, moved=True),
        "scratch-file": Rule(files.scratch_file, provable=True, cheap=True),
        "line-endings": Rule(layout.endings, provable=True, cheap=True, moved=True),
        "whitespace": Rule(layout.blanks, provable=True, layout=True, moved=True),
        "import-order": Rule(imports.import_order, provable=True, moved=True),
        "formatting": Rule(layout.formatting, provable=True, layout=True, moved=True),
        "blank-lines": Rule(layout.blank_lines, provable=True, moved=True),
        "licence": Rule(prose.legal, provable=False),
        "version": Rule(prose.version, provable=False),
        "debug-print": Rule(code.debug_print, provable=False),
        "unused-import": Rule(_either(code.unused_import, outlined.unused_import), provable=False),
        "unused-helper": Rule(_either(code.unused_helper, outlined.unused_helper), provable=False),
        "widened-except": Rule(_either(code.widened_except, outlined.widened_catch), provable=False),
        "type-hints": Rule(_either(phrasing.hints_added, outlined.hints_added), provable=False),
        "renamed-local": Rule(_either(phrasing.renamed_local, outlined.renamed_local), provable=False),
        "rephrased": Rule(phrasing.rephrased, provable=False),
        "none-guard": Rule(_either(code.none_guard, outlined.guard), provable=False),
        "suppression": Rule(silence.suppression, provable=False),
        "docstring": Rule(prose.docstrings, provable=False),
        "comment": Rule(prose.comments, provable=False),
        "import-for-findings": Rule(_either(code.import_for_findings, outlined.import_for_findings), provable=False),
        "rewrapped": Rule(layout.rewrapped, provable=False),
        "blank-lines-beside": Rule(layout.beside_finding, provable=False),
    }
)
