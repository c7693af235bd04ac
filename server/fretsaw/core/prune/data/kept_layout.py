"""The reply's data in the layout that the file had, proved to be the same data."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from fretsaw.core.prune.data.formats import format_of
from fretsaw.core.prune.data.insertion import UnclearPlaceError
from fretsaw.core.prune.data.merge import merged
from fretsaw.core.prune.data.tree import DataFormat, Document

MOST_TEXT = 400_000
"""Characters of a file that is larger than anybody edits by hand."""


@lru_cache(maxsize=16)
def in_file_layout(path: str, before: str, after: str) -> str | None:
    """The text before with what really changes after; None where that cannot be told, or it is all of the change."""
    form = format_of(path)
    if form is None or max(len(before), len(after)) > MOST_TEXT or not before.strip() or not after.strip():
        return None
    has_crlf = "\r\n" in before
    old, new = (text.replace("\r\n", "\n") for text in (before, after))
    if "\r" in old or "\r" in new or (has_crlf and before.count("\n") != before.count("\r\n")):
        return None
    result = _merged(old, form.prepare(old, new), form)
    if result is None:
        return None
    result = result.replace("\n", "\r\n") if has_crlf else result
    return result if result != after else None


def _merged(before: str, after: str, form: DataFormat) -> str | None:
    old, new = form.read(before), form.read(after)
    if old is None or new is None:
        return None
    try:
        result = merged(old, new, form)
    except UnclearPlaceError:
        return None
    document = form.read(result)
    return result if document is not None and _is_same(document, new, form) else None


def _is_same(one: Document, reply: Document, form: DataFormat) -> bool:
    """Tell whether two texts hold the same data, and the first one has each comment of the other."""
    if one.root.value != reply.root.value or Counter(reply.comments) - Counter(one.comments):
        return False
    return form.proof is None or form.proof(one.text) == form.proof(reply.text)
