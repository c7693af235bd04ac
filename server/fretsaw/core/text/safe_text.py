"""Text made safe to show or to send: control, direction and invisible characters become visible marks.

Every sink calls this on what an issue, a repository or a model wrote.
"""

from __future__ import annotations

import re

# Characters that a reader cannot see or that reorder what is seen; variation selectors are among them.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_SURROGATE = "\ud800-\udfff"

INVISIBLE = re.compile(f"[{_INVISIBLE}]")
"""One character that cannot be seen."""
CONTROL = re.compile(f"[{_CONTROL}]")
"""One control character but tab and newline."""
_UNSAFE = re.compile(f"[{_CONTROL}{_INVISIBLE}{_SURROGATE}]")
_LONE = re.compile(f"[{_SURROGATE}]")


def safe_text(text: str) -> str:
    r"""The text with every control, direction and invisible character as `<U+200B>`; tab and newline stay.

    A carriage return before a newline is taken away with it; bytes that were not UTF-8 show as `<U+DCE9>`.

    >>> safe_text("a\x1b[31mb\u200bc\r\n")
    'a<U+001B>[31mb<U+200B>c\n'
    """
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
    return _UNSAFE.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def sendable(text: str) -> str:
    """The text without lone surrogates, which no wire format carries: each shows as U+FFFD."""
    return _LONE.sub("\N{REPLACEMENT CHARACTER}", text)
