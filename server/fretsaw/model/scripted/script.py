"""The script of the scripted model, as values."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from fretsaw.errors import UsageError

Order: TypeAlias = Literal["question", "turns", "server"]
"""The rule for the next reply. "question": the same messages get the same reply again, new ones the next reply, so a
run can be repeated; "turns": as many replies in as there are assistant's messages in the request; "server": one after
another, whatever is asked. After the last reply, the last one is given again."""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that the scripted model makes. `arguments`: a mapping, or text that is sent as it is."""

    name: str
    arguments: Mapping[str, Any] | str


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the scripted model."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    finish: str | None = None
    """The finish reason that is sent; None: `tool_calls` with calls, else `stop`."""
    incomplete: str | None = None
    """Responses: the reason in `incomplete_details`, where `finish` does not say it."""
    reasoning: str | None = None
    """Responses: the encrypted content of a reasoning item before the rest, where the request includes it."""
    refusal: str | None = None
    usage: tuple[int, int, int] | None = None
    """Input, cached and output tokens to report; None: counted from the messages."""
    cache_write: int = 0
    """Tokens of the input that are reported as written to the cache."""
    rejected: int = 0
    """Tokens of the output that are reported as predicted and not used (Chat)."""
    tier: str | None = None
    """The service tier that the answer names."""
    delay: float = 0.0
    """Seconds before the answer begins."""
    pause: float = 0.0
    """Seconds between two pieces of a streamed answer."""


@dataclass(slots=True)
class Script:
    """Replies in an order, for the requests whose text holds `match` (all of them when it is empty)."""

    replies: tuple[Reply, ...]
    order: Order = "question"
    match: str = ""
    _seen: dict[str, int] = field(default_factory=dict)
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, messages: Sequence[Any]) -> Reply:
        """The reply to these messages, which are in the form of either API."""
        with self._lock:
            index = self._index(messages)
        return self.replies[min(index, len(self.replies) - 1)]

    def _index(self, messages: Sequence[Any]) -> int:
        if self.order == "turns":
            return sum(1 for item in messages if isinstance(item, dict) and item.get("role") == "assistant")
        if self.order == "server":
            self._count += 1
            return self._count - 1
        return self._seen.setdefault(json.dumps(messages, sort_keys=True), len(self._seen))


def as_reply(item: Reply | str | Mapping[str, Any]) -> Reply:
    """A reply from a text or from a mapping as in a `.json` file: `text`, `calls`, `finish`, `incomplete`,
    `reasoning`, `refusal`, `usage`, `tier`, `cache_write`, `rejected`, `delay`, `pause`."""
    if isinstance(item, Reply):
        return item
    if isinstance(item, str):
        return Reply(item)
    calls = tuple(Call(str(call["name"]), call["arguments"]) for call in item.get("calls", ()))
    return Reply(
        text=str(item.get("text", "")),
        calls=calls,
        finish=item.get("finish"),
        incomplete=item.get("incomplete"),
        reasoning=item.get("reasoning"),
        refusal=item.get("refusal"),
        usage=tuple(item["usage"]) if "usage" in item else None,
        tier=item.get("tier"),
        cache_write=int(item.get("cache_write", 0)),
        rejected=int(item.get("rejected", 0)),
        delay=float(item.get("delay", 0)),
        pause=float(item.get("pause", 0)),
    )


def read_folder(folder: Path, *, order: Order = "question", delay: float = 0.0) -> tuple[Script, ...]:
    """The scripts of a folder of replies.

    `reply.md`, or `1.md`, `2.md` … (`.json` for tool calls) are one script. A subfolder with a file `match.txt` is a
    script of its own, for the requests that hold that text; those come before the folder's own.
    Also a single file: one reply, or a whole script as JSON, `{"replies": […], "order": …, "match": …}`.
    UsageError when there is no reply.
    """
    if folder.is_file():
        return (_script_of(folder, order, delay),)
    if not folder.is_dir():
        raise UsageError(f"there is no folder of replies {folder}")
    scripts = []
    for inner in sorted(path for path in folder.iterdir() if (path / "match.txt").is_file()):
        match = (inner / "match.txt").read_text(encoding="utf-8").strip()
        scripts.append(Script(_replies(inner, delay), order, match))
    own = _replies(folder, delay)
    if own:
        scripts.append(Script(own, order))
    if not all(script.replies for script in scripts) or not scripts:
        raise UsageError(f"{folder} has no reply", hint="name them reply.md, or 1.md, 2.md …")
    return tuple(scripts)


def _script_of(path: Path, order: Order, delay: float) -> Script:
    data = json.loads(path.read_text("utf-8")) if path.suffix == ".json" else None
    if not isinstance(data, dict) or "replies" not in data:
        return Script((_read(path, delay),), order)
    replies = tuple(map(as_reply, data["replies"]))
    if not replies:
        raise UsageError(f"{path} holds no reply")
    return Script(replies, data.get("order", order), data.get("match", ""))


def _replies(folder: Path, delay: float) -> tuple[Reply, ...]:
    numbered = sorted(
        (path for path in folder.iterdir() if path.suffix in {".md", ".json"} and path.stem.isdigit()),
        key=lambda path: int(path.stem),
    )
    single = [path for path in (folder / "reply.md", folder / "reply.json") if path.is_file()]
    return tuple(_read(path, delay) for path in numbered or single)


def _read(path: Path, delay: float) -> Reply:
    # Bytes first: a reply's own line endings are part of what it says.
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    reply = as_reply(json.loads(text)) if path.suffix == ".json" else Reply(text)
    return replace(reply, delay=delay) if delay and not reply.delay else reply
