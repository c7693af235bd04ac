"""Run a build tool to its end, then report the tests of the JUnit files that it wrote (Surefire, Gradle, ctest).

The build tool itself writes them, not the process in which the tests run: the files are
read once all is over, and what they say has to agree with what the build tool printed and how it ended.
"""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

CHANNEL = 240
_FOLDERS = ("surefire-reports", "failsafe-reports", "test-results")
_SKIPPED = {".git", "node_modules", "src"}
_SELECTS = ("-R", "--tests-regex", "-I", "--tests-information", "--rerun-failed", "-U", "--union")
_MOST_BYTES = 32 << 20
_OWN_MODES = (
    "--output-junit -N --show-only -S --script -SP --script-new-process --build-and-test --test-command -D --dashboard "
    "-M --test-model -T --test-action --version --help"
).split()
"""Words with which ctest runs no tests, or writes its results elsewhere."""


def _files(begun: float) -> Iterator[str]:
    """JUnit files below the working folder that were written since then."""
    for folder, names, files in os.walk("."):
        names[:] = [name for name in names if name not in _SKIPPED]
        if not any(part in _FOLDERS for part in folder.split(os.sep)):
            continue
        for name in files:
            path = os.path.join(folder, name)
            state = os.lstat(path)
            if name.endswith(".xml") and state.st_mtime >= begun and state.st_size < _MOST_BYTES:
                yield path


def _tests(path: str, runner: str) -> Iterator[tuple[str, str]]:
    """(name, outcome) of each test case in a file."""
    try:
        root = ET.parse(path).getroot()  # noqa: S314  inside of the sandbox
    except (ET.ParseError, OSError):
        return
    for case in root.iter("testcase"):
        if runner == "ctest":
            yield str(case.get("name")), _outcome_of_ctest(case)
            continue
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        yield f"{case.get('classname') or root.get('name')}: {case.get('name')}", outcome


def _outcome_of_ctest(case: ET.Element) -> str:
    """The outcome of a case of ctest, for which a test that could not be started is skipped, though it fails by it."""
    status, skipped = case.get("status"), case.find("skipped")
    if status == "notrun":
        asked = skipped is not None and (skipped.get("message") or "").startswith("SKIP_")
        return "skipped" if asked else "failed"
    return {"run": "passed", "disabled": "deselected"}.get(status or "", "failed")


def _report(runner: str, paths: list[str], key: str = "") -> None:
    tests: dict[str, str] = {}
    for path in paths:
        for name, outcome in _tests(path, runner):
            number, unique = 1, name
            while unique in tests:
                number += 1
                unique = f"{name} #{number}"
            tests[unique[:2000]] = outcome
    if not tests:
        return
    try:
        key = key or _ask()["key"]
        _send(key, "begin", runner=runner)
        for name, outcome in tests.items():
            _send(key, "test", id=name, outcome=outcome)
        _send(key, "end", count=len(tests), altered=[])
    except (OSError, ValueError, KeyError) as error:
        print(f"fretsaw: the test reports could not be handed on: {error}", file=sys.stderr)


def _ask() -> dict[str, Any]:
    """A key for one report, and which tests are wanted."""
    os.write(CHANNEL, b'{"do": "hello"}')
    answer: dict[str, Any] = json.loads(os.read(CHANNEL, 1 << 18))
    return answer


def _send(key: str, what: str, **values: Any) -> None:
    os.write(CHANNEL, json.dumps({"key": key, "do": what, **values}).encode("utf-8", "replace"))


def _run_ctest(program: str, *words: str) -> int:
    """Run ctest with a JUnit file of ours. Its tests keep the channel: they may be runners that report themselves."""
    channel = (CHANNEL,) if _is_heard() else ()
    plain = any(word.partition("=")[0] in _OWN_MODES for word in words)
    if plain or not channel or not _writes_junit(program):
        return subprocess.call((program, *words), pass_fds=channel)
    asked = _ask()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = os.path.join(folder, "junit.xml")
        argv = (program, "--output-junit", path, *words, *_selection(asked, words))
        code = subprocess.call(argv, pass_fds=channel)
        if os.path.isfile(path) and not os.path.islink(path) and os.path.getsize(path) < _MOST_BYTES:
            _report("ctest", [path], asked["key"])
        elif code == 0:
            _send(asked["key"], "begin", runner="ctest")  # and no end: it ended green without what it has to write
    return code


def _selection(asked: dict[str, Any], given: tuple[str, ...]) -> list[str]:
    """Words with which ctest runs just these tests, in another order where that is wanted."""
    words = ["--schedule-random"] if asked.get("reverse") else []
    if asked.get("only") is None or any(word.startswith(_SELECTS) for word in given):
        return words
    names = [re.sub(r"[.*+?$|()^\[\]\\]", r"\\\g<0>", name) for name in asked["only"]]
    return [*words, "-R", f"^({'|'.join(names)})$"]


def _is_heard() -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(CHANNEL).st_mode)
    except OSError:
        return False


def _writes_junit(program: str) -> bool:
    """Return True if this ctest knows the option (CMake 3.21 and later)."""
    told = subprocess.run((program, "--help"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return b"--output-junit" in told.stdout


def main(runner: str, *command: str) -> None:
    """Run the command, report, and end as it ended."""
    begun = time.time() - 1.0
    if runner == "ctest":
        code = _run_ctest(*command)
    else:
        code = subprocess.call(command)
        _report(runner, sorted(_files(begun)))
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
