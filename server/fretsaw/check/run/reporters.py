"""Load the reporters into a check's runners by variables of the environment, without a word of argv.

Runs without them where a runner does not take them (`refused`): then the output is all there is.
"""

from __future__ import annotations

import platform
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from fretsaw.check.run.go_overlay import overlay
from fretsaw.check.sandbox.scratch import ScratchFolder
from fretsaw.check.toolchain import read_regular

HERE = Path(__file__).parent.parent / "reporters"
_REFUSED = re.compile(
    r"not allowed in NODE_OPTIONS|bad option: --test-reporter|--test-reporter-destination"
    r"|ERR_INVALID_ARG_VALUE.{0,80}reporter|Can't locate FretsawReporter\.pm"
    r"|cannot load such file -- \S*fretsaw_reporter|fretsaw-\w+/go/(?:testing|fuzz|example)\.go:\d+:\d+:"
    r"|flag provided but not defined: -overlay"
)

_JUNIT_FILES = {"mvn": "maven", "mvnw": "maven", "gradle": "gradle", "gradlew": "gradle", "ctest": "ctest"}
"""Build tool → runner; it is started by `fretsaw_junit_files.py`."""
_CARGO_RUNNERS = tuple(
    f"CARGO_TARGET_{platform.machine().upper()}_UNKNOWN_LINUX_{libc}_RUNNER" for libc in ("GNU", "MUSL")
)


class Reporters:
    """The folder of the reporters, as a check on `root` sees it: never one that the check could write to."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        own = HERE.is_relative_to(root)  # a check of Fretsaw itself: the tree holds them, and it may be changed
        self.folder = HERE
        self.shown = [str(HERE)]
        self._scratch: ScratchFolder | None = None
        self._overlay: Path | None = None
        if own:
            self.folder = self._own_folder() / "reporters"
            shutil.copytree(HERE, self.folder)
            self.shown = [str(self.folder)]
        self._lay_over_go(environ)
        self._ctest = shutil.which("ctest", path=environ.get("PATH")) or ""
        self._programs = self._stand_in_for_ctest() if self._ctest else None
        self._runner = "" if _has_cargo_runner(root) else self._cargo_runner()

    def _own_folder(self) -> Path:
        self._scratch = self._scratch or ScratchFolder()
        return self._scratch.path

    def _lay_over_go(self, environ: Mapping[str, str]) -> None:
        if shutil.which("go", path=environ.get("PATH")) is None:
            return
        folder = self._own_folder() / "go"
        folder.mkdir()
        self._overlay = overlay(environ, self.folder / "fretsaw_testing.go.txt", folder)
        if self._overlay:
            self.shown.append(str(folder))

    def _stand_in_for_ctest(self) -> Path:
        """A folder with a program `ctest` that starts the real one: a build comes before it, so a script calls it."""
        folder = self._own_folder() / "bin"
        folder.mkdir()
        words = (sys.executable, "-I", "-S", str(self.folder / "fretsaw_junit_files.py"), "ctest", self._ctest)
        program = folder / "ctest"
        program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', "utf-8")
        program.chmod(0o755)
        self.shown.append(str(folder))
        return folder

    @property
    def lays_over_go(self) -> bool:
        """Return True if there is a Go whose package `testing` reports."""
        return self._overlay is not None

    def _cargo_runner(self) -> str:
        """The command that cargo is to start each test binary with; cargo parts it at blanks."""
        words = (sys.executable, "-I", "-S", str(self.folder / "fretsaw_cargo.py"))
        return "" if any(" " in word for word in words) else " ".join(words)

    def without_own_lines(self, output: str) -> str:
        """The output without the lines of traces that are ours: Ruby shows each method on the way."""
        return re.sub(rf"^[^\n]*{re.escape(str(self.folder))}/fretsaw_reporter\.rb:\d[^\n]*\n", "", output, flags=re.M)

    def around(self, argv: tuple[str, ...]) -> tuple[str, ...]:
        """The command, within one that reads its JUnit files afterwards where it is a tool that writes them."""
        runner = _JUNIT_FILES.get(argv[0].rpartition("/")[2])
        if runner is None:
            return argv
        if self._ctest and argv[0] == "ctest":
            argv = (self._ctest, *argv[1:])
        return (sys.executable, "-I", "-S", str(self.folder / "fretsaw_junit_files.py"), runner, *argv)

    def load(self, env: Mapping[str, str]) -> dict[str, str]:
        """The environment with what loads them."""
        node = (
            f'--require "{self.folder}/node_reporter.cjs" --test-reporter=spec --test-reporter-destination=stdout '
            f'--test-reporter="{self.folder}/node_test_reporter.mjs" --test-reporter-destination=/dev/null'
        )
        added = {
            "NODE_OPTIONS": node,
            "PERL5OPT": f"-I{self.folder} -MFretsawReporter",
            "RUBYOPT": f"-r{self.folder}/fretsaw_reporter",
        }
        if self._overlay:
            added["GOFLAGS"] = f"-overlay={self._overlay} -count=1"
        joined = {name: " ".join(filter(None, (env.get(name, ""), more))) for name, more in added.items()}
        path = ":".join(filter(None, (str(self.folder), env.get("PYTHONPATH", ""))))
        if self._programs and env.get("PATH"):
            joined["PATH"] = f"{self._programs}:{env['PATH']}"
        runners = {name: self._runner for name in _CARGO_RUNNERS if self._runner and name not in env}
        return {**env, "PYTHONPATH": path, **joined, **runners}


def _has_cargo_runner(root: Path) -> bool:
    """Return True if the project has a runner of its own, an emulator for example."""
    files = (read_regular(root / ".cargo" / name, 100_000) for name in ("config.toml", "config"))
    return any(b"runner" in text for text in files)


def refused(exit_code: int | None, output: str) -> bool:
    """Return True if a program did not know an option of a reporter, so that the check has to be run without."""
    return exit_code != 0 and _REFUSED.search(output) is not None
