r"""Conversions over a whole file's lines: another line ending, the loss of the final newline.

Taken off first, so that `"x = 1\n"` → `"x = 2\r\n"` in a converted file is a change of one line and a conversion.
"""

from __future__ import annotations

from dataclasses import dataclass

from fretsaw.core.text.lines import ending


@dataclass(frozen=True, slots=True)
class Overlay:
    """The conversions that a file's change holds beside its lines."""

    endings: tuple[str, str] | None = None
    """(newline before, newline after), where every line has the one before and the other after."""
    eof: bool = False
    """The final newline goes away."""


def take_off(before: str, after: str) -> tuple[Overlay, str]:
    """The overlay and the text after without it; `put_on` of both gives `after` again, exactly."""
    plain = after
    eof = bool(plain) and before.endswith("\n") and not plain.endswith("\n")
    if eof:
        plain += _only_ending(plain) or ending(before)
    old, new = _only_ending(before), _only_ending(plain)
    endings = (old, new) if old and new and old != new else None
    if endings:
        plain = _convert(plain, endings[1], endings[0])
    overlay = Overlay(endings, eof)
    if put_on(overlay, plain) != after:
        return Overlay(), after
    return overlay, plain


def put_on(overlay: Overlay, text: str) -> str:
    """The text with the overlay over it; of a text that lacks what would be converted, the text itself."""
    if overlay.endings:
        text = _convert(text, *overlay.endings)
    if overlay.eof:
        text = text[: len(text) - len(ending(text))]
    return text


def _only_ending(text: str) -> str | None:
    """The ending that every line has, None when they are mixed or there are none."""
    newlines, crlf = text.count("\n"), text.count("\r\n")
    if not newlines or crlf not in (0, newlines):
        return None
    return "\r\n" if crlf else "\n"


def _convert(text: str, old: str, new: str) -> str:
    return text.replace(old, new) if old != new else text
