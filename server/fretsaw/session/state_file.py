"""A small file of JSON in the user's state directory: read whatever is in it, written whole."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read_state(state: Path, name: str) -> dict[str, Any]:
    """The object in the file; an empty one where it is not there or cannot be read."""
    try:
        read = json.loads((state / name).read_text("ascii"))
    except (OSError, ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def write_state(state: Path, name: str, values: Mapping[str, Any]) -> None:
    """Replace the file. Of two runs that write at once one wins: what is kept so may be learned again."""
    state.mkdir(parents=True, mode=0o700, exist_ok=True)
    draft = state / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"  # a server has several runs in one process
    draft.write_text(json.dumps(values, indent=1) + "\n", "ascii")
    draft.replace(state / name)
