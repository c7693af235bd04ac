"""The texts inside a value of the core, taken out together and put back changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

T = TypeVar("T")
Change = Callable[["list[str]"], "list[str]"]


def change_texts(value: T, change: Change) -> T:
    """The same value with every text in it changed, all of them at once; pictures (`data:`) stay as they are."""
    found: list[str] = []
    _collect(value, found)
    changed = change(found)
    if changed == found:
        return value
    # A text that stands in several places is changed in all of them where it is in one.
    pairs = {text: new for text, new in zip(found, changed, strict=True) if text != new}
    return cast("T", _rebuilt(value, pairs))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not value.startswith("data:")


def _collect(value: object, found: list[str]) -> None:
    if isinstance(value, str):
        if _is_text(value):
            found.append(value)
    elif is_dataclass(value):
        for item in fields(value):
            _collect(getattr(value, item.name), found)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _collect(key, found)
            _collect(item, found)
    elif isinstance(value, (tuple, list, frozenset, set)):
        for item in value:
            _collect(item, found)


def _rebuilt(value: Any, changed: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return changed.get(value, value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {item.name: getattr(value, item.name) for item in fields(value)}
        new = {name: _rebuilt(part, changed) for name, part in parts.items()}
        return replace(value, **{name: part for name, part in new.items() if part is not parts[name]})
    if isinstance(value, Mapping):
        return {_rebuilt(key, changed): _rebuilt(item, changed) for key, item in value.items()}
    if isinstance(value, (tuple, list, frozenset, set)):
        return type(value)(_rebuilt(item, changed) for item in value)
    return value
