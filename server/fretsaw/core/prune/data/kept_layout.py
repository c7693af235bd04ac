"""The reply's data in the layout that the file had, proved to be the same data."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from fretsaw.core.prune.data.formats import format_of
from fretsaw.core.prune.data.insertion import UnclearPlaceError
from fretsaw.core.prune.data.merge import merged
from fretsaw.core.prune.data.tree import DataFormat, Document
from fretsaw.core.text.lines import newline_of

MOST_TEXT = 150_000
"""Characters of a file that is larger than anybody edits by hand."""


@lru_cache(maxsize=16)
def in_file_layout(path: str, before: str, after: str) -> str | None:
    """The text before with what really changes after; None where that cannot be told, or it is all of the change."""
    form = format_of(path)
    if form is None or not (_is_readable(before) and _is_readable(after)) or _has_mixed_ends(before):
        return None
    old, new = _with_plain_ends(before), _with_plain_ends(after)
    try:
        result = _merged(old, form.prepare(old, new), form)
    except RecursionError:
        return None  # brackets within brackets, a thousand times
    if result is None:
        return None
    result = result.replace("\n", newline_of(before))
    return result if result != after else None


@lru_cache(maxsize=16)
def can_be_compared(path: str, before: str, after: str) -> bool:
    """Tell whether both texts of a data file are read, so that what differs in layout only is known."""
    form = format_of(path)
    if form is None or not (_is_readable(before) and _is_readable(after)) or _has_mixed_ends(before):
        return False
    try:
        return all(form.read(_with_plain_ends(text)) is not None for text in (before, after))
    except RecursionError:
        return False


def _is_readable(text: str) -> bool:
    """Tell whether a text holds something, is not too large, and has no carriage return but in line endings."""
    has_lone_returns = text.count("\r") != text.count("\r\n")
    return bool(text.strip()) and len(text) <= MOST_TEXT and not has_lone_returns


def _has_mixed_ends(text: str) -> bool:
    return text.count("\r\n") not in (0, text.count("\n"))


def _with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n")


def _merged(before: str, after: str, form: DataFormat) -> str | None:
    old, new = form.read(before), form.read(after)
    if old is None or new is None:
        return None
    attempts = (_attempt(old, new, form, scales=scales) for scales in (True, False))
    return next(filter(None, attempts), None)


def _attempt(old: Document, new: Document, form: DataFormat, *, scales: bool) -> str | None:
    """The merged text, if it is proved to hold the reply's data, and ends as the file did."""
    try:
        result = merged(old, new, form, scales=scales)
    except UnclearPlaceError:
        return None
    document = old if result == old.text else form.read(result)
    if document is None or not _is_same(document, new, form):
        return None
    return result if result.endswith("\n") == old.text.endswith("\n") else None


def _is_same(one: Document, reply: Document, form: DataFormat) -> bool:
    """Tell whether two texts hold the same data, and the first one has each comment of the other."""
    if one.root.value != reply.root.value or Counter(reply.comments) - Counter(one.comments):
        return False
    return form.proof is None or form.proof(one.text) == form.proof(reply.text)
