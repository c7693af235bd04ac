"""Blocking work in threads of their own, and a cancel that is answered even where the work does not stop by itself."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fretsaw.cancel import Cancel
from fretsaw.errors import Cancelled

T = TypeVar("T")
GRACE = 0.4
"""Seconds that a run gets to stop in before it is ended for the client."""


async def in_thread(work: Callable[[], T], name: str = "fretsaw-work") -> T:
    """Run blocking work in a daemon thread of its own: a hung one holds up neither the loop nor the process' end."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as caught:  # whatever it is, the waiter gets it
            error = caught if not isinstance(caught, StopIteration) else RuntimeError(str(caught))
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await done


async def until_cancelled(cancel: Cancel, work: Coroutine[Any, Any, T], grace: float = GRACE) -> T:
    """The work's result; `Cancelled` a moment after a cancel, even where the work does not stop by itself."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    running, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())

    def wake() -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(stop.set)

    try:
        with cancel.on_set(wake):
            await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            await asyncio.wait({running}, timeout=grace)
        if not running.done():
            running.cancel()
            raise Cancelled
        return running.result()
    finally:
        stopped.cancel()
