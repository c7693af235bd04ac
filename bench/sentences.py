"""Draw sentences of README, `--help` and messages, for a fresh reader to judge: does one need reading twice?

    .venv/bin/python bench/sentences.py                25 sentences with a new seed, which is printed
    .venv/bin/python bench/sentences.py 25 --seed 7    the same 25 again, as long as the texts are the same

A third comes from each source. A message is a text of several words that an error, a notice or the terminal is given;
what the program fills in is shown by its name: `{path} is not TOML`.
"""

from __future__ import annotations

import argparse
import ast
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from fretsaw.cli.app import COMMANDS, app

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "server" / "fretsaw"
Sentence = tuple[str, str]
"""Where it stands, and the text."""
_TELLS = re.compile(r"\w*(?:Error|Refusal|Failure|Misfit|Rejected)|say|paragraph|_step|append|cannot|warning|echo")
"""Calls whose texts a person reads."""


def main() -> int:
    """Print the drawn sentences."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("count", nargs="?", type=int, default=25)
    options.add_argument("--seed", type=int)
    options.add_argument("--all", action="store_true", help="print every sentence, none drawn")
    given = options.parse_args()
    sources = {"README": [*readme()], "help": [*help_texts()], "message": [*messages()]}
    if given.all:
        for rows in sources.values():
            for place, text in rows:
                print(f"{place}: {text}")
        return 0
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10_000)
    chance = random.Random(seed)
    print(f"seed {seed}; " + ", ".join(f"{len(rows)} of {name}" for name, rows in sources.items()))
    shares = [given.count - 2 * (given.count // 3), given.count // 3, given.count // 3]
    drawn = [row for rows, share in zip(sources.values(), shares, strict=True) for row in chance.sample(rows, share)]
    for number, (place, text) in enumerate(drawn, 1):
        print(f"{number:3}  {place}\n     {text}")
    return 0


def readme() -> Iterator[Sentence]:
    """Yield the sentences of README outside of code and of the tables that the code makes."""
    text = (ROOT / "README.md").read_text("utf-8")
    text = re.sub(r"```.*?```|<!-- (\w[\w ]*) -->.*?<!-- /\1 -->|!\[[^\]]*\]\([^)]*\)", "\n\n", text, flags=re.DOTALL)
    for block in re.split(r"\n\s*\n|\n(?=[-|#])", text):
        if re.match(r"\|[-| ]+\|$", block.strip()):
            continue
        cells = block.strip().strip("|").split(" | ") if block.strip().startswith("|") else [block]
        for cell in cells:
            yield from (("README", one) for one in sentences(cell.lstrip("-# ")))


def help_texts() -> Iterator[Sentence]:
    """Yield the sentences of every command's help and of its options."""
    for name, (_, line) in COMMANDS.items():
        yield f"agent {name}", line
        command = app.get_command(click.Context(app), name)
        if command is None:
            continue
        for paragraph in re.split(r"\n\s*\n", command.help or ""):
            if "\b" not in paragraph:
                yield from ((f"agent {name} --help", one) for one in sentences(paragraph))
        for option in command.params:
            if isinstance(option, click.Option) and option.help:
                yield from ((f"agent {name} {option.opts[0]}", one) for one in sentences(option.help))


def messages() -> Iterator[Sentence]:
    """Yield the texts that errors, notices and the terminal are given."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not _TELLS.fullmatch(_name(node.func)):
                continue
            for argument in [*node.args, *(word.value for word in node.keywords)]:
                text = shown(argument)
                if re.sub(r"\{[^}]*\}", "", text).strip().count(" ") >= 2 and not text.startswith("--"):
                    yield f"{path.relative_to(PACKAGE)}:{argument.lineno}", " ".join(text.split())


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def shown(text: ast.expr) -> str:
    """Return a literal text, with `{name}` for what is filled in; "" for any other expression."""
    if isinstance(text, ast.Constant) and isinstance(text.value, str):
        return text.value
    if isinstance(text, ast.JoinedStr):
        return "".join(map(_part, text.values))
    return ""


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        return f"{{{ast.unparse(part.value)}}}"
    return str(part.value) if isinstance(part, ast.Constant) else ""


def sentences(text: str) -> Iterator[str]:
    """Split prose; a full stop ends a sentence where a capital, a back-tick or a bracket follows."""
    for one in re.split(r"(?<=[.?!])\s+(?=[A-Z`\[(*])", " ".join(text.split())):
        if one.count(" ") >= 3:
            yield one


if __name__ == "__main__":
    sys.exit(main())
