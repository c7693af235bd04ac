"""The command line, `agent …`: reads arguments, calls `session`, prints outcomes, ends with a documented exit code.

Knows no model, no git and no engine.
"""

from __future__ import annotations

import gc
import io
import os
import sys


def main() -> None:
    """Entry point of the commands `agent` and `fretsaw`."""
    # Before anything else: the key in our first environment must not be readable by what a check runs.
    from fretsaw.harden import harden

    harden()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # An arrow is no reason to fail where the locale has none.
            stream.reconfigure(errors="backslashreplace")
    if sys.argv[1:2] == ["lsp"] and not {"-h", "--help"} & set(sys.argv[2:]):
        # An editor waits for its server: it does not need the command line's library.
        from fretsaw import lsp

        sys.exit(lsp.main(sys.argv[2:]))
    # A short process that mostly imports: collecting while modules load costs a tenth of it and finds nothing.
    gc.set_threshold(100_000, 50, 100)
    from fretsaw.cli.exit import run_to_exit_code

    code = run_to_exit_code(sys.argv[1:])
    _flush_output()
    sys.exit(code)


def _flush_output() -> None:
    """Write what is still buffered; where the reader went away (`agent runs | head -1`), drop it in silence."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes once more at its end, and would complain about the same pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
