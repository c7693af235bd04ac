"""The cap on dollars holds whatever is asked and whatever comes back."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.support import READ, bench, question

from fretsaw.core.chat import Image, Message, Request, Tool
from fretsaw.core.text.tokens import count, estimate, exact
from fretsaw.errors import BudgetError, Cancelled
from fretsaw.model.budget import LEAST_OUTPUT, Budget
from fretsaw.model.registry import load_registry
from fretsaw.model.request_size import input_bound, input_exact
from fretsaw.model.scripted import Fault, Reply, error

ROW = load_registry().row("gpt-4.1")
FREE = load_registry().generic("local")

calls = st.lists(
    st.tuples(
        st.integers(0, 50_000),
        st.integers(1, 40_000),
        # What is really used, as a share of what was reserved; None: the connection was lost.
        st.one_of(st.none(), st.tuples(st.floats(0, 1), st.floats(0, 1))),
    ),
    max_size=40,
)


@settings(max_examples=200)
@given(st.floats(0, 2), st.floats(0, 2), calls)
def test_spent_and_held_never_exceed_the_run_or_the_day(cap: float, day_cap: float, plan: list[tuple]) -> None:  # type: ignore[type-arg]
    total = 0.0

    def day(dollars: float) -> float:
        nonlocal total
        total += dollars
        return total

    budget = Budget(cap, max_usd_day=day_cap, day=day)
    truth = 0.0
    for tokens_in, wanted, used in plan:
        try:
            held = budget.reserve(ROW, tokens_in, wanted)
        except BudgetError:
            continue
        assert min(wanted, LEAST_OUTPUT) <= held.max_output <= wanted
        if used is None:
            cost = ROW.cost(tokens_in, 0, held.max_output)
            budget.settle(held, None)
        else:
            cost = ROW.cost(int(tokens_in * used[0]), 0, int(held.max_output * used[1]))
            budget.settle(held, cost)
        truth += cost
        assert truth <= cap + 1e-9
        assert total <= day_cap + 1e-9
        assert total == pytest.approx(truth)
        assert budget.spent == pytest.approx(truth)


def test_what_is_held_for_one_call_is_not_there_for_another() -> None:
    budget = Budget(0.1)
    first = budget.reserve(ROW, 0, 10_000)
    second = budget.reserve(ROW, 0, 10_000)
    assert (first.max_output, second.max_output < 2600) == (10_000, True)
    with pytest.raises(BudgetError):
        budget.reserve(ROW, 0, 10_000)
    budget.settle(first, 0.0)
    assert budget.reserve(ROW, 0, 9_000).max_output == 9_000


def test_a_model_without_a_price_is_not_held_up() -> None:
    assert Budget(0.0).reserve(FREE, 10**6, 4000).max_output == 4000


def test_runs_side_by_side_share_the_day() -> None:
    total, lock = 0.0, threading.Lock()

    def day(dollars: float) -> float:
        nonlocal total
        with lock:
            total += dollars
            return total

    def run() -> None:
        budget = Budget(10.0, max_usd_day=0.5, day=day)
        for _ in range(50):
            try:
                budget.settle(budget.reserve(ROW, 1000, 8192), None)
            except BudgetError:
                return

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.3 < total <= 0.5


def test_the_limit_that_is_sent_is_what_can_be_paid() -> None:
    with bench("fine", budget=Budget(0.05)) as live:
        live()
        sent = live.server.requests[0].body["max_completion_tokens"]
    assert LEAST_OUTPUT <= sent < ROW.usual_output
    assert ROW.cost(0, 0, sent) <= 0.05


def test_lost_calls_use_up_the_budget_before_the_retries_end() -> None:
    with bench("never", *[Fault("eof")] * 9, budget=Budget(0.15), retries=9) as live:
        with pytest.raises(BudgetError, match="--max-usd"):
            live()
        assert 0 < live.budget.spent <= 0.15
        assert 2 <= len(live.server.requests) < 9


def test_scripted_calls_do_not_use_up_the_day() -> None:
    ledger = [0.0]

    def day(dollars: float) -> float:
        ledger[0] += dollars
        return ledger[0]

    with bench([Reply("x", usage=(5000, 0, 100))], budget=Budget(1.0, max_usd_day=1.0, day=day)) as live:
        live()
        assert live.budget.spent == pytest.approx(0.0108)
        assert ledger[0] == pytest.approx(0.0)


@settings(max_examples=100)
@given(st.text(max_size=300), st.text(max_size=100), st.integers(1, 4000), st.integers(1, 4000))
def test_the_bound_on_input_is_one(text: str, more: str, width: int, height: int) -> None:
    """Against the real tokenizer, with a picture and a tool; a hundred tokens of frame are more than anyone adds."""
    picture = Image("data:,", width, height, 0)
    request = Request((Message("user", text, images=(picture,)),), tools=(Tool("t", more, {}),))
    assert input_bound(request, ROW) >= count(text) + count(more) + 255


@settings(max_examples=100)
@given(st.text(max_size=300), st.text(max_size=100))
def test_the_close_bound_is_one_too(text: str, more: str) -> None:
    request = Request((Message("user", text),), tools=(Tool("t", more, {}),))
    assert count(text) + count(more) < input_exact(request, ROW) <= input_bound(request, ROW) * 1.02 + 1


@pytest.mark.skipif(not exact(), reason="rs-bpe is not installed")
def test_a_long_context_that_can_be_paid_is_not_refused() -> None:
    """A byte for a token would make it four times as dear as it is."""
    text = "def read(path: str) -> str:\n    return open(path).read()\n" * 2000
    assert ROW.cost(len(text), 0, LEAST_OUTPUT) > 0.1
    with bench("fine", budget=Budget(0.1)) as live:
        assert live(question(text)).text == "fine"


def test_a_stream_ends_at_what_was_reserved() -> None:
    """Some endpoints know no limit: 400,000 words came, and were paid, where 8,192 tokens had been asked for."""
    with bench([Reply("I think. " * 40_000)], budget=Budget(0.2)) as live:
        answer = live()
        assert answer.finish == "length"
        assert "went on after" in answer.reason
        assert live.budget.spent <= 0.2


@pytest.mark.parametrize(
    "usage",
    [(10**12, 0, 10), (100, 0, 10**12), (10, 10**9, 5), (100, 0, 0)],
    ids=["input", "output", "more-cached-than-sent", "nothing"],
)
def test_counts_that_cannot_be_are_replaced_by_ours(usage: tuple[int, int, int]) -> None:
    with bench([Reply("All is well, and this is an answer of some words.", usage=usage)], budget=Budget(1.0)) as live:
        found = live().usage
        assert found.estimated
        assert 0 < found.dollars < 0.01
        assert found.cost.startswith("about $")
        assert live.budget.spent <= 1.0


def test_a_call_that_is_cancelled_shows_what_it_may_have_cost() -> None:
    with bench([Reply("x " * 50_000)]) as live:
        heard: list[str | None] = []

        def hear(piece: str | None) -> None:
            heard.append(piece)
            live.cancel.set()

        with pytest.raises(Cancelled):
            live.ask(question(), hear)
        assert live.ask.lost.is_bound
        assert live.ask.lost.dollars == pytest.approx(live.budget.spent)
        assert live.ask.lost.cost.startswith("at most $")


COUNT = "/v1/responses/input_tokens"
LONG = "word " * 40_000


def tight(text: str) -> Budget:
    """A budget that pays what the text really costs, and not the bound that no tokenizer makes closer."""
    row = load_registry().row("gpt-6-luna")
    really = row.prices.most(estimate(text) + 200, LEAST_OUTPUT)
    assert row.prices.most(len(text), LEAST_OUTPUT) > really
    return Budget(really)


def test_the_endpoint_counts_the_input_where_ours_is_a_guess_that_cannot_be_paid() -> None:
    with bench("ok", model="gpt-6-luna", budget=tight(LONG)) as live:
        assert live(question(LONG, tools=(READ,))).text == "ok"
        paths = [seen.path for seen in live.server.requests]
        body = live.server.requests[0].body
    assert paths == [COUNT, "/v1/responses"]
    assert {"stream", "store", "max_output_tokens", "include"}.isdisjoint(body)
    assert body["tools"]


def test_nothing_is_counted_there_where_the_bound_can_be_paid() -> None:
    with bench("ok", model="gpt-6-luna") as live:
        live(question(LONG))
        assert [seen.path for seen in live.server.requests] == ["/v1/responses"]


@pytest.mark.parametrize(
    "fault", [error(404, "not_found", "no such path"), Fault("status", 200, body={"input_tokens": -1})]
)
def test_an_endpoint_that_does_not_count_is_not_asked_twice(fault: Fault) -> None:
    with bench("ok", fault, model="gpt-6-luna", budget=tight(LONG)) as live:
        for _ in range(2):
            with pytest.raises(BudgetError):
                live(question(LONG))
        assert [seen.path for seen in live.server.requests] == [COUNT]
