"""Turn a failure of the endpoint into words for a person, and decide whether to try again.

Is handed the library's exceptions and reads only their fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from fretsaw.errors import ConfigError, FretsawError, ModelError
from fretsaw.model.failures.connection import connection_failure
from fretsaw.model.failures.failed_exchange import DECISIONS, RESPONSES, ContextTooLongError, FailedRequest, Failure
from fretsaw.model.failures.response import by_status, in_stream
from fretsaw.model.parse import NotTheApiError, StreamError

__all__ = ["DECISIONS", "RESPONSES", "ContextTooLongError", "FailedRequest", "Failure", "failure"]


def failure(error: Exception, asked: FailedRequest) -> Failure:
    """Classify an exception of the library, or of our reading."""
    if isinstance(error, FretsawError):
        return Failure(error, billed=not isinstance(error, NotTheApiError | ConfigError))
    if isinstance(error, StreamError):
        return in_stream(error.body, asked)
    body = getattr(error, "body", None)
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        response = getattr(error, "response", None)
        headers = {str(name).lower(): str(value) for name, value in getattr(response, "headers", {}).items()}
        return by_status(status, body, headers, asked)
    if isinstance(body, Mapping):
        return in_stream(body, asked)
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        broken = ModelError("the endpoint's answer broke off in the middle of an event", hint="try again")
        return Failure(broken, retry=True, billed=True)
    return connection_failure(error, asked)
