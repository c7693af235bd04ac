"""One way to run commands on a copy of the tree, as a value: which isolation, which kind of copy, which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from fretsaw.check.run.limits import Limits
from fretsaw.check.sandbox.scratch import Scratch
from fretsaw.check.sandbox.warm_copy import WarmCopy
from fretsaw.check.toolchain import Toolchain

TierName: TypeAlias = Literal["bwrap", "landlock", "seatbelt", "none"]
"""A key of `tiers.TIERS`."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One isolation with its kind of copy and its limits."""

    tier: TierName
    root: Path
    """The user's tree, resolved."""
    tools: Toolchain
    env: Mapping[str, str]
    """The environment of what is run, but where HOME and temporary files are."""
    limits: Limits
    hidden: tuple[Path, ...]
    """Folders that the inside must not see: HOME, our state."""
    scratch: Scratch
    program: str = ""
    """Absolute path of the program that isolates, for a tier that has one."""
    copy: WarmCopy | None = None
    """None: an overlay is mounted instead."""

    @property
    def name(self) -> str:
        """For a person: the tier and how the tree is copied."""
        return f"{self.tier}, {'copied tree' if self.copy else 'overlay'}"

    @property
    def tree(self) -> str:
        """The folder outside that is shown as the tree."""
        return str(self.copy.path) if self.copy else f"{self.scratch.stage}/tree"
