"""What a call cost is what was billed: cache writes, service tiers, and no call for nothing that was not counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.model.contract import validate_body
from tests.model.support import bench, question

from fretsaw.core.chat import Usage
from fretsaw.model import responses
from fretsaw.model.budget import Budget
from fretsaw.model.parse import Collected
from fretsaw.model.prices import Prices, TokenCounts
from fretsaw.model.registry import load_registry
from fretsaw.model.scripted import Fault, Reply, error
from fretsaw.settings import Settings

APIS = ["chat", "responses"]
LUNA = "gpt-6-luna"


@pytest.mark.parametrize("api", APIS)
def test_cache_writes_are_priced_from_the_row(api: str) -> None:
    with bench([Reply("x", usage=(10_000, 2_000, 500), cache_write=7_000)], api=api, model=LUNA) as live:
        usage = live().usage
    assert (usage.cached_tokens, usage.cache_write_tokens, usage.estimated) == (2_000, 7_000, False)
    assert usage.dollars == pytest.approx((1_000 * 0.10 + 2_000 * 0.01 + 7_000 * 0.125 + 500 * 0.50) / 1e6)


def test_what_is_not_listed_for_the_cache_costs_what_other_input_costs() -> None:
    row = load_registry().row("gpt-4.1")
    assert row.prices.cost(TokenCounts(1000, 0, 0, cache_write=1000)) == pytest.approx(0.002)


@pytest.mark.parametrize("api", APIS)
def test_the_tier_that_served_sets_the_price(api: str) -> None:
    with bench([Reply("x", usage=(10_000, 0, 1_000), tier="priority")], api=api) as live:
        usage = live().usage
    assert usage.dollars == pytest.approx(0.035 + 0.014)
    assert (usage.tiers, usage.estimated) == (("priority",), False)


def test_a_tier_without_a_price_is_said_to_be_an_estimate() -> None:
    with bench([Reply("x", usage=(10_000, 0, 1_000), tier="ultrafast")]) as live:
        usage = live().usage
    assert (usage.tiers, usage.estimated) == (("ultrafast",), True)
    assert usage.dollars == pytest.approx(0.028)


def test_the_next_reservation_is_at_the_price_of_the_tier_that_served() -> None:
    replies = [Reply("x", usage=(10, 0, 10), tier="priority"), Reply("y")]
    with bench(replies, budget=Budget(0.1), order="server") as live:
        live()
        live(question("again"))
        first, second = (seen.body["max_completion_tokens"] for seen in live.server.requests)
    assert second < first
    assert second * 14 / 1e6 <= 0.1


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        [],
        {"prompt_tokens": None, "completion_tokens": None},
        {"prompt_tokens": 0, "completion_tokens": 0},
        {"prompt_tokens": 900},
        {"prompt_tokens": 900, "completion_tokens": 0},
    ],
    ids=str,
)
def test_a_call_that_was_not_counted_is_not_free(usage: Any) -> None:
    whole = {"choices": [{"message": {"content": "All of it. " * 9}, "finish_reason": "stop"}], "usage": usage}
    with bench("unused", Fault("json", body=whole)) as live:
        used = live().usage
        spent = live.budget.spent
    assert used.estimated
    assert used.dollars > 0
    assert spent >= used.dollars


def test_a_response_that_failed_is_paid_as_it_was_counted() -> None:
    failed = {"type": "response.failed", "response": {"error": {"code": "server_error", "message": "no"}}}
    failed["response"]["usage"] = {"input_tokens": 1_000, "output_tokens": 100}  # type: ignore[index]
    with bench(["fine"], Fault("raw", body=_event(failed)), api="responses", retries=1) as live:
        live()
        assert live.budget.spent < 0.01, "not the whole reservation"


def test_a_dear_cache_write_is_within_what_was_reserved() -> None:
    prices = Prices(1.0, 0.1, 2.0, 1.25)
    assert prices.most(1_000, 50) >= prices.cost(TokenCounts(1_000, 0, 50, cache_write=1_000))


def test_usages_add_up_with_their_tiers() -> None:
    total = Usage(1, 5, cache_write_tokens=2, tiers=("flex",)) + Usage(1, 5, cache_write_tokens=3, tiers=("flex",))
    assert (total.cache_write_tokens, total.tiers) == (5, ("flex",))


def test_a_row_without_a_price_is_said_to_have_none(tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    own.write_text(
        '[[model]]\nid = "mine"\ncontext = 9\noutput = 9\n'
        '[[model]]\nid = "free"\ncontext = 9\noutput = 9\nprice = { input = 0 }\n'
    )
    registry = load_registry(own)
    day = load_registry().row("gpt-4.1").as_of
    assert day
    assert "--max-usd does not hold" in registry.choose(Settings(model="mine"), day).notices[0]
    assert registry.choose(Settings(model="free"), day).notices == ()


def test_reasoning_has_a_price_of_its_own_where_the_row_has_one(tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    own.write_text(
        '[[model]]\nid = "mine"\ncontext = 9000\noutput = 9000\nprice = { input = 1, output = 2, reasoning = 3 }\n'
    )
    prices = load_registry(own).row("mine").prices
    assert prices.cost(TokenCounts(0, 0, 1_000_000, reasoning=400_000)) == pytest.approx(0.6 * 2 + 0.4 * 3)
    assert prices.most(0, 1_000_000) == pytest.approx(3)


def test_reasoning_is_billed_as_output_and_told() -> None:
    reply = Reply("x", usage=(1_000, 0, 400), reasoning="gAAAA")
    with bench([reply], api="responses", model=LUNA) as live:
        usage = live().usage
    assert usage.reasoning_tokens == 200
    assert usage.dollars == pytest.approx((1_000 * 0.10 + 400 * 0.50) / 1e6)


def test_what_a_prediction_had_in_vain_is_billed_and_told() -> None:
    asked = replace(question("Again."), prediction="The whole text that was said before.", tools=())
    with bench([Reply("x", usage=(1_000, 0, 400), rejected=300)]) as live:
        usage = live(asked).usage
        [seen] = live.server.requests
    validate_body(seen.path, seen.body)
    assert seen.body["prediction"] == {"type": "content", "content": "The whole text that was said before."}
    assert "max_completion_tokens" not in seen.body
    assert (usage.rejected_tokens, usage.estimated) == (300, False)
    assert usage.dollars == pytest.approx((1_000 * 2 + 400 * 8) / 1e6)


@pytest.mark.parametrize("model", [LUNA, "any-other"])
def test_a_model_without_predictions_gets_none(model: str) -> None:
    with bench([Reply("x")], model=model) as live:
        live(replace(question("Again."), prediction="Said before."))
        assert "prediction" not in live.server.requests[0].body


def test_a_refused_prediction_is_left_out_and_the_limit_is_back() -> None:
    refused = error(400, "unsupported_parameter", "Unsupported parameter: 'prediction'.")
    with bench([Reply("x")], refused) as live:
        live(replace(question("Again."), prediction="Said before."))
        assert "max_completion_tokens" in live.server.requests[1].body


def test_an_answer_made_in_background_has_the_price_of_its_window(tmp_path: Path) -> None:
    tiers = "tiers = { background-8h = { input = 0.5, output = 1 } }\n"
    own = tmp_path / "models.toml"
    own.write_text(
        f'[[model]]\nid = "mine"\ncontext = 9000\noutput = 9000\nprice = {{ input = 1, output = 2 }}\n{tiers}'
    )
    row = load_registry(own).row("mine")
    told = {"background": True, "background_options": {"completion_window": "8h"}, "service_tier": "default"}
    so_far = Collected()
    responses.take_whole({**told, "output": [], "status": "completed"}, so_far)
    served = row.at_tier(so_far.tier)
    assert served is not None
    assert served.prices.cost(TokenCounts(1_000_000, 0, 1_000_000)) == pytest.approx(1.5)
    assert row.at_tier("background-2h") is None, "a price that is not known is an estimate"


def test_a_batch_is_half_the_price_by_the_row() -> None:
    for model in ("gpt-4.1", "gpt-4.1-mini", LUNA):
        row = load_registry().row(model)
        batch = row.at_tier("batch")
        assert batch is not None
        assert (batch.prices.input, batch.prices.output) == (row.prices.input / 2, row.prices.output / 2)


def _event(data: dict[str, Any]) -> bytes:
    import json

    return b"data: " + json.dumps(data).encode() + b"\n\n"
