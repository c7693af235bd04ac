"""By-products of a reply in a notebook: counts, outputs, metadata and ids of cells as they were."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fretsaw.core.patch.sequence import differences

Cell = dict[str, Any]


def with_old_by_products(before: str, after: str) -> str:
    """The reply with the file's own cells where their source is the same, and the file's own metadata.

    Of a cell whose source changes, its id and metadata are the file's, its outputs the reply's.
    """
    try:
        old, new = json.loads(before), json.loads(after)
    except (ValueError, RecursionError):
        return after
    if not (_is_notebook(old) and _is_notebook(new)):
        return after
    cells = list(_cells(old["cells"], new["cells"]))
    return json.dumps({**old, "cells": cells}, ensure_ascii=False, indent=1) + "\n"


def _is_notebook(data: Any) -> bool:
    cells = data.get("cells") if isinstance(data, dict) else None
    return isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells)


def _source(cell: Cell) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)


def _row(cells: list[Cell]) -> list[str]:
    return [f"{cell.get('cell_type')}\n{_source(cell)}" for cell in cells]


def _cells(old: list[Cell], new: list[Cell]) -> Iterator[Cell]:
    """Yield the cells of the reply, each as the file has it where it can be."""
    old_at = 0
    for start, end, new_start, new_end in [*differences(_row(old), _row(new)), (len(old), len(old), 0, 0)]:
        yield from old[old_at:start]
        changed, rewritten = old[start:end], new[new_start:new_end]
        is_paired = len(changed) == len(rewritten)
        for at, cell in enumerate(rewritten):
            yield _rewritten(changed[at], cell) if is_paired else _matched(changed, cell)
        old_at = end


def _matched(candidates: list[Cell], cell: Cell) -> Cell:
    """The cell as the one with its id became it; as it is where there is none."""
    named = [old for old in candidates if "id" in cell and old.get("id") == cell["id"]]
    return _rewritten(named[0], cell) if named else cell


def _rewritten(old: Cell, new: Cell) -> Cell:
    """An old cell with the source of the new one, and its outputs."""
    if old.get("cell_type") != new.get("cell_type"):
        return new
    text = _source(new)
    source = text.splitlines(keepends=True) if isinstance(old.get("source"), list) else text
    outputs: Cell = {key: new[key] for key in ("outputs", "execution_count") if key in new and key in old}
    return {**old, **outputs, "source": source}
