"""The commands and what each is for; a command's module is imported when it is called."""

from __future__ import annotations

import importlib
from typing import Any

import click

from fretsaw import __version__

COMMANDS: dict[str, tuple[str, str]] = {
    "fix": ("fretsaw.cli.fix", "Fix an issue: propose, validate, prove and apply the smallest patch."),
    "vet": (
        "fretsaw.cli.vet",
        "Find and remove changes that nobody asked for, in your working tree, a commit, a reply or a diff.",
    ),
    "pull-request": (
        "fretsaw.cli.pull_request",
        "Vet a pull or merge request; post suggestions that take out what nobody asked for.",
    ),
    "review": ("fretsaw.cli.review", "Ask for findings on a change or on texts; what they cite is checked."),
    "scope": ("fretsaw.cli.scope", "Declare which paths a task may change, for any agent."),
    "hooks": ("fretsaw.cli.hooks", "Vet the edits of Claude Code, Codex, Copilot and others before they are written."),
    "context": ("fretsaw.cli.context", "Show what would be sent for an issue, with tokens and dollars. Sends nothing."),
    "show": ("fretsaw.cli.runs", "Show a run: verdicts, checks, cost, patch."),
    "runs": ("fretsaw.cli.runs", "List the runs of this repository."),
    "apply": ("fretsaw.cli.runs", "Apply all or some changes of a run that is not applied yet."),
    "ask": ("fretsaw.cli.ask", "Ask about the repository, a change or a diff; answered in words, nothing is changed."),
    "why": ("fretsaw.cli.ask", "Say why a change is there: the model's words, the rule, the test, the issue's line."),
    "accept": ("fretsaw.cli.runs", "Accept changes of a run: applied, and no later request touches them."),
    "reject": ("fretsaw.cli.runs", "Reject changes of a run: taken out of your files if they are applied."),
    "undo": ("fretsaw.cli.runs", "Undo a run and keep your later edits."),
    "restore": ("fretsaw.cli.runs", "Restore a dropped change."),
    "replay": ("fretsaw.cli.runs", "Repeat a run offline from its recorded answers."),
    "check": (
        "fretsaw.cli.check",
        "Find and remember the repository's check command, or run it in the sandbox.",
    ),
    "models": ("fretsaw.cli.models", "List models: prices, limits, roles, retirement."),
    "doctor": ("fretsaw.cli.doctor", "Inspect git, key, endpoint, sandbox and editors, and say what is missing."),
    "demo": ("fretsaw.cli.demo", "Watch one fix from issue to undo, with a scripted model (or a real one: --live)."),
    "bench": ("fretsaw.cli.bench", "Measure how well Fretsaw drops unasked-for changes, on examples of your own."),
    "lsp": ("fretsaw.cli.lsp", "Run the language server."),
    "acp": ("fretsaw.cli.acp", "Serve editors by the Agent Client Protocol (Zed, JetBrains, CodeCompanion)."),
    "mcp": ("fretsaw.cli.mcp", "Serve other agents by the Model Context Protocol: vet, check, explain."),
    "completion": ("fretsaw.cli.completion", "Print the shell completion script for bash, zsh or fish."),
}
"""Command -> (module that has it as `<name>_command`, with `_` for `-`; one line of help)."""


class Commands(click.Group):
    """A group that imports a command only to run it, so that `--help` and start-up stay cheap."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, imported."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table's own lines, without importing every command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest names for a mistyped one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS)
            hint = f" Did you mean {' or '.join(near)}?" if near else " See `agent --help`."
            raise click.UsageError(f"There is no command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(cls=Commands, invoke_without_command=True, context_settings=_CONTEXT)
@click.version_option(__version__, prog_name="fretsaw")
@click.pass_context
def app(context: click.Context, /, **_: Any) -> int | None:
    """Fretsaw: a coding agent that changes only what was asked for.

    Start with `agent demo`, or with `agent fix ISSUE.md --check "python -m pytest"` in a git repository. `agent` alone
    opens a session on a terminal; from a pipe it does one request a line, and ends with the exit code of the first
    that fails.
    """
    if context.invoked_subcommand is not None:
        return None
    from fretsaw.cli.talk import open_talk

    return open_talk(context)
