"""What the tests of the check share: isolations, a check made for a test, a picture of a tree."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest

from fretsaw.cancel import Cancel
from fretsaw.check import CheckEnvironment, Limits, describe, make_check
from fretsaw.check.sandbox.choose import sandboxes
from fretsaw.check.sandbox.enter import enter
from fretsaw.check.sandbox.scratch import Scratch
from fretsaw.check.toolchain import toolchain
from fretsaw.core.proof.check_result import Check
from fretsaw.settings import Settings

STATE = Path(tempfile.mkdtemp(prefix="fretsaw-tests-"))
atexit.register(shutil.rmtree, STATE, ignore_errors=True)


def cannot(reason: str) -> NoReturn:
    """End a test that cannot run here: a failure where tests are run for good, said aloud elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"this test has to run in CI, but {reason}")
    pytest.skip(reason)


@cache
def _why_not(tier: str) -> str:
    """Why this tier does not hold here, empty when it does."""
    held, reason = describe(Settings(sandbox=tier), STATE)  # type: ignore[arg-type]
    return "" if held else reason


def require(tier: str) -> None:
    """End the test where this tier does not hold."""
    if reason := _why_not(tier):
        cannot(reason)


ISOLATED = pytest.mark.parametrize(
    "isolation", ["bwrap", *(pytest.param(tier, marks=pytest.mark.slow) for tier in ("landlock", "none"))]
)
"""Every tier; what is no first choice is tried by `make test-slow`."""


def make(
    root: Path,
    argv: tuple[str, ...],
    isolation: str,
    *,
    seconds: float = 60.0,
    cancel: Cancel | None = None,
    limits: Limits | None = None,
) -> Check:
    """A check as the product makes it, in this isolation."""
    require(isolation)
    settings = Settings(sandbox=isolation, check_timeout=seconds)  # type: ignore[arg-type]
    return make_check(
        root, argv, settings, cancel or Cancel(), CheckEnvironment(state=STATE, limits=limits or Limits())
    )


CELLS = tuple(f"{tier} with {copy}" for tier in ("bwrap", "landlock", "none") for copy in ("an overlay", "a copy"))
"""Every way to isolate and to copy, by its name."""


def in_cell(root: Path, name: str, argv: tuple[str, ...], limits: Limits, *, times: int = 1) -> Any:
    """Run a command in the cell of that name: one result, or a tuple of so many."""
    require(name.split(maxsplit=1)[0])
    around = CheckEnvironment(limits=limits)
    settings = Settings(sandbox=name.split(maxsplit=1)[0])  # type: ignore[arg-type]
    known = dict(sandboxes(root, toolchain(root, argv, os.environ), settings, limits, around, Scratch()))
    cell = known[name]()
    entered = [enter(cell, {}, argv, cell.env, Cancel()) for _ in range(times)]
    assert [one.problem for one in entered] == [""] * times
    return tuple(one.ran for one in entered) if times > 1 else entered[0].ran


def tree_of(root: Path) -> dict[str, str]:
    """Every path below `root` with its mode and content."""
    picture = {}
    for folder, names, files in os.walk(root):
        for name in names + files:
            path = Path(folder) / name
            data = b"" if path.is_dir() else path.read_bytes()
            picture[str(path.relative_to(root))] = f"{path.lstat().st_mode:o} {hashlib.sha256(data).hexdigest()}"
    return picture
