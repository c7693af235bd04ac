"""Words for the shell's completion: commands, flags, values, run ids, models. A TAB waits for it, so it imports little.

`words.json` is made from the commands by `make tables`; neither they nor click are imported here. The protocol is
click's, whose scripts `agent completion` prints.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any, TypeAlias

Word: TypeAlias = "tuple[str, str]"
"""A word and its help. The words `file` and `dir` of `_SHELL` leave it to the shell."""

_SHELL = {"file": "file", "dir": "dir"}
_MOST_RUNS = 30


def model_ids() -> list[str]:
    """The models that there are to choose from."""
    return [*_table()["models"], *_own_models()]


def complete(instruction: str) -> int:
    """Print the words for `bash_complete`, `zsh_complete` or `fish_complete`; the exit code."""
    shell = instruction.partition("_")[0]
    before, incomplete = _typed(shell)
    kind, words = _words(before, incomplete)
    fitting = [(word, text) for word, text in words if word.startswith(incomplete)]
    out = sys.stdout
    for word, text in fitting:
        out.write(_line(shell, "plain", word, text))
    if kind in _SHELL and not fitting:
        out.write(_line(shell, kind, incomplete, ""))
    return 0


def _line(shell: str, kind: str, word: str, text: str) -> str:
    if shell == "zsh":
        return f"{kind}\n{word.replace(':', chr(92) + ':') if text else word}\n{text or '_'}\n"
    if shell == "fish":
        return f"{kind},{word}\t{text}\n" if text else f"{kind},{word}\n"
    return f"{kind},{word}\n"


def _typed(shell: str) -> tuple[list[str], str]:
    """The words before the one that is completed, without the program's name, and that one."""
    words = _split(os.environ.get("COMP_WORDS", ""))
    number = os.environ.get("COMP_CWORD", "")
    if shell == "fish":
        incomplete = _split(number)[0] if number.strip() else ""
        before = words[1:]
        return (before[:-1] if incomplete and before and before[-1] == incomplete else before), incomplete
    at = int(number) if number.isdigit() else len(words)
    return words[1:at], words[at] if at < len(words) else ""


def _split(line: str) -> list[str]:
    """The words of a line; of one that ends within quotes, what there is."""
    words: list[str] = []
    word, quote, started = "", "", False
    for sign in line:
        if quote:
            quote, word = ("", word) if sign == quote else (quote, word + sign)
        elif sign in "\"'":
            quote, started = sign, True
        elif sign.isspace():
            words += [word] if word or started else []
            word, started = "", False
        else:
            word += sign
    return [*words, word] if word or started else words


def _words(before: list[str], incomplete: str) -> tuple[str, list[Word]]:
    """The kind of the next word, and those that there are to choose from."""
    table = _table()
    level, given, waiting = _level(before, {**table, "arguments": []})
    optional = str(level["flags"].get(before[-1] if before else "", ["", ""])[0])
    if waiting or (optional.endswith("?") and not incomplete.startswith("-")):
        return _values(waiting or optional.rstrip("?"), table)
    if incomplete.startswith("-"):
        return "", [(flag, text) for flag, (_, text) in level["flags"].items()]
    if level.get("commands"):
        # Behind a word that is no command there is nothing to say.
        return "", [] if given else [(name, each["help"]) for name, each in level["commands"].items()]
    arguments = level["arguments"]
    return _values(arguments[min(given, len(arguments) - 1)], table) if arguments else ("", [])


def _table() -> dict[str, Any]:
    with open(os.path.join(os.path.dirname(__file__), "words.json"), encoding="utf-8") as file:  # noqa: PTH120, PTH123, PTH118
        table: dict[str, Any] = json.load(file)
    return table


def _level(before: list[str], level: dict[str, Any]) -> tuple[dict[str, Any], int, str]:
    """The command that is typed so far, how many arguments it has, and the kind of value that its last flag needs."""
    given, waiting = 0, ""
    for word in before:
        if waiting:
            waiting = ""
        elif word.startswith("-"):
            takes = str(level["flags"].get(word.partition("=")[0], ["", ""])[0])
            waiting = "" if "=" in word or takes.endswith("?") else takes
        elif word in level.get("commands", {}):
            level, given = level["commands"][word], 0
        else:
            given += 1
    return level, given, waiting


def _values(takes: str, table: dict[str, Any]) -> tuple[str, list[Word]]:
    if takes == "run":
        return "", list(_runs())
    if takes == "model":
        return "", [(name, "") for name in (*table["models"], *_own_models())]
    if takes.startswith("="):
        return "", [(word, "") for word in takes[1:].split("|")]
    return takes, []


def _runs() -> Iterator[Word]:
    """Ids and titles of the newest runs of the repository that the shell is in."""
    from fretsaw.user_dirs import repo_id, user_dirs

    root = os.getcwd()  # noqa: PTH109
    while not os.path.exists(f"{root}/.git"):  # noqa: PTH110
        above = os.path.dirname(root)  # noqa: PTH120
        if above == root:
            return
        root = above
    folder = f"{user_dirs().state}/repos/{repo_id(root)}/runs"  # type: ignore[arg-type]
    try:
        names = sorted(os.listdir(folder), reverse=True)[:_MOST_RUNS]  # noqa: PTH208
    except OSError:
        return
    for name in names:
        try:
            with open(f"{folder}/{name}/run.json", encoding="ascii") as file:  # noqa: PTH123
                run = json.load(file)
            yield name, " ".join(f"{run['state']}: {run['title']}".split())[:70]
        except (OSError, ValueError, KeyError, TypeError):
            continue


def _own_models() -> Iterator[str]:
    """The ids of the user's own rows."""
    from fretsaw.user_dirs import user_dirs

    for name in ("models.toml", "measured-models.toml"):
        try:
            text = (user_dirs().config / name).read_text("utf-8", "replace")
        except OSError:
            continue
        for line in text.splitlines():
            key, is_row, value = line.partition("=")
            if is_row and key.strip() == "id":
                yield value.strip().strip("\"'")
