"""`agent bench extraneous`: the figures of a corpus, and what is said of one that is none."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Agent

BEFORE = "def f(a):\n    return a\n\n\ndef g(b):\n    return 'b'\n"
GOLD = BEFORE.replace("return a", "return a + 1")
ROWS = [
    {
        "files": {"a.py": BEFORE},
        "noisy": {"a.py": GOLD.replace("'b'", '"b"')},
        "expect": {"a.py": GOLD},
        "issue": "It is 1 off",
    },
    {
        "files": {"a.py": BEFORE, "b.sh": "x\n"},
        "noisy": {"a.py": GOLD},
        "expect": {"a.py": GOLD},
        "reply": "diff --git a/b.sh b/b.sh\nold mode 100644\nnew mode 100755\n",
    },
]


def test_a_corpus_is_counted_modes_included(agent: Agent, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("\n".join(map(json.dumps, ROWS)), "utf-8")
    figures = agent("bench", "extraneous", str(corpus), "--json").document
    assert (figures["rows"], figures["gold_dropped"], figures["gold"], figures["exact"]) == (2, 0, 2, 2)
    assert figures["extraneous_rate"]["proposed"]["rate"] == 0.5
    assert figures["extraneous_rate"]["delivered"]["rate"] == 0
    assert "of 4 changes" in agent("bench", "extraneous", str(corpus)).out


def test_what_is_no_corpus_is_said_with_its_line(agent: Agent, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text(json.dumps(ROWS[0]) + "\n[1]\n", "utf-8")
    ended = agent("bench", "extraneous", str(corpus))
    assert ended.code == 2
    assert "line 2 is not a valid row" in ended.err
