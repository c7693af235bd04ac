"""Describe the sandbox that a check would run in on this machine, for `agent doctor`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from fretsaw.check.sandbox.choose import CheckEnvironment, choose, reasons
from fretsaw.check.sandbox.sandbox import TierName
from fretsaw.check.toolchain import toolchain
from fretsaw.settings import Settings


def describe(settings: Settings, state: Path | None = None, root: Path | None = None) -> tuple[TierName | None, str]:
    """Try what the settings allow, on `root` or on an empty folder, also what held in an earlier run.

    The tier that holds (None when a check cannot be run), and what a person should
    know of it: why it is not a stronger one, or what to do.
    """
    around = CheckEnvironment(state)
    with tempfile.TemporaryDirectory(prefix="fretsaw-doctor-") as empty:
        place = (root or Path(empty)).resolve()
        tools = toolchain(place, (sys.executable,), around.environ)
        choice = choose(place, tools, settings, around.limits, around, anew=True)
    if choice.sandbox is None:
        return None, choice.reason
    return choice.sandbox.tier, reasons(choice.tried)
