"""`agent mcp`: tools for other agents, by the Model Context Protocol."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import click

from fretsaw.cli.options import settings_flags
from fretsaw.errors import ConfigError


@click.command("mcp")
@click.option("--allow-fix", is_flag=True, help="Offer the tool that asks a model, costs money and changes files.")
@settings_flags("check", "proof", "model", "limits")
@click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")
def mcp_command(allow_fix: bool, directory: Path, **flags: Any) -> int:
    """Serve another agent by the Model Context Protocol, on standard input and output.

    Tools: vet, check, explain; with --allow-fix also fix. The agent starts it; examples/mcp has the settings. A model
    must choose to call a tool; hooks (`agent hooks install`) always run.
    """
    if importlib.util.find_spec("mcp") is None:
        raise ConfigError("`agent mcp` needs a library that is not installed", hint="install fretsaw[mcp]")
    from fretsaw.cli.fix import accept_typed_check
    from fretsaw.mcp.serve import serve

    return serve(directory.absolute(), accept_typed_check(flags), may_fix=allow_fix)
