"""The editor as the agent sees it: what it is told, what it is asked, the texts of its buffers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from acp import RequestError, interfaces, schema, update_agent_message_text

from fretsaw import repo
from fretsaw.core.text.safe_text import safe_text
from fretsaw.threads import in_thread

_READ_SECONDS = 5.0
_MARK = "\ufeff"


@dataclass(slots=True)
class Client:
    """One connection, with what the client announced."""

    wire: interfaces.Client
    can: schema.ClientCapabilities = field(default_factory=schema.ClientCapabilities)

    @property
    def can_read(self) -> bool:
        """True if it gives the texts of its buffers."""
        return bool(self.can.fs and self.can.fs.read_text_file)

    @property
    def can_write(self) -> bool:
        """True if it writes into its buffers."""
        return bool(self.can.fs and self.can.fs.write_text_file)

    async def update(self, session_id: str, update: Any) -> None:
        """Send one update of a session."""
        await self.wire.session_update(session_id=session_id, update=update)

    async def say(self, session_id: str, text: str) -> None:
        """Send a paragraph to the person. What is shown cannot steer a terminal."""
        await self.update(session_id, update_agent_message_text(safe_text(text).strip() + "\n\n"))

    async def ask(
        self, session_id: str, call: schema.ToolCallUpdate, options: list[schema.PermissionOption]
    ) -> str | None:
        """Ask for a permission; the chosen option, None where the client cancelled the turn."""
        answer = await self.wire.request_permission(session_id=session_id, tool_call=call, options=options)
        return answer.outcome.option_id if isinstance(answer.outcome, schema.AllowedOutcome) else None

    async def read(self, session_id: str, path: Path) -> str | None:
        """The text of a file as the editor has it; None where it has none or does not say."""
        if not self.can_read:
            return None
        with contextlib.suppress(RequestError, asyncio.TimeoutError):
            asked = self.wire.read_text_file(session_id=session_id, path=str(path))
            return (await asyncio.wait_for(asked, _READ_SECONDS)).content
        return None

    async def write(self, session_id: str, path: Path, text: str) -> bool:
        """Write a file through the editor; True if it then has this text."""
        with contextlib.suppress(RequestError):
            await self.wire.write_text_file(session_id=session_id, path=str(path), content=text)
        return is_same_text(await self.read(session_id, path), text)

    async def unsaved(self, session_id: str, root: Path, paths: Iterable[str]) -> dict[str, str]:
        """Those of the files that the editor has another text of than the disk: path → text."""
        if not self.can_read:
            return {}
        asked = tuple(dict.fromkeys(paths))
        texts: Sequence[str | None] = await asyncio.gather(*(self.read(session_id, root / path) for path in asked))
        on_disk = await in_thread(lambda: {path: repo.file_text(root, path) for path in asked})
        return {
            path: _with_newlines_of(text, on_disk[path])
            for path, text in zip(asked, texts, strict=True)
            if text is not None and not is_same_text(text, on_disk[path])
        }


def is_same_text(one: str | None, other: str | None) -> bool:
    """Return True if two texts differ in nothing but line endings and a byte order mark, which editors hide."""
    if one is None or other is None:
        return one is other
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return text.removeprefix(_MARK).replace("\r\n", "\n")


def _with_newlines_of(text: str, on_disk: str | None) -> str:
    """A buffer's text with the line endings of its file: Zed, for one, gives every text with `\\n`."""
    if on_disk is None or "\r\n" not in on_disk or "\r\n" in text:
        return text
    return text.replace("\n", "\r\n")
