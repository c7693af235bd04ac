"""Starts one check in a disposable view of the user's tree: the first thing that runs in the process of a check.

It enters a private mount namespace, lays an overlay (the user's tree below, a small tmpfs above) with the proposed
texts in it, and becomes the sandbox. Nothing is copied, nothing stays: the namespace goes with its last process.
Imports only the standard library: it is imported by itself, by the folder
that it lies in, in an isolated interpreter, so that a start costs as little as can be.
"""

from __future__ import annotations

import ctypes
import marshal
import os
import stat
import struct
import sys

# Every module costs milliseconds before each check: no typing, json, signal, contextlib here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CLONE_NEWNS, CLONE_NEWUSER = 0x0002_0000, 0x1000_0000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 0x1000, 0x4000, 1 << 18
SYS_MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1
PR_SET_PDEATHSIG, SIGKILL = 1, 9
CHANNEL = 240
"""The descriptor of the reporters' socket; Node.js keeps inherited descriptors after a gap open."""

# Windows has no such library; the module is imported there too, and nothing of it runs.
LIBC: Any = ctypes.CDLL(None, use_errno=True) if sys.platform != "win32" else None


def main(spec_fd: int, status_fd: int) -> None:
    """Read the specification, prepare, become the command; never returns.

    A failure before that is written to the one descriptor as text; a start closes it without a word.
    """
    os.set_inheritable(status_fd, False)
    try:
        with open(spec_fd, "rb") as handle:
            spec: dict[str, Any] = marshal.load(handle)  # noqa: S302  from our own process, through a descriptor
        die_with(spec["parent"])
        limit(spec["rlimits"])
        if spec["overlay"]:
            mount_overlay(spec["overlay"])
            _mount_cache(spec["overlay"]["stage"], spec["overlay"]["cache"])
        write_texts(spec["tree"], spec["texts"])
        if spec["overlay"] and spec["overlay"]["in_place"]:
            _mount("none", spec["tree"], spec["overlay"]["root"], "", MS_BIND)
            for path in spec["overlay"]["blank"]:
                _blank(path)
        os.chdir(spec["cwd"])
        if spec["channel"] is not None:
            _give_channel(spec["channel"])
        if spec["confined"]:
            __import__("landlock").main(spec["confined"], status_fd)
        os.execve(spec["program"], spec["argv"], spec["env"])
    except (OSError, ValueError, KeyError) as error:
        os.write(status_fd, f"{type(error).__name__}: {error}".encode(errors="replace")[:4000])
    os._exit(125)


def _give_channel(fd: int) -> None:
    """Move a descriptor to the place where reporters look for it; without it there is no report, which is noticed."""
    if fd != CHANNEL:
        try:  # noqa: SIM105
            os.dup2(fd, CHANNEL)
        except OSError:
            pass
        os.close(fd)


def die_with(parent: int) -> None:
    """Be killed when the starting process is, also when it is already gone."""
    LIBC.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(125)


def limit(wanted: dict[str, int]) -> None:
    """Lower the named resource limits; never above what is already allowed."""
    import resource  # Windows has none

    for name, value in wanted.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        _, hard = resource.getrlimit(kind)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (bound, bound))


def mount_overlay(plan: dict[str, Any]) -> None:
    """A tmpfs of `size` bytes on the empty folder `stage`, and in it `tree`: `root` with a writable layer above.

    With `protect`, everything else becomes read-only, but that file and a fresh `/dev/shm`. Options are relative or
    go through a file descriptor, so that no character of a path needs to be escaped.
    """
    _private_mounts()
    if plan["protect"]:
        _protect_all_but(plan["protect"], plan["size"])
    lower = os.open(plan["root"], os.O_PATH | os.O_DIRECTORY)  # after unshare: the mount must be of our namespace
    _mount("tmpfs", "fretsaw", plan["stage"], f"size={plan['size']},mode=0700", MS_NOSUID | MS_NODEV)
    os.chdir(plan["stage"])
    for name in ("upper", "work", "tree", "tmp"):
        os.mkdir(name, 0o700)
    os.chmod("upper", stat.S_IMODE(os.fstat(lower).st_mode) | 0o700)
    layers = f"lowerdir=/proc/self/fd/{lower},upperdir=upper,workdir=work"
    try:
        _mount("overlay", "fretsaw", "tree", layers + ",userxattr", MS_NOSUID | MS_NODEV)
    except OSError:
        _mount("overlay", "fretsaw", "tree", layers, MS_NOSUID | MS_NODEV)
    os.close(lower)


def _mount_cache(stage: str, cache: dict[str, Any] | None) -> None:
    """Show the folder `from` of compiled Go at `at` below the stage: with `fill` as it is, else on top of it."""
    if not cache:
        return
    place = f"{stage}/{cache['at']}"
    os.makedirs(place, exist_ok=True)
    if cache["fill"]:
        _mount("none", cache["from"], place, "", MS_BIND)
        return
    lower = os.open(cache["from"], os.O_PATH | os.O_DIRECTORY)
    os.chdir(stage)
    os.mkdir("compiled", 0o700)
    os.mkdir("compiling", 0o700)
    layers = f"lowerdir=/proc/self/fd/{lower},upperdir=compiled,workdir=compiling"
    try:
        _mount("overlay", "fretsaw", place, layers + ",userxattr", MS_NOSUID | MS_NODEV)
    except OSError:
        _mount("overlay", "fretsaw", place, layers, MS_NOSUID | MS_NODEV)
    os.close(lower)


def _private_mounts() -> None:
    """A mount namespace of our own: root may make one, anybody else needs a user namespace around it."""
    uid, gid = os.getuid(), os.getgid()
    if LIBC.unshare(CLONE_NEWNS) != 0:
        if LIBC.unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0:
            raise _error("unshare")
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{uid} {uid} 1")
        _write("/proc/self/gid_map", f"{gid} {gid} 1")
    _mount("none", "none", "/", "", MS_REC | MS_PRIVATE)


def _blank(path: str) -> None:
    """Hide one folder or file of the tree behind an empty one."""
    if os.path.islink(path):
        os.unlink(path)
    elif os.path.isdir(path):
        _mount("tmpfs", "fretsaw", path, "size=4k,mode=0755", MS_NOSUID | MS_NODEV | MS_RDONLY)
    elif os.path.exists(path):
        _mount("none", "/dev/null", path, "", MS_BIND)


def _protect_all_but(file: str, size: int) -> None:
    """Make every mount of this namespace read-only, so that not even the mode of a file can be changed."""
    _mount("none", file, file, "", MS_BIND)
    _set_read_only("/", AT_RECURSIVE, 1)
    _set_read_only(file, 0, 0)
    if os.path.isdir("/dev/shm"):
        _mount("tmpfs", "fretsaw", "/dev/shm", f"size={size},mode=1777", MS_NOSUID | MS_NODEV)


def _set_read_only(path: str, how: int, on: int) -> None:
    change = struct.pack("=4Q", MOUNT_ATTR_RDONLY * on, MOUNT_ATTR_RDONLY * (1 - on), 0, 0)
    where = os.fsencode(path)
    if LIBC.syscall(SYS_MOUNT_SETATTR, AT_FDCWD, where, ctypes.c_uint(how), change, ctypes.c_size_t(32)) != 0:
        raise _error(f"mount_setattr {path}")


def _mount(kind: str, source: str, target: str, data: str, flags: int) -> None:
    """mount(2), with the kernel's reason when it refuses."""
    text = [os.fsencode(part) for part in (source, target, kind, data)]
    if LIBC.mount(text[0], text[1], text[2], ctypes.c_ulong(flags), text[3]) != 0:
        raise _error(f"mount {kind}")


def _error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as handle:
        handle.write(text)


def write_texts(tree: str, texts: dict[str, str | None]) -> None:
    """Lay the texts (None: no such file) over the tree, never through a symlink and never outside of it."""
    top = os.open(tree, os.O_RDONLY | os.O_DIRECTORY)
    for path, text in texts.items():
        *folders, name = path.split("/")
        if name in {"", ".", ".."}:
            raise ValueError(f"not a path inside the repository: {path!r}")
        if text is None:
            _remove(top, folders, name)
        else:
            _put(top, folders, name, text.encode("utf-8", "surrogateescape"))
    os.close(top)


def _put(top: int, folders: list[str], name: str, data: bytes) -> None:
    """Replace one file, keeping its mode; a new one is 0644."""
    parent = _descend(top, folders, create=True)
    mode = 0o644
    try:
        found = os.stat(name, dir_fd=parent, follow_symlinks=False)
        mode = stat.S_IMODE(found.st_mode) if stat.S_ISREG(found.st_mode) else mode
        os.unlink(name, dir_fd=parent)
    except FileNotFoundError:
        pass
    fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=parent)
    with open(fd, "wb") as handle:
        handle.write(data)
        os.fchmod(handle.fileno(), mode)
    os.close(parent)


def _remove(top: int, folders: list[str], name: str) -> None:
    """Delete one file, and the folders that it leaves empty, as git would."""
    try:
        parent = _descend(top, folders, create=False)
        os.unlink(name, dir_fd=parent)
        os.close(parent)
        for depth in range(len(folders), 0, -1):
            parent = _descend(top, folders[: depth - 1], create=False)
            os.rmdir(folders[depth - 1], dir_fd=parent)
            os.close(parent)
    except OSError:
        return  # already gone, or the folder still holds something


def _descend(top: int, folders: list[str], *, create: bool) -> int:
    """A descriptor of the folder below `top`, each step taken without following a symlink."""
    here = os.dup(top)
    for folder in folders:
        if folder in {"", ".", ".."}:
            raise ValueError(f"not a path inside the repository: {'/'.join(folders)!r}")
        if create:
            try:  # noqa: SIM105
                os.mkdir(folder, 0o755, dir_fd=here)
            except FileExistsError:
                pass
        below = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
        os.close(here)
        here = below
    return here
