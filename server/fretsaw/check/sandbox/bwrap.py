"""The bubblewrap command line: everything read-only, HOME and `/tmp` empty, no network, one writable tree."""

from __future__ import annotations

import functools
import os
import re
import stat
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fretsaw import system

PLACES = ("/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap", "/run/current-system/sw/bin/bwrap")
"""Paths of bubblewrap; never what PATH says, which a repository could have a word in."""

HIDDEN = ("/run", "/tmp", "/var/tmp", "/root", "/home", "/mnt", "/media", "/srv")
# Root reads what others cannot, and the sandbox of root still reads with root's number.
_HIDDEN_FROM_ROOT = (
    "/etc/ssh",
    "/etc/ssl/private",
    "/etc/sudoers.d",
    "/var/log",
    "/var/spool",
    "/var/backups",
    "/boot",
)
_BLANK_FOR_ROOT = ("/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers")
_KERNEL_SETTINGS = ("sys", "sysrq-trigger", "irq", "bus", "fs", "pressure", "acpi", "scsi", "asound", "driver", "mtrr")
"""Parts of `/proc` through which the kernel is set: the root of the machine may write there without any capability."""
_KERNEL_RECORDS = ("kcore", "keys", "key-users", "latency_stats", "timer_list", "sched_debug", "kmsg", "kallsyms")
RECORDS = (".git", ".hg", ".jj", ".svn")
"""Folders of version controls at the top of a tree."""


@dataclass(frozen=True, slots=True)
class View:
    """The view from inside of the sandbox."""

    root: Path
    """The repository, where the check sees it."""
    tree: str
    """The folder that is shown there, writable."""
    tmp: str | None
    """The folder that is shown as `/tmp`; None for a fresh one in memory."""
    shown: tuple[str, ...]
    """Folders that stay readable although they lie in what is hidden."""
    hidden: tuple[Path, ...]
    """More folders to hide: HOME, our state."""
    read_only: tuple[str, ...] = ()
    """Folders of the repository that are shown read-only over `tree`."""
    report: Path | None = None
    """A file that the check may write to, as `REPORT`."""
    scratch: int = 1 << 29
    """Bytes of a `/tmp` in memory."""


REPORT = "/tmp/fretsaw-report"
"""The name of the report's file inside the sandbox."""


def find(root: Path | None = None) -> str | None:
    """The absolute path of a bubblewrap that belongs to root and that nobody else may write, None without one."""
    for place in PLACES:
        try:
            path = Path(place).resolve(strict=True)
            state = path.stat()
        except OSError:
            continue
        ours = root is not None and path.is_relative_to(root)
        if state.st_uid == 0 and not state.st_mode & (stat.S_IWOTH | stat.S_IWGRP) and not ours:
            return place
    return None


@functools.cache
def features(program: str) -> frozenset[str]:
    """The options that this bubblewrap knows, as its own help names them, and its version."""
    said = subprocess.run([program, "--help"], capture_output=True, text=True, check=False, timeout=10, env={})
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=10, env={})
    return frozenset(re.findall(r"--[a-z][a-z-]+", said.stdout)) | {version.stdout.strip()}


def arguments(program: str, view: View, status_fd: int, argv: tuple[str, ...]) -> list[str]:
    """The whole command line; the environment is what the process is started with.

    A mount lies over the earlier ones: the whole disk read-only, over it what hides, over that what is shown again.
    """
    known = features(program)
    masks = _masks(view)
    line = [program, *_isolation(status_fd, known)]
    line += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", *_shut_kernel()]
    line += _tmpfs("/dev/shm", view.scratch, known)
    line += _hide(masks, view, known)
    line += _show(masks, view)
    line += _mount_tree(view)
    line += ["--dir", "/tmp/home"]
    line += ["--bind", str(view.report), REPORT] if view.report else []
    for mask in (*masks, "/dev"):
        if mask not in {"/tmp", "/var/tmp"}:
            line += ["--remount-ro", mask]
    return [*line, "--chdir", str(view.root), "--", *argv]


def _isolation(status_fd: int, known: frozenset[str]) -> list[str]:
    """Namespaces and capabilities of the process, and who it is in there."""
    flags = ["--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    flags += [flag for flag in ("--disable-userns",) if flag in known]
    flags += ["--hostname", "sandbox", "--json-status-fd", str(status_fd)]
    return flags + (["--uid", "1000", "--gid", "1000"] if system.is_root() else [])


def _shut_kernel() -> list[str]:
    """The kernel's settings read-only, its records blank.

    `--proc` alone leaves both open to root, whose number the sandbox keeps under another name.
    """
    flags = []
    for name in _KERNEL_SETTINGS:
        flags += ["--ro-bind", f"/proc/{name}", f"/proc/{name}"] if Path(f"/proc/{name}").exists() else []
    for name in _KERNEL_RECORDS if system.is_root() else ():
        flags += ["--ro-bind", "/dev/null", f"/proc/{name}"] if Path(f"/proc/{name}").exists() else []
    return flags


def _hide(masks: list[str], view: View, known: frozenset[str]) -> list[str]:
    """Empty folders over what is to be hidden, the given one over `/tmp`; for root also over files it could read."""
    flags: list[str] = []
    for mask in masks:
        flags += ["--bind", view.tmp, mask] if mask == "/tmp" and view.tmp else _tmpfs(mask, view.scratch, known)
    for path in _BLANK_FOR_ROOT if system.is_root() else ():
        flags += ["--ro-bind", "/dev/null", path] if Path(path).exists() else []
    return flags


def _show(masks: list[str], view: View) -> list[str]:
    """Mounts of what stays readable although it is, as written or in truth, in a hidden folder."""
    flags: list[str] = []
    for path in view.shown:
        if any(place.is_relative_to(mask) for mask in masks for place in (Path(path), Path(path).resolve())):
            flags += ["--ro-bind-try", path, path]
    return flags


def _mount_tree(view: View) -> list[str]:
    """The tree in the repository's place, writable but for some folders, and without its version control's records."""
    flags = ["--bind", view.tree, str(view.root)]
    for path in view.read_only:
        flags += ["--ro-bind", path, path]
    for name in RECORDS:
        flags += _without(view.root / name)
    return flags


def hidden_places(more: Iterable[Path]) -> frozenset[Path]:
    """Existing folders and files to hide: the fixed ones, those of root when we are root, and `more`."""
    wanted = [*map(Path, HIDDEN), *more]
    wanted += map(Path, (*_HIDDEN_FROM_ROOT, *_BLANK_FOR_ROOT)) if system.is_root() else []
    return frozenset(path.resolve() for path in wanted if os.path.exists(path) and len(path.resolve().parts) > 1)


def _masks(view: View) -> list[str]:
    """Folders to hide, the outer ones first, none inside another."""
    places = {path for path in hidden_places(view.hidden) if os.path.isdir(path)}
    return sorted(str(path) for path in places if not any(up in places for up in path.parents))


def _tmpfs(place: str, size: int, known: frozenset[str]) -> list[str]:
    return [*(("--size", str(size)) if "--size" in known else ()), "--tmpfs", place]


def _without(path: Path) -> list[str]:
    """Hide a repository's own records: what is recorded is no business of a check, and nothing there may be planted."""
    if path.is_symlink() or not path.exists():
        return []
    return ["--tmpfs", str(path), "--remount-ro", str(path)] if path.is_dir() else ["--ro-bind", "/dev/null", str(path)]
