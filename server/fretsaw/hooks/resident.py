"""Keep a warm process for the hooks of one user, on a private socket; it ends by itself.

The first hook answers by itself, then leaves a copy of its process behind. Later ones only send their payload to it:
loading the engine anew would cost ten times as much as judging an edit. Whatever fails, the caller answers by itself.
Paths are plain text here: pathlib alone would cost 15 ms.
"""

from __future__ import annotations

import os
import socket
import stat
import sys
import time
from collections.abc import Callable

IDLE_SECONDS = 300
_LOOK_SECONDS = 2
_ANSWER_SECONDS = 10
_MOST = 64 * 1024 * 1024


def socket_path() -> str:
    """The socket's path: one for each user, program, version and state folder. "" where that cannot be."""
    if not (hasattr(os, "fork") and hasattr(socket, "AF_UNIX") and hasattr(os, "geteuid")):
        return ""
    base = os.environ.get("XDG_RUNTIME_DIR") or os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 - the folder is private
    folder = os.path.join(base, f"fretsaw-{os.geteuid()}")
    source = os.stat(__file__)
    words = (sys.executable, __file__, source.st_mtime_ns, *(
        os.environ.get(name, "") for name in ("HOME", "FRETSAW_STATE_DIR", "FRETSAW_CONFIG_DIR", "XDG_STATE_HOME"))
    )  # fmt: skip
    import zlib

    path = os.path.join(folder, f"{zlib.crc32(repr(words).encode('utf-8', 'surrogateescape')):08x}")
    return path if len(path) < 100 else ""


def ask_resident(path: str, request: bytes) -> bytes | None:
    """The answer of the warm process; None where there is none, or it does not answer."""
    if not path or not _is_private(os.path.dirname(path)):
        return None
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(_ANSWER_SECONDS)
            line.connect(path)
            line.sendall(request)
            line.shutdown(socket.SHUT_WR)
            return _read_all(line)
    except OSError:
        return None


def _is_private(folder: str) -> bool:
    """Tell whether a folder is this user's alone: nobody else can have put a socket there."""
    try:
        status = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077


def stay_resident(path: str, answer: Callable[[bytes], bytes]) -> None:
    """Leave a copy of this process behind that answers; returns at once in the caller. OSError where it cannot."""
    if not path:
        return
    folder = os.path.dirname(path)
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        if not _is_private(folder):
            return
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        os.setsid()
        if os.fork():
            os._exit(0)
        _detach()
        _serve(path, answer)
    finally:
        os._exit(0)


def _detach() -> None:
    """Let go of the caller's streams, for which the agent waits, and of its folder."""
    os.chdir("/")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.closerange(3, 256)
    from fretsaw.harden import harden

    harden()


def _serve(path: str, answer: Callable[[bytes], bytes]) -> None:
    own = f"{path}.{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(own)
        os.chmod(own, 0o600)
        server.listen(8)
        os.rename(own, path)
        number = os.lstat(path).st_ino
        server.settimeout(_LOOK_SECONDS)
        last = time.monotonic()
        while time.monotonic() - last < IDLE_SECONDS and _is_there(path, number):
            try:
                line, _ = server.accept()
            except TimeoutError:
                continue
            with line:
                line.settimeout(_ANSWER_SECONDS)
                try:
                    line.sendall(answer(_read_all(line)))
                except OSError:
                    continue
            last = time.monotonic()
        if _is_there(path, number):
            os.unlink(path)


def _is_there(path: str, number: int) -> bool:
    """Tell whether the socket is still this process's: a newer one takes over, and a removed one ends it."""
    try:
        return os.lstat(path).st_ino == number
    except OSError:
        return False


def _read_all(line: socket.socket) -> bytes:
    parts = []
    size = 0
    while part := line.recv(1 << 16):
        parts.append(part)
        size += len(part)
        if size > _MOST:
            raise OSError("too much")
    return b"".join(parts)
