"""Measures pruning over a corpus of proposed patches with their right answers. docs/extraneous-rate.md defines it."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fretsaw.core.prune.verdict import Mode
from fretsaw.errors import UsageError
from fretsaw.measure import score
from fretsaw.measure.corpus import answer_of


@dataclass(frozen=True, slots=True)
class Measured:
    """The extraneous rate of a corpus, before and after pruning."""

    rows: int
    proposed: score.Rate
    delivered: score.Rate
    gold_dropped: int
    """Changes of right answers that what is delivered lacks."""
    gold: int
    exact: int
    """Rows whose delivered files are the right ones, byte for byte."""
    flagged: int
    """Extraneous changes that stay, but are named."""


def extraneous(corpus: Path, mode: Mode) -> Measured:
    """Prune every row of a corpus (JSON lines, may be xz: `files`, `noisy`, `expect`, `issue`) and count.

    A `reply` is read for its lines on modes, where there is one.
    """
    scores = [score.score(answer, mode)[0] for answer in _answers(corpus)]
    return Measured(
        len(scores),
        score.extraneous_rate(scores, delivered=False),
        score.extraneous_rate(scores),
        sum(score.gold_dropped for score in scores),
        sum(score.gold for score in scores),
        sum(score.exact for score in scores),
        sum(score.flagged for score in scores),
    )


def _answers(corpus: Path) -> Iterator[score.RightAnswer]:
    for number, line in enumerate(_lines(corpus), start=1):
        try:
            row = json.loads(line)
            yield answer_of({"reply": "", **row, "issue": str(row.get("issue", ""))})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                f"{corpus}: line {number} is not a valid row: {type(error).__name__}: {error}",
                hint='a row is {"files": {path: text}, "noisy": {path: text}, "expect": {path: text}, "issue": text}',
            ) from error


def _lines(corpus: Path) -> Iterator[str]:
    try:
        raw = corpus.read_bytes()
        text = (lzma.decompress(raw) if corpus.suffix == ".xz" else raw).decode("utf-8")
    except (OSError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise UsageError(f"{corpus} cannot be read: {error}") from error
    yield from (line for line in text.split("\n") if line.strip())


def as_document(measured: Measured, mode: Mode) -> dict[str, Any]:
    """The figures as JSON."""
    rates = {"proposed": measured.proposed, "delivered": measured.delivered}
    shown = {
        name: {"rate": round(one.share, 5), "low": round(one.low, 5), "high": round(one.high, 5), "of": one.whole}
        for name, one in rates.items()
    }
    return {
        "rows": measured.rows,
        "prune": mode,
        "gold_dropped": measured.gold_dropped,
        "gold": measured.gold,
        "extraneous_rate": shown,
        "flagged": measured.flagged,
        "exact": measured.exact,
    }
