"""Load the reporters into a check's runners by variables of the environment, without a word of argv.

Runs without them where a runner does not take them (`refused`): then the output is all there is.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from fretsaw.check.sandbox.scratch import ScratchFolder

HERE = Path(__file__).parent.parent / "reporters"
_REFUSED = re.compile(
    r"not allowed in NODE_OPTIONS|bad option: --test-reporter|--test-reporter-destination"
    r"|ERR_INVALID_ARG_VALUE.{0,80}reporter|Can't locate FretsawReporter\.pm"
)


class Reporters:
    """The folder of the reporters, as a check on `root` sees it: never one that the check could write to."""

    def __init__(self, root: Path) -> None:
        self._copy = ScratchFolder() if HERE.is_relative_to(root) else None
        self.folder = HERE
        if self._copy:  # a check of Fretsaw itself: the tree holds them, and it may be changed
            self.folder = self._copy.path / "reporters"
            shutil.copytree(HERE, self.folder)

    def load(self, env: Mapping[str, str]) -> dict[str, str]:
        """The environment with what loads them."""
        node = (
            f'--require "{self.folder}/node_reporter.cjs" --test-reporter=spec --test-reporter-destination=stdout '
            f'--test-reporter="{self.folder}/node_test_reporter.mjs" --test-reporter-destination=/dev/null'
        )
        perl = f"-I{self.folder} -MFretsawReporter"
        return {
            **env,
            "PYTHONPATH": ":".join(filter(None, (str(self.folder), env.get("PYTHONPATH", "")))),
            "NODE_OPTIONS": " ".join(filter(None, (env.get("NODE_OPTIONS", ""), node))),
            "PERL5OPT": " ".join(filter(None, (env.get("PERL5OPT", ""), perl))),
        }


def refused(exit_code: int | None, output: str) -> bool:
    """Return True if a program did not know an option of a reporter, so that the check has to be run without."""
    return exit_code != 0 and _REFUSED.search(output) is not None
