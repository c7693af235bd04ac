"""Start real processes of Fretsaw that need not import first: forked from one process that has imported everything.

Most of what an `agent` process costs in a test (0.8 to 2.4 s of a processor) is importing openai, pygls and git.
`start` gives a process of its own all the same: its own streams, environment, folder, signals and exit code. It does
not show how a fresh interpreter starts: tests of that call `sys.executable`. `FRETSAW_TESTS_COLD=1` starts each afresh.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Literal

COMMANDS = {
    "lsp": [sys.executable, "-c", "import sys; from fretsaw.lsp import main; sys.exit(main(sys.argv[1:]))"],
    "agent": [sys.executable, "-m", "fretsaw"],
}
"""Each program, and how it is started afresh."""
_HERE = Path(__file__).resolve()


class Prepared:
    """A running process, with the part of `subprocess.Popen` that tests use. Streams that were not given are pipes."""

    def __init__(self, pid: int, status: int, streams: dict[str, Any]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin: Any = streams["stdin"]
        self.stdout: Any = streams["stdout"]
        self.stderr: Any = streams["stderr"]
        self._status = status

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None while it runs."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; subprocess.TimeoutExpired after so many seconds."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def _look(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._status], [], [], seconds)[0]:
            self.returncode = int(os.read(self._status, 20) or b"-9")
            os.close(self._status)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def communicate(self, timeout: float | None = None) -> tuple[Any, Any]:
        """Read both outputs to their ends and wait; the inputs are closed."""
        texts: dict[str, Any] = {"stdout": None, "stderr": None}
        if self.stdin:
            self.stdin.close()

        def read(name: str, stream: IO[Any]) -> None:
            with stream:
                texts[name] = stream.read()

        opened = [(name, getattr(self, name)) for name in ("stdout", "stderr")]
        readers = [threading.Thread(target=read, args=pair, daemon=True) for pair in opened if pair[1] is not None]
        for reader in readers:
            reader.start()
        self.wait(timeout)
        for reader in readers:
            reader.join(timeout)
        return texts["stdout"], texts["stderr"]


def start(
    program: Literal["lsp", "agent"],
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    text: bool = False,
    start_new_session: bool = False,
    stdin: int | IO[Any] | None = subprocess.PIPE,
    stdout: int | IO[Any] | None = subprocess.PIPE,
    stderr: int | IO[Any] | None = subprocess.PIPE,
) -> Any:
    """Start a program. A stream is a file, one of subprocess' constants, or None for the tester's own."""
    environment = dict(os.environ if env is None else env)
    streams = {"stdin": stdin, "stdout": stdout, "stderr": stderr}
    fresh = {name for name in environment if name.startswith("PYTHON")} - {*os.environ, "PYTHONIOENCODING"}
    if os.environ.get("FRETSAW_TESTS_COLD") or fresh or not hasattr(socket, "send_fds"):
        command = [*COMMANDS[program], *arguments]
        return subprocess.Popen(  # type: ignore[call-overload]
            command, cwd=cwd, env=environment, text=text, start_new_session=start_new_session, **streams
        )
    ours: dict[str, Any] = {}
    theirs: list[int] = []
    closing: list[int] = []
    for number, (name, stream) in enumerate(streams.items()):
        if stream == subprocess.PIPE:
            reading, writing = os.pipe()
            mine, other = (writing, reading) if name == "stdin" else (reading, writing)
            ours[name] = os.fdopen(mine, ("w" if name == "stdin" else "r") + ("" if text else "b"))
            closing.append(other)
        elif stream == subprocess.DEVNULL:
            other = os.open(os.devnull, os.O_RDWR)
            closing.append(other)
        else:
            other = number if stream is None else stream if isinstance(stream, int) else stream.fileno()
        ours.setdefault(name, None)
        theirs.append(other)
    status, told = os.pipe()
    pid = _nursery().fork([program, *arguments], environment, str(cwd), start_new_session, [*theirs, told])
    for descriptor in (*closing, told):
        os.close(descriptor)
    return Prepared(pid, status, ours)


class _Nursery:
    """The process that has imported everything; one for each process of pytest."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        command = [sys.executable, str(_HERE), str(theirs.fileno())]
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()
        self._lock = threading.Lock()

    def fork(self, argv: list[str], env: dict[str, str], cwd: str, apart: bool, descriptors: list[int]) -> int:
        """Have a child forked, in a session of its own when `apart`; its process id."""
        said = json.dumps([argv, env, cwd, apart]).encode("ascii")
        with self._lock:
            socket.send_fds(self._socket, [len(said).to_bytes(4, "big")], descriptors)
            self._socket.sendall(said)
            return int.from_bytes(self._socket.recv(4, socket.MSG_WAITALL), "big")


_NURSERIES: list[_Nursery] = []


def _nursery() -> _Nursery:
    if not _NURSERIES or _NURSERIES[0].owner != os.getpid():
        _NURSERIES[:] = [_Nursery()]
    return _NURSERIES[0]


# -- in the process that forks ---------------------------------------------------------------------


def _import_everything() -> None:
    import importlib
    import pkgutil

    import fretsaw

    for module in pkgutil.walk_packages(fretsaw.__path__, "fretsaw."):
        if "reporters" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in ("openai.resources.chat", "openai.resources.responses", "git", "unidiff", "cattrs", "rich.console"):
        importlib.import_module(name)


def _serve(control: socket.socket) -> list[str]:
    """Fork a child for each request; returns in the child, with what to run. Ends with the tester."""
    running: dict[int, int] = {}
    waking, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    while True:
        waiting: list[Any] = [control, waking]
        ready = select.select(waiting, [], [])[0]
        if waking in ready:
            os.read(waking, 4096)
            _reap(running)
        if control not in ready:
            continue
        head, descriptors, _, _ = socket.recv_fds(control, 4, 4)
        if not head:
            for pid in running:
                os.kill(pid, signal.SIGKILL)
            os._exit(0)
        argv, env, cwd, apart = json.loads(control.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))
        child = os.fork()
        if child == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for number, descriptor in enumerate(descriptors[:3]):
                os.dup2(descriptor, number)
            for descriptor in (*descriptors, *running.values(), waking, woken):
                os.close(descriptor)
            control.close()
            if apart:
                os.setsid()
            os.chdir(cwd)
            os.environ.clear()
            os.environ.update(env)
            _open_streams()
            return list(argv)
        running[child] = descriptors[3]
        for descriptor in descriptors[:3]:
            os.close(descriptor)
        control.sendall(child.to_bytes(4, "big"))


def _open_streams() -> None:
    """Make `sys.stdin` and its like of the new descriptors, as a fresh interpreter does."""
    encoding, _, errors = os.environ.get("PYTHONIOENCODING", "").partition(":")
    how: dict[str, Any] = {"encoding": encoding or None, "closefd": False}
    sys.stdin = os.fdopen(0, errors=errors or None, **how)
    sys.stdout = os.fdopen(1, "w", errors=errors or None, **how)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", **how)


def _reap(running: dict[int, int]) -> None:
    """Tell the tester of every child that ended."""
    while running:
        child, status = os.waitpid(-1, os.WNOHANG)
        if not child:
            return
        told = running.pop(child)
        os.write(told, str(os.waitstatus_to_exitcode(status)).encode("ascii"))
        os.close(told)


def _main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    sys.path.pop(0)  # this folder, which nobody else has there
    _import_everything()
    gc.freeze()  # what is imported is shared with all children: none of them has to look at it again
    program, *arguments = _serve(control)
    sys.argv[1:] = arguments
    if program == "lsp":
        from fretsaw.lsp import main

        sys.exit(main(arguments))
    from fretsaw.cli import main as agent

    agent()


if __name__ == "__main__":
    _main()
