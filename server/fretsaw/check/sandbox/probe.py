"""Tries a sandbox with a canary before anything of the user's is run in it: what must fail fails, what must work works.

Each thing that must fail inside is also done outside, where it must succeed; else its failure would tell nothing.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from fretsaw.cancel import Cancel
from fretsaw.check.sandbox.enter import enter
from fretsaw.check.sandbox.sandbox import Sandbox
from fretsaw.check.sandbox.tiers import TIERS

CANARY = """
import json, os, socket, subprocess, sys
told = json.loads(sys.argv[1])
def tried(act):
    try:
        return bool(act())
    except Exception:
        return False
def write():
    with open(told["file"], "a") as handle:
        return handle.write("escaped")
def connect():
    with socket.create_connection(("127.0.0.1", told["port"]), 2):
        return True
def read():
    with open(told["file"]) as handle:
        return told["word"] in handle.read()
def look():
    with open("/proc/%d/environ" % told["pid"]) as handle:
        return told["word"] in handle.read()
def see():
    with open("/proc/%d/cmdline" % told["pid"]) as handle:
        return told["word"] in handle.read()
def kernel():
    os.close(os.open("/proc/sys/kernel/hostname", os.O_WRONLY))
    return True
def system():
    return not os.statvfs("/").f_flag & os.ST_RDONLY
def work():
    with open("fretsaw-canary", "w") as handle:
        handle.write("x")
    os.rename("fretsaw-canary", "fretsaw-canary-2")
    os.mkdir("fretsaw-canary")
    os.rmdir("fretsaw-canary")
    return open("fretsaw-laid-over").read() == told["word"]
def spawn():
    return subprocess.run([sys.executable, "-I", "-S", "-c", "pass"]).returncode == 0
acts = [write, connect, read, look, see, kernel, system] + ([work, spawn] if told["inside"] else [])
print(json.dumps({act.__name__: tried(act) for act in acts}))
"""

_MUST_FAIL = {
    "write": "it can write outside of the copy",
    "connect": "it can reach the network of this machine",
    "read": "it can read files in HOME",
    "look": "it can read the environment of our processes",
    "see": "it can see other processes",
    "kernel": "it can change the settings of this machine's kernel",
    "system": "the system's folders are mounted writable",
}
_UNCONTROLLED = frozenset({"system", "kernel"})  # on some systems, and for some users, they are read-only anyway
_WITHOUT_PROC = frozenset({"look", "see"})
"""Acts that read `/proc`, which only Linux has."""
_MUST_WORK = {"work": "it cannot write in the copy", "spawn": "it cannot run the interpreter"}


def find_leaks(sandbox: Sandbox, lair: Path) -> str:
    """The empty string when the sandbox keeps what its tier promises, else the reason why it does not.

    `lair` is a folder of ours that the sandbox hides; nothing stays there.
    """
    with _bait(lair) as bait:
        outside = _outside(bait)
        uncontrolled = _UNCONTROLLED | (frozenset() if os.path.isdir("/proc/self") else _WITHOUT_PROC)
        missing = [name for name in _MUST_FAIL if not outside.get(name) and name not in uncontrolled]
        if missing:
            return f"it cannot be tried here: even without a sandbox the canary could not {', '.join(missing)}"
        inside = _inside(sandbox, bait)
    if isinstance(inside, str):
        return inside
    escapes = [
        said for name, said in _MUST_FAIL.items() if inside.get(name) and name not in TIERS[sandbox.tier].does_not_stop
    ]
    broken = [said for name, said in _MUST_WORK.items() if not inside.get(name)]
    spoiled = ["it wrote into the user's tree"] if (sandbox.root / "fretsaw-canary-2").exists() else []
    return "; ".join(spoiled + escapes + broken)


@contextmanager
def _bait(lair: Path) -> Iterator[dict[str, Any]]:
    """A file, a listener and a process that the canary must reach outside and must not reach inside."""
    word = "canary" + os.urandom(8).hex()
    file = lair / word
    file.write_text(word)
    wait = [sys.executable, "-I", "-S", "-c", "input()", word]
    victim = subprocess.Popen(wait, stdin=subprocess.PIPE, env={"CANARY": word}, stderr=subprocess.DEVNULL)
    try:
        with socket.create_server(("127.0.0.1", 0), backlog=8) as listener:
            yield {"file": str(file), "word": word, "pid": victim.pid, "port": listener.getsockname()[1]}
    finally:
        victim.communicate(b"\n")
        file.unlink(missing_ok=True)


def _outside(bait: dict[str, Any]) -> dict[str, bool]:
    argv = [sys.executable, "-I", "-S", "-c", CANARY, json.dumps(bait | {"inside": False})]
    ran = subprocess.run(argv, capture_output=True, check=False, timeout=30, stdin=subprocess.DEVNULL)
    return _read(ran.stdout.decode("utf-8", "replace")) or {}


def _inside(sandbox: Sandbox, bait: dict[str, Any]) -> dict[str, bool] | str:
    """Run the canary in the sandbox: what it could do, or a sentence why it could not even be started."""
    argv = (sys.executable, "-I", "-S", "-c", CANARY, json.dumps(bait | {"inside": True}))
    trial = replace(
        sandbox, tools=replace(sandbox.tools, program=sys.executable), limits=replace(sandbox.limits, seconds=30.0)
    )
    entered = enter(trial, {"fretsaw-laid-over": bait["word"]}, argv, sandbox.env, Cancel())
    if entered.problem:
        return entered.problem
    said = _read(entered.ran.output)
    return said if said is not None else f"the canary said nothing: {entered.ran.output.strip()[-300:]}"


def _read(text: str) -> dict[str, bool] | None:
    """The last line as the canary's answer."""
    try:
        answer = json.loads(text.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return None
    return answer if isinstance(answer, dict) else None
