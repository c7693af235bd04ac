"""Slide an insertion or a deletion that could stand in several places to where it reads best. Changes no text."""

from __future__ import annotations

from fretsaw.core.patch.sequence import Block

FARTHEST = 60
"""Lines that a block is slid at most; beyond this it would not read better."""


def slide(old: list[str], new: list[str], blocks: list[Block]) -> list[Block]:
    """The same difference with each pure insertion or deletion at the boundary where a person would put it."""
    out: list[Block] = []
    for at, block in enumerate(blocks):
        i0, i1, j0, j1 = block
        if i0 != i1 and j0 != j1:
            out.append(block)
            continue
        floor = out[-1][1] + 1 if out else 0
        ceiling = blocks[at + 1][0] - 1 if at + 1 < len(blocks) else len(old)
        lines, start, end = (new, j0, j1) if i0 == i1 else (old, i0, i1)
        up = min(i0 - floor, FARTHEST)
        down = min(ceiling - i1, FARTHEST)
        shift = _best(lines, (start, end), up, down)
        out.append((i0 + shift, i1 + shift, j0 + shift, j1 + shift))
    return out


def _best(lines: list[str], span: tuple[int, int], up: int, down: int) -> int:
    """The shift (lines, negative: up) with the best boundaries; the lowest of equals, as in git."""
    start, end = span
    shifts = [0]
    step = 0
    while -step < up and start + step > 0 and lines[start + step - 1] == lines[end + step - 1]:
        step -= 1
        shifts.append(step)
    step = 0
    while step < down and end + step < len(lines) and lines[start + step] == lines[end + step]:
        step += 1
        shifts.append(step)
    if len(shifts) == 1:
        return 0
    return min(shifts, key=lambda s: (_cost(lines, start + s) + _cost(lines, end + s), -s))


def _cost(lines: list[str], at: int) -> int:
    """Rate a block boundary before line `at`, lower is better: best before an outdented line after a blank one."""
    if at in (0, len(lines)):
        return 0
    after = next((line for line in lines[at : at + 20] if line.strip()), "")
    indent = len(after) - len(after.lstrip())
    if not lines[at].strip():
        return indent * 4 + 3
    return indent * 4 + (0 if not lines[at - 1].strip() else 2)
