"""The command line, `agent …`: reads arguments, calls `session`, prints outcomes, ends with a documented exit code.

Knows no model, no git and no engine.
"""

from __future__ import annotations

import sys

from fretsaw.cli.ending import run_to_exit_code


def main() -> None:
    """Entry point of the commands `agent` and `fretsaw`."""
    sys.exit(run_to_exit_code(sys.argv[1:]))
