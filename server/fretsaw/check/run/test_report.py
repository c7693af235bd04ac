"""What a test runner says of each test. Reads pytest's JUnit file; knows nothing of how it got where it is.

The file comes from inside the sandbox: its size is bounded, a link is not followed, and nonsense is no report.
"""

from __future__ import annotations

import os
import re
import stat
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

_MOST = 64 << 20
_WORST = {"passed": 0, "skipped": 1, "failed": 2}
# Programs that hand their environment on to a pytest that they start.
_CARRIERS = {"pytest", "py.test", "make", "gmake", "just", "task", "sh", "bash", "zsh", "hatch", "pdm", "nox"}


def wants_report(argv: tuple[str, ...]) -> bool:
    """Whether this may be pytest, so that asking it for a report by its environment makes sense."""
    names = [PurePosixPath(word).name for word in argv]
    return (
        "no:junitxml" not in argv
        and "-pno:junitxml" not in argv
        and bool("pytest" in names or "py.test" in names or names[0] in _CARRIERS)
    )


def with_report(env: Mapping[str, str], place: str) -> dict[str, str]:
    """The environment that makes pytest write its report to `place`."""
    return {**env, "PYTEST_ADDOPTS": f"{env.get('PYTEST_ADDOPTS', '')} --junitxml={place}".strip()}


def refused(exit_code: int | None, output: str) -> bool:
    """Whether pytest did not know the option, so that the check has to be run without."""
    return exit_code == 4 and "unrecognized arguments: --junitxml" in output


def without_notice(output: str, place: str) -> str:
    """What pytest printed without its word about the report that the user did not ask for."""
    return re.sub(rf"^-* ?generated xml file: {re.escape(place)} ?-*\n", "", output, flags=re.MULTILINE)


def read_report(path: Path) -> dict[str, str] | None:
    """Test id → "passed" | "failed" | "skipped", None when there is no readable report."""
    data = read_file(path)
    if data is None or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return None
    try:
        top = ET.fromstring(data)  # noqa: S314  no document type, hence no entities
    except (ET.ParseError, ValueError):
        return None
    return _tests(top)


def read_file(path: Path) -> bytes | None:
    """What the inside wrote to the report's file; None when it is empty, too large or not a plain file."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        state = os.fstat(fd)
        if not stat.S_ISREG(state.st_mode) or not 0 < state.st_size <= _MOST:
            return None
        with open(fd, "rb", closefd=False) as handle:
            return handle.read(_MOST)
    finally:
        os.close(fd)


def _tests(top: ET.Element) -> dict[str, str]:
    tests: dict[str, str] = {}
    for case in top.iter("testcase"):
        name = "::".join(part for part in (case.get("classname", ""), case.get("name", "")) if part)
        kinds = {child.tag for child in case}
        result = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        if _WORST[result] >= _WORST[tests.get(name, "passed")]:
            tests[name] = result
    return tests
