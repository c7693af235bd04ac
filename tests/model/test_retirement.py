"""A model's end is told in time, with its successor and what changes; only a role without a set model moves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fretsaw.errors import ConfigError
from fretsaw.model.registry import ModelChoice, load_registry
from fretsaw.session.retirement import mark_told, untold_notices
from fretsaw.settings import Settings

REGISTRY = load_registry()
NOW, EVE, DAY, AFTER = date(2026, 11, 29), date(2027, 1, 13), date(2027, 1, 14), date(2027, 1, 15)
PRICE = "$0.1 in, $0.01 cached, $0.5 out per million tokens (instead of $2, $0.5, $8)"


def told(choice: ModelChoice) -> str:
    return "\n".join(one.text for one in choice.retirements)


@pytest.mark.parametrize("settings", [Settings(), Settings(model="gpt-4.1")], ids=["unpinned", "pinned"])
@pytest.mark.parametrize(
    ("today", "number"), [(date(2026, 11, 14), 0), (date(2026, 11, 15), 1), (NOW, 1), (EVE, 1)], ids=str
)
def test_sixty_days_before_its_end_it_is_told(settings: Settings, today: date, number: int) -> None:
    choice = REGISTRY.choose(settings, today)
    assert (choice.row.id, len(choice.retirements)) == ("gpt-4.1", number)


def test_before_the_day_it_is_told_what_follows_its_price_and_what_changes() -> None:
    text = told(REGISTRY.choose(Settings(), NOW))
    assert "gpt-4.1 is shut down on 2027-01-14, in 46 days" in text
    assert "The editor role then moves to gpt-6-luna by itself, within --max-usd" in text
    assert PRICE in text
    for change in (
        "the Responses API instead of Chat Completions",
        "reasoning effort none",
        "edit format apply-patch-tool",
    ):
        assert change in text
    assert "in 1 day." in told(REGISTRY.choose(Settings(), EVE))


def test_who_has_set_the_model_is_told_that_runs_will_stop() -> None:
    text = told(REGISTRY.choose(Settings(model="gpt-4.1"), NOW))
    assert "runs stop then" in text
    assert f"--model gpt-6-luna: {PRICE}" in text


@pytest.mark.parametrize("today", [DAY, AFTER])
def test_on_the_day_a_role_moves_and_says_so(today: date) -> None:
    choice = REGISTRY.choose(Settings(), today)
    assert choice.row.id == "gpt-6-luna"
    assert "gpt-4.1 was shut down on 2027-01-14; the editor role uses gpt-6-luna now, within --max-usd" in told(choice)
    assert PRICE in told(choice)


def test_a_role_that_moved_twice_is_told_of_the_last_move() -> None:
    assert "gpt-4.1-nano was shut down on 2026-10-23; the triage role uses gpt-4.1-mini" in told(
        REGISTRY.for_role("triage", NOW)
    )
    assert "gpt-4.1-mini was shut down on 2027-01-14; the triage role uses gpt-6-luna" in told(
        REGISTRY.for_role("triage", AFTER)
    )


@pytest.mark.parametrize("model", ["gpt-4.1", "gpt-4.1-mini", "gpt-4.1-2025-04-14", "ft:gpt-4.1:acme::abc"])
def test_a_model_that_was_set_ends_with_a_remedy_in_one_line(model: str) -> None:
    with pytest.raises(ConfigError, match="was shut down by OpenAI on 2027-01-14") as caught:
        REGISTRY.choose(Settings(model=model), DAY)
    assert caught.value.hint.startswith("use --model gpt-6-luna, its successor, or set no model")
    assert "\n" not in str(caught.value)


def test_azure_has_its_own_dates() -> None:
    settings = Settings(azure=True, base_url="https://x.openai.azure.com", api_version="1")
    choice = REGISTRY.choose(settings, AFTER)
    assert (choice.row.id, choice.retirements) == ("gpt-4.1", ())


def test_a_role_of_the_user_that_ends_names_its_successor(tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    own.write_text('[roles]\neditor = ["gpt-4.1"]\n')
    registry = load_registry(own)
    assert "--model gpt-6-luna" in told(registry.choose(Settings(), NOW))
    with pytest.raises(ConfigError, match="use --model gpt-6-luna, or add it to the role"):
        registry.choose(Settings(), AFTER)


def test_what_will_follow_is_told_once_a_week_and_what_followed_once(tmp_path: Path) -> None:
    before, after = REGISTRY.choose(Settings(), NOW), REGISTRY.choose(Settings(), AFTER)
    for choice, today, number in (
        (before, date(2026, 11, 29), 1),
        (before, date(2026, 11, 29), 0),
        (before, date(2026, 11, 30), 1),
        (before, date(2026, 12, 6), 0),
        (after, AFTER, 1),
        (after, date(2027, 2, 1), 0),
    ):
        assert len(untold_notices(tmp_path, choice, today)) == number, today
        mark_told(tmp_path, choice, today)


@pytest.mark.parametrize("text", ["", "[1]", "{", "\xff"])
def test_a_damaged_record_tells_again(tmp_path: Path, text: str) -> None:
    (tmp_path / "retirements.json").write_text(text, "latin-1")
    choice = REGISTRY.choose(Settings(), NOW)
    assert untold_notices(tmp_path, choice, NOW)
    mark_told(tmp_path, choice, NOW)
    assert not untold_notices(tmp_path, choice, NOW)
