"""`agent lsp`: the language server. Its flags are its own: editors pass what they like."""

from __future__ import annotations

import click


@click.command(
    "lsp",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": ["-h", "--help"]},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lsp_command(arguments: tuple[str, ...]) -> int:
    """Run the language server: --stdio (default), --pipe PATH, --socket PORT, --clientProcessId PID.

    docs/lsp.md lists all flags and messages.
    """
    from fretsaw import lsp

    return lsp.main(list(arguments))
