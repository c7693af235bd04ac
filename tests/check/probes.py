"""The 17 ways out of a sandbox, as a program: `python probes.py JSON` prints which of them it could take.

Runs inside and outside, with nothing but an interpreter: what it cannot do for want of a tool would tell nothing.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LIBC = ctypes.CDLL(None, use_errno=True)
Told = dict[str, Any]


def read_ssh_key(told: Told) -> bool:
    return told["word"] in Path(told["home"], ".ssh", "id_rsa").read_text()


def read_server_environment(told: Told) -> bool:
    return told["word"].encode() in Path(f"/proc/{told['pid']}/environ").read_bytes()


def key_in_own_environment(told: Told) -> bool:
    return any(told["word"] in value for value in os.environ.values())


def write_bashrc(told: Told) -> bool:
    return _append(Path(told["home"], ".bashrc"), told["mark"])


def write_repository_file(told: Told) -> bool:
    return _append(Path(told["root"], "app.py"), told["mark"])


def write_hook(told: Told) -> bool:
    hooks = Path(told["root"], ".git", "hooks")
    hooks.mkdir(parents=True, exist_ok=True)
    return _append(hooks / "pre-commit", told["mark"])


def _append(path: Path, text: str) -> bool:
    """The judge looks at the file from outside: inside it may be a copy."""
    with path.open("a") as handle:
        handle.write(text)
    return True


def chmod_own_file_outside(told: Told) -> bool:
    Path(told["home"], "mode").chmod(0o640)
    return True


def tcp_to_host(told: Told) -> bool:
    with socket.create_connection(("127.0.0.1", told["tcp"]), 3) as connection:
        return connection.recv(16) == b"hello"


def udp_to_host(told: Told) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(3)
        sender.connect(("127.0.0.1", told["udp"]))
        sender.send(b"x")
        return sender.recv(16) == b"hello"


def unix_socket_by_path(told: Told) -> bool:
    return _unix(told["unix"])


def abstract_unix_socket(told: Told) -> bool:
    return _unix("\0" + told["word"])


def _unix(address: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(3)
        client.connect(address)
        return client.recv(16) == b"hello"


def signal_the_server(told: Told) -> bool:
    os.kill(told["pid"], signal.SIGUSR1)
    return _is_server(told) is not False


def ptrace_the_server(told: Told) -> bool:
    if LIBC.ptrace(16, told["pid"], None, None) != 0:  # PTRACE_ATTACH
        raise _error("ptrace")
    os.waitpid(told["pid"], 0x4000_0000)
    LIBC.ptrace(17, told["pid"], None, None)
    return True


def _is_server(told: Told) -> bool | None:
    """Whether that number is the server's where we are; None when nobody lets us look."""
    try:
        return told["word"] in Path(f"/proc/{told['pid']}/cmdline").read_text()
    except PermissionError:
        return None


def see_other_processes(told: Told) -> bool:
    return _is_server(told) is True


def new_user_namespace(told: Told) -> bool:
    child = os.fork()
    if child == 0:
        os._exit(0 if LIBC.unshare(0x1000_0000) == 0 else 1)
    if os.waitpid(child, 0)[1]:
        raise OSError("unshare was refused")
    return True


def type_into_the_terminal(told: Told) -> bool:
    import fcntl
    import termios

    with Path("/dev/tty").open("rb", buffering=0) as terminal:
        fcntl.ioctl(terminal, termios.TIOCSTI, b"x")
    return True


def leave_a_daemon(told: Told) -> bool:
    """The judge looks for it from outside, after the run."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            null = os.open("/dev/null", os.O_RDWR)
            for fd in range(3):
                os.dup2(null, fd)
            os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(600)", told["mark"]])
        os._exit(0)
    time.sleep(0.3)
    return True


def _error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")


PROBES: tuple[Callable[[Told], bool], ...] = (
    read_ssh_key,
    read_server_environment,
    key_in_own_environment,
    write_bashrc,
    write_repository_file,
    write_hook,
    chmod_own_file_outside,
    tcp_to_host,
    udp_to_host,
    unix_socket_by_path,
    abstract_unix_socket,
    signal_the_server,
    ptrace_the_server,
    see_other_processes,
    new_user_namespace,
    type_into_the_terminal,
    leave_a_daemon,
)


def main(told: Told) -> None:
    """One line of JSON: probe → true, or how the system refused. Anything but a refusal is an error of ours."""
    found: dict[str, bool | str] = {}
    for probe in PROBES:
        try:
            found[probe.__name__] = probe(told)
        except OSError as refusal:
            found[probe.__name__] = f"{type(refusal).__name__}: {refusal}"
    print("PROBES " + json.dumps(found), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
