"""`connect`: an `Ask` that asks a real endpoint, with retries, a deadline and a budget."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from fretsaw.cancel import Cancel
from fretsaw.core.chat import Answer, OnText, Request, Usage
from fretsaw.core.secrets.value_texts import change_texts
from fretsaw.core.text.tokens import estimate
from fretsaw.errors import Cancelled, ModelError
from fretsaw.model import chat, decisions, responses
from fretsaw.model.budget import Budget, Reservation
from fretsaw.model.client import DONE, ApiClient
from fretsaw.model.endpoint import endpoint, key_hint
from fretsaw.model.exchange import Exchange, OutOfTime
from fretsaw.model.failures import DECISIONS, RESPONSES, FailedRequest, Failure, failure
from fretsaw.model.output_limit import OutputLimit
from fretsaw.model.parse import Collected, as_map, count
from fretsaw.model.prices import STANDARD_TIERS, TokenCounts
from fretsaw.model.redaction import hide_key
from fretsaw.model.request_size import input_bound, input_estimate, input_exact, is_guess
from fretsaw.model.row import Row
from fretsaw.model.unread_parts import FILES, IMAGES, drop_part, has_part, parts_of
from fretsaw.model.whole_answer import take_text
from fretsaw.settings import Settings

PAUSE, LONGEST_PAUSE = 0.5, 8.0
"""Seconds before the first retry at most; doubled for each further one, up to the second figure."""


_COUNT_SECONDS = 20.0
"""Time limit for a count of tokens, in seconds."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The clock that an `Ask` lives by; tests hand in another."""

    now: Callable[[], float] = time.monotonic
    wait: Callable[[Cancel, float], bool] = Cancel.wait
    """Sleeps so many seconds; True when cancelled meanwhile."""
    random: Callable[[], float] = random.random
    stall: float | None = None
    """Seconds without a byte after which a connection is given up; None: those of the silence that is allowed."""


def connect(
    settings: Settings,
    row: Row,
    cancel: Cancel,
    *,
    budget: Budget | None = None,
    pace: Pace | None = None,
    left_out: Iterable[str] = (),
) -> Live:
    """An `Ask` for this model at the settings' endpoint. Sends nothing, and imports no library, before the first call.

    Without a budget, one of `settings.max_usd` is made. `left_out`: fields that the endpoint is known to refuse.
    ConfigError when the base URL or the key cannot be right.
    """
    where = endpoint(settings)
    live = Live(
        settings,
        row,
        FailedRequest(where, row.id, row.api_for(settings), key_hint(settings)),
        cancel,
        budget or Budget(settings.max_usd),
        pace or Pace(),
    )
    live.left_out |= set(left_out)
    return live


class Live:
    """Calls a model over HTTP: an `Ask`, with a budget that can be looked at and a connection that can be closed."""

    def __init__(
        self, settings: Settings, row: Row, asked: FailedRequest, cancel: Cancel, budget: Budget, pace: Pace
    ) -> None:
        self.budget = budget
        self.row = row
        # Before the first answer says which tier served it, the one that is asked for counts.
        self._priced = row.at_tier(row.can.tier or "") or row
        self._counts = True
        self._cancel = cancel
        self._pace = pace
        self._timeout = settings.timeout
        self._longest = max(settings.timeout, settings.max_seconds)
        self._retries = max(0, settings.retries)
        self._endpoint = asked.endpoint
        self._asked = asked
        self._api: ModuleType = responses if row.api_for(settings) == "responses" else chat
        self._may_use_chat = settings.api == "auto"
        self.left_out: set[str] = set()
        """Fields of a request that the endpoint refuses."""
        self._unread: set[str] = set()
        """Kinds of attachments that were there and not sent as they are."""
        self.unfinished: tuple[Request, Answer] | None = None
        """The part of the last answer that had arrived, where it came to no answer."""
        self.is_answered = False
        """True once an answer came."""
        self.lost = Usage()
        """The possible cost of calls that came to no answer, so that no answer's usage tells of it."""
        self._line = Exchange(self._open)

    def __call__(self, request: Request, on_text: OnText = lambda _: None) -> Answer:
        """Ask, and try again where that may help; a retried call streams again from the start.

        The answer's usage is that of all tries. Raises ModelError (ContextTooLongError where shrinking helps),
        ConfigError, BudgetError, Cancelled.
        """
        used = Usage()
        try:
            for done in self._tries(request, on_text):
                used += done.usage
                if done.answer is not None:
                    return replace(done.answer, usage=used)
        except BaseException:
            self.lost += used
            raise
        raise AssertionError("the tries end with an answer or an error")

    def _tries(self, request: Request, on_text: OnText) -> Iterator[_Done]:
        """Try as often as it may help: the last one has an answer, or its error is raised after it."""
        deadline = self._pace.now() + self._longest
        tries = 0
        while True:
            self._cancel.check()
            done = self._try(request, on_text, deadline)
            if done.answer is not None and (done.answer.finish != "truncated" or tries >= self._retries):
                yield done
            yield replace(done, answer=None)
            failed = done.failure
            if failed is not None and failed.leave_out and self._do_without(failed.leave_out, request):
                continue
            if failed is not None and (not failed.retry or tries >= self._retries):
                raise failed.error
            self._pause(tries, failed, deadline)
            on_text(None)
            tries += 1

    def _do_without(self, name: str, request: Request) -> bool:
        """Leave out what the endpoint refused, from now on; False where that was tried, or may not be."""
        if name in self.left_out:
            return False
        if name == RESPONSES:
            # What only fills a cache there would be answered, and paid for, here.
            if not self._may_use_chat or request.prewarm:
                return False
            self._api, self._asked = chat, replace(self._asked, api="chat")
        self.left_out.add(name)
        return True

    @property
    def notices(self) -> tuple[str, ...]:
        """List for a person how the endpoint had to be asked differently."""
        host, model = self._endpoint.host, self.row.id
        said = {
            "tools": "the endpoint has no tools, so the model was asked without: `--no-tools` avoids the refused call",
            RESPONSES: f"{host} has no Responses API for {model}: it was asked by Chat Completions, from now on",
            IMAGES: f"{host} takes no pictures for {model}: the issue's were not sent",
            FILES: f"{host} takes no PDFs for {model}: their text was sent in place of them, where they have some",
        }
        return tuple(said[name] for name in said if name in (self.left_out - {IMAGES, FILES}) | self._unread)

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        self._line.close()

    def _open(self) -> ApiClient:
        return ApiClient(self._endpoint, timeout=min(self._timeout, self._pace.stall or self._timeout))

    def _try(self, request: Request, on_text: OnText, deadline: float) -> _Done:
        """One exchange, paid for."""
        if "prediction" in self.left_out:
            request = replace(request, prediction="")
        for kind in (IMAGES, FILES):
            if kind in self.left_out and has_part(request, kind):
                request = drop_part(request, kind)
                self._unread.add(kind)
        api = self._api_for(request)
        self._asked = replace(self._asked, parts=parts_of(request))
        reservation = self._reserve(request, api, deadline)
        so_far = Collected()
        try:
            failed = self._exchange(request, api, reservation.max_output, so_far, on_text, deadline)
        except BaseException:
            usage = self._settle(request, api, reservation, so_far, billed=True, is_lost=True)
            self.lost += usage
            self._keep_unfinished(request, so_far, usage)
            raise
        if api is chat and request.offers_patch_tool:
            chat.mark_patch_calls(so_far)
        is_lost = (failed is not None and not failed.declined) or so_far.finish is None
        usage = self._settle(request, api, reservation, so_far, billed=failed is None or failed.billed, is_lost=is_lost)
        if failed is None or failed.declined:
            if failed is not None:
                so_far.finish, so_far.reason = "content_filter", failed.reason
            self.unfinished, self.is_answered = None, True
            return _Done(self._without_key(so_far.answer(usage)), None, usage)
        self._keep_unfinished(request, so_far, usage)
        return _Done(None, failed, usage)

    def _keep_unfinished(self, request: Request, so_far: Collected, usage: Usage) -> None:
        answer = self._without_key(so_far.answer(usage))
        self.unfinished = (request, replace(answer, finish="truncated")) if so_far.said else None

    def _api_for(self, request: Request) -> ModuleType:
        """The API of one call: Decisions for questions where the endpoint has it, else the one that the row names."""
        has_decisions = self.row.can.decisions and DECISIONS not in self.left_out
        return decisions if has_decisions and 0 < len(request.questions) <= decisions.MOST_QUESTIONS else self._api

    def _row_for(self, api: ModuleType) -> Row:
        """The row with the prices of an API, at the tier that served the last call."""
        return replace(self.row, prices=self.row.decision_prices) if api is decisions else self._priced

    def _reserve(self, request: Request, api: ModuleType, deadline: float) -> Reservation:
        """Hold back the worst that the call can cost; count more closely where the cheap bound is too much to pay."""
        priced = self._row_for(api)
        wanted = min(request.max_output_tokens or self.row.usual_output, self.row.output)
        if api is chat and chat.predicts(request, self.row):
            # What of it is not used is billed as output.
            wanted += estimate(request.prediction)
        tokens_in = input_bound(request, self.row)
        if self._is_too_dear(priced, tokens_in, wanted):
            tokens_in = input_exact(request, self.row)
        if self._is_too_dear(priced, tokens_in, wanted) and is_guess(request, self.row) and api is responses:
            tokens_in = self._count_input(request, wanted, deadline) or tokens_in
        return self.budget.reserve(priced, tokens_in, wanted)

    def _is_too_dear(self, priced: Row, tokens_in: int, tokens_out: int) -> bool:
        return priced.prices.most(tokens_in, tokens_out) > self.budget.left

    def count_input(self, request: Request) -> int | None:
        """Count the input's tokens at the endpoint, which costs nothing; None where it does not count."""
        return self._count_input(request, self.row.output, self._pace.now() + self._longest)

    def _count_input(self, request: Request, max_output: int, deadline: float) -> int | None:
        if not self.row.can.input_count or not self._counts:
            return None
        body = responses.count_body(self._body(request, responses, max_output))
        seconds = min(_COUNT_SECONDS, deadline - self._pace.now())
        try:
            [told] = self._line.exchange(
                lambda client: iter((client.post(responses.COUNT_PATH, body),)), seconds, self._cancel
            )
            counted = count(as_map(told).get("input_tokens"))
        except Cancelled:
            raise
        except Exception:
            # It is only a closer look: what cannot be counted there is bounded here.
            counted = 0
        self._counts = counted > 0
        return counted or None

    def _exchange(
        self, request: Request, api: ModuleType, most: int, so_far: Collected, on_text: OnText, deadline: float
    ) -> Failure | None:
        """Send, and collect what arrives; what went wrong, None when the stream came to a clean end."""
        body = self._body(request, api, most)
        path: str = api.PATH
        left = deadline - self._pace.now()
        items = self._line.exchange(lambda client: client.stream(path, body), left, self._cancel, self._timeout)
        with contextlib.closing(items):
            try:
                limit = OutputLimit(most)
                for piece in self._pieces(items, api, so_far):
                    if piece:
                        on_text(piece)
                    if limit.is_passed(piece, so_far):
                        break
            except _FailedError as failed:
                return failed.failure
        return None

    def _pieces(self, items: Iterator[Any], api: ModuleType, so_far: Collected) -> Iterator[str]:
        """Collect what arrives, and give the text of each event, "" for none. _FailedError says what went wrong."""
        try:
            kind = next(items)
            for item in items:
                if item is DONE:
                    so_far.end()
                    continue
                if isinstance(item, str):
                    yield from take_text(item, kind, api, so_far)
                else:
                    yield api.take(item, so_far)
        except Cancelled:
            raise
        except OutOfTime:
            host = self._endpoint.host
            error = ModelError(f"{host} sent nothing for {self._timeout:g} s", hint="raise --timeout")
            raise _FailedError(Failure(error, billed=True)) from None
        except Exception as error:
            # Once it has said that it is finished, only the count of tokens may be missing.
            if so_far.finish is None:
                asked = replace(self._asked, api=DECISIONS) if api is decisions else self._asked
                raise _FailedError(failure(error, asked)) from error

    def _body(self, request: Request, api: ModuleType, max_output: int) -> dict[str, Any]:
        body: dict[str, Any] = api.body(request, self.row, max_output)
        for name in self.left_out:
            api.leave_out(body, name)
        return body

    def _settle(
        self,
        request: Request,
        api: ModuleType,
        held: Reservation,
        so_far: Collected,
        *,
        billed: bool,
        is_lost: bool = False,
    ) -> Usage:
        """Pay for what was used; what the endpoint did not count is counted here, and the whole reservation spent.

        `is_lost`: the call came to no end, so that all that was reserved for it is what it may have cost.
        """
        local = self._endpoint.loopback and so_far.scripted
        served = self.row.at_tier(so_far.tier)
        # The next call is likely served at the same tier, so what is reserved for it is of that price.
        self._priced = served or self.row
        prices = self._row_for(api).prices
        # What Decisions writes is a few numbers, and what it counts of them may be none.
        said = "" if api is decisions else so_far.said
        tiers = () if so_far.tier in STANDARD_TIERS else (so_far.tier,)
        used = so_far.usage
        if used is not None and _is_plausible(used, held, input_bound(request, self.row), said):
            dollars = prices.cost(used)
            self.budget.settle(held, dollars, free=local)
            unknown = served is None
            usage = Usage(1, used.input, used.cached, used.output, dollars, unknown, used.cache_write, tiers)
            return replace(usage, reasoning_tokens=used.reasoning, rejected_tokens=used.rejected)
        if not billed:
            self.budget.settle(held, 0.0)
            return Usage()
        self.budget.settle(held, None, free=local)
        tokens_in, tokens_out = input_estimate(request, self.row), min(estimate(so_far.said), held.max_output)
        dollars = held.dollars if is_lost else min(prices.most(tokens_in, tokens_out), held.dollars)
        return Usage(
            1, tokens_in, 0, tokens_out, dollars, estimated=True, tiers=tiers, is_bound=is_lost and dollars > 0
        )

    def _without_key(self, answer: Answer) -> Answer:
        """The answer as it goes on from here: no part of the key reaches a file, a terminal or a run's folder."""
        key = self._endpoint.key
        return change_texts(answer, lambda texts: [hide_key(text, key) for text in texts])

    def _pause(self, tries: int, failed: Failure | None, deadline: float) -> None:
        """Wait as long as the endpoint asks, else a random time below a bound that doubles."""
        seconds = self._pace.random() * min(LONGEST_PAUSE, PAUSE * 2**tries)
        if failed is not None and failed.after is not None:
            # A little more than asked, and not all clients at once.
            seconds = failed.after + self._pace.random() * 0.1
        if failed is not None and (self._pace.now() + seconds >= deadline or seconds >= self._timeout):
            raise failed.error
        if self._pace.wait(self._cancel, seconds):
            raise Cancelled


def _is_plausible(used: TokenCounts, held: Reservation, most_input: int, said: str) -> bool:
    """Return True if counts of an endpoint can be true: neither more than was asked for and reserved, nor far too
    few."""
    if not 0 <= used.cached + used.cache_write <= used.input or (said and not used.output):
        return False
    if used.input > most_input + _MOST_HIDDEN or used.output > held.max_output + _SLACK:
        return False
    return used.output * _FAR_TOO_FEW + _SLACK >= estimate(said)


_MOST_HIDDEN = 1 << 16
"""Tokens of input that an endpoint may add of its own: instructions, tools."""
_SLACK = 4096
"""Tokens of output by which a count may differ from ours without being wrong: reasoning that nobody sees."""
_FAR_TOO_FEW = 8


class _FailedError(Exception):
    """An exchange that did not come to its end."""

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self.failure = failure


@dataclass(frozen=True, slots=True)
class _Done:
    """One try: an answer or what went wrong, and what it used."""

    answer: Answer | None
    failure: Failure | None
    usage: Usage
