"""Parts of files as the documents that a prompt holds."""

from __future__ import annotations

from collections.abc import Iterable

from fretsaw.core.context.parts import Part
from fretsaw.core.text.safe_text import sendable


def documents(parts: Iterable[Part]) -> str:
    """All parts, one `<doc>` a part, in a tag that no part holds; the same parts give the same bytes."""
    return "".join(each_document(parts))


def each_document(parts: Iterable[Part]) -> list[str]:
    """The same, part by part."""
    shown = [(part, sendable(part.text).replace("\r\n", "\n")) for part in parts]
    tag = free_tag("doc", *(text for _, text in shown))
    return [document(part, text, tag) for part, text in shown]


def document(part: Part, text: str, tag: str = "doc") -> str:
    """One part with its path and, for an excerpt, its lines."""
    lines = "" if part.whole else f' lines="{part.first}-{part.last}"'
    end = "" if text.endswith("\n") or not text else "\n"
    return f'<{tag} path="{attribute(part.path)}"{lines}>\n{text}{end}</{tag}>\n'


def attribute(path: str) -> str:
    """A path inside double quotes, on one line."""
    return sendable(path).replace("&", "&amp;").replace('"', "&quot;").replace("\n", "&#10;").replace("<", "&lt;")


def free_tag(name: str, *texts: str) -> str:
    """The name, or the first of `name-1`, `name-2`, … whose closing tag stands in none of the texts.

    Deterministic, so that the same texts give the same bytes; a text cannot hold a tag that is chosen after it.
    """
    lowered = [text.lower() for text in texts if "</" in text]
    tag, number = name, 0
    while any(f"</{tag}" in text for text in lowered):
        number += 1
        tag = f"{name}-{number}"
    return tag
