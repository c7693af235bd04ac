"""Each folder of tests/cases/rules_files is a claim: a tree, an issue and edits; the chain, its rules and what breaks.

`tree.txt` has `=== PATH` before each text. `@for` lists the paths that are shown, `@edit` those that are edited or
created, `@issue` is the issue; `<U+202E>` stands for that character.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.golden import Golden, folders

from fretsaw.core.context.parts import Context, Part
from fretsaw.core.issue import parse
from fretsaw.core.ledger import enforce
from fretsaw.core.patch import derive_set
from fretsaw.core.rules_files import ProjectRules, rules_files
from fretsaw.core.rules_files.statements import statements_of
from fretsaw.core.text.safe_text import safe_text
from fretsaw.core.text.tokens import estimate

CASES = folders("rules_files")


def tree_of(text: str) -> dict[str, str]:
    """Path → text."""
    text = re.sub(r"<U\+([0-9A-F]{4,6})>", lambda found: chr(int(found[1], 16)), text)
    pieces = re.split(r"^=== (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def told_of(tree: dict[str, str]) -> str:
    """All that the rules files of a tree mean for an issue and its edits."""
    shown, edited = tree.pop("@for", "").split(), tree.pop("@edit", "").split()
    issue = parse(tree.pop("@issue", "The sum is wrong."))
    folders_of = {path[: at.start()] for path in tree for at in re.finditer("/", path)}
    rules = ProjectRules(rules_files(sorted(tree), tree.get, lambda path: path in tree or path in folders_of))
    chain, resolved = rules.files.chain(shown), rules.resolved(issue, shown)
    rows = [
        f"chain {file.path} for {file.area.folder or '.'} {' '.join(file.area.globs)}".rstrip() for file in chain.files
    ]
    rows += [f"not used {path}: {why}" for path, why in chain.skipped]
    rows += [f"enforced {rule.source} {rule.kind} {' '.join(rule.targets)}".rstrip() for rule in resolved.rules]
    enforced = {rule.source for rule in resolved.rules}
    for file in chain.files:
        for each in statements_of(file):
            if each.is_like_a_rule and f"{file.path}:{each.line}" not in enforced:
                rows.append(f"told {file.path}:{each.line} {each.text}")
    rows += [f"conflict {sentence}" for sentence in resolved.conflicts]
    after = {path: f"{tree.get(path, '')}x = 1\n" for path in edited}
    patch = derive_set(tree.get, after)
    snapshot = rules_snapshot(tree)
    broken = enforce(rules.join(issue, patch.paths).constraints, patch, snapshot)
    rows += [f"broken {violation.for_person}" for violation in broken]
    told = rules.told(Context(tuple(Part(path, 2, 2, "", "", whole=False) for path in shown), 0, whole=False), estimate)
    rows += [f"notice {notice}" for notice in told.cut]
    rows += [f"text{attributes}\n| " + text.replace("\n", "\n| ") for attributes, text in told.texts]
    return safe_text("\n".join(rows)) + "\n"


def rules_snapshot(tree: dict[str, str]):  # type: ignore[no-untyped-def]
    from fretsaw.core.snapshot import Snapshot

    return Snapshot(None, tuple(sorted(tree)), tree.get)


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_reads(folder: Path, golden: Golden) -> None:
    golden(folder / "expected.txt", told_of(tree_of((folder / "tree.txt").read_text("utf-8"))))
