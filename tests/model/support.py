"""What the tests of the model's room share: a live `Ask` against a scripted server, on a clock that does not wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.model.contract import validate_body

from fretsaw.cancel import Cancel
from fretsaw.core.chat import Message, Request, Tool
from fretsaw.model.budget import Budget
from fretsaw.model.live import Live, Pace, connect
from fretsaw.model.registry import load_registry
from fretsaw.model.scripted import Fault, ScriptedServer, serve
from fretsaw.settings import Settings

KEY = "sk-proj-canaryCANARY0123456789abcdef"
READ = Tool("read_file", "Reads a file.", {"type": "object", "properties": {"path": {"type": "string"}}})


def question(text: str = "Please fix it.", **more: Any) -> Request:
    return Request((Message("system", "Be brief."), Message("user", text)), **more)


@dataclass
class Bench:
    """A server, an `Ask` to it, what it waited for and what it streamed."""

    server: ScriptedServer
    ask: Live
    budget: Budget
    cancel: Cancel
    waits: list[float] = field(default_factory=list)
    pieces: list[str | None] = field(default_factory=list)

    def __call__(self, request: Request | None = None) -> Any:
        return self.ask(request or question(), self.pieces.append)


@contextmanager
def bench(
    replies: Any = "All is well.",
    *faults: Fault,
    order: Any = "question",
    budget: Budget | None = None,
    model: str = "gpt-4.1",
    stall: float | None = None,
    **settings: Any,
) -> Iterator[Bench]:
    waits: list[float] = []

    def wait(cancel: Cancel, seconds: float) -> bool:
        waits.append(seconds)
        return cancel.is_set()

    with serve(replies, faults=faults, order=order) as server:
        values = {"base_url": server.base_url, "api_key": KEY, "timeout": 20.0, **settings}
        cancel = Cancel()
        budget = budget or Budget(100.0)
        registry = load_registry()
        row = registry.find(model) or registry.generic(model)
        pace = Pace(wait=wait, random=lambda: 1.0, stall=stall)
        ask = connect(Settings(**values), row, cancel, budget=budget, pace=pace)
        try:
            yield Bench(server, ask, budget, cancel, waits)
        finally:
            ask.close()
        for seen in server.requests:
            validate_body(seen.path, seen.body)
