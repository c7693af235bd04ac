"""The table of rules, in the order in which they are asked: the first that speaks of a change decides it."""

from collections.abc import Mapping
from types import MappingProxyType

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.rules import (
    comments,
    data_layout,
    debug_prints,
    forbidden,
    import_order,
    layout,
    rewordings,
    suppressions,
    unasked_outline,
    unasked_python,
    unspoken,
    weakened_tests,
    whole_files,
)
from fretsaw.core.prune.scene import Scene
from fretsaw.core.prune.verdict import Rule, RuleFunction


def _either(python: RuleFunction, others: RuleFunction) -> RuleFunction:
    """One rule with two ways to find out: Python's own parser, an outline by tree-sitter elsewhere."""

    def judge(scene: Scene, changes: tuple[Change, ...]) -> Mapping[int, str]:
        rule = python if scene.language == "python" else others
        return rule(scene, changes)

    return judge


RULES = MappingProxyType(
    {
        "forbidden": Rule(forbidden.forbidden, provable=True, moved=True, binding=True),
        "mode-only": Rule(whole_files.mode_only, provable=True, cheap=True, moved=True),
        "scratch-file": Rule(whole_files.scratch_file, provable=True, cheap=True),
        "line-endings": Rule(layout.endings, provable=True, cheap=True, moved=True),
        "whitespace": Rule(layout.blanks, provable=True, layout=True, moved=True),
        "import-order": Rule(import_order.import_order, provable=True, moved=True),
        "formatting": Rule(layout.formatting, provable=True, layout=True, moved=True),
        "data-layout": Rule(data_layout.data_layout, provable=False, advisory=True, moved=True),
        "blank-lines": Rule(layout.blank_lines, provable=True, moved=True),
        "load-order": Rule(import_order.load_order, provable=False, moved=True),
        "licence": Rule(comments.licence_lines, provable=False),
        "version": Rule(comments.version_lines, provable=False),
        "debug-print": Rule(debug_prints.debug_print, provable=False),
        "unused-import": Rule(_either(unasked_python.unused_import, unasked_outline.unused_import), provable=False),
        "unused-helper": Rule(_either(unasked_python.unused_helper, unasked_outline.unused_helper), provable=False),
        "widened-except": Rule(_either(unasked_python.widened_except, unasked_outline.widened_catch), provable=False),
        "type-hints": Rule(_either(rewordings.hints_added, unasked_outline.hints_added), provable=False),
        "renamed-local": Rule(_either(rewordings.renamed_local, unasked_outline.renamed_local), provable=False),
        "rephrased": Rule(rewordings.rephrased, provable=False),
        "suppression": Rule(suppressions.suppression, provable=False),
        "skipped-test": Rule(weakened_tests.skipped_test, provable=False),
        "expected-failure": Rule(weakened_tests.expected_failure, provable=False, advisory=True),
        "loosened-assertion": Rule(weakened_tests.loosened_assertion, provable=False),
        "docstring": Rule(comments.docstrings, provable=False),
        "comment": Rule(comments.comments, provable=False),
        "none-guard": Rule(_either(unasked_python.none_guard, unasked_outline.guard), provable=False),
        "removed-definition": Rule(unspoken.removed_definition, provable=False, advisory=True),
        "removed-import": Rule(unspoken.removed_import, provable=False, advisory=True),
        "removed-comment": Rule(unspoken.removed_comment, provable=False, advisory=True),
        "silenced-error": Rule(unspoken.silenced_error, provable=False, advisory=True),
        "import-for-findings": Rule(
            _either(unasked_python.import_for_findings, unasked_outline.import_for_findings), provable=False
        ),
        "rewrapped": Rule(layout.rewrapped, provable=False, advisory=True),
        "blank-lines-beside": Rule(layout.beside_finding, provable=False),
    }
)
