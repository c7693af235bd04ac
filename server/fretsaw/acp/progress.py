"""The events of a run as a plan, a cost and messages, in the order in which they came."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from acp import plan_entry, schema, update_plan

from fretsaw.acp.client import Client
from fretsaw.core.chat import Usage
from fretsaw.core.run import Event

_STAGES: tuple[tuple[str, frozenset[str], bool], ...] = (
    ("Read the repository and choose what to show", frozenset({"snapshot", "context"}), False),
    ("Run the check before the change", frozenset({"check-before"}), True),
    ("Ask the model", frozenset({"ask"}), False),
    ("Place the edits and drop what was not asked for", frozenset({"place", "prune", "trial"}), False),
    ("Run the check on the patch", frozenset({"check-after", "minimize"}), True),
    ("Review and apply", frozenset({"deliver"}), False),
)
"""Words, phases, and whether there is such a stage only where a check is set."""


class Progress:
    """Takes the events of one turn in the loop's thread, and sends them one after another."""

    def __init__(self, client: Client, session_id: str, size: int, *, has_check: bool) -> None:
        self._client, self._session_id, self._size = client, session_id, size
        self._stages = [stage for stage in _STAGES if has_check or not stage[2]]
        self._at = -1
        self._usage = Usage()
        self._queue: asyncio.Queue[Any] = asyncio.Queue()
        self._pump = asyncio.ensure_future(self._send())

    def take(self, event: Event) -> None:
        """Note one event of the run."""
        at = next((i for i, (_, phases, _) in enumerate(self._stages) if event.phase in phases), self._at)
        if at != self._at:
            self.show(at)
        if event.usage != self._usage:
            self._usage = event.usage
            self._queue.put_nowait(self._cost(event.usage))
        if event.lasting:
            self._queue.put_nowait(event.text)

    def show(self, at: int) -> None:
        """Show the plan with this stage under way; one after the last: all is done, -1: the last."""
        self._at = at if at >= 0 else len(self._stages) - 1
        states = ["completed" if i < self._at else "in_progress" if i == self._at else "pending" for i in range(9)]
        entries = [plan_entry(stage[0], status=states[i]) for i, stage in enumerate(self._stages)]  # type: ignore[arg-type]
        self._queue.put_nowait(update_plan(entries))

    @property
    def done(self) -> int:
        """The stage after the last."""
        return len(self._stages)

    async def close(self) -> None:
        """Send what is left."""
        self._queue.put_nowait(None)
        with contextlib.suppress(ConnectionError):
            await self._pump

    def _cost(self, usage: Usage) -> schema.UsageUpdate:
        used = usage.input_tokens + usage.output_tokens
        cost = schema.Cost(amount=round(usage.dollars, 6), currency="USD")
        return schema.UsageUpdate(session_update="usage_update", used=used, size=self._size, cost=cost)

    async def _send(self) -> None:
        while (item := await self._queue.get()) is not None:
            if isinstance(item, str):
                await self._client.say(self._session_id, item)
            else:
                await self._client.update(self._session_id, item)
