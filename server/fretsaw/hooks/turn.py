"""Keep what a turn of an agent, and its conversation, began with: the prompt and the texts. For the user's eyes."""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from fretsaw import system

VERSION = 2
_MOST = 20_000_000
"""Characters of texts that a turn keeps."""
_DAYS = 7


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of one session, as it stood at its start."""

    prompt: str = ""
    earlier: str = ""
    """The prompts before it in this turn, as some agents take one while they work, or those that it says yes to."""
    head: str = ""
    """The commit, or the empty tree."""
    base: dict[str, str | None] = field(default_factory=dict)
    """Path -> text, of the files that were not as `head` has them."""
    seen: dict[str, str | None] = field(default_factory=dict)
    """Path -> text before the turn's first edit of it."""
    first_head: str = ""
    """The commit before the first turn of the conversation."""
    first: dict[str, str | None] = field(default_factory=dict)
    """Path -> text before the first turn, of the files that are not as `first_head` has them, or were not then."""
    unread: list[str] = field(default_factory=list)
    """Paths that had changed when it began and cannot be looked at."""
    told: list[str] = field(default_factory=list)
    """The sentences of which the conversation has heard."""
    pending: str = ""
    """The words that the model is to hear behind its edit, of an agent that hands them on only there."""
    is_held: bool = False
    """True if its end was held already."""
    version: int = VERSION

    def at_first(self, path: str, now: str | None) -> str | None:
        """The text of a file before the conversation, as far as that is known; `now`: before the edit that comes."""
        if path in self.first:
            return self.first[path]
        return self.seen.get(path, now)

    def with_seen(self, texts: dict[str, str | None]) -> Turn:
        """The same with texts before a first edit."""
        return replace(self, seen={**texts, **self.seen})


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns of one session so far, as its last one ended."""

    first_head: str
    first: dict[str, str | None]
    """As of a turn."""
    end_head: str
    end: dict[str, str | None]
    """Path -> text, of the files that were not as `end_head` has them."""
    told: list[str]
    asked: str = ""
    """The prompts of the last turn, for one that only says yes to them."""
    version: int = VERSION


def read_turn(folder: Path, session: str) -> Turn | None:
    """The turn of a session; None where none is kept, or another version kept it."""
    row = _read(_file(folder, session))
    try:
        return None if row is None else Turn(**row)
    except TypeError:
        return None


def write_turn(folder: Path, session: str, turn: Turn) -> None:
    """Keep it. What is more than can be kept is left out: the turn's end is then held against HEAD there."""
    _write(_file(folder, session), asdict(replace(turn, base=_bounded(turn.base), first=_bounded(turn.first))))


def time_of_turn(folder: Path, session: str) -> float | None:
    """The time of the last edit, or of the prompt, of the turn that is kept; None where none is."""
    try:
        return _file(folder, session).stat().st_mtime
    except OSError:
        return None


def forget_turn(folder: Path, session: str) -> None:
    """Remove it, and those that no end was seen of for a week."""
    with suppress(OSError):
        _file(folder, session).unlink()
    oldest = time.time() - _DAYS * 86400
    for kind in ("turns", "conversations"):
        with suppress(OSError):
            for file in (folder / kind).iterdir():
                if file.stat().st_mtime < oldest:
                    file.unlink()


def read_conversation(folder: Path, session: str) -> Conversation | None:
    """The earlier turns of a session; None before its first one has ended."""
    row = _read(_file(folder, session, "conversations"))
    try:
        return None if row is None else Conversation(**row)
    except TypeError:
        return None


def write_conversation(folder: Path, session: str, kept: Conversation) -> None:
    """Keep what the next turn is to be held against."""
    kept = replace(kept, first=_bounded(kept.first), end=_bounded(kept.end))
    _write(_file(folder, session, "conversations"), asdict(kept))


def edited_by_others(folder: Path, session: str, since: float) -> frozenset[str]:
    """The paths that agents of other sessions, at work since then, edited by their hooks."""
    own = _file(folder, session)
    found: set[str] = set()
    with suppress(OSError):
        for file in (folder / "turns").glob("*.json"):
            if file != own and file.stat().st_mtime >= since and (row := _read(file)) is not None:
                found |= row.get("seen", {}).keys()
    return frozenset(found)


def _bounded(texts: dict[str, str | None]) -> dict[str, str | None]:
    size = 0
    kept = {}
    for path, text in texts.items():
        size += len(text or "")
        if size <= _MOST:
            kept[path] = text
    return kept


def _read(file: Path) -> dict[str, Any] | None:
    try:
        row = json.loads(file.read_text("utf-8", "surrogateescape"))
    except (OSError, ValueError):
        return None
    return row if isinstance(row, dict) and row.get("version") == VERSION else None


def _write(file: Path, row: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_suffix(f".{os.getpid()}")
    descriptor = os.open(
        new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | system.NO_LINK | system.CLOSE_ON_EXEC | system.BINARY, 0o600
    )
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(json.dumps(row))
    new.replace(file)


def _file(folder: Path, session: str, kind: str = "turns") -> Path:
    name = hashlib.sha256(session.encode("utf-8", "surrogatepass")).hexdigest()[:20]
    return folder / kind / f"{name}.json"
