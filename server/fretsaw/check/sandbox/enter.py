"""Enters a sandbox: starts one command in it, by the launcher, and waits for its end."""

from __future__ import annotations

import marshal
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from fretsaw import system
from fretsaw.cancel import Cancel
from fretsaw.check.run.command import Command, Ran, run
from fretsaw.check.run.processes import wait_until_gone
from fretsaw.check.sandbox import bwrap
from fretsaw.check.sandbox.launch import write_texts
from fretsaw.check.sandbox.lay_over import lay_over
from fretsaw.check.sandbox.sandbox import Sandbox
from fretsaw.check.sandbox.tiers import TIERS, Start

_HERE = Path(__file__).parent
_START = "import sys; sys.path.append(sys.argv[1]); import launch; launch.main(int(sys.argv[2]), int(sys.argv[3]))"


@dataclass(frozen=True, slots=True)
class Entered:
    """The result of entering a sandbox."""

    ran: Ran
    problem: str = ""
    """The reason why the command was never started, for a person; then `ran` tells nothing of it."""


def enter(
    sandbox: Sandbox,
    texts: Mapping[str, str | None],
    argv: tuple[str, ...],
    env: Mapping[str, str],
    cancel: Cancel,
    channel: int | None = None,
    *,
    fill: bool = False,
) -> Entered:
    """Run a command in the sandbox with these texts over the tree; the report's file is emptied first.

    `channel`: the descriptor of the socket that reporters write to; on Linux only. `fill`: what Go compiles in this run
    is kept for the following ones, which see it and cannot change it.
    Raises `CheckError` when the tree cannot be copied.
    """
    with sandbox.scratch.lock:
        sandbox.scratch.renew()
        if sandbox.copy:
            sandbox.copy.put_right()
        if not sys.platform.startswith("linux"):
            return enter_in_copy(sandbox, texts, Start(argv, env), cancel)
        return _enter(sandbox, texts, Start(argv, env, channel=channel, fill=fill), cancel)


def _enter(sandbox: Sandbox, texts: Mapping[str, str | None], start: Start, cancel: Cancel) -> Entered:
    """By the launcher, which says through one pipe why it could not, as bubblewrap says through another that it did."""
    status, info, tier = _Pipe(), _Pipe(), TIERS[sandbox.tier]
    held = [status.write, info.write]

    def release() -> None:
        while held:
            os.close(held.pop())

    try:
        held.append(_memory_file(_spec(sandbox, texts, replace(start, info_fd=info.write))))
        launcher = (sys.executable, "-I", "-S", "-c", _START, str(_HERE), str(held[-1]), str(status.write))
        disk = sandbox.copy.path if sandbox.copy else sandbox.scratch.compiled.parent if start.fill else None
        passed = (*held, start.channel) if start.channel is not None else tuple(held)
        command = Command(launcher, {}, Path("/"), passed, disk, release, gentle=not tier.own_root)
        ran = run(command, sandbox.limits, cancel)
        problem = status.said()
        first = re.search(r'"child-pid": (\d+)', info.said())
        if first:
            wait_until_gone([int(first[1])], 2.0)  # the first process inside goes only after all the others
        elif not problem and tier.own_root and ran.end == "exit":
            problem = ran.output.strip() or f"bubblewrap ended with {ran.exit_code}"
        return Entered(ran, problem)
    finally:
        release()
        os.close(status.read)
        os.close(info.read)


def enter_in_copy(sandbox: Sandbox, texts: Mapping[str, str | None], start: Start, cancel: Cancel) -> Entered:
    """Run a command in a copied tree without any of Linux's means, by what the tier puts in front of it."""
    assert sandbox.copy is not None
    tree = sandbox.copy.path
    if os.open in os.supports_dir_fd:
        write_texts(str(tree), dict(texts))
    else:
        lay_over(tree, texts)
    plain = TIERS[sandbox.tier].wrap(sandbox, start)
    command = Command(plain.argv, plain.env, tree, group=True)
    return Entered(run(command, sandbox.limits, cancel))


def report_place(sandbox: Sandbox) -> str:
    """Return the path of the report's file as the inside sees it."""
    return bwrap.REPORT if TIERS[sandbox.tier].own_root else str(sandbox.scratch.report)


def _spec(sandbox: Sandbox, texts: Mapping[str, str | None], start: Start) -> dict[str, object]:
    """Build the launcher's instructions, as its own description says."""
    tier = TIERS[sandbox.tier]
    overlay = {
        "root": str(sandbox.root),
        "stage": str(sandbox.scratch.stage),
        "size": sandbox.limits.scratch,
        **tier.overlay(sandbox),
        "cache": _cache(sandbox, start) if tier.own_root else None,
    }
    return {
        "parent": os.getpid(),
        "rlimits": sandbox.limits.rlimits(root=system.is_root()),
        "overlay": None if sandbox.copy else overlay,
        "tree": sandbox.tree,
        "channel": start.channel,
        "texts": dict(texts),
        "env": {**start.env, "HOME": "/tmp/home", "TMPDIR": "/tmp"},
        **tier.launch(sandbox, start),
    }


def _cache(sandbox: Sandbox, start: Start) -> dict[str, object] | None:
    """Name the place at which the launcher shows what Go has compiled; None without any."""
    folder = sandbox.scratch.compiled
    if start.fill:
        folder.mkdir(exist_ok=True)
    return {"from": str(folder), "at": "tmp/home/.cache/go-build", "fill": start.fill} if folder.exists() else None


def _memory_file(spec: dict[str, object]) -> int:
    """A descriptor from which the launcher reads its specification; no file has a name that others could open."""
    fd = os.memfd_create("fretsaw-spec")
    with open(os.dup(fd), "wb") as handle:
        handle.write(marshal.dumps(spec))
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


class _Pipe:
    """A pipe whose writing end goes to the launcher."""

    def __init__(self) -> None:
        self.read, self.write = os.pipe()

    def said(self) -> str:
        """Read what was written to it so far; never waits."""
        os.set_blocking(self.read, False)
        try:
            return os.read(self.read, 65536).decode("utf-8", "replace")
        except BlockingIOError:
            return ""
