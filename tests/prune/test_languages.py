"""The labelled rows of bench/data/languages: nothing right is lost or named, all noise is gone or named."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from fretsaw.core.prune.verdict import Mode
from fretsaw.measure.corpus import scored

BENCH = Path(__file__).parents[2] / "bench" / "languages.py"
ROWS = list(runpy.run_path(str(BENCH))["corpus"]())


@pytest.mark.parametrize("mode", ["safe", "strict"])
@pytest.mark.parametrize("at", range(len(ROWS)), ids=[f"{at}-{row['kind']}" for at, row in enumerate(ROWS)])
def test_a_row_meets_its_target(at: int, mode: Mode) -> None:
    one = scored(ROWS[at], mode)
    assert one.good
    assert one.score.gold_dropped == one.score.gold_flagged == 0
