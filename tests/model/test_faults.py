"""What the real openai client meets at a real endpoint that goes wrong, and what a person is told: D1 to D22."""

from __future__ import annotations

import json
import logging
import socket
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.model.support import KEY, bench, question

from fretsaw.errors import ConfigError, ExitCode, FretsawError, ModelError
from fretsaw.model.budget import Budget
from fretsaw.model.failures import ContextTooLongError
from fretsaw.model.scripted import Fault, Reply, error


@dataclass
class Case:
    """Faults, and how the call ends: with an error of this kind and code, with these words in what is shown."""

    faults: list[Fault]
    kind: type[FretsawError] | None = None
    code: ExitCode = ExitCode.MODEL
    words: list[str] = field(default_factory=list)
    requests: int = 1
    waits: list[float] | None = None
    finish: str = "stop"
    settings: dict[str, Any] = field(default_factory=dict)


TOO_LONG = "This model's maximum context length is 1047576 tokens. However, your messages resulted in 2000000 tokens."
PORTAL = Fault("html")
SERVER_ERROR = b"<html><h1>502 Bad Gateway</h1></html>"
STREAM_ERROR = b'data: {"error": {"message": "The server had an error", "type": "server_error"}}\n\n'
NO_MODEL = "The model `gpt-4.1` does not exist or you do not have access to it."

CASES = {
    "D1 rate limit, wait one second": Case(
        [error(429, "rate_limit_exceeded", "slow", retry_after="1")], requests=2, waits=[1.1]
    ),
    "D1 rate limit in milliseconds": Case(
        [error(429, "rate_limit_exceeded", "slow", retry_after_ms="300")], requests=2, waits=[0.4]
    ),
    "D1 rate limit without a header backs off": Case(
        [error(429, "rate_limit_exceeded", "slow")] * 3, requests=4, waits=[0.5, 1.0, 2.0]
    ),
    "D1 rate limit until a date": Case(
        [
            error(
                429,
                "rate_limit_exceeded",
                "slow",
                date="Sun, 22 Nov 2026 18:00:00 GMT",
                retry_after="Sun, 22 Nov 2026 18:00:30 GMT",
            )
        ],
        requests=2,
        waits=[30.1],
        settings={"timeout": 100.0},
    ),
    "D1 rate limit that does not end": Case(
        [error(429, "rate_limit_exceeded", "slow down")] * 4, ModelError, words=["rate limit", "slow down"], requests=4
    ),
    "D2 an hour to wait is told, not waited": Case(
        [error(429, "rate_limit_exceeded", "slow", retry_after="3600")], ModelError, words=["60 min"], waits=[]
    ),
    "D2 a wait beyond the deadline is not waited": Case(
        [error(429, "rate_limit_exceeded", "slow", retry_after="30")], ModelError, words=["rate limit"], waits=[]
    ),
    "D3 exhausted quota is not retried": Case(
        [error(429, "insufficient_quota", "You exceeded your current quota")], ModelError, words=["quota", "billing"]
    ),
    "D4 500": Case([error(500, "server_error", "oops")], requests=2),
    "D4 502 with a web page": Case([Fault("status", 502, body=SERVER_ERROR)], requests=2),
    "D4 503 for ever": Case([error(503, None, "overloaded")] * 4, ModelError, words=["503", "overloaded"], requests=4),
    "D4 504 with a web page for ever": Case(
        [Fault("status", 504, body=SERVER_ERROR)] * 4, ModelError, words=["504", "web page"], requests=4
    ),
    "D5 wrong key": Case(
        [Fault("echo-key")], ConfigError, ExitCode.CONFIG, ["does not accept the key", "OPENAI_API_KEY"]
    ),
    "D6 forbidden": Case([error(403, None, "not allowed")], ConfigError, ExitCode.CONFIG, ["gpt-4.1", "--model"]),
    "D6 unknown model": Case(
        [error(404, "model_not_found", NO_MODEL)],
        ConfigError,
        ExitCode.CONFIG,
        ["gpt-4.1", "--model", "does not serve"],
    ),
    "D6 no such path": Case([Fault("status", 404, body=b"nope")], ConfigError, ExitCode.CONFIG, ["--base-url"]),
    "D7 too long": Case(
        [error(400, "context_length_exceeded", TOO_LONG)], ContextTooLongError, words=["2000000", "--context-tokens"]
    ),
    "D7 too long in another server's words": Case([error(400, None, TOO_LONG)], ContextTooLongError, words=["2000000"]),
    "D7 too much for the account's minute": Case(
        [error(429, "rate_limit_exceeded", "Request too large for gpt-4.1: Limit 30000, Requested 35000.")],
        ContextTooLongError,
        words=["Limit 30000"],
    ),
    "D8 content filter as a status": Case([error(400, "content_filter", "filtered")], finish="content_filter"),
    "D10 stream ends without a reason": Case([Fault("eof")], requests=2),
    "D10 half an event": Case([Fault("half-event")], requests=2),
    "D10 half of the answer": Case([Fault("half-good")], requests=2),
    "D10 every stream ends early": Case([Fault("eof")] * 4, requests=4, finish="truncated"),
    "D11 reset in the middle": Case([Fault("reset")], requests=2),
    "D11 hung up at once": Case([Fault("refuse")], requests=2),
    "D11 reset for ever": Case([Fault("reset")] * 4, ModelError, words=["127.0.0.1"], requests=4),
    "D12 error in the stream": Case([Fault("raw", body=STREAM_ERROR)], requests=2),
    "D12 error in the stream for ever": Case(
        [Fault("raw", body=STREAM_ERROR)] * 4, ModelError, words=["The server had an error"], requests=4
    ),
    "D15 a web page": Case([PORTAL], ModelError, words=["not the API", "--base-url"]),
    "D15 a redirect": Case(
        [Fault("status", 302, headers={"location": "https://login.example/"})],
        ModelError,
        words=["login.example", "--base-url"],
    ),
    "D16 truncated JSON": Case([Fault("json", body=b'{"choices": [{"mess')], ModelError, words=["not whole JSON"]),
    "D16 a list": Case([Fault("json", body=[1, 2])], ModelError, words=["an object was expected"]),
    "D16 no choices": Case([Fault("json", body={"choices": []})], ModelError, words=["no choices"]),
    "D16 wrong shape in the stream": Case(
        [Fault("raw", body=b'data: {"choices": 3}\n\n')], ModelError, words=["a list"]
    ),
    "D16 content is a number": Case(
        [Fault("raw", body=b'data: {"choices": [{"delta": {"content": 5}}]}\n\n')], ModelError, words=["a text"]
    ),
    "D16 an error with status 200": Case([Fault("json", body={"error": {"message": "model is loading"}})], requests=2),
}


@pytest.mark.parametrize("name", CASES)
def test_fault(name: str) -> None:
    case = CASES[name]
    with bench("All is well.", *case.faults, **case.settings) as live:
        if case.kind is None:
            answer = live()
            assert answer.finish == case.finish
            if case.finish == "stop":
                assert answer.text == "All is well."
        else:
            with pytest.raises(case.kind) as caught:
                live()
            shown = str(caught.value)
            assert caught.value.exit_code == case.code
            for word in case.words:
                assert word in shown
            assert KEY not in shown
            assert KEY[8:] not in shown
        assert len(live.server.requests) == case.requests
        if case.waits is not None:
            assert [round(wait, 3) for wait in live.waits] == case.waits


@pytest.mark.parametrize(
    ("api", "finish", "told"),
    [
        ("chat", "length", "length"),
        ("chat", "content_filter", "content_filter"),
        ("chat", "a word of another server", "truncated"),
        ("responses", "length", "length"),
        ("responses", "content_filter", "content_filter"),
    ],
)
def test_d8_d9_the_reason_for_the_end_is_told(api: str, finish: str, told: str) -> None:
    """D8, D9: neither is retried, and the caller sees that the text is not whole."""
    with bench([Reply("*** Begin", finish=finish)], api=api, retries=0) as live:
        answer = live()
        assert (answer.finish, answer.text) == (told, "*** Begin")
        assert len(live.server.requests) == 1


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_d8_a_refusal_is_an_answer(api: str) -> None:
    with bench([Reply(refusal="I cannot help with that.")], api=api) as live:
        answer = live()
        assert (answer.finish, answer.text) == ("refusal", "I cannot help with that.")


def event(**data: Any) -> bytes:
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()


FAILED = {"status": "failed", "error": {"code": "server_error", "message": "The model broke"}, "output": []}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("half-good"),
        Fault("raw", body=event(type="response.created", response={})),
        Fault("raw", body=event(type="response.failed", response=FAILED)),
        Fault("raw", body=event(type="error", code="rate_limit_exceeded", message="slow")),
        Fault("reset", body=event(type="response.output_text.delta", delta="cut ")),
    ],
)
def test_d10_to_d12_with_responses(fault: Fault) -> None:
    with bench("All is well.", fault, api="responses") as live:
        assert live().text == "All is well."
        assert len(live.server.requests) == 2


def test_d12_a_quota_that_ends_inside_a_stream_is_not_retried() -> None:
    body = event(type="error", code="insufficient_quota", message="You exceeded your quota")
    with bench("never", Fault("raw", body=body), api="responses") as live:
        with pytest.raises(ModelError, match="quota"):
            live()
        assert len(live.server.requests) == 1


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_d10_what_was_streamed_before_a_retry_is_void(api: str) -> None:
    with bench("All is well.", Fault("half-good"), api=api) as live:
        live()
        assert live.pieces.count(None) == 1
        cut, whole = (list(live.pieces[: live.pieces.index(None)]), live.pieces[live.pieces.index(None) + 1 :])
        assert cut
        assert "".join(filter(None, whole)) == "All is well."


def test_d13_a_stall_is_retried() -> None:
    with bench("Here.", Fault("stall", seconds=20), stall=0.3) as live:
        assert live().text == "Here."
        assert len(live.server.requests) == 2


@pytest.mark.parametrize("kind", ["drip", "silence", "stall"])
def test_d14_the_deadline_ends_whatever_the_endpoint_does(kind: str) -> None:
    """A keep-alive drip resets every read time-out; only a clock of our own ends it."""
    with bench("Here.", Fault(kind, seconds=60), timeout=0.5) as live:
        with pytest.raises(ModelError, match=r"sent nothing for 0\.5 s|did not answer in time"):
            live()
        assert len(live.server.requests) == 1


def test_a_long_answer_that_goes_on_is_not_cut() -> None:
    words = " ".join(f"word{n}" for n in range(80))
    with bench(Reply(words, pause=0.15), timeout=1.0) as live:
        began = time.monotonic()
        assert live().text == words
        assert time.monotonic() - began > 1.0, "longer than the silence that is allowed"


def test_what_had_arrived_is_kept() -> None:
    with bench("Here.", Fault("stall", seconds=60), timeout=0.5, retries=0) as live:
        with pytest.raises(ModelError, match=r"sent nothing|did not answer in time"):
            live()
        kept = live.ask.unfinished
    assert kept is not None
    assert (kept[1].text, kept[1].finish) == ("cut ", "truncated")


def test_d17_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with bench(base_url=f"http://127.0.0.1:{port}/v1") as live:
        with pytest.raises(ModelError, match="nothing listens at 127"):
            live()
        assert live.waits == []


def test_d17_a_name_that_is_not_known() -> None:
    with (
        bench(base_url="https://nowhere.invalid/v1", retries=0) as live,
        pytest.raises(ModelError, match=r"nowhere\.invalid"),
    ):
        live()


def test_d17_no_tls_there() -> None:
    with bench() as other:
        url = other.server.base_url.replace("http:", "https:")
        with bench(base_url=url) as live, pytest.raises(ModelError, match="no safe connection"):
            live()


def test_d21_a_call_that_cannot_be_paid_is_not_made() -> None:
    with bench(budget=Budget(0.001)) as live:
        with pytest.raises(FretsawError) as caught:
            live()
        assert caught.value.exit_code == ExitCode.BUDGET
        assert live.server.requests == []


def test_d22_nothing_is_logged(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    """Not the prompt and not the key, even where everything is logged."""
    caplog.set_level(logging.DEBUG)
    with bench("x", error(500, None, "oops")) as live:
        live(question("a secret plan"))
    shown = capfd.readouterr()
    for text in (caplog.text, shown.out, shown.err):
        assert "secret plan" not in text
        assert KEY not in text


def test_an_unknown_field_is_left_out_from_then_on() -> None:
    told = "Unsupported parameter: 'max_completion_tokens' is not supported with this model."
    with bench("Fine.", error(400, "unsupported_parameter", told)) as live:
        assert live().text == "Fine."
        live(question("another"))
        bodies = [seen.body for seen in live.server.requests]
        assert [("max_tokens" in body, "max_completion_tokens" in body) for body in bodies] == [
            (False, True),
            (True, False),
            (True, False),
        ]


def test_an_answer_that_had_said_everything_is_kept() -> None:
    """The connection breaks between the last word and the count of tokens."""
    events = [
        {"choices": [{"index": 0, "delta": {"content": "whole"}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    ]
    body = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)
    with bench("unused", Fault("reset", body=body)) as live:
        answer = live()
        assert (answer.text, answer.finish, answer.usage.estimated) == ("whole", "stop", True)
        assert len(live.server.requests) == 1


def test_what_was_lost_is_counted() -> None:
    with bench("Here.", Fault("eof")) as live:
        answer = live()
        assert answer.usage.calls == 2
        assert answer.usage.estimated
        # The lost call may be billed in full, so all that was reserved for it counts, and is shown as a bound.
        assert live.budget.spent == pytest.approx(answer.usage.dollars)
        assert answer.usage.is_bound
