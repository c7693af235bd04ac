"""Models are data: which has a role today, what it costs, when it ends."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import fretsaw
from fretsaw.errors import ConfigError
from fretsaw.model.registry import load_registry
from fretsaw.settings import Settings

TODAY = date(2026, 11, 22)
REGISTRY = load_registry()


@pytest.mark.parametrize(
    ("role", "today", "model"),
    [
        ("editor", TODAY, "gpt-4.1"),
        ("quick", TODAY, "gpt-4.1-mini"),
        ("triage", date(2026, 10, 22), "gpt-4.1-nano"),
        ("triage", date(2026, 10, 23), "gpt-4.1-mini"),
        ("complete", TODAY, "gpt-4.1-mini"),
        ("editor", date(2027, 1, 14), "gpt-6-luna"),
    ],
)
def test_who_has_a_role(role: str, today: date, model: str) -> None:
    assert REGISTRY.for_role(role, today).row.id == model


def test_a_retired_model_names_its_successor() -> None:
    with pytest.raises(ConfigError, match=r"shut down by OpenAI on 2026-10-23 \(use --model gpt-6-luna"):
        REGISTRY.choose(Settings(model="gpt-4.1-nano"), TODAY)


def test_a_snapshot_and_a_fine_tuned_one_of_it_too() -> None:
    for model in ("gpt-4.1-nano-2025-04-14", "ft:gpt-4.1-nano:acme::abc"):
        with pytest.raises(ConfigError, match="gpt-6-luna"):
            REGISTRY.choose(Settings(model=model), TODAY)


def test_elsewhere_the_dates_are_not_ours() -> None:
    chosen = REGISTRY.choose(Settings(model="gpt-4.1-nano", base_url="https://proxy.example/v1"), TODAY)
    assert chosen.row.id == "gpt-4.1-nano"


def test_unknown_models() -> None:
    with pytest.raises(ConfigError, match=r"gpt-4\.1-mni.*did you mean gpt-4\.1-mini"):
        REGISTRY.choose(Settings(model="gpt-4.1-mni"), TODAY)
    chosen = REGISTRY.choose(Settings(model="qwen3-coder:30b", base_url="http://localhost:11434/v1"), TODAY)
    assert (chosen.row.id, chosen.row.plain) == ("qwen3-coder:30b", True)
    assert "price" in chosen.notices[0]


@pytest.mark.parametrize(
    ("model", "dollars"), [("gpt-4.1", 10.0), ("gpt-4.1-mini", 2.0), ("gpt-6-luna", 0.6), ("ft:gpt-4.1:a:b:c", 15.0)]
)
def test_prices_of_a_million_in_and_out(model: str, dollars: float) -> None:
    assert REGISTRY.row(model).cost(10**6, 0, 10**6) == pytest.approx(dollars)


def test_cached_tokens_are_cheaper() -> None:
    assert REGISTRY.row("gpt-4.1").cost(10**6, 10**6, 0) == pytest.approx(0.5)


def test_a_users_own_rows_and_roles(tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    own.write_text(
        '[roles]\neditor = ["mine"]\n[[model]]\nid = "mine"\ncontext = 1000\noutput = 100\n'
        '[[model]]\nid = "gpt-4.1"\nprice = {input = 1, output = 1}\ncontext = 5\noutput = 5\n'
    )
    registry = load_registry(own)
    assert registry.for_role("editor", TODAY).row.id == "mine"
    assert registry.for_role("quick", TODAY).row.id == "gpt-4.1-mini"
    assert registry.row("gpt-4.1").context == 5
    assert registry.row("mine").usual_output == 100


@pytest.mark.parametrize(
    ("text", "word"),
    [("[[model", "TOML"), ("[[model]]\nid='a'", "context"), ("[[model]]\nid='a'\ncontext='x'\noutput=1", "whole")],
)
def test_a_wrong_file_names_itself(tmp_path: Path, text: str, word: str) -> None:
    own = tmp_path / "models.toml"
    own.write_text(text)
    with pytest.raises(ConfigError, match=r"models\.toml") as caught:
        load_registry(own)
    assert word in str(caught.value)


def test_no_model_is_named_in_code() -> None:
    """A model is a row of data: its name may stand in documentation, never in a string that code uses."""
    package = Path(fretsaw.__file__).parent
    named = re.compile(r"""["'](ft:)?gpt-[\w.:-]+["']""")
    for file in sorted((package / "model").rglob("*.py")):
        assert not named.findall(file.read_text()), file


def test_every_row_says_where_it_comes_from() -> None:
    for row in REGISTRY.rows:
        assert row.source, row.id
        assert row.as_of, row.id
        assert row.output <= row.context
        assert row.successor is None or REGISTRY.find(row.successor), row.id
