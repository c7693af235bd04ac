"""Runs one `agent` command as on a system that lacks what Windows lacks, or imports every module there.

What Python has on Linux only is taken away, `sys.platform` says win32, and msvcrt's lock is a lock of this system.
Paths stay those of this system: how Windows writes them is tried in tables, on `PureWindowsPath`.

    python fake_windows.py import            prints what cannot be imported
    python fake_windows.py agent ARG...      runs the command
"""

from __future__ import annotations

import asyncio  # noqa: F401 - the standard library decides what it is on when it is imported
import ctypes
import fcntl
import importlib
import multiprocessing  # noqa: F401
import os
import pkgutil
import runpy  # noqa: F401
import selectors  # noqa: F401
import shutil
import signal
import socket
import ssl  # noqa: F401
import subprocess
import sys
import tempfile  # noqa: F401
import types
from pathlib import Path
from typing import Any, NamedTuple

ABSENT_MODULES = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "readline")
ABSENT = {
    os: (
        "geteuid", "getuid", "getgid", "getegid", "fork", "killpg", "setsid", "setpgid", "fchmod", "fchown", "chown",
        "listxattr", "getxattr", "setxattr", "pread", "pwrite", "memfd_create", "statvfs", "sysconf", "mkfifo", "uname",
        "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY", "O_PATH", "getpgid",
    ),
    socket: ("AF_UNIX", "socketpair"),
    signal: ("SIGKILL", "SIGHUP", "SIGPIPE", "SIGUSR1"),
}  # fmt: skip


def pretend() -> None:
    """Take away what is not there, for the rest of this process."""
    for module in (
        "openai",
        "pygls.lsp.server",
        "git",
        "click",
        "rich.console",
        "prompt_toolkit",
        "mcp.server.stdio",
        "acp",
        "platformdirs",
        "chardet",
    ):
        try:
            importlib.import_module(module)
        except ImportError:
            continue
    lock, status = fcntl.flock, os.statvfs

    def sizes(path: Any) -> tuple[int, int, int]:
        disk = status(path)
        total, free = disk.f_blocks * disk.f_frsize, disk.f_bavail * disk.f_frsize
        return total, total - free, free

    msvcrt: Any = types.ModuleType("msvcrt")
    msvcrt.LK_NBLCK = 2
    msvcrt.locking = lambda handle, mode, size: lock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    sys.modules["msvcrt"] = msvcrt
    subprocess.signal = types.SimpleNamespace(**vars(signal))  # type: ignore[attr-defined]
    for name in ABSENT_MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for owner, names in ABSENT.items():
        for name in names:
            if hasattr(owner, name):
                delattr(owner, name)
    os.supports_dir_fd.clear()
    shutil._use_fd_functions = False  # type: ignore[attr-defined]
    shutil._copyxattr = lambda *args, **options: None  # type: ignore[attr-defined]
    shutil.disk_usage = lambda path: _Usage(*sizes(path))  # type: ignore[assignment,return-value]
    shutil.which = _as_here(shutil.which)
    _refuse_descriptors_of_folders()
    ctypes.CDLL = _no_library  # type: ignore[assignment,misc]
    sys.platform = "win32"


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def _refuse_descriptors_of_folders() -> None:
    for name in ("open", "stat", "mkdir", "rmdir", "unlink", "link", "rename"):
        setattr(os, name, _without_dir_fd(getattr(os, name)))


def _without_dir_fd(call: Any) -> Any:
    def checked(*args: Any, **options: Any) -> Any:
        if any(options.get(one) is not None for one in ("dir_fd", "src_dir_fd", "dst_dir_fd")):
            raise NotImplementedError("dir_fd unavailable on this platform")
        return call(*args, **options)

    return checked


def _as_here(call: Any) -> Any:
    """Call with the real name of the system: programs have no endings here."""

    def named(*args: Any, **options: Any) -> Any:
        sys.platform = "linux"
        try:
            return call(*args, **options)
        finally:
            sys.platform = "win32"

    return named


def _no_library(name: str | None, *args: Any, **options: Any) -> Any:
    raise TypeError("LoadLibrary() argument 1 must be str, not None" if name is None else f"no library {name}")


def import_all() -> int:
    """Import every module of the product; print those that cannot be, with the reason."""
    import fretsaw

    broken = 0
    for found in pkgutil.walk_packages(fretsaw.__path__, "fretsaw.", onerror=lambda name: None):
        # What is loaded into test runners, and the launcher, run where there is a sandbox.
        if ".reporters.fretsaw_" in found.name or found.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(found.name)
        except Exception as error:
            print(f"{found.name}: {type(error).__name__}: {error}")
            broken += 1
    return broken


def main() -> int:
    """Do what the words say."""
    subprocess.run([sys.executable, "-c", ""], check=True)
    pretend()
    if sys.argv[1] == "import":
        return import_all()
    from fretsaw.check.run import processes
    from fretsaw.cli import main as agent

    processes._PROC = Path("/no-proc")
    sys.argv = sys.argv[1:]
    agent()
    return 0


if __name__ == "__main__":
    sys.exit(main())
