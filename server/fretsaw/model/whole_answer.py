"""An answer that came as one text: a body, or the events of a stream under a name that is not a stream's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from fretsaw.model.parse import Collected, whole

_MARKS = ("data:", "event:", ":")
_BOM = "\ufeff"


def take_text(text: str, kind: str, api: ModuleType, so_far: Collected) -> Iterator[str]:
    """Collect an answer that came in one piece, and give its text. Raises what `whole` and the API's reading raise."""
    text = text.removeprefix(_BOM)
    events = _events(text, kind)
    if events is None:
        yield api.take_whole(whole(text, kind), so_far)
        return
    for event in events:
        yield api.take(event, so_far)
    so_far.end()


def _events(text: str, kind: str) -> list[Any] | None:
    """The events of a stream, one JSON a line; None where it is no stream."""
    lines = text.splitlines()
    if text.lstrip().startswith(_MARKS):
        pieces = [line[5:].strip() for line in lines if line.startswith("data:")]
        return [json.loads(piece) for piece in pieces if piece not in ("", "[DONE]")]
    if "ndjson" in kind or "jsonl" in kind:
        return [json.loads(line) for line in lines if line.strip()]
    return None
