"""Chooses the isolation of a check by trial, strongest first, and remembers what held."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from fretsaw import __version__, system
from fretsaw.check.run.limits import Limits
from fretsaw.check.sandbox import bwrap
from fretsaw.check.sandbox.probe import CANARY, find_leaks
from fretsaw.check.sandbox.sandbox import Sandbox
from fretsaw.check.sandbox.scratch import Scratch
from fretsaw.check.sandbox.tiers import BWRAP_MISSING, TIERS
from fretsaw.check.sandbox.warm_copy import WarmCopy
from fretsaw.check.toolchain import Toolchain
from fretsaw.endpoint_presets import PRESETS
from fretsaw.errors import CheckError
from fretsaw.settings import Settings

_KEYS = frozenset({"OPENAI_ADMIN_KEY", *(name for preset in PRESETS.values() for name in preset.key_variables)})
"""Variables that hold the key of an endpoint: no check gets them, be it isolated or not."""


@dataclass(frozen=True, slots=True)
class CheckEnvironment:
    """Requirements of a check beside the tree; every field may stay at its default."""

    state: Path | None = None
    """The user's state folder of Fretsaw: remembers which isolation holds, and is hidden from the check."""
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    """The user's environment, of which an allow-list reaches the check."""
    unsaved: Mapping[str, str] = field(default_factory=dict)
    """Texts that always lie over the tree: an editor's unsaved buffers (`Snapshot.overlay`)."""
    on_disk: Callable[[Mapping[str, str | None]], Mapping[str, str | None]] = lambda texts: texts
    """Texts by path -> the same as their files hold them (`Snapshot.all_on_disk`)."""
    secrets: tuple[str, ...] = ()
    """Paths of the tree whose values are blacked out in what a check prints (`Snapshot.secrets`)."""
    limits: Limits = field(default_factory=Limits)
    confirmed: tuple[str, ...] = ()
    """Folders outside of the tree that the user wants to be shown to this repository's check."""

    @property
    def home(self) -> Path:
        """The user's HOME."""
        return Path(self.environ.get("HOME") or Path.home())


@dataclass(frozen=True, slots=True)
class SandboxChoice:
    """The sandbox to run in, or why there is none."""

    sandbox: Sandbox | None
    reason: str = ""
    """Without a sandbox: what a person can do about it."""
    tried: tuple[tuple[str, str], ...] = ()
    """Sandboxes that were tried, with the reason why each does not hold; the chosen one is last, with an empty
    reason."""
    recalled: bool = False
    """True if the sandbox was not tried now: it held in an earlier run."""


def choose(
    root: Path, tools: Toolchain, settings: Settings, limits: Limits, around: CheckEnvironment, *, anew: bool = False
) -> SandboxChoice:
    """The strongest sandbox that keeps what it promises, of those that the settings allow.

    `anew`: try also what held in an earlier run; the machine may allow less since.
    """
    scratch = Scratch()
    memory = _Memory(around, root, scratch)
    tried: list[tuple[str, str]] = []
    for name, build in sandboxes(root, tools, settings, limits, around, scratch):
        try:
            sandbox = build()
            recalled = not anew and memory.holds(name)
            reason = "" if recalled else find_leaks(sandbox, scratch.path)
        except (OSError, CheckError) as error:
            sandbox, recalled, reason = None, False, str(error)
        tried.append((name, reason))
        if sandbox and not reason:
            memory.remember(name)
            return SandboxChoice(sandbox, "", tuple(tried), recalled)
    if not tried:
        return SandboxChoice(None, "nothing isolates a check on this system; use WSL, or " + _OPENLY)
    return SandboxChoice(None, f"no sandbox holds here ({reasons(tried)}); {_hint(tried)}", tuple(tried))


_OPENLY = "pass --sandbox none to run the check without isolation"


def reasons(tried: Iterable[tuple[str, str]]) -> str:
    """Say why what was tried does not hold, each reason once, with what it is true of."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in tried:
        if reason:
            by_reason.setdefault(_short(reason), []).append(name)
    told = []
    for reason, names in by_reason.items():
        tiers = {name.split()[0] for name in names}
        told.append(f"{names[0] if len(names) == 1 else ' and '.join(sorted(tiers))}: {reason}")
    return "; ".join(told)


def _short(reason: str) -> str:
    """Without a program's own name, error numbers and what it says of its manual."""
    return re.sub(r"^(\w+: )?(\[Errno -?\d+\] )?", "", reason).partition(" See <")[0].rstrip(".")


def _hint(tried: Iterable[tuple[str, str]]) -> str:
    """Say what a person can do."""
    said = " ".join(reason for _, reason in tried)
    first = "run `agent doctor`"
    if BWRAP_MISSING in said:
        first = "install bubblewrap"
    elif any(word in said for word in ("namespace", "uid map", "unshare", "not permitted")):
        first = "allow user namespaces (on Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0)"
    return f"{first}, or {_OPENLY}"


def sandboxes(
    root: Path, tools: Toolchain, settings: Settings, limits: Limits, around: CheckEnvironment, scratch: Scratch
) -> Iterator[tuple[str, Callable[[], Sandbox]]]:
    """Name and builder of every sandbox that may be tried, in this order."""
    hidden = tuple(path.resolve() for path in (around.home, around.state, scratch.path) if path)
    isolating = tuple(name for name, tier in TIERS.items() if tier.isolates and sys.platform.startswith(tier.system))
    names = isolating if settings.sandbox == "auto" else (settings.sandbox,)
    linux = sys.platform.startswith("linux")
    for name in names:
        tier = TIERS[name]
        env = _whole(around.environ, settings) if tier.whole_environment else tools.env
        plain = Sandbox(name, root, tools, env, limits, hidden, scratch)
        if linux:
            yield f"{name} with an overlay", lambda plain=plain, tier=tier: tier.prepare(plain)  # type: ignore[misc]
        yield f"{name} with a copy", lambda plain=plain, tier=tier: _copied(tier.prepare(plain))  # type: ignore[misc]


def _copied(sandbox: Sandbox) -> Sandbox:
    return replace(sandbox, copy=WarmCopy(sandbox.root, link=not TIERS[sandbox.tier].own_root))


def _whole(environ: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """Without isolation a check has the user's environment, but not the model's key."""
    return {name: text for name, text in environ.items() if name not in _KEYS and text != settings.api_key}


class _Memory:
    """Remembers which cells held, for as long as nothing that matters changes; not which did not."""

    def __init__(self, around: CheckEnvironment, root: Path, scratch: Scratch) -> None:
        self._file = around.state / "sandbox.json" if around.state else None
        program = bwrap.find(root)
        parts = [__version__, CANARY, sys.executable, platform.release(), system.is_root()]
        parts += [_boot(), root.stat().st_dev, scratch.path.stat().st_dev, program]
        parts += [Path(program).stat().st_mtime_ns] if program else []
        self._key = hashlib.sha256(repr(parts).encode()).hexdigest()

    def holds(self, name: str) -> bool:
        """Return True if this sandbox held before, under just these circumstances."""
        return self._key in self._all().get(name, ())

    def remember(self, name: str) -> None:
        """Keep that it held; where that cannot be written it is tried again next time."""
        if self._file is None or self.holds(name):
            return
        known = self._all()
        known[name] = [*known.get(name, [])[-15:], self._key]
        fresh = self._file.with_suffix(f".{os.getpid()}.tmp")
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh.write_text(json.dumps(known))
            fresh.replace(self._file)

    def _all(self) -> dict[str, list[str]]:
        try:
            known = json.loads(self._file.read_text()) if self._file else {}
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        return ""
