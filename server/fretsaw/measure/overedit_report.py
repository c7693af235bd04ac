"""The measure of over-editing as JSON, as Markdown tables and as a plot."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from fretsaw.measure.overedit import LEAST_PATCHES, Overedit, SystemShare
from fretsaw.measure.overedit_kinds import KINDS
from fretsaw.measure.score import Rate

_TITLE = "Resolved patches with changes of a kind that right patches hardly have"
_LEGEND = "share and 95 % interval, by name; the band is gold with the same detectors"
_ROW, _LEFT, _WIDTH, _TOP = 24, 330, 520, 56


def overedit_document(measured: Overedit) -> dict[str, Any]:
    """The figures as JSON."""
    return {
        "systems": [_plain(each) for each in measured.systems],
        "gold": _plain(measured.gold),
        "counted": list(measured.counted),
        "skipped": dict(measured.skipped),
        "apart": [{"fewer": fewer, "more": more} for fewer, more in measured.apart],
    }


def overedit_markdown(measured: Overedit) -> str:
    """Tables: all systems by name beside gold, each kind beside its false-positive rate."""
    lines = [
        "| system | patches | with one of the kinds | 95 % interval | also another system's |",
        "|---|--:|--:|---|--:|",
    ]
    for each in (*measured.systems, measured.gold):
        any_kind = each.any_kind
        share = f"{any_kind.share:.1%} | {any_kind.low:.1%} to {any_kind.high:.1%}"
        lines.append(f"| {each.name} | {any_kind.whole} | {share} | {each.shared} |")
    of = sum(each.any_kind.whole for each in measured.systems)
    lines += ["", "| kind | all systems | gold (false positives) | counts |", "|---|--:|--:|---|"]
    for kind in KINDS:
        part = sum(each.by_kind[kind].part for each in measured.systems)
        gold = measured.gold.by_kind[kind]
        counts = "yes" if kind in measured.counted else "no: gold has as many"
        share = f"{part} of {of} ({part / max(of, 1):.1%})"
        lines.append(f"| {kind} | {share} | {gold.part} of {gold.whole} ({gold.share:.1%}) | {counts} |")
    lines += ["", _order(measured)]
    return "\n".join(lines) + "\n"


def _order(measured: Overedit) -> str:
    compared = sum(each.any_kind.whole >= LEAST_PATCHES for each in measured.systems)
    pairs = compared * (compared - 1) // 2
    if not measured.apart:
        return f"No two of the {compared} systems with {LEAST_PATCHES} patches or more can be told apart: all overlap."
    below: dict[str, list[str]] = {}
    for fewer, more in measured.apart:
        below.setdefault(more, []).append(fewer)
    told = [f"- below {more}: {', '.join(sorted(names))}" for more, names in sorted(below.items())]
    head = f"{len(measured.apart)} of {pairs} pairs of systems with {LEAST_PATCHES} patches or more do not overlap:"
    return "\n".join([head, "", *told])


def overedit_svg(measured: Overedit) -> str:
    """A plot: one row a system by name, its share as a dot, its interval as a line; gold as a band."""
    rows = measured.systems
    high = max([each.any_kind.high for each in (*rows, measured.gold)], default=1.0)
    scale = _WIDTH / max(high, 0.01)
    height = _TOP + _ROW * len(rows) + 40
    gold = measured.gold.any_kind
    band = f'<rect x="{_x(gold.low, scale)}" y="{_TOP - 8}" width="{(gold.high - gold.low) * scale:.1f}" '
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 40}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="10" y="20" font-size="14">{_TITLE}</text>',
        f'<text x="10" y="38" fill="#555">{_LEGEND}</text>',
        f'{band}height="{_ROW * len(rows) + 8}" fill="#cde8cd"/>',
        *_ticks(high, scale, height - 24),
    ]
    for number, each in enumerate(rows):
        lines += _plot_row(each, _TOP + _ROW * number + 8, scale)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _plot_row(share: SystemShare, y: int, scale: float) -> Sequence[str]:
    any_kind = share.any_kind
    name = escape(f"{share.name} (n = {any_kind.whole})")
    return (
        f'<text x="{_LEFT - 10}" y="{y + 4}" text-anchor="end">{name}</text>',
        f'<line x1="{_x(any_kind.low, scale)}" x2="{_x(any_kind.high, scale)}" y1="{y}" y2="{y}" stroke="#4060a0"/>',
        f'<circle cx="{_x(any_kind.share, scale)}" cy="{y}" r="4" fill="#4060a0"/>',
    )


def _ticks(high: float, scale: float, y: int) -> list[str]:
    step = 0.1 if high > 0.3 else 0.05
    marks = [step * number for number in range(int(high / step) + 1)]
    return [f'<text x="{_x(mark, scale)}" y="{y}" text-anchor="middle" fill="#555">{mark:.0%}</text>' for mark in marks]


def _x(share: float, scale: float) -> str:
    return f"{_LEFT + share * scale:.1f}"


def _plain(share: SystemShare) -> dict[str, Any]:
    by_kind = {kind: _rate(each) for kind, each in share.by_kind.items()}
    return {"name": share.name, **_rate(share.any_kind), "kinds": by_kind, "shared": share.shared}


def _rate(share: Rate) -> dict[str, Any]:
    return {"part": share.part, "of": share.whole, "rate": share.share, "low": share.low, "high": share.high}
