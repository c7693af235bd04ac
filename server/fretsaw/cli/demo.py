"""`agent demo`: one fix from issue to undo in a repository made for it, by the unchanged `agent fix`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import click

from fretsaw.cli import output
from fretsaw.errors import ConfigError

_CHECK = "python3 -m unittest -q"


@click.command("demo")
@click.option("--live", is_flag=True, help="Use the real model; needs OPENAI_API_KEY and costs about a cent.")
@click.option("--keep", is_flag=True, help="Keep the repository, to look around in it.")
def demo_command(live: bool, keep: bool) -> int:
    """Watch one fix from issue to undo.

    Runs `agent fix` on a small temporary project with a failing test. The first reply does not fit the file.
    The second is right, but also has changes that nobody asked for. Those are dropped; the rest is tested, applied,
    undone and applied again.
    Without --live, the model is SCRIPTED: two written replies from a real HTTP server on loopback.
    """
    folder = Path(tempfile.mkdtemp(prefix="fretsaw-demo-"))
    try:
        return _demo(folder, live)
    finally:
        if keep:
            output.say(f"kept: {folder}", dim=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _demo(folder: Path, live: bool) -> int:
    from fretsaw.session.example import example_model, has_key, has_sandbox, make_example, scripted_model

    project = folder / "first-fix"
    make_example(project)
    _step(f"A repository with an issue: {project}")
    output.show((project / "ISSUE.md").read_text("utf-8"))
    proof = ["--check", _CHECK]
    if not has_sandbox(project):
        output.say("No sandbox works on this machine: the example's own tests run WITHOUT isolation.", fg="yellow")
        proof += ["--sandbox", "none"]
    if live:
        if not has_key():
            raise ConfigError(
                "--live needs a key", hint="set OPENAI_API_KEY, or leave out --live for the scripted model"
            )
        return _walk(project, proof, [], "the real model")
    with scripted_model() as base_url:
        output.say(
            f"The model is SCRIPTED: two written replies, served over HTTP at {base_url}", fg="yellow", bold=True
        )
        return _walk(project, proof, ["--base-url", base_url, "--model", example_model()], "the SCRIPTED model")


def _walk(project: Path, proof: list[str], model: list[str], who: str) -> int:
    """The commands that a user would type, one after another; the exit code of the first that fails."""
    where = ["-C", str(project)]
    steps: list[tuple[str, list[str]]] = [
        (
            f"agent fix ISSUE.md --check '{_CHECK}'    ({who})",
            ["fix", str(project / "ISSUE.md"), *where, *proof, *model],
        ),
        ("agent undo", ["undo", *where]),
        ("agent apply    (the same proposal again)", ["apply", *where]),
        ("agent runs", ["runs", *where]),
        (f"agent check --run    ({_CHECK}, on the fixed files)", ["check", "--run", *where, *proof]),
    ]
    for title, arguments in steps:
        _step(f"$ {title}")
        code = _agent(arguments)
        if code:
            return code
    _step("Done: the issue is fixed by the one line that was asked for; the noise was dropped and is on record.")
    output.say(f"Next, in a repository of yours: agent fix ISSUE.md --check '{_CHECK}'")
    return 0


def _agent(arguments: list[str]) -> int:
    from fretsaw.cli.exit import run_to_exit_code

    code = run_to_exit_code(arguments)
    # Where it is a file or a pipe, what a command prints would otherwise come after all steps.
    output.write_or_drop("stdout", sys.stdout.flush)
    return code


def _step(text: str) -> None:
    output.say()
    output.say(text, bold=True)
