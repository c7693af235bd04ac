"""The input of one run: handed whole through all of `fix`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from fretsaw.core.issue import Issue
from fretsaw.core.snapshot import Snapshot
from fretsaw.fix.services import Services
from fretsaw.settings import Settings

Focus: TypeAlias = "tuple[tuple[str, int, int], ...]"
"""Places a person points at: (path, first line, last line), lines from 1."""


@dataclass(frozen=True, slots=True)
class Work:
    """One issue against one snapshot, with the settings that hold and everything outside."""

    issue: Issue
    snapshot: Snapshot
    settings: Settings
    services: Services
    focus: Focus = ()
