"""A choice that is made only where there is nothing to choose."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

Item = TypeVar("Item")


def only(items: Collection[Item]) -> Item | None:
    """Return the one item there is; None for none or several.

    >>> only({3}), only([]), only("ab")
    (3, None, None)
    """
    return next(iter(items)) if len(items) == 1 else None
