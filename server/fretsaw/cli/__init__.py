"""The command line, `agent …`: reads arguments, calls `session`, prints outcomes, ends with a documented exit code."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import Any


def main() -> None:
    """Entry point of the commands `agent` and `fretsaw`."""
    instruction = os.environ.get("_AGENT_COMPLETE", "")
    if instruction.endswith("_complete"):
        # A person waits for it at every TAB: nothing else is imported.
        from fretsaw.cli.shell_words import complete

        sys.exit(complete(instruction))
    if sys.argv[1:2] == ["vet"] and any(word.partition("=")[0] == "--hook" for word in sys.argv[2:]):
        # Another agent waits for it at every edit: nothing else is imported, and it never asks for the key.
        from fretsaw.hooks.client import run_client

        sys.exit(run_client(sys.argv[2:], _load_hook))
    # Before anything else: the key in our first environment must not be readable by what a check runs.
    from fretsaw.harden import harden

    harden()
    _open_missing_streams()
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
    from fretsaw.cli.exit import flush_output, run_to_exit_code

    sys.exit(flush_output(run_to_exit_code(sys.argv[1:])))


def _open_missing_streams() -> None:
    """Put `/dev/null` where a stream is closed (`agent undo >&-`): else the first file opened takes its place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free


def _load_hook() -> Any:
    from fretsaw.session.hook import main

    return main
