"""The door of the openai library: makes a client that reads nothing from the environment and that can be cut off.

openai is imported here, when it is first needed (0.8 s).
"""

from __future__ import annotations

import codecs
import contextlib
import gc
import logging
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from fretsaw.errors import ModelError
from fretsaw.model.endpoint import Endpoint
from fretsaw.model.network import find_proxy, trust_context

if TYPE_CHECKING:
    import openai

_KEPT_HEADERS = {"accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent"}
"""Headers that leave besides the key. The library would add the user's system, and headers, organization and project
from environment variables."""

DONE = object()
"""Yielded behind the last event of a stream that said that it is complete."""
LARGEST_ANSWER = 128 << 20
"""Bytes that one answer may have, unpacked: ten times what the longest answer of a model takes as events."""

_LOGGERS = ("openai", "httpx2", "httpcore2", "httpx", "httpcore")


def warm() -> threading.Thread:
    """Import openai in the background, so that the first call does not wait for it. The thread may be joined."""
    thread = threading.Thread(target=_warm, name="warm-openai", daemon=True)
    thread.start()
    return thread


def _warm() -> None:
    # The transport is imported only when a client is made.
    _import_openai().DefaultHttpxClient(verify=False, trust_env=False).close()


def _import_openai() -> Any:
    if "openai" not in sys.modules:
        # Nearly nothing of what an import makes is garbage, and looking for it takes a fifth of the time.
        collecting = gc.isenabled()
        gc.disable()
        try:
            import openai
        finally:
            if collecting:
                gc.enable()
        # What is alive now stays: the next full collection would walk over all of it, and hold up a language server for
        # a tenth of a second.
        gc.freeze()
    import openai

    # Its own debug log would hold prompts; an environment variable turns it on.
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return openai


class ApiClient:
    """One endpoint. Every exchange can be cut from another thread, also while it connects or waits."""

    def __init__(self, endpoint: Endpoint, *, timeout: float) -> None:
        library = _import_openai()
        self._endpoint = endpoint
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._cut = False
        proxy = find_proxy(endpoint)
        # The certificates (40 ms) are needed only where there is TLS.
        is_encrypted = endpoint.url.startswith("https:") or (proxy is not None and proxy.is_encrypted)
        http = library.DefaultHttpxClient(
            timeout=timeout,
            # A redirect would take the key somewhere else.
            follow_redirects=False,
            verify=(trust_context() or True) if is_encrypted else False,
            proxy=proxy.url if proxy else None,
            trust_env=False,
            event_hooks={"request": [self._before_sending], "response": [_limit_size]},
        )
        # Every argument that the library would else look up in the environment is given.
        common: dict[str, Any] = {
            "api_key": endpoint.key or "none",
            "organization": "",
            "webhook_secret": "",
            "admin_api_key": "",
            "max_retries": 0,
            "timeout": timeout,
            "http_client": http,
        }
        if endpoint.azure:
            where = {"azure_endpoint": endpoint.url} if _is_resource(endpoint.url) else {"base_url": endpoint.url}
            self._client: openai.OpenAI = library.AzureOpenAI(**common, **where, api_version=endpoint.api_version)
        else:
            self._client = library.OpenAI(**common, project="", base_url=endpoint.url)

    def stream(self, path: str, body: Mapping[str, Any]) -> Iterator[Any]:
        """POST and yield: first the response (status, headers), then each event's data, decoded from JSON.

        An answer that is not a stream yields its whole body as one item; a stream that says its end yields `DONE` last.
        Raises what the library raises.
        """
        import openai

        stream: openai.Stream[object] = self._client.post(
            path, cast_to=object, body=dict(body), stream=True, stream_cls=openai.Stream[object]
        )
        with contextlib.closing(stream):
            kind = stream.response.headers.get("content-type", "").split(";")[0].strip().lower()
            yield kind
            if kind == "text/event-stream" or not kind:
                watch = _Watch(stream.response.iter_bytes)
                stream.response.iter_bytes = watch.iter_bytes  # type: ignore[method-assign]
                yield from stream
                if watch.is_done:
                    yield DONE
            else:
                stream.response.read()
                yield stream.response.text

    def get(self, path: str) -> Any:
        """GET and return the decoded body (a text when it is not JSON). Raises what the library raises."""
        return self._client.get(path, cast_to=object)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """POST and return the decoded body (a text when it is not JSON). Raises what the library raises."""
        return self._client.post(path, cast_to=object, body=dict(body))

    def cut(self) -> None:
        """End what is under way, at once; every later exchange fails."""
        with self._lock:
            self._cut = True
            sockets, self._sockets = self._sockets, []
        for sock in sockets:
            _wake(sock)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _before_sending(self, request: Any) -> None:
        """Take out every header that is not ours, add the key, and watch the connection."""
        for name in [name for name in request.headers if name.lower() not in _KEPT_HEADERS]:
            del request.headers[name]
        if self._endpoint.key is not None:
            if self._endpoint.azure and not self._endpoint.has_token:
                request.headers["api-key"] = self._endpoint.key
            else:
                request.headers["Authorization"] = f"Bearer {self._endpoint.key}"
        request.headers["Host"] = request.url.netloc.decode("ascii")
        request.headers["User-Agent"] = "fretsaw"
        request.extensions = {**request.extensions, "trace": self._on_trace}

    def _on_trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember each new connection's socket: shutting it down wakes whoever waits for it."""
        if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        sock = info["return_value"].get_extra_info("socket")
        with self._lock:
            cut = self._cut
            self._sockets.append(sock)
        if cut:
            _wake(sock)


class _Watch:
    """The bytes of a stream, without a byte order mark; notes whether its end mark came, which the library swallows."""

    def __init__(self, source: Callable[..., Iterator[bytes]]) -> None:
        self._source = source
        self.is_done = False

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the bytes that the response has."""
        tail = b""
        for number, data in enumerate(self._source(chunk_size)):
            piece = data.removeprefix(codecs.BOM_UTF8) if not number else data
            tail = (tail + piece)[-64:]
            self.is_done = self.is_done or b"[DONE]" in tail
            yield piece


def _limit_size(response: Any) -> None:
    """End an answer that grows beyond all measure, as it is after it was unpacked."""
    unlimited = response.iter_bytes

    def iter_bytes(chunk_size: int | None = None) -> Iterator[bytes]:
        size = 0
        for chunk in unlimited(chunk_size):
            size += len(chunk)
            if size > LARGEST_ANSWER:
                response.close()
                raise ModelError(f"the answer is larger than {LARGEST_ANSWER >> 20} MB: it was cut off")
            yield chunk

    response.iter_bytes = iter_bytes


def _wake(sock: socket.socket) -> None:
    """End whatever waits for this connection, in any thread. Below TLS: its own farewell is not thread-safe."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _is_resource(url: str) -> bool:
    """Return True if an Azure URL names only the resource, not a path inside it."""
    return url.count("/") == 2
