"""Terms under which a name is found: itself as `=name`, the words in it, and it as one word."""

from __future__ import annotations

import hashlib

from fretsaw.core.context.query import split_name, stem

_SHORTEST = 3
"""Characters of a term: a query has no shorter ones."""


def terms_of(name: str) -> tuple[str, ...]:
    """`QuerySet` → `=QuerySet`, `query`, `set`, `queryset`."""
    lowered = name.lower()
    words = dict.fromkeys(word for word in split_name(name) if len(word) >= _SHORTEST)
    if lowered != name:
        words[stem(lowered)] = None
    exact = (f"={name}",) if len(name) >= _SHORTEST else ()
    return (*exact, *words)


def whole_word(term: str) -> str:
    """The term of a name as one word, empty where it has none of its own: `=QuerySet` → `queryset`, `=Mark` → ``."""
    terms = terms_of(term[1:]) if term[0] == "=" else ()
    return terms[-1] if terms and terms[-1] not in split_name(term[1:]) else ""


class TermIds:
    """Numbers for terms. They say nothing of a term to whom does not know it: an index holds no text of a repository.

    Words can be tried out against the salt; a password of any strength cannot.
    """

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._known: dict[str, int] = {}
        self._of_names: dict[str, tuple[int, ...]] = {}

    def of(self, term: str) -> int:
        """A number of 63 bits."""
        known = self._known.get(term)
        if known is None:
            digest = hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8, key=self._salt).digest()
            known = self._known[term] = int.from_bytes(digest, "little") >> 1
        return known

    def of_name(self, name: str) -> tuple[int, ...]:
        """The numbers of the terms of a name."""
        known = self._of_names.get(name)
        if known is None:
            known = self._of_names[name] = tuple(map(self.of, terms_of(name)))
        return known
