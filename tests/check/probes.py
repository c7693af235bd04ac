"""The ways out of a sandbox, as a program: `python probes.py JSON` prints which of them it could take.

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


KEPT = (
    ".aws/credentials", ".config/gh/hosts.yml", ".netrc", ".docker/config.json", ".kube/config", ".gnupg/secring.gpg",
    ".bash_history", ".git-credentials", ".npmrc", ".cargo/credentials.toml", ".m2/settings.xml",
    ".gradle/gradle.properties", ".local/share/keyrings/login", ".config/fretsaw/config.toml", "work/other/notes.txt",
    ".mozilla/cookies", ".config/rclone/rclone.conf", ".pypirc", ".password-store/mail",
)  # fmt: skip
"""Files of HOME with the word in them."""
WRITTEN = (
    ".profile", ".ssh/authorized_keys", ".config/autostart/x.desktop", ".local/bin/git", ".gitconfig", "work/other/new",
    "repo/.git/config", "repo/.git/HEAD", "repo/.git/info/attributes", "../state/run.json", "../outside.txt",
)  # fmt: skip
"""Files below HOME to write to."""
SETTINGS = (
    "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/overcommit_memory",
    "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger", "/sys/kernel/mm/transparent_hugepage/enabled", "/etc/passwd",
    "/etc/hostname", "/usr/lib/os-release",
)  # fmt: skip
"""Places of the machine that root may write: opened for writing and closed, never written."""


def _reader(path: str) -> Callable[[Told], bool]:
    return lambda told: told["word"] in Path(path.format(**told)).read_text(errors="replace")


def _lister(path: str, name: str) -> Callable[[Told], bool]:
    return lambda told: name in [entry.name for entry in Path(path.format(**told)).iterdir()]


def _writer(path: str) -> Callable[[Told], bool]:
    def write(told: Told) -> bool:
        target = Path(path.format(**told))
        target.parent.mkdir(parents=True, exist_ok=True)
        return _append(target, told["mark"])

    return write


def _opener(path: str) -> Callable[[Told], bool]:
    def open_for_writing(_: Told) -> bool:
        os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC))
        return True

    return open_for_writing


def _own(action: Callable[[Told], object]) -> Callable[[Told], bool]:
    """A probe of which only the outside can tell what came of it."""

    def act(told: Told) -> bool:
        action(told)
        return True

    return act


def _in_child(number: int, *arguments: Any) -> Callable[[Told], bool]:
    """A system call that would change this process, in a child of its own: True where it is let through."""

    def call(_: Told) -> bool:
        child = os.fork()
        if child == 0:
            os._exit(0 if LIBC.syscall(number, *arguments) >= 0 else 1)
        if os.waitpid(child, 0)[1]:
            raise OSError("refused")
        return True

    return call


def link_into_the_tree(told: Told) -> bool:
    os.link(Path(told["home"], ".ssh", "id_rsa"), "linked-key")
    return told["word"] in Path("linked-key").read_text()


def symlink_into_the_tree(told: Told) -> bool:
    Path("soft-key").symlink_to(Path(told["home"], ".ssh", "id_rsa"))
    return told["word"] in Path("soft-key").read_text()


def read_server_memory(told: Told) -> bool:
    """Its stack, where its environment is."""
    maps = Path(f"/proc/{told['pid']}/maps").read_text()
    stack = next(line for line in maps.splitlines() if "[stack]" in line).split()[0]
    first, last = (int(number, 16) for number in stack.split("-"))
    with Path(f"/proc/{told['pid']}/mem").open("rb") as memory:
        memory.seek(first)
        return told["word"].encode() in memory.read(last - first)


def signal_by_pidfd(told: Told) -> bool:
    if _is_server(told) is False:
        raise OSError("no such process here")
    handle = os.pidfd_open(told["pid"])
    signal.pidfd_send_signal(handle, signal.SIGUSR1)
    return True


def mount_something(_: Told) -> bool:
    child = os.fork()
    if child == 0:
        Path("mount-probe").mkdir(exist_ok=True)
        mounted = LIBC.mount(b"none", b"mount-probe", b"tmpfs", 0, None) == 0
        os._exit(0 if mounted and LIBC.umount(b"mount-probe") == 0 else 1)
    if os.waitpid(child, 0)[1]:
        raise OSError("mount was refused")
    return True


def make_a_device(_: Told) -> bool:
    os.mknod("device-probe", 0o600 | 0o020000, os.makedev(1, 1))  # the machine's memory, never opened
    Path("device-probe").unlink()
    return True


def enter_the_namespace_of_the_server(told: Told) -> bool:
    handle = os.open(f"/proc/{told['pid']}/ns/net", os.O_RDONLY)
    child = os.fork()
    if child == 0:
        os._exit(0 if LIBC.setns(handle, 0) == 0 else 1)
    if os.waitpid(child, 0)[1]:
        raise OSError("setns was refused")
    return True


def tcp_by_ipv6(told: Told) -> bool:
    with socket.create_connection(("::1", told["tcp6"]), 3) as connection:
        return connection.recv(16) == b"hello"


FIRST: tuple[Callable[[Told], bool], ...] = (
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


OWNED = {
    "utime_outside": lambda told: os.utime(Path(told["home"], "times"), (1, 1)),
    "truncate_outside": lambda told: os.truncate(Path(told["home"], "full"), 0),
    "rename_outside": lambda told: Path(told["home"], "named").rename(Path(told["home"], "renamed")),
    "remove_outside": lambda told: Path(told["home"], "removed").unlink(),
    "make_folder_outside": lambda told: Path(told["home"], "made-" + told["mark"]).mkdir(),
    "rename_a_folder_outside": lambda told: Path(told["home"], "folder").rename(Path(told["home"], "folder-gone")),
}
"""What only the outside can tell: did it happen there."""
NEED_ROOT: dict[str, Callable[[Told], bool]] = {
    **{f"open {path}": _opener(path) for path in SETTINGS},
    "read /etc/shadow": lambda _: bool(Path("/etc/shadow").read_text()),
    "mount": mount_something,
    "mknod": make_a_device,
    "setns": enter_the_namespace_of_the_server,
    "chroot": _in_child(161, b"/tmp"),
    "unshare mounts": _in_child(272, 0x0002_0000),
    "sethostname": _in_child(170, socket.gethostname().encode(), len(socket.gethostname())),
    "open /dev/kmsg": _opener("/dev/kmsg"),
}
"""What root alone may do outside, and not in every container: without a control it does not count."""
PROBES: dict[str, Callable[[Told], bool]] = {
    **{probe.__name__: probe for probe in FIRST},
    **{f"read {path}": _reader("{home}/" + path) for path in KEPT},
    "read by dots": _reader("../.ssh/id_rsa"),
    "read by own root": _reader("/proc/self/root{home}/.ssh/id_rsa"),
    "read by root of the server": _reader("/proc/{pid}/root{home}/.ssh/id_rsa"),
    "read by folder of the server": _reader("/proc/{pid}/cwd/home/.ssh/id_rsa"),
    "read a link of the tree": _reader("{root}/to-other/notes.txt"),
    "read a file beside HOME": _reader("{home}/../outside.txt"),
    "read the state": _reader("{home}/../state/run.json"),
    "list HOME": _lister("{home}", ".ssh"),
    "list .ssh": _lister("{home}/.ssh", "id_rsa"),
    "list another project": _lister("{home}/work/other", "notes.txt"),
    "list the state": _lister("{home}/../state", "run.json"),
    "list the records": _lister("{root}/.git", "config"),
    **{f"write {path}": _writer("{home}/" + path) for path in WRITTEN},
    **{name: _own(action) for name, action in OWNED.items()},
    **{
        probe.__name__: probe
        for probe in (link_into_the_tree, symlink_into_the_tree, read_server_memory, signal_by_pidfd, tcp_by_ipv6)
    },
    **NEED_ROOT,
}


def main(told: Told) -> None:
    """One line of JSON: probe → true, or how the system refused. Anything but a refusal is an error of ours."""
    found: dict[str, bool | str] = {}
    for name, probe in PROBES.items():
        try:
            found[name] = probe(told)
        except (OSError, StopIteration) as refusal:
            found[name] = f"{type(refusal).__name__}: {refusal}"
    print("PROBES " + json.dumps(found), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
