"""The hook as an agent starts it: hand the payload to the warm process, else answer here. Imports next to nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable

from fretsaw.hooks.resident import ask_resident, socket_path, stay_resident

Answer = Callable[[list[str], bytes], "tuple[str, str]"]
"""(arguments, payload) -> (standard output, a line for standard error)."""


_LARGEST = 400_000
"""Bytes of a payload up to which it is vetted: a larger one would keep the agent waiting for seconds."""


def run_client(arguments: list[str], load: Callable[[], Answer]) -> int:
    """Answer the payload on standard input; always 0, since some agents take anything else for a refusal.

    `load` imports the engine and gives what answers.
    """
    try:
        data = sys.stdin.buffer.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            while sys.stdin.buffer.read(_LARGEST):
                pass  # the agent may wait until all of it is read
            raise ValueError(f"it is larger than {_LARGEST // 1000} kB")
        path = socket_path()
        reply = ask_resident(path, _packed(arguments, data))
        if reply:
            _write(*_unpacked(reply))
            return 0
        answer = load()
        out, told = answer(arguments, data)
        _write(out, told)
        if not told:
            stay_resident(path, lambda request: _served(answer, request))
    except BaseException as error:
        print(f"fretsaw: the edit was let through unvetted: {type(error).__name__}: {error}"[:300], file=sys.stderr)
    return 0


def _served(answer: Answer, request: bytes) -> bytes:
    head, _, data = request.partition(b"\n")
    words = head.decode("utf-8", "surrogateescape").split("\0")
    out, told = answer(words, data)
    return f"{told}\n{out}".encode("utf-8", "surrogateescape")


def _packed(arguments: list[str], data: bytes) -> bytes:
    return "\0".join(arguments).replace("\n", " ").encode("utf-8", "surrogateescape") + b"\n" + data


def _unpacked(reply: bytes) -> tuple[str, str]:
    told, _, out = reply.decode("utf-8", "surrogateescape").partition("\n")
    return out, told


def _write(out: str, told: str) -> None:
    if told:
        print(told, file=sys.stderr, flush=True)
    if out:
        print(out, flush=True)
