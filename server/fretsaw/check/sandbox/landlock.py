"""Keeps one command and all it starts together, and, when asked, shut in by Landlock and seccomp.

It stays as the parent of everything that the command starts, however often that forks, and kills it all when the
command ends or when it is told to end (SIGTERM). Imports only the standard library: the launcher
imports it by itself.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import struct
import sys
import time

# Every module costs milliseconds before each check: no typing, json, platform here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Windows has no such library; the module is imported there too, and nothing of it runs.
LIBC: Any = ctypes.CDLL(None, use_errno=True) if sys.platform != "win32" else None
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 22, 24
PR_SET_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
ALL_CAPABILITIES = 41

# Rights of Landlock on a file, then those that only a folder can have, by the version that brought them.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE, IOCTL_DEV = 1, 2, 4, 8, 1 << 14, 1 << 15
LOOK = EXECUTE | READ_FILE | READ_DIR
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
LEAST_VERSION = 3  # the first one that also forbids truncate(2)

# System calls by number, (x86_64, aarch64): what can leave the sandbox and what a test has no use for.
FORBIDDEN = {
    "socket": (41, 198),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "open_by_handle_at": (304, 265),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "syslog": (103, 116),
}
CLONE, CLONE3, IOCTL = (56, 220), (435, 435), (16, 29)
NEW_NAMESPACES = 0x7E02_0080
TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: words put into the mouth of the user's shell
MACHINES = {"x86_64": (0, 0xC000_003E), "aarch64": (1, 0xC000_00B7)}


def main(spec: dict[str, Any], status_fd: int) -> None:
    """Start the command and stay until everything that it started is dead; ends as the command ended.

    Why it could not be started is written to `status_fd`, which the start closes.
    """
    LIBC.prctl(PR_SET_SUBREAPER, 1, 0, 0, 0)
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM})
    child = os.fork()
    if child == 0:
        _become(spec, status_fd)
    os.close(status_fd)
    status = _wait_for(child)
    _kill_all()
    os._exit(status if status >= 0 else 128 - status)


def _become(spec: dict[str, Any], status_fd: int) -> None:
    """In the child: give up every right that is not needed, then be the command."""
    try:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD, signal.SIGTERM})
        if spec["shut"]:
            shut(spec["readable"], spec["writable"])
        os.execve(spec["program"], spec["argv"], spec["env"])
    except (OSError, ValueError, KeyError) as error:
        os.write(status_fd, str(error).encode(errors="replace")[:4000])
    os._exit(125)


def _wait_for(child: int) -> int:
    """The command's exit code, minus the number of the signal that ended it; -15 when we are told to end."""
    while True:
        if signal.sigwait({signal.SIGCHLD, signal.SIGTERM}) == signal.SIGTERM:
            return -int(signal.SIGTERM)
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == child:
                return os.waitstatus_to_exitcode(status)
            if pid == 0:
                break


def _kill_all() -> None:
    """Kill whatever is below us until nothing is: orphans come back to us, because we are their reaper."""
    while True:
        for pid in _below(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.002)


def _below(pid: int) -> list[int]:
    """All descendants of a process."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        here = waiting.pop()
        try:
            for task in os.listdir(f"/proc/{here}/task"):
                with open(f"/proc/{here}/task/{task}/children") as handle:
                    children = [int(word) for word in handle.read().split()]
                found += children
                waiting += children
        except OSError:
            continue
    return found


def shut(readable: list[str], writable: list[str]) -> None:
    """Shut this process and all it will start in, for good."""
    if LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise _error("no_new_privs")
    _drop_capabilities()
    _landlock(readable, writable)
    _seccomp()


def _drop_capabilities() -> None:
    """Root without its powers still owns root's files, but may no longer look into other processes."""
    for number in range(ALL_CAPABILITIES):
        LIBC.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
    header = struct.pack("=Ii", 0x2008_0522, 0)
    if LIBC.capset(header, bytes(24)) != 0:
        raise _error("capset")


def landlock_version() -> int:
    """The version of Landlock that this kernel speaks; 0 or less for none."""
    return int(LIBC.syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint(1)))


def _landlock(readable: list[str], writable: list[str]) -> None:
    """Allow looking below `readable` and everything below `writable`; no TCP, no signals or sockets to the outside."""
    version = landlock_version()
    if version < LEAST_VERSION:
        raise OSError(errno.ENOSYS, f"Landlock version {version} is too old, {LEAST_VERSION} is needed")
    rights = (1 << 15) - 1 | (IOCTL_DEV if version >= 5 else 0)
    parts = [rights] + ([3] if version >= 4 else []) + ([3] if version >= 6 else [])
    layout = struct.pack(f"={len(parts)}Q", *parts)
    rules = LIBC.syscall(444, layout, ctypes.c_size_t(len(layout)), ctypes.c_uint(0))
    if rules < 0:
        raise _error("landlock_create_ruleset")
    for paths, allowed in ((readable, LOOK), (writable, rights)):
        for path in paths:
            _allow(rules, path, allowed & rights)
    if LIBC.syscall(446, ctypes.c_int(rules), ctypes.c_uint(0)) != 0:
        raise _error("landlock_restrict_self")
    os.close(rules)


def _allow(rules: int, path: str, allowed: int) -> None:
    """One rule; a path that is not there needs none."""
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    folder = os.path.isdir(f"/proc/self/fd/{fd}")
    rule = struct.pack("=Qi", allowed if folder else allowed & FILE_RIGHTS, fd)
    if LIBC.syscall(445, ctypes.c_int(rules), ctypes.c_int(1), rule, ctypes.c_uint(0)) != 0:
        raise _error(f"landlock_add_rule {path}")
    os.close(fd)


def _seccomp() -> None:
    """Install the filter: forbidden calls fail with EPERM, clone3 is unknown, another architecture is the end."""
    program = _filter(*MACHINES[os.uname().machine])
    code = b"".join(struct.pack("=HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    if LIBC.prctl(PR_SET_SECCOMP, 2, header, 0, 0) != 0:
        raise _error("seccomp")


def _filter(column: int, architecture: int) -> list[tuple[int, int, int, int]]:
    """The filter as lines of classic BPF: (code, jump when true, jump when false, operand)."""
    load, equal, at_least, any_bit, give = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, refuse = (give, 0, 0, 0x7FFF_0000), (give, 0, 0, 0x0005_0000 | errno.EPERM)
    unknown, end = (give, 0, 0, 0x0005_0000 | errno.ENOSYS), (give, 0, 0, 0x8000_0000)
    lines = [(load, 0, 0, 4), (equal, 1, 0, architecture), end, (load, 0, 0, 0), (at_least, 0, 1, 0x4000_0000), end]
    for numbers in FORBIDDEN.values():
        lines += [(equal, 0, 1, numbers[column]), refuse]
    lines += [(equal, 0, 1, CLONE3[column]), unknown]
    lines += [(equal, 0, 4, CLONE[column]), (load, 0, 0, 16), (any_bit, 0, 1, NEW_NAMESPACES), refuse, allow]
    lines += [(equal, 0, 5, IOCTL[column]), (load, 0, 0, 24)]
    lines += [(equal, 1, 0, TERMINAL_INPUT[0]), (equal, 0, 1, TERMINAL_INPUT[1]), refuse, allow]
    return [*lines, allow]


def _error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")
