"""JSON-RPC as the protocol wants it: every request gets exactly one reply, with the right code, in every state.

Knows the shape of messages and the life of a server (initialize … exit); what a method does is in its handler.
pygls gives the message types, the converter and the bookkeeping of our own requests; its dispatch is replaced since
it answers nothing to bad parameters, serves before `initialize`, and logs bodies.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeAlias

from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

from fretsaw.errors import FretsawError
from fretsaw.lsp.transport import framing

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32601, -32602, -32603
NOT_INITIALIZED, CONTENT_MODIFIED, REQUEST_FAILED, REQUEST_CANCELLED = -32002, -32801, -32803, -32800

log = logging.getLogger("fretsaw.lsp")
Id: TypeAlias = "int | str"
Handler: TypeAlias = Callable[[Any, Any], Any]
"""Takes the server and the parameters; gives the result, or a coroutine of it."""


class RefusedError(Exception):
    """A request that is answered with an error: code and a message for a person."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Method:
    """One method: the type its parameters are read into (None: left as they are) and what answers it."""

    params: type[Any] | None
    handler: Handler


class Protocol(LanguageServerProtocol):
    """One client's conversation."""

    methods: dict[str, Method]
    on_exit: Callable[[int], None]
    spawn: Callable[[Coroutine[Any, Any, Any]], Any]

    def __init__(self, server: Any, converter: Any) -> None:
        super().__init__(server, converter)
        self.methods = {}
        self.on_exit = lambda _code: None
        self.spawn = server.spawn
        self.state = "new"  # then "initialized", then "shutdown"
        self.pending: dict[Id, asyncio.Task[Any]] = {}

    def _register_builtin_features(self) -> None:
        """None of pygls' own: the table of methods is the whole surface."""

    # What comes in

    def receive(self, body: bytes) -> None:
        """Take one message; never raises."""
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            self._reply_error(None, PARSE_ERROR, "this is not JSON")
            return
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            got = message.get("id") if isinstance(message, dict) else None
            self._reply_error(
                got if _is_id(got) else None,
                INVALID_REQUEST,
                "this is not a JSON-RPC 2.0 message (batches are not part of LSP)",
            )
            return
        if "method" not in message:
            self._take_reply(message)
        elif not isinstance(message["method"], str):
            self._reply_error(
                message.get("id") if _is_id(message.get("id")) else None, INVALID_REQUEST, "the method is not a string"
            )
        elif "id" in message:
            self._take_request(message)
        else:
            self._take_notification(message["method"], message.get("params"))

    def _take_request(self, message: dict[str, Any]) -> None:
        msg_id, method = message["id"], message["method"]
        if not _is_id(msg_id) or msg_id in self.pending:
            self._reply_error(
                msg_id if _is_id(msg_id) else None, INVALID_REQUEST, "the id is in use, or no number or string"
            )
            return
        started = time.perf_counter()
        try:
            self._gate(method)
            row = self.methods.get(method)
            if row is None:
                raise RefusedError(METHOD_NOT_FOUND, f"no method {method[:100]}")
            result = row.handler(self._server, self._structure(row, message.get("params")))
        except Exception as error:  # each request is answered, whatever happens
            self._reply_failure(msg_id, method, error)
            return
        if inspect.iscoroutine(result):
            task = asyncio.get_running_loop().create_task(result)
            self.pending[msg_id] = task
            task.add_done_callback(lambda done: self._finish(msg_id, method, started, done))
        else:
            self._reply(msg_id, result)
            self._log_answered(msg_id, method, started)

    def _finish(self, msg_id: Id, method: str, started: float, done: asyncio.Task[Any]) -> None:
        """Reply to what took a while; also when it was cancelled before its first step."""
        self.pending.pop(msg_id, None)
        if done.cancelled():
            self._reply_error(msg_id, REQUEST_CANCELLED, "cancelled")
            return
        error = done.exception()
        if isinstance(error, Exception):
            self._reply_failure(msg_id, method, error)
            return
        self._reply(msg_id, done.result())
        self._log_answered(msg_id, method, started)

    def _log_answered(self, msg_id: Id, method: str, started: float) -> None:
        log.debug("%s %r answered in %.1f ms", method, msg_id, (time.perf_counter() - started) * 1e3)

    def _gate(self, method: str) -> None:
        """Refuse what has no place in this state of the server's life."""
        if self.state == "new" and method != "initialize":
            raise RefusedError(NOT_INITIALIZED, "send initialize first")
        if self.state != "new" and method == "initialize":
            raise RefusedError(INVALID_REQUEST, "initialize was sent already")
        if self.state == "shutdown":
            raise RefusedError(INVALID_REQUEST, "the server is shutting down")

    def _structure(self, row: Method, params: Any) -> Any:
        if row.params is None:
            return params
        try:
            return self._converter.structure(params, row.params)
        except Exception as error:
            raise RefusedError(INVALID_PARAMS, f"the parameters are not {row.params.__name__}") from error

    def _take_notification(self, method: str, params: Any) -> None:
        if method == "exit":
            self.on_exit(0 if self.state == "shutdown" else 1)
            return
        if method == "$/cancelRequest":
            wanted: Any = params.get("id") if isinstance(params, dict) else None
            task = self.pending.get(wanted) if _is_id(wanted) else None
            if task is not None:
                task.cancel()
            return
        row = self.methods.get(method)
        if row is None or self.state != "initialized":
            log.debug("notification %s ignored", method[:100])
            return
        try:
            result = row.handler(self._server, self._structure(row, params))
        except Exception as error:
            log.error("notification %s: %s", method, type(error).__name__, exc_info=_trace(error))
            return
        if inspect.iscoroutine(result):
            self.spawn(result)

    def _take_reply(self, message: dict[str, Any]) -> None:
        msg_id: Any = message.get("id")
        future: Future[Any] | None = None
        if _is_id(msg_id):
            future = self._request_futures.pop(msg_id, None)
            self._result_types.pop(msg_id, None)
        if future is None or future.done():
            return  # a reply that comes after we gave up waiting breaks nothing
        error = message.get("error")
        if error is not None:
            code = error.get("code") if isinstance(error, dict) else None
            text = error.get("message") if isinstance(error, dict) else None
            future.set_exception(
                JsonRpcException(message=str(text), code=code if isinstance(code, int) else INTERNAL_ERROR)
            )
        else:
            future.set_result(message.get("result"))

    # What goes out

    def _reply(self, msg_id: Id, result: Any) -> None:
        # Objects of the protocol are turned into plain ones as they are met (`_serialize_message`): to walk over
        # what is plain already costs more than all else that an answer with hundreds of diagnostics takes.
        self._send_data({"jsonrpc": "2.0", "id": msg_id, "result": result})

    def _reply_failure(self, msg_id: Id, method: str, error: Exception) -> None:
        if isinstance(error, RefusedError):
            self._reply_error(msg_id, error.code, str(error))
        elif isinstance(error, FretsawError):
            self._reply_error(msg_id, REQUEST_FAILED, str(error))
        else:
            log.error("%s: %s", method, type(error).__name__, exc_info=_trace(error))
            self._reply_error(msg_id, INTERNAL_ERROR, f"a bug in Fretsaw ({type(error).__name__}); the log has more")

    def _reply_error(self, msg_id: Id | None, code: int, message: str) -> None:
        self._send_data({"jsonrpc": "2.0", "id": msg_id, "error": {"code": code, "message": message}})

    def _send_data(self, data: Any) -> None:
        """Send one message; bodies are not logged."""
        if self.writer is None:
            return
        body = json.dumps(data, default=self._serialize_message, separators=(",", ":"))
        self.writer.write(framing.frame(body.encode("ascii")))

    def ask(self, method: str, params: Any) -> Awaitable[Any]:
        """Send a request; awaits the client's raw result. Raises JsonRpcException for its errors."""
        future: asyncio.Future[Any] = asyncio.wrap_future(self.send_request(method, params))
        return future

    def cancel_pending(self, but: asyncio.Task[Any] | None) -> list[asyncio.Task[Any]]:
        """Cancel every other request that is being answered; each still gets its reply."""
        tasks = [task for task in self.pending.values() if task is not but]
        for task in tasks:
            task.cancel()
        return tasks


def _is_id(value: Any) -> bool:
    return isinstance(value, (int, str)) and not isinstance(value, bool)


def _trace(error: BaseException) -> Any:
    """Traceback for the log without the message, which may quote a body."""
    return None if not log.isEnabledFor(logging.DEBUG) else (type(error), error, error.__traceback__)
