"""The life of `agent acp`'s process: the streams, the connection, the end."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from typing import IO, Any, cast

from acp import interfaces, run_agent

from fretsaw.acp.agent import Agent
from fretsaw.acp.offers import Per
from fretsaw.errors import ExitCode, UsageError
from fretsaw.standard_streams import take_standard_streams

_LONGEST_LINE = 50 * 1024 * 1024
"""Bytes of one message: a prompt may hold pictures."""


def serve(flags: Mapping[str, Any], per: Per) -> int:
    """Serve one client until its end of the streams is closed. UsageError where there is no client."""
    if sys.stdin.isatty():
        raise UsageError("`agent acp` is started by an editor", hint="see examples/acp for the editors' settings")
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    reading, writing = take_standard_streams()
    asyncio.run(_serve(Agent(flags, per), reading, writing))
    return int(ExitCode.DELIVERED)


async def _serve(agent: Agent, reading: IO[bytes], writing: IO[bytes]) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    try:
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), reading)
        transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, writing)
    except ValueError as error:  # a plain file in place of a pipe
        raise UsageError("`agent acp` speaks over pipes", hint="it is started by an editor") from error
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    try:
        # Requests that it has no method for are answered so by the library.
        await run_agent(cast("interfaces.Agent", agent), writer, reader)
    finally:
        agent.stop()
