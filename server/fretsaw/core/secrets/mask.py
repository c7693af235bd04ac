"""Replace secrets by markers of like shape, and markers by the secrets again.

The marker of a value is computed from it with a key that never leaves the machine: the same value has the same marker
in every text, run and replay, and nobody can tell the value from the marker, not even by trying words.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice

from fretsaw.core.secrets.chance import is_random

SIGN = "WITHHELD"
"""The beginning of the part of a marker that is the same in all."""
MARKER = re.compile(rf"{SIGN}[A-Z2-7]{{3,}}x*")
"""A marker, or what is left of one; what is public of the value may stand before it."""
_LEAST, _MOST = 8, 12
_PUBLIC_PREFIX = re.compile(r"(?:[A-Za-z]{2,10}[0-9]{0,2}[_.-]){1,3}|A[KSB]IA|ACCA|AIza|AGE-SECRET-KEY-1|eyJ")
_LONGEST_PREFIX = 20
_MOST_FINDINGS = 2_000
_SHORTEST = 6
_LEAST_SEEN = 12
"""Characters of a value that is kept back wherever it stands once it was seen; shorter ones may be words."""
_BETWEEN = "\n\0\n"


@dataclass(frozen=True, slots=True)
class Withheld:
    """One value that was kept back."""

    source: str
    """The file, or what else the text is: the issue, a log, the check's output."""
    line: int
    """From 1."""
    rule: str
    marker: str
    """The text in its place."""

    @property
    def name(self) -> str:
        """Return the name by which a user allows it: the part of the marker that is its own."""
        found = MARKER.search(self.marker)
        return found[0].removeprefix(SIGN).rstrip("x") if found else self.marker


class SecretMask:
    """Masks texts and remembers what each marker stands for."""

    def __init__(self, key: Callable[[], bytes], allowed: Iterable[str] = ()) -> None:
        """`key` gives the secret that markers are computed with, when the first is needed; `allowed`: names of values,
        rules and paths (globs) that are not kept back."""
        self._key = key
        self._allowed = tuple(allowed)
        self._values: dict[str, str] = {}
        self._markers: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._findings: dict[tuple[str, str], Withheld] = {}

    @property
    def findings(self) -> tuple[Withheld, ...]:
        """Everything that was kept back so far: of a value that stands in a text several times, the first place."""
        return tuple(self._findings.values())

    def learn(self, values: Iterable[str], rule: str, *, at_any_rate: bool = False) -> None:
        """Keep these values back wherever they stand, such as those in the user's own `.env`.

        Words are left alone, unless `at_any_rate`: a host or a branch may be among the values of an environment.
        """
        self._known.update((value, rule) for value in values if at_any_rate or is_random(value))

    def unrestricted(self) -> SecretMask:
        """A mask with the same key that knows the same values, and to which nothing is allowed."""
        other = SecretMask(self._key)
        other._values, other._markers = dict(self._values), dict(self._markers)
        return other

    def mask(self, text: str, source: str = "") -> str:
        """The text with a marker for every secret. `source` is the file's path or another name of the text."""
        if len(text) < _SHORTEST:
            return text
        from fretsaw.core.secrets.detect import find_secrets  # its rules take 15 ms to compile: only when asked

        pieces, at = [], 0
        for found in find_secrets(text, source):
            value = text[found.start : found.end]
            if MARKER.search(value) or self._is_allowed(source, found.rule, value):
                continue
            marker = self._note(value, found.rule, source, text, found.start)
            pieces += [text[at : found.start], marker]
            at = found.end
        return self._mask_known("".join((*pieces, text[at:])), source)

    def mask_all(self, texts: list[str], source: str = "") -> list[str]:
        """Mask texts that belong together, such as the lines of one file: what one gives away is kept back in all."""
        masked = self.mask(_BETWEEN.join(texts), source).split(_BETWEEN)
        return masked if len(masked) == len(texts) else [self.mask(text, source) for text in texts]

    def _mask_known(self, text: str, source: str) -> str:
        """Replace what was learned or seen before: also where nothing around it says what it is."""
        # A file of thousands of keys is hostile, or made for tests: not each is looked for in every other text.
        seen = {value: "seen-before" for value in islice(self._values, _MOST_FINDINGS) if len(value) >= _LEAST_SEEN}
        for value, rule in sorted({**seen, **self._known}.items(), key=lambda item: -len(item[0])):
            if value in text and not self._is_allowed(source, rule, value):
                marker = self._note(value, rule, source, text, text.index(value))
                text = text.replace(value, marker)
        return text

    def reveal(self, text: str) -> str:
        """The text with every known marker replaced by what it stands for."""
        if SIGN not in text:
            return text
        for marker in sorted(self._markers, key=len, reverse=True):
            if marker in text:
                text = text.replace(marker, self._markers[marker])
        return text

    def markers_in(self, text: str) -> frozenset[str]:
        """The known markers in a text."""
        return frozenset(marker for marker in self._markers if marker in text) if SIGN in text else frozenset()

    def _note(self, value: str, rule: str, source: str, text: str, at: int) -> str:
        marker = self._marker(value)
        self._values[value] = marker
        self._markers[marker] = value
        if len(self._findings) < _MOST_FINDINGS and (source, marker) not in self._findings:
            self._findings[source, marker] = Withheld(source, text.count("\n", 0, at) + 1, rule, marker)
        return marker

    def _marker(self, value: str) -> str:
        """A marker of the value's length where that is long enough: `ghp_` and 36 signs stay `ghp_` and 36 signs."""
        known = self._values.get(value)
        if known is not None:
            return known
        found = _PUBLIC_PREFIX.match(value)
        prefix = found[0] if found and len(found[0]) <= min(_LONGEST_PREFIX, len(value) // 2) else ""
        room = len(value) - len(prefix) - len(SIGN)
        size = max(_LEAST, min(_MOST, room))
        digest = hmac.new(self._key(), value.encode("utf-8", "surrogateescape"), hashlib.sha256).digest()
        core = SIGN + b32encode(digest).decode("ascii")[:size]
        return prefix + core + "x" * max(0, len(value) - len(prefix) - len(core))

    def _is_allowed(self, source: str, rule: str, value: str) -> bool:
        if not self._allowed:
            return False
        marker = self._marker(value)
        name = Withheld(source, 0, rule, marker).name
        names = (marker, name, rule, source)
        return any(fnmatchcase(each, pattern) for pattern in self._allowed for each in names if each)
