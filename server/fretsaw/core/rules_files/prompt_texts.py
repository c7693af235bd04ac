"""The rules files as the model reads them, within a budget of tokens."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from fretsaw.core.context.render import attribute
from fretsaw.core.rules_files.rules_file import Chain, RulesFile
from fretsaw.core.text.safe_text import safe_text

MOST_TOKENS = 2_000
"""Tokens that all rules files of a prompt take at most."""
_LEAST_TOKENS = 60


@dataclass(frozen=True, slots=True)
class PromptTexts:
    """The texts that are sent."""

    texts: tuple[tuple[str, str], ...] = ()
    """(attributes, text) of each file, weakest first; invisible characters are marks."""
    cut: tuple[str, ...] = ()
    """Sentences for a person on what did not fit, and on what nobody could see."""


def prompt_texts(
    chain: Chain, estimate: Callable[[str], int], budget: int = MOST_TOKENS, shown_whole: Collection[str] = ()
) -> PromptTexts:
    """The texts of a chain, but for files that are `shown_whole` among the documents.

    Where they are too long, what is nearest to the files is whole and the rest is cut.
    """
    texts: list[tuple[str, str]] = []
    notices: list[str] = []
    left = budget
    seen: dict[str, str] = {}
    for file in reversed(chain.files):
        shown = "(in whole among the files above)" if file.path in shown_whole else _shown(file)
        notices += _unseen(file)
        if shown in seen and file.path not in shown_whole:
            shown = f"(the same text as {seen[shown]})"
        seen.setdefault(shown, file.path)
        kept = _within(shown, left, estimate)
        if kept != shown:
            lines = shown.count("\n") - kept.count("\n") + (not kept)
            notices.append(f"{file.path}: its last {lines} lines are over the budget of {budget:,} tokens for rules")
            kept += f"\n[{lines} more lines of {safe_text(file.path)} are not shown]"
        left -= estimate(kept)
        texts.append((_attributes(file), kept.strip("\n")))
    return PromptTexts(tuple(reversed(texts)), tuple(notices))


def _shown(file: RulesFile) -> str:
    """The text with one blank line where there are several."""
    out: list[str] = []
    for line in safe_text(file.text).split("\n"):
        if line.strip() or (out and out[-1]):
            out.append(line.rstrip())
    return "\n".join(out)


def _within(text: str, left: int, estimate: Callable[[str], int]) -> str:
    """The first lines of a text that fit."""
    # Eight characters a token is more than any prose has.
    if len(text) <= 8 * left and estimate(text) <= left:
        return text
    if left < _LEAST_TOKENS:
        return ""
    kept, used = [], 0
    for line in text.split("\n"):
        used += estimate(line[: 8 * left + 8]) + 1
        if used > left:
            break
        kept.append(line)
    return "\n".join(kept)


def _attributes(file: RulesFile) -> str:
    prefix = f"{file.area.folder}/" if file.area.folder else ""
    where = ", ".join(prefix + glob for glob in file.area.globs) or prefix
    return f' path="{attribute(file.path)}"' + (f' for="{attribute(where)}"' if where else "")


def _unseen(file: RulesFile) -> list[str]:
    out = []
    if file.invisible:
        out.append(f"{file.path} has {file.invisible} invisible character(s): the model sees them as marks, <U+200B>")
    if file.comments:
        out.append(f"{file.path} has {file.comments} hidden comment(s): they are neither told nor enforced")
    return out
