"""One failed exchange, as a value. Knows neither statuses nor exceptions."""

from __future__ import annotations

from dataclasses import dataclass

from fretsaw.errors import ContextTooLongError, FretsawError
from fretsaw.model.endpoint import KEY_HINT, Endpoint
from fretsaw.model.redaction import clean

__all__ = ["DECISIONS", "RESPONSES", "ContextTooLongError", "FailedRequest", "Failure"]

DECISIONS = "decisions"
"""The Decisions API, as `FailedRequest.api` and as something that an endpoint may not have (`Failure.leave_out`)."""
RESPONSES = "responses"
"""The Responses API, as both."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error for a person, and what to do about it: retry, wait, count as billed."""

    error: FretsawError
    retry: bool = False
    after: float | None = None
    """Seconds that the endpoint asks to wait."""
    declined: bool = False
    """The endpoint's filter refused the request: an answer, not an error."""
    reason: str = ""
    """The filter's own words, safe to show."""
    billed: bool = False
    """The endpoint may have worked on it, and may ask money for that."""
    leave_out: str | None = None
    """A field of the request that the endpoint does not know and that can be done without."""


@dataclass(frozen=True, slots=True)
class FailedRequest:
    """The request that failed, as far as messages speak of it."""

    endpoint: Endpoint
    model: str
    api: str = "chat"
    key_hint: str = KEY_HINT
    parts: frozenset[str] = frozenset()
    """The kinds of attachments that it has."""

    def text(self, said: str) -> str:
        """A stranger's text, made safe to show."""
        return clean(said, self.endpoint.key)
