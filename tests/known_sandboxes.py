"""The sandboxes that held in one test, for the state folder of the next."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

_KNOWN = Path(tempfile.mkdtemp(prefix="fretsaw-tests-")) / "sandbox.json"
"""The sandboxes that held in an earlier test: only the first test of a process tries them, as a first run does."""
atexit.register(shutil.rmtree, _KNOWN.parent, ignore_errors=True)


def recall_sandboxes(state: Path) -> None:
    """Begin a state folder with the sandboxes that held in an earlier test."""
    if _KNOWN.exists():
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(_KNOWN, state / "sandbox.json")


def note_sandboxes(state: Path) -> None:
    """Keep the sandboxes that held in this test for the next ones."""
    with suppress(OSError):
        shutil.copyfile(state / "sandbox.json", _KNOWN)
