"""`agent completion`: the shell's completion script, as click makes it."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from fretsaw.cli.output import show


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> int:
    """Print the completion script for SHELL.

    \b
    eval "$(agent completion bash)"                              # in ~/.bashrc
    agent completion fish > ~/.config/fish/completions/agent.fish
    """
    from fretsaw.cli.app import app

    maker = get_completion_class(shell)
    assert maker is not None, "click has all three"
    show(maker(app, {}, "agent", "_AGENT_COMPLETE").source())
    return 0
