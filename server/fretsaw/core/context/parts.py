"""The chosen context, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A file or an excerpt of one."""

    path: str
    first: int
    """Number of the first line shown, from 1."""
    last: int
    """Number of the last line shown."""
    text: str
    """Those lines, exactly."""
    why: str
    """A few words for a person: why it is shown."""
    whole: bool = True
    """False: an excerpt of a longer file."""


@dataclass(frozen=True, slots=True)
class Context:
    """The part of the repository that is sent."""

    parts: tuple[Part, ...]
    """Those of files that changed long ago first, so that later prompts share a prefix; then by path and line. Not
    overlapping."""
    tokens: int
    """Of the parts as the prompt shows them, by the estimate that was handed in."""
    whole: bool
    """True if this is all the text of the repository that may be shown."""
    notices: tuple[str, ...] = ()
    """For a person: what was left out and why (too large, secret, over the budget)."""
    ranking: tuple[str, ...] = ()
    """Paths by how much points to them, best first; also some that are not shown."""

    settled: int = 0
    """Number of parts, from the first on, whose files have not changed lately."""

    joins: tuple[str, ...] = ()
    """Sentences on where what the issue names is defined, used and tested, also in files that are not shown."""
    following: tuple[Part, ...] = ()
    """The next beyond the budget, best first; not sent."""
    following_tokens: int = 0
    stopped: str = ""
    """For a person: why no more is shown; empty where the whole repository is."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that are shown, each once."""
        return tuple(dict.fromkeys(part.path for part in self.parts))
