"""The tables of the README, made from the code. `make tables` writes them; a test compares them."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from fretsaw.cli.app import COMMANDS, app
from fretsaw.errors import ExitCode
from fretsaw.settings import OptionRow, options

README = Path(__file__).parent.parent / "README.md"


def commands() -> str:
    rows = [f"| `agent {name}` | {line} |" for name, (_, line) in COMMANDS.items()]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def exit_codes() -> str:
    return "\n".join(["| code | meaning |", "|---|---|", *(f"| {int(code)} | {code.meaning} |" for code in ExitCode)])


def option_table() -> str:
    rows = [f"| `--{row.name}` | {_cell(row.doc)} | {_values(row)} | {row.scope} |" for row in options()]
    return "\n".join(["| option | what it does | values and default | set by |", "|---|---|---|---|", *rows])


def _values(row: OptionRow) -> str:
    values = " \\| ".join(f"`{choice}`" for choice in row.choices) or row.type
    if row.type == "boolean":
        return "on" if row.default else "off"
    return values if row.default in (None, ()) else f"{values}, default `{_shown(row.default)}`"


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


TABLES = {"commands": commands, "exit codes": exit_codes, "options": option_table}


def updated(text: str) -> str:
    """The README with its tables as they should be."""
    for name, table in TABLES.items():
        found = re.search(rf"(<!-- {name} -->\n).*?(\n?<!-- /{name} -->)", text, re.S)
        assert found, f"the README has no place for the table of {name}"
        text = f"{text[: found.end(1)]}{table()}\n{text[found.start(2) :].lstrip()}"
    return text


def words() -> dict[str, Any]:
    """The commands as the shell's completion reads them (`cli/shell_words.py`)."""
    context = click.Context(app)
    models = (Path(__file__).parent.parent / "server/fretsaw/model/models.toml").read_text("utf-8")
    return {
        "flags": _flags(app),
        "commands": {name: _command(app.get_command(context, name), line) for name, (_, line) in COMMANDS.items()},
        "models": list(dict.fromkeys(re.findall(r'^id = "([^"]+)"', models, re.M))),
    }


def _command(command: click.Command | None, line: str) -> dict[str, Any]:
    assert command is not None
    inner = command.commands if isinstance(command, click.Group) else {}
    arguments = [_takes(each) for each in command.params if isinstance(each, click.Argument)]
    words: dict[str, Any] = {"help": line, "flags": _flags(command), "arguments": arguments}
    if inner:
        words["commands"] = {name: _command(each, each.get_short_help_str(70)) for name, each in inner.items()}
    return words


def _flags(command: click.Command) -> dict[str, list[str]]:
    """Flag → the kind of its value, and its help."""
    options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    rows = {
        flag: [_takes(each), (each.help or "").split("  [")[0].split(". ")[0][:80]]
        for each in options
        for flag in (*each.opts, *each.secondary_opts)
    }
    return {**rows, "--help": ["", "Show this message and exit."]}


_RUNS, _FILES = {"run"}, {"issue", "reply", "file", "files", "replies", "diff", "folder"}


def _takes(each: click.Parameter) -> str:
    """The kind of a value: run, model, file, dir, text, "=a|b" for a choice; "?": may be left out; "": none."""
    if isinstance(each, click.Option) and (each.is_flag or each.count):
        return ""
    if isinstance(each.type, click.Choice):
        return "=" + "|".join(map(str, each.type.choices))
    if isinstance(each.type, click.Path) and not each.type.file_okay:
        return "dir"
    if each.name == "continued":
        return "run?"
    if each.name in _RUNS or each.name == "model":
        return str(each.name)
    return "file" if isinstance(each.type, click.Path) or each.name in _FILES else "text"


def words_text() -> str:
    """The file that the completion reads."""
    return json.dumps(words(), indent=1, ensure_ascii=False) + "\n"


WORDS = Path(__file__).parent.parent / "server" / "fretsaw" / "cli" / "words.json"


if __name__ == "__main__":
    WORDS.write_text(words_text(), "utf-8")
    README.write_text(updated(README.read_text("utf-8")), "utf-8")
    sys.stdout.write("README.md: tables written\n")
