"""Queue what a person rejects while an agent works: told to it at its turn's end, which takes it out itself.

Reverting under a working agent makes its next edit miss, and the change come back.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.verdict import Verdict
from fretsaw.core.text.safe_text import safe_text
from fretsaw.session.state_file import read_state, write_state

_FILE = "rejected.json"
WORKING_SECONDS = 600
"""Time without an edit after which a turn that saw no end counts as broken off."""
_MOST_LINES = 3


def is_agent_working(folder: Path) -> bool:
    """Return True if an agent whose hooks are installed is in the middle of a turn in this repository."""
    try:
        newest = max(file.stat().st_mtime for file in (folder / "turns").glob("*.json"))
    except (OSError, ValueError):
        return False
    return time.time() - newest < WORKING_SECONDS


def queue_rejections(folder: Path, rejected: Iterable[Verdict]) -> int:
    """Add changes to the queue; how many it has now."""
    rows = {key_of(row): row for row in _rows(folder)}
    rows |= {key_of(row): row for row in map(_row, rejected)}
    _keep_rows(folder, list(rows.values()))
    return len(rows)


def tell_rejections(folder: Path, texts: Mapping[str, str | None]) -> list[str]:
    """A line for each change of the queue that is still in its file; only these stay in it, until they are gone.

    `texts`: path -> text as it is now.
    """
    rows = [row for row in _rows(folder) if _is_still_there(row, texts.get(str(row["path"])))]
    _keep_rows(folder, rows)
    return [_line(row) for row in rows]


def withdraw_rejections(folder: Path, accepted: Iterable[Change]) -> None:
    """Take changes out of the queue that a person wants to keep after all."""
    keys = {key_of(change_row(change)) for change in accepted}
    rows = _rows(folder)
    if keys and rows:
        _keep_rows(folder, [row for row in rows if key_of(row) not in keys])


def rejected_paths(folder: Path) -> tuple[str, ...]:
    """The files of which something is queued."""
    return tuple(dict.fromkeys(str(row["path"]) for row in _rows(folder)))


def key_of(row: Mapping[str, Any]) -> str:
    """The change as a text that stays the same while other lines of its file move."""
    return "\0".join([str(row["path"]), str(row["kind"]), *map(str, row["removed"]), "\1", *map(str, row["added"])])


def change_row(change: Change) -> dict[str, Any]:
    """A change as it is stored."""
    hunk = change.hunk
    return {
        "path": change.path,
        "kind": change.kind,
        "line": hunk.start + 1 if hunk else 0,
        "removed": list(hunk.removed) if hunk else [],
        "added": list(hunk.added) if hunk else [],
    }


def _keep_rows(folder: Path, rows: list[dict[str, Any]]) -> None:
    if rows:
        write_state(folder, _FILE, {"rows": rows})
    else:
        (folder / _FILE).unlink(missing_ok=True)


def _row(item: Verdict) -> dict[str, Any]:
    return {**change_row(item.change), "reason": item.reason}


def _rows(folder: Path) -> list[dict[str, Any]]:
    rows = read_state(folder, _FILE).get("rows")
    fields = {"path", "kind", "removed", "added", "line"}
    return [row for row in rows if isinstance(row, dict) and fields <= row.keys()] if isinstance(rows, list) else []


def _is_still_there(row: Mapping[str, Any], text: str | None) -> bool:
    if row["kind"] == "create":
        return text is not None
    if row["kind"] == "delete":
        return text is None
    added, removed = "".join(row["added"]), "".join(row["removed"])
    if text is None:
        return False
    return added in text if added.strip() else removed not in text


def _line(row: Mapping[str, Any]) -> str:
    lines = [line.strip() for line in (row["added"] or row["removed"]) if line.strip()][:_MOST_LINES]
    verb = {"create": "remove the file", "delete": "bring the file back"}.get(
        str(row["kind"]), "take out" if row["added"] else "put back"
    )
    shown = f": {' / '.join(lines)}"[:160] if lines and row["kind"] not in ("create", "delete") else ""
    return safe_text(f"{row['path']}:{row['line']} {verb}{shown}")
