"""`agent scope`: declare which paths a task may change, before an agent begins."""

from __future__ import annotations

from pathlib import Path

import click

from fretsaw.cli import output
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import ExitCode, UsageError


@click.command("scope")
@click.argument("task", required=False)
@click.option("--allow", multiple=True, metavar="GLOB", help="A path or glob from the repository's root; repeatable.")
@click.option("--done", is_flag=True, help="Clear the declared scope.")
@click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")
def scope_command(task: str | None, allow: tuple[str, ...], done: bool, directory: Path) -> int:
    """Declare the scope of TASK: the only paths that may change until `agent scope --done`.

    Without TASK, show the declared scope. `agent vet` and installed hooks (git, other agents) check every change
    against the declared scope; `agent pull-request`, whose review is for others, does not.

    \b
    agent scope "fix login" --allow 'src/auth/**' --allow tests/auth
    agent scope --done
    """
    from fretsaw import repo, run_store
    from fretsaw.session.scope import Scope, check_globs, clear_scope, read_scope, write_scope
    from fretsaw.user_dirs import user_dirs

    opened = repo.open_repo(directory)
    folder = run_store.store(user_dirs().state, opened.root).folder
    if done:
        if task or allow:
            raise UsageError("--done takes no task", hint="`agent scope --done`")
        output.say("The scope is cleared." if clear_scope(folder) else "No scope was declared.")
    elif task is None and not allow:
        found = read_scope(folder)
        output.say(_sentence(found.task, found.allow) if found else "No scope is declared.")
    elif not (task and task.strip() and allow):
        raise UsageError(
            "a scope needs a task and at least one --allow", hint="agent scope \"fix login\" --allow 'src/auth/**'"
        )
    else:
        write_scope(folder, Scope(" ".join(task.split()), check_globs(allow)))
        output.say(f"{_sentence(task, allow)} `agent scope --done` clears it.")
    return int(ExitCode.DELIVERED)


def _sentence(task: str, allow: tuple[str, ...]) -> str:
    return f"{safe_text(task)}: only {', '.join(map(safe_text, allow))} may change."
