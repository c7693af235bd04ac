"""Requests to the API of one host: no redirect, bounded sizes and waits, failures in words.

The standard library suffices: a handful of JSON requests, and one door less to keep closed.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

from fretsaw import __version__
from fretsaw.errors import ForgeError
from fretsaw.forge.address import Host
from fretsaw.forge.login import how_to_log_in

_SECONDS = 20.0
_MOST_BYTES = 16 * 1024 * 1024
LONGEST_WAIT = 30.0
"""Seconds that we wait, in all, where a host asks for fewer requests."""
_PAGE = 100
_THROTTLED = (403, 429)


class Refusal(Exception):  # noqa: N818 - what it means depends on the request
    """A request that the host answered with an error."""

    def __init__(self, status: int, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.wait = wait
        """Seconds to wait before trying again; None where that does not help."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could carry the token, and our question, to another host."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Connection:
    """One host and the token for it."""

    host: Host
    token: str
    sleep: Callable[[float], None] = time.sleep

    def get(self, path: str, **query: str | int) -> Any:
        """Parsed JSON of one page."""
        return self._json("GET", f"{path}{'?' + urlencode(query) if query else ''}", None)

    def pages(self, path: str, most: int, **query: str | int) -> list[Any]:
        """The rows of a list, of at most so many pages of 100."""
        rows: list[Any] = []
        for page in range(1, most + 1):
            found = self.get(path, per_page=_PAGE, limit=_PAGE, page=page, **query)
            if not isinstance(found, list):
                raise self._not_the_api("a list")
            rows += found
            if len(found) < self._page_length:
                break
        return rows

    @property
    def _page_length(self) -> int:
        """The rows of a full page: Gitea gives at most 50, however many are asked for."""
        return 50 if self.host.kind == "gitea" else _PAGE

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Parsed JSON of the answer. Refusal where the host refuses, so that the caller can tell why."""
        return self._json("POST", path, body)

    def _json(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        waited = 0.0
        while True:
            try:
                data = self._send(method, path, body)
                break
            except Refusal as refusal:
                pause = refusal.wait
                if pause is None or waited + pause > LONGEST_WAIT:
                    raise
                waited += pause
                self.sleep(pause)
        try:
            return json.loads(data) if data.strip() else None
        except ValueError:
            raise self._not_the_api("JSON") from None

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> bytes:
        url = self.base + path
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers=self._headers(), method=method)  # noqa: S310 - of Host
        try:
            with _opener(self.host).open(request, timeout=_SECONDS) as answer:
                text: bytes = answer.read(_MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            raise self._refusal(error) from None
        except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise ForgeError(
                f"{self.host.name} cannot be reached: {reason}",
                hint="check the address and the network, then try again",
            ) from None
        if len(text) > _MOST_BYTES:
            raise ForgeError(f"{self.host.name} answered with more than {_MOST_BYTES >> 20} MB")
        return text

    @property
    def base(self) -> str:
        """The URL that all paths of the API follow."""
        if self.host.name == "github.com":
            return "https://api.github.com"
        version = {"github": "v3", "gitlab": "v4", "gitea": "v1"}[self.host.kind or "gitea"]
        return f"{self.host.scheme}://{self.host.name}/api/{version}"

    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": f"fretsaw/{__version__}", "Accept": "application/json"}
        if self.host.kind == "github":
            headers |= {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if self.token:
            word = "token" if self.host.kind == "gitea" else "Bearer"
            headers["Authorization"] = f"{word} {self.token}"
        return headers | {"Content-Type": "application/json"}

    def _refusal(self, error: urllib.error.HTTPError) -> Refusal | ForgeError:
        """The host's refusal, or for one that no request gets round the error in words."""
        said = self._without_token(_message(error))
        if 300 <= error.code < 400:
            return ForgeError(
                f"{self.host.name} sends us to another address, which we do not follow",
                hint="was the repository renamed or moved? Give its present address",
            )
        if error.code == 401:
            return ForgeError(f"{self.host.name} refuses the token: {said}", hint=how_to_log_in(self.host))
        return Refusal(error.code, said, _pause(error) if error.code in _THROTTLED else None)

    def _without_token(self, text: str) -> str:
        return text.replace(self.token, "***") if self.token else text

    def _not_the_api(self, wanted: str) -> ForgeError:
        kind = {"github": "GitHub", "gitlab": "GitLab", "gitea": "Gitea"}[self.host.kind or "gitea"]
        return ForgeError(f"{self.host.name} did not answer with {wanted}", hint=f"is it a server of {kind}?")


def _opener(host: Host) -> urllib.request.OpenerDirector:
    """An opener without redirects, and without the user's proxy for a server on this machine."""
    handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
    if host.scheme == "http":
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


def _message(error: urllib.error.HTTPError) -> str:
    """The host's own words for an error, shortened."""
    try:
        body = json.loads(error.read(65536))
    except (ValueError, OSError):
        body = None
    said = body.get("message") or body.get("error") if isinstance(body, dict) else None
    details = body.get("errors") if isinstance(body, dict) else None
    text = f"{said or error.reason}{f' {details}' if details else ''}"
    return " ".join(str(text).split())[:300]


def _pause(error: urllib.error.HTTPError) -> float | None:
    """Seconds after which a throttled request may be tried again; None for one that is refused for good."""
    after = error.headers.get("Retry-After", "")
    if after.isdigit():
        return float(after)
    if error.headers.get("X-RateLimit-Remaining") == "0" or error.headers.get("RateLimit-Remaining") == "0":
        reset = error.headers.get("X-RateLimit-Reset") or error.headers.get("RateLimit-Reset") or ""
        return max(1.0, float(reset) - time.time()) if reset.isdigit() else LONGEST_WAIT
    return LONGEST_WAIT if error.code == 429 else None
