"""The command line, `agent …`: reads arguments, calls `session`, prints outcomes, ends with a documented exit code.

Knows no model, no git and no engine.
"""

from __future__ import annotations

import sys

from fretsaw.cli.ending import run_to_exit_code


def main() -> None:
    """Entry point of the commands `agent` and `fretsaw`."""
    # Before anything else: the key in our first environment must not be readable by what a check runs.
    from fretsaw.check.harden import harden

    harden()
    sys.exit(run_to_exit_code(sys.argv[1:]))
