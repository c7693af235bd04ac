"""The tables of the README, made from the code. `make tables` writes them; a test compares them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from fretsaw.cli.app import COMMANDS
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


if __name__ == "__main__":
    README.write_text(updated(README.read_text("utf-8")), "utf-8")
    sys.stdout.write("README.md: tables written\n")
