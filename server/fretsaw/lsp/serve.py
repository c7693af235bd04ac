"""The life of the server's process: streams, the loop, the watch over its parent, the end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import IO, cast

from fretsaw.lsp import methods
from fretsaw.lsp.state.server import Server
from fretsaw.lsp.transport import framing
from fretsaw.lsp.transport.flags import Flags
from fretsaw.standard_streams import take_standard_streams

log = logging.getLogger("fretsaw.lsp")
_WATCH_SECONDS = 0.5


def serve(arguments: Flags, parent: int) -> int:
    """Serve one client until the end; gives the exit code. `parent`: the process id of who started us."""
    _log_to(arguments)
    for warning in arguments.warnings:
        log.warning("%s", warning)
    # An answer changes threads three times, and waits as long as this for each while a run computes or imports.
    sys.setswitchinterval(0.001)
    try:
        reading, writing = _streams(arguments)
    except OSError as error:
        print(f"agent lsp: cannot reach the client: {error}", file=sys.stderr)
        return 1
    return asyncio.run(_serve(arguments, parent, (reading, writing)))


async def _serve(arguments: Flags, parent: int, streams: tuple[IO[bytes], IO[bytes]]) -> int:
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()
    server = methods.make_server()
    writer = framing.Writer(streams[1])
    server.protocol.writer = writer

    def end(code: int) -> None:
        if not ended.done():
            ended.set_result(code)

    def lost(why: str) -> None:
        if why:
            log.error("the connection ends: %s", why)
        end(0 if server.protocol.state == "shutdown" and not why else 1)

    server.protocol.on_exit = end
    framing.start_reader(
        streams[0],
        lambda body: cast("None", loop.call_soon_threadsafe(server.protocol.receive, body)),
        lambda why: cast("None", loop.call_soon_threadsafe(lost, why)),
    )
    for name in ("SIGTERM", "SIGHUP", "SIGINT"):
        if hasattr(signal, name) and sys.platform != "win32":
            loop.add_signal_handler(getattr(signal, name), end, 1)
    pids = (parent if arguments.transport == "stdio" else None, arguments.client_pid)
    watch = asyncio.ensure_future(_watch(pids, server, end))
    code = await ended
    watch.cancel()
    await server.stop()
    writer.close()
    return code


async def _watch(pids: tuple[int | None, int | None], server: Server, end: Callable[[int], None]) -> None:
    """End when we are orphaned, or when the process that a flag or `initialize` named is gone."""
    if sys.platform == "win32":
        return  # signal 0 kills there; the end of the streams has to do
    parent, client = pids
    while True:
        orphaned = parent is not None and os.getppid() != parent
        if orphaned or any(pid and not _alive(pid) for pid in (client, server.process_id)):
            log.warning("the client's process is gone")
            end(1)
            return
        await asyncio.sleep(_WATCH_SECONDS)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _streams(arguments: Flags) -> tuple[IO[bytes], IO[bytes]]:
    """Open the streams to read and write. Standard output is taken from everybody else, so nothing stray gets into
    it."""
    if arguments.transport == "stdio":
        return take_standard_streams()
    connection = _connect(arguments)
    return connection.makefile("rb"), connection.makefile("wb")


def _connect(arguments: Flags) -> socket.socket:
    if arguments.transport == "pipe":
        if sys.platform == "win32":
            raise OSError("named pipes are not supported here yet; use --stdio")
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(arguments.address)
        return connection
    if arguments.transport == "connect":
        return socket.create_connection(("127.0.0.1", int(arguments.address)), timeout=None)
    with socket.create_server(("127.0.0.1", int(arguments.address))) as listening:
        print(f"listening on 127.0.0.1:{listening.getsockname()[1]}", file=sys.stderr, flush=True)
        return listening.accept()[0]


def _log_to(arguments: Flags) -> None:
    handler: logging.Handler = (
        logging.FileHandler(arguments.log, encoding="utf-8") if arguments.log else logging.StreamHandler(sys.stderr)
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(arguments.log_level.upper())
    log.propagate = False
    for noisy in ("pygls", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
