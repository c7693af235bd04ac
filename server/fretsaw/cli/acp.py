"""`agent acp`: the agent for editors that speak the Agent Client Protocol."""

from __future__ import annotations

import importlib.util
from typing import Any

import click

from fretsaw.cli.options import settings_flags
from fretsaw.errors import ConfigError


@click.command("acp")
@settings_flags("check", "lint", "proof", "minimizing", "edits", "context", "model", "limits")
@click.option(
    "--ask-per",
    type=click.Choice(["file", "change"]),
    default="file",
    show_default=True,
    help="Ask for permission for each file, or for each change.",
)
def acp_command(ask_per: Any, **flags: Any) -> int:
    """Serve an editor by the Agent Client Protocol, on standard input and output.

    The editor starts it; examples/acp has the settings for Zed, JetBrains and Neovim. Each prompt is an issue to fix.
    Nothing is written before you permit it.
    """
    if importlib.util.find_spec("acp") is None:
        raise ConfigError("`agent acp` needs a library that is not installed", hint="install fretsaw[acp]")
    from fretsaw.acp.serve import serve
    from fretsaw.cli.fix import accept_typed_check

    return serve(accept_typed_check(flags), ask_per)
