"""Real sentences of public rules files: each is enforced exactly as it says, or it is only told."""

from __future__ import annotations

from pathlib import Path

import pytest

from fretsaw.core.issue import Issue
from fretsaw.core.rules_files import rules_files
from fretsaw.core.rules_files.resolve import resolve

_ROWS = [
    line.split(" => ")
    for line in (Path(__file__).parent / "sentences.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("sentence", "meant"), _ROWS, ids=[row[0][:50] for row in _ROWS])
def test_a_sentence_is_enforced_exactly_or_told(sentence: str, meant: str) -> None:
    files = rules_files(["AGENTS.md"], lambda _: f"# Rules\n\n{sentence}\n", lambda _: False)
    rules = resolve(files.chain(), Issue("", ""), files.exists).rules
    assert ([" ".join((rule.kind, *rule.targets)) for rule in rules] or ["told"]) == [meant]


def test_the_nearest_of_very_many_rules_files_are_kept() -> None:
    paths = [f"{'d/' * depth}AGENTS.md" for depth in range(70)]
    chain = rules_files(paths, lambda path: f"Rule of {path}", lambda _: False).chain([f"{'d/' * 70}a.py"])
    assert [file.path for file in chain.files] == paths[-60:]
    assert {path for path, _ in chain.skipped} == set(paths[:10])


def test_a_hostile_rules_file_is_read_in_time() -> None:
    text = "Never edit " + "a/" * 30_000 + "\n" + "- do not change `x" * 3_000 + "\n" + "@" * 60_000 + "\n---\n" * 900
    files = rules_files(["AGENTS.md", "CLAUDE.md"], lambda _: text, lambda _: False)
    assert resolve(files.chain(), Issue("", ""), files.exists).rules == ()
