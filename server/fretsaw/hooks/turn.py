"""Keep what a turn of an agent began with: the prompt and the files that were not as committed. For the user's eyes."""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from fretsaw import system

VERSION = 1
_MOST = 20_000_000
"""Characters of texts that a turn keeps."""
_DAYS = 7


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of one session, as it stood at its start."""

    prompt: str = ""
    head: str = ""
    """The commit, or the empty tree."""
    base: dict[str, str | None] = field(default_factory=dict)
    """Path -> text, of the files that were not as `head` has them."""
    seen: dict[str, str | None] = field(default_factory=dict)
    """Path -> text before the turn's first edit of it."""
    is_held: bool = False
    """True if its end was held already."""
    version: int = VERSION

    def at_start(self, path: str, now: str | None) -> str | None:
        """The text of a file when the turn began, as far as that is known; `now`: before the edit that comes."""
        if path in self.base:
            return self.base[path]
        return self.seen.get(path, now)

    def with_seen(self, texts: dict[str, str | None]) -> Turn:
        """The same with texts before a first edit."""
        return replace(self, seen={**texts, **self.seen})


def read_turn(folder: Path, session: str) -> Turn | None:
    """The turn of a session; None where none is kept, or another version kept it."""
    try:
        row = json.loads(_file(folder, session).read_text("utf-8", "surrogateescape"))
        return Turn(**row) if row.get("version") == VERSION else None
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def write_turn(folder: Path, session: str, turn: Turn) -> None:
    """Keep it. What is more than can be kept is left out: the turn's end is then held against HEAD there."""
    size = 0
    base = {}
    for path, text in turn.base.items():
        size += len(text or "")
        if size <= _MOST:
            base[path] = text
    file = _file(folder, session)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps(asdict(replace(turn, base=base)))
    new = file.with_suffix(f".{os.getpid()}")
    descriptor = os.open(
        new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | system.NO_LINK | system.CLOSE_ON_EXEC | system.BINARY, 0o600
    )
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(text)
    new.replace(file)


def forget_turn(folder: Path, session: str) -> None:
    """Remove it, and those that no end was seen of for a week."""
    with suppress(OSError):
        _file(folder, session).unlink()
    oldest = time.time() - _DAYS * 86400
    with suppress(OSError):
        for file in (folder / "turns").iterdir():
            if file.stat().st_mtime < oldest:
                file.unlink()


def _file(folder: Path, session: str) -> Path:
    name = hashlib.sha256(session.encode("utf-8", "surrogatepass")).hexdigest()[:20]
    return folder / "turns" / f"{name}.json"
