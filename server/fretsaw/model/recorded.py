"""An `Ask` that keeps what was said, and one that says it again. A sink takes, pairs are handed in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from fretsaw.core.chat import Answer, Ask, OnText, Request
from fretsaw.errors import ModelError

Pair: TypeAlias = tuple[Request, Answer]
"""One call of a model."""


def record_calls(ask: Ask, sink: Callable[[Request, Answer], None]) -> Ask:
    """The same `Ask`; every answer goes to the sink, with its request, before it is given."""

    def recorded(request: Request, on_text: OnText) -> Answer:
        answer = ask(request, on_text)
        sink(request, answer)
        return answer

    return recorded


def replay_calls(pairs: Iterable[Pair], *, strict: bool = False) -> Ask:
    """An `Ask` that gives the recorded answers again, offline.

    A request that was recorded gets its own answer (each once); another gets the next one that is left, unless
    `strict`. ModelError when there is none: what is asked now is not what was asked then.
    """
    left = list(pairs)
    lock = threading.Lock()

    def replayed(request: Request, on_text: OnText) -> Answer:
        with lock:
            index = _index(request, left, strict=strict)
            if index is None:
                raise ModelError(
                    "the recording has no answer to this request",
                    hint="the repository, the settings or Fretsaw differ from the recorded run",
                )
            _, answer = left.pop(index)
        if answer.text:
            on_text(answer.text)
        return answer

    return replayed


def without_images(request: Request) -> Request:
    """The request as it is kept where pictures and PDFs are too large to keep: their bytes are left out."""
    messages = tuple(
        replace(
            message,
            images=tuple(replace(image, data_uri="") for image in message.images),
            files=tuple(replace(file, data_uri="") for file in message.files),
        )
        for message in request.messages
    )
    return replace(request, messages=messages)


def _index(request: Request, left: list[Pair], *, strict: bool) -> int | None:
    for index, (asked, _) in enumerate(left):
        if asked.messages == request.messages or without_images(asked) == without_images(request):
            return index
    return 0 if left and not strict else None
