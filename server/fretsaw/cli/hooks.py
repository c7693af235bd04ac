"""`agent hooks`: install, list and remove the hooks of other coding agents and of git."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fretsaw.cli import output, terminal
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from fretsaw.session.hooks_install import Places

AGENTS = ("claude", "codex", "copilot", "cursor", "gemini", "opencode", "aider", "git")


@click.command("hooks")
@click.argument("action", type=click.Choice(["install", "status", "remove"]))
@click.argument("agents", nargs=-1, type=click.Choice(AGENTS), metavar=f"[{'|'.join(AGENTS)}]...")
@click.option("--user", "is_user", is_flag=True, help="Cover all your repositories, not just this one.")
@click.option(
    "--mode",
    type=click.Choice(["prune", "refuse", "report"]),
    default="prune",
    help="prune: remove noise from an edit; refuse: refuse the edit; report: only tell the model.",
)
@click.option(
    "--prune",
    type=click.Choice(["safe", "strict"]),
    default="safe",
    help="safe: drop changes without effect; strict: also drop doubtful ones.",
)
@click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")
def hooks_command(action: str, agents: tuple[str, ...], is_user: bool, mode: str, prune: str, directory: Path) -> int:
    """Vet the edits of other coding agents before they are written. Needs no key and no model.

    Drops from each edit what your prompt did not ask for, tells the model, and compares the working tree before and
    after each turn. Installing keeps all other settings of the agent; `remove` removes the hooks.

    \b
    agent hooks install claude --user
    agent hooks status
    agent hooks remove claude --user
    agent hooks install git              before each commit: `agent vet --staged --exit-code`
    """
    from fretsaw import repo
    from fretsaw.hooks.places import PLACES, Scope
    from fretsaw.repo.git.states import hooks_folder
    from fretsaw.session.hooks_install import Places, install_hooks, remove_hooks
    from fretsaw.user_dirs import user_dirs

    if is_user and "git" in agents:
        raise UsageError("a git hook is for one repository, not for all", hint="leave out --user")
    opened = None if is_user else repo.open_repo(directory)
    scope: Scope = "user" if is_user else "project"
    places = Places(scope, Path.home(), Path("/nonexistent"), user_dirs().state)
    if opened is not None:
        places = replace(places, root=opened.root, git_hooks=hooks_folder(opened), common=opened.common_dir)
    if action == "status":
        return _show_status(places)
    if not agents:
        raise UsageError("no agent is named", hint=f"agent hooks {action} {'|'.join(AGENTS)}")
    for agent in agents:
        if action == "install":
            _say_files(agent, "written to", install_hooks(agent, places, mode, prune))
            if agent in PLACES and PLACES[agent].note:
                terminal.paragraph("  ", PLACES[agent].note)
            _say_switched_off(agent, places)
        else:
            _say_files(agent, "removed from", remove_hooks(agent, places))
    return int(ExitCode.DELIVERED)


def _say_files(agent: str, what: str, files: tuple[Path, ...]) -> None:
    for file in files:
        output.say(f"{agent}: {what} {safe_text(str(file))}")


def _say_switched_off(agent: str, places: Places) -> None:
    from fretsaw.session.hooks_install import hooks_switched_off

    file = hooks_switched_off(agent, places)
    if file is not None:
        told = f"{agent} runs no hooks: {file} switches them off. Set hooks = true under [features] there."
        terminal.paragraph("! ", told, fg="yellow")


def _show_status(places: Places) -> int:
    from fretsaw.session.hooks_install import hooks_status

    rows = list(hooks_status(places))
    for agent, scope, file, is_there in rows:
        output.say(f"{agent:<9} {scope:<8} {'installed' if is_there else 'gone     '}  {safe_text(str(file))}")
    for agent, scope in dict.fromkeys((agent, scope) for agent, scope, _, _ in rows):
        _say_switched_off(agent, replace(places, scope=scope))
    if not rows:
        output.say("No hooks are installed.")
    return int(ExitCode.DELIVERED)
