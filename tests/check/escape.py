"""Tries every probe outside and inside one cell, as its own program, so that it can be run as another user too.

`python escape.py "bwrap with an overlay" FOLDER` prints `{"outside": {…}, "inside": {…}}`: probe → did it get out.
"""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import probes  # type: ignore[import-not-found]  # beside this program

from fretsaw.cancel import Cancel
from fretsaw.check.run.limits import Limits
from fretsaw.check.sandbox.choose import CheckEnvironment, sandboxes
from fretsaw.check.sandbox.enter import enter
from fretsaw.check.sandbox.scratch import Scratch
from fretsaw.check.toolchain import toolchain
from fretsaw.settings import Settings

SERVER = r"""
import ctypes, os, selectors, signal, socket, sys
word, path = sys.argv[1], sys.argv[2]
signal.signal(signal.SIGUSR1, lambda *_: None)
ctypes.CDLL(None).prctl(0x59616d61, -1, 0, 0, 0)  # anybody of this user may trace, for the control
tcp = socket.create_server(("127.0.0.1", 0))
tcp6 = socket.create_server(("::1", 0), family=socket.AF_INET6); udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
unix = [socket.socket(socket.AF_UNIX) for _ in range(2)]
for listener, address in zip(unix, (path, "\0" + word)):
    listener.bind(address); listener.listen()
print(tcp.getsockname()[1], udp.getsockname()[1], tcp6.getsockname()[1], flush=True)
waiting = selectors.DefaultSelector()
for one in (tcp, tcp6, udp, *unix): waiting.register(one, selectors.EVENT_READ)
while True:
    for key, _ in waiting.select():
        if key.fileobj is udp:
            udp.sendto(b"hello", udp.recvfrom(16)[1])
        else:
            with key.fileobj.accept()[0] as peer: peer.sendall(b"hello")
"""


@contextmanager
def house(folder: Path) -> Iterator[dict[str, Any]]:
    """A HOME with a key and a repository in it, and a server that has the key in its environment."""
    home, root, word = folder / "home", folder / "home" / "repo", "word" + os.urandom(8).hex()
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id_rsa").write_text(word)
    (root / ".git").mkdir(parents=True)
    (home / "folder").mkdir()
    (root / "to-other").symlink_to(home / "work" / "other")
    for name in (*probes.KEPT, "../outside.txt", "../state/run.json"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(word)
    for name in ("times", "full", "named", "removed", "repo/.git/config"):
        (home / name).write_text(word)
    for path in (home / ".bashrc", home / "mode", root / "app.py"):
        path.write_text("")
        path.chmod(0o600)
    argv = [sys.executable, "-I", "-S", "-c", SERVER, word, str(folder / "socket")]
    with subprocess.Popen(argv, cwd=folder, env={"KEY": word}, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        tcp, udp, tcp6 = map(int, server.stdout.readline().split())
        told = {"home": str(home), "root": str(root), "word": word, "pid": server.pid, "unix": str(folder / "socket")}
        try:
            yield told | {"tcp": tcp, "udp": udp, "tcp6": tcp6}
        finally:
            server.kill()


def judged(told: dict[str, Any], output: str) -> dict[str, bool]:
    """What the probes say, and for what only the outside can tell, what it looks like from here."""
    said = [line for line in output.splitlines() if line.startswith("PROBES ")]
    if not said:
        raise SystemExit(f"the probes did not run: {output}")
    found = {name: value is True for name, value in json.loads(said[-1].removeprefix("PROBES ")).items()}
    home, root, mark = Path(told["home"]), Path(told["root"]), told["mark"]
    hook = root / ".git" / "hooks" / "pre-commit"
    seen = {
        "write_bashrc": mark in (home / ".bashrc").read_text(),
        "write_repository_file": mark in (root / "app.py").read_text(),
        "write_hook": hook.exists() and mark in hook.read_text(),
        "chmod_own_file_outside": (home / "mode").stat().st_mode & 0o777 == 0o640,
        "leave_a_daemon": bool(_daemons(mark)),
    }
    seen |= {f"write {name}": _holds(home / name, mark) for name in probes.WRITTEN}
    seen |= {
        "utime_outside": (home / "times").stat().st_mtime == 1,
        "truncate_outside": not (home / "full").stat().st_size,
        "rename_outside": (home / "renamed").exists(),
        "remove_outside": not (home / "removed").exists(),
        "make_folder_outside": (home / f"made-{mark}").exists(),
        "rename_a_folder_outside": (home / "folder-gone").exists(),
    }
    _restore(home, told["word"])
    for pid in _daemons(mark):
        os.kill(pid, signal.SIGKILL)
    return found | seen


def _holds(path: Path, mark: str) -> bool:
    try:
        return mark in path.read_text()
    except OSError:
        return False


def _restore(home: Path, word: str) -> None:
    """Make the house what it was before the probes outside, for those inside."""
    (home / "mode").chmod(0o600)
    if (home / "folder-gone").exists():
        (home / "folder-gone").rename(home / "folder")
    (home / "renamed").unlink(missing_ok=True)
    for name in ("linked-key", "soft-key"):
        (home / "repo" / name).unlink(missing_ok=True)
    for name in ("times", "full", "named", "removed"):
        (home / name).write_text(word)
        os.utime(home / name)


def _daemons(mark: str) -> list[int]:
    """Processes that have this word in their command line, but ours and what was started with the whole order."""
    found = []
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            words = (folder / "cmdline").read_text().split("\0") if folder.name.isdigit() else []
            found += [int(folder.name)] if mark in words else []
    return found


def tried(name: str, folder: Path) -> dict[str, dict[str, bool]]:
    """Every probe outside and inside the cell of that name."""
    program = str(Path(__file__).with_name("probes.py"))
    with house(folder) as told:
        environ = {**os.environ, "HOME": told["home"], "OPENAI_API_KEY": told["word"], "SOME_TOKEN": told["word"]}
        outside = told | {"mark": "outside" + told["word"]}
        argv = [sys.executable, program, json.dumps(outside)]
        plain = subprocess.run(argv, env=environ, capture_output=True, text=True, check=False, cwd=told["root"])
        free = judged(outside, plain.stdout + plain.stderr)
        inside = told | {"mark": "inside" + told["word"]}
        root = Path(told["root"]).resolve()
        line = (sys.executable, "probes.py", json.dumps(inside))
        around = CheckEnvironment(environ=environ, limits=Limits(seconds=60))
        settings = Settings(sandbox=name.split(maxsplit=1)[0])  # type: ignore[arg-type]
        known = dict(sandboxes(root, toolchain(root, line, environ), settings, around.limits, around, Scratch()))
        cell = known[name]()
        entered = enter(cell, {"probes.py": Path(program).read_text()}, line, cell.env, Cancel())
        return {"outside": free, "inside": judged(inside, entered.ran.output + entered.problem)}


def main(name: str, folder: Path) -> None:
    """Try from a terminal of our own, since one of the probes is after that."""
    child, terminal = pty.fork()
    if child == 0:
        (folder / "result").write_text(json.dumps(tried(name, folder)))
        os._exit(0)
    said = b""
    with suppress(OSError):  # the terminal's end is an error, not an empty read
        while data := os.read(terminal, 4096):
            said += data
    os.waitpid(child, 0)
    if not (folder / "result").exists():
        raise SystemExit(said.decode("utf-8", "replace"))
    print("ESCAPES " + (folder / "result").read_text())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
