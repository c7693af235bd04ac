"""The new lines of a change written word by word as the old ones are: with their line breaks, blanks and quotes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, count, pairwise, starmap
from typing import NamedTuple

from fretsaw.core.patch.patch_set import Hunk
from fretsaw.core.patch.sequence import differences, matches
from fretsaw.core.prune.lexer import CLOSING, FREE_QUOTES, OPTIONAL_SEMICOLON, spans
from fretsaw.core.prune.old_indents import OldIndents
from fretsaw.core.prune.scene import text

_NAME = re.compile(r"[\w\"'`]")
_QUOTES = frozenset({'"', "'"})
_PLAIN_STRING = re.compile(r"([\"'])[^\"'\\]*\1")
"""A string without a prefix, in which nothing depends on the kind of its quotes."""
_ARROW = ["(", ")", "=", ">"]
"""Signs of `(x) =>`."""


@dataclass(frozen=True, slots=True)
class Style:
    """The style of a file before it was formatted anew."""

    language: str
    indents: OldIndents
    new_brackets: bool
    """True to leave the round brackets that came, which may be the formatter's or the author's."""


class _Word(NamedTuple):
    """One word of a text."""

    form: str
    """The word as the lexer gives it: of two spellings that say the same, one."""
    written: str
    gap: str
    """The text between the word before it, or the beginning of the text, and itself."""


def in_old_layout(hunk: Hunk, style: Style) -> str:
    """The new text word by word; between and in words that the old one has too, what stands there.

    Old `f('a', b)`, new `f("a",` and on the next line `c)`: all words but c are the old ones, c stands in b's place,
    and no word is between two that were beside each other. So the gaps and the quotes are the old ones: `f('a', c)`.
    """
    new_text = text(hunk.added)
    old_words = list(_words(text(hunk.removed), style.language))
    all_new_words = list(_words(new_text, style.language))
    new_words = _without_added_style(old_words, all_new_words, style)
    ours, theirs = _forms(old_words), _forms(new_words)
    # New word → old word: the same one, or the one in whose place it stands.
    same = {theirs_at: ours_at for ours_at, theirs_at in matches(ours, theirs)}
    place = same | _replaced(ours, theirs)
    quote = _only_quote(old_words, style.language)
    pieces: list[str] = []
    old_before: int | None = -1
    for at, word in enumerate(new_words):
        old_at = place.get(at)
        gap = _old_gap(old_words, old_before, old_at, word.gap)
        pieces.append(_reindented(word.gap, style.indents, is_first=not at) if gap is None else gap)
        pieces.append(old_words[same[at]].written if at in same else _quoted(word.written, quote))
        old_before = old_at
    if _has_more_semicolon(ours, theirs, style.language):
        pieces.append(";")
    return "".join(pieces) + _tail(new_text, all_new_words)


def _words(text: str, language: str) -> Iterator[_Word]:
    """The words of a text, with what is between them."""
    last_end = 0
    for start, end, form in spans(text, language):
        yield _Word(form, written=text[start:end], gap=text[last_end:start])
        last_end = end


def _tail(text: str, words: Sequence[_Word]) -> str:
    """The blanks behind the last word of a text."""
    length = sum(len(word.gap) + len(word.written) for word in words)
    return text[length:]


def _forms(words: Sequence[_Word]) -> list[str]:
    return [word.form for word in words]


def _old_gap(old_words: Sequence[_Word], before: int | None, at: int | None, new_gap: str) -> str | None:
    """The gap before an old word, where it may stand there again; None where the new gap has to.

    `before`, `at`: the places of the two words in the old text, None where they are new, -1 at the beginning. It may
    where they were beside each other, or where only one of the gaps is a line break.
    """
    if at is None:
        return None
    gap = old_words[at].gap
    if before == at - 1:
        return gap
    is_between_words = -1 not in (before, at - 1)
    only_one_breaks = ("\n" in gap) != ("\n" in new_gap)
    return gap if is_between_words and only_one_breaks else None


def _reindented(gap: str, indents: OldIndents, *, is_first: bool) -> str:
    """A gap with the file's own indentation after its last line break, or at the beginning."""
    head, newline, indent = gap.rpartition("\n")
    ends_in_indent = is_first or newline
    return head + newline + indents.before(indent) if ends_in_indent else gap


def _only_quote(old_words: Sequence[_Word], language: str) -> str:
    """The quote that the old text has, where it has one kind and the language does not care; else empty."""
    quotes = _QUOTES.intersection(word.written[0] for word in old_words)
    has_one_kind = len(quotes) == 1 and language in FREE_QUOTES
    return "".join(quotes) if has_one_kind else ""


def _quoted(word: str, quote: str) -> str:
    """The word, with these quotes if it is a plain string."""
    is_plain_string = _PLAIN_STRING.fullmatch(word) is not None
    return quote + word[1:-1] + quote if quote and is_plain_string else word


def _without_added_style(old_words: Sequence[_Word], new_words: Sequence[_Word], style: Style) -> Sequence[_Word]:
    """The new words without what formatters add, where the old ones have none of it: a comma before a closing bracket,
    a last semicolon, and round brackets that the old words do not have."""
    ours = _forms(old_words)
    if not _last_commas(ours):
        new_words = _without(new_words, _last_commas(_forms(new_words)))
    if _has_more_semicolon(_forms(new_words), ours, style.language):
        new_words = new_words[:-1]
    if style.new_brackets:
        return new_words
    if ")=>" not in "".join(ours):
        new_words = _without(new_words, _arrow_brackets(_forms(new_words)))
    return _without(new_words, _added_brackets(ours, _forms(new_words)))


def _without(words: Sequence[_Word], places: Collection[int]) -> Sequence[_Word]:
    """The words but those at some places."""
    return [word for at, word in enumerate(words) if at not in places]


def _has_more_semicolon(one: Sequence[str], other: Sequence[str], language: str) -> bool:
    """Tell whether only the one row of words ends in a semicolon, where that may as well be missing."""
    return language in OPTIONAL_SEMICOLON and one[-1:] == [";"] != other[-1:]


def _last_commas(forms: Sequence[str]) -> set[int]:
    """Places of the commas before a closing bracket."""
    ends = starmap(_ends_list, pairwise(forms))
    return set(compress(count(), ends))


def _ends_list(sign: str, after: str) -> bool:
    return sign == "," and after in CLOSING


def _arrow_brackets(forms: Sequence[str]) -> set[int]:
    """Places of the brackets around the one parameter of an arrow function: `(x) => y` is `x => y`."""
    opening = {at for at in range(len(forms)) if [forms[at], *forms[at + 2 : at + 5]] == _ARROW}
    return opening | {at + 2 for at in opening}


def _added_brackets(ours: Sequence[str], theirs: Sequence[str]) -> set[int]:
    """Places of the round brackets of which the old words have neither the opening nor the closing one."""
    known = {theirs_at for _, theirs_at in matches(ours, theirs)}
    return {at for at, other in _pairs(theirs).items() if known.isdisjoint((at, other))}


def _pairs(forms: Sequence[str]) -> dict[int, int]:
    """Place of a round bracket → of its other one, where something is between them."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for at, form in enumerate(forms):
        if form == "(":
            opened.append(at)
        elif form == ")" and opened:
            first = opened.pop()
            if first + 1 < at:
                pairs |= {first: at, at: first}
    return pairs


def _replaced(ours: Sequence[str], theirs: Sequence[str]) -> dict[int, int]:
    """New word → old word in whose place it stands, where as many names came as went."""
    replaced: dict[int, int] = {}
    for ours_at, ours_end, theirs_at, theirs_end in differences(ours, theirs):
        went, came = ours[ours_at:ours_end], theirs[theirs_at:theirs_end]
        if len(went) == len(came) and all(map(_NAME.match, [*went, *came])):
            replaced |= zip(range(theirs_at, theirs_end), range(ours_at, ours_end), strict=True)
    return replaced
