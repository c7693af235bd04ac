"""The day that GPT-4.1 leaves, seen by who types `agent fix`: with no model set it works and says what changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.cli.conftest import CHECK, FIX, Agent, git

from fretsaw import config
from fretsaw.cancel import Cancel
from fretsaw.errors import ConfigError
from fretsaw.model.registry import load_registry
from fretsaw.model.scripted import ScriptedServer
from fretsaw.model.scripted.faults import error
from fretsaw.session import fix, models
from fretsaw.session.complete import complete_text
from fretsaw.session.open import open_session

Model = Callable[..., ScriptedServer]
Clock = Callable[[str], None]
MOVED = "the editor role uses gpt-6-luna now"
SOON = "The editor role then moves to gpt-6-luna by itself"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the day by which models retire."""

    def set_to(day: str) -> None:
        for module in (models, fix):
            monkeypatch.setattr(module, "today", lambda: date.fromisoformat(day))

    return set_to


@pytest.fixture
def unpinned(model: Model, monkeypatch: pytest.MonkeyPatch) -> Model:
    """Starts a scripted model; no model is set."""

    def start(*replies: str, **more: object) -> ScriptedServer:
        server = model(*replies, **more)
        monkeypatch.delenv("FRETSAW_MODEL")
        return server

    return start


def notices(agent: Agent, project: Path) -> str:
    """What a run tells; its change is taken back."""
    ended = agent("fix", "ISSUE.md", "--check", CHECK, "--json")
    assert ended.code == 0, ended.err
    git(project, "checkout", "-q", ".")
    return "\n".join(ended.document["notices"])


def test_after_the_day_a_fix_still_works_and_says_what_changed(
    agent: Agent, unpinned: Model, clock: Clock, project: Path
) -> None:
    server = unpinned(FIX)
    clock("2027-01-15")
    first = notices(agent, project)
    assert "gpt-4.1 was shut down on 2027-01-14" in first
    assert MOVED in first
    assert "$0.1 in, $0.01 cached, $0.5 out per million tokens (instead of $2, $0.5, $8)" in first
    assert (server.requests[-1].path, server.requests[-1].body["model"]) == ("/v1/responses", "gpt-6-luna")
    assert MOVED not in notices(agent, project), "it is said once"


def test_before_the_day_the_first_run_of_a_week_says_what_will_follow(
    agent: Agent, unpinned: Model, clock: Clock, project: Path
) -> None:
    server = unpinned(FIX)
    clock("2026-11-29")
    assert SOON in notices(agent, project)
    assert SOON not in notices(agent, project)
    clock("2026-11-30")
    assert SOON in notices(agent, project)
    assert server.requests[-1].body["model"] == "gpt-4.1"


def test_a_run_that_fails_tells_of_the_move_and_the_next_one_too(
    agent: Agent, unpinned: Model, clock: Clock, project: Path
) -> None:
    unpinned(FIX, faults=[error(404, "model_not_found", "The model gpt-6-luna does not exist")])
    clock("2027-01-15")
    failed = agent("fix", "ISSUE.md")
    assert failed.code != 0
    assert MOVED in " ".join(failed.err.split())
    assert MOVED in notices(agent, project)


def test_the_move_keeps_within_max_usd(agent: Agent, unpinned: Model, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    shipped = Path(models.__file__).parents[1] / "model" / "models.toml"
    dear = shipped.read_text("utf-8").replace("input = 0.10, cached = 0.01, cache-write = 0.125", "input = 900")
    (tmp_path / "config" / "models.toml").write_text(dear, "utf-8")
    server = unpinned(FIX)
    clock("2027-01-15")
    assert agent("fix", "ISSUE.md").code != 0
    assert {seen.path for seen in server.requests} <= {"/v1/responses/input_tokens"}, "counted at most, which is free"


def test_a_model_that_is_set_stops_with_the_remedy(agent: Agent, clock: Clock, project: Path, tmp_path: Path) -> None:
    clock("2027-01-15")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('model = "gpt-4.1"\n')
    for flags in ((), ("--model", "gpt-4.1")):
        ended = agent("fix", "ISSUE.md", *flags)
        assert ended.code != 0
        said = " ".join(ended.err.split())
        assert "gpt-4.1 was shut down by OpenAI on 2027-01-14" in said
        assert "use --model gpt-6-luna, its successor" in said


@pytest.mark.parametrize("url", ["https://api.openai.com/v1/", "https://eu.api.openai.com/v1"])
def test_openais_own_url_is_openai_however_it_is_given(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    settings = config.resolve({"model": "gpt-4.1"}, None).settings
    with pytest.raises(ConfigError, match="shut down by OpenAI on 2027-01-14"):
        load_registry().choose(settings, date(2027, 1, 15))
    [notice] = load_registry().choose(settings, date(2026, 12, 1)).retirements
    assert "It is the model that you set" in notice.text
    other = config.resolve({"model": "gpt-7-mars"}, None).settings
    assert load_registry().choose(other, date(2027, 1, 15)).row.id == "gpt-7-mars", "one without a row is asked"
    elsewhere = config.resolve({"model": "gpt-4.1", "base_url": "https://api.openai.com.example/v1"}, None).settings
    assert load_registry().choose(elsewhere, date(2027, 1, 15)).row.id == "gpt-4.1"


def test_doctor_says_what_will_follow(agent: Agent, unpinned: Model, clock: Clock) -> None:
    unpinned(FIX, models=["gpt-4.1"])
    clock("2026-11-29")
    assert SOON in " ".join(agent("doctor").out.split()) + " ".join(agent("doctor").err.split())
    clock("2027-01-15")
    assert MOVED in " ".join(agent("doctor").out.split()) + " ".join(agent("doctor").err.split())


def listed(*models: tuple[str, str | None]) -> list[dict[str, object]]:
    return [{"id": name, "shutdown_date": day} for name, day in models]


@pytest.mark.slow
def test_refresh_reads_the_dates_that_the_endpoint_tells_and_they_count(
    agent: Agent, unpinned: Model, clock: Clock, project: Path
) -> None:
    unpinned(FIX, models=listed(("gpt-4.1", "2026-12-20"), ("gpt-6-luna", None), ("new-model", "2028-02-01")))
    clock("2026-11-29")
    assert "says that gpt-4.1 is shut down on 2026-12-20" in " ".join(agent("doctor").err.split())
    rows = json.loads(agent("models", "--refresh", "--json").out)
    assert rows == [
        {"id": "gpt-4.1", "shutdown": "2026-12-20", "change": "until now: 2027-01-14"},
        {"id": "new-model", "shutdown": "2028-02-01", "change": "not in the list of models"},
    ]
    assert "retires 2026-12-20" in agent("models").out
    assert "gpt-4.1 is shut down on 2026-12-20, in 21 days" in notices(agent, project)
    clock("2026-12-21")
    assert MOVED in notices(agent, project)
    clock("2026-11-29")
    assert json.loads(agent("models", "--refresh", "--json").out)[0]["change"] == "as known"


def test_refresh_without_dates_keeps_those_of_the_list(agent: Agent, unpinned: Model) -> None:
    unpinned(FIX, models=["gpt-4.1"])
    ended = agent("models", "--refresh")
    assert (ended.code, ended.out) == (0, "")
    assert "The endpoint gives no dates: those of the list still count." in " ".join(ended.err.split())
    assert "retires 2027-01-14" in agent("models").out


def test_what_another_endpoint_tells_is_announced_for_a_model_that_is_set(
    agent: Agent, model: Model, clock: Clock, project: Path
) -> None:
    model(FIX, models=listed(("gpt-4.1", "2026-12-20")))
    clock("2026-11-29")
    agent("models", "--refresh")
    assert "It is the model that you set" in notices(agent, project)
    clock("2026-12-21")
    notices(agent, project)


def test_a_run_of_a_model_that_is_gone_is_replayed(
    agent: Agent, model: Model, clock: Clock, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model(FIX)
    first = agent("fix", "ISSUE.md", "--json").document
    git(project, "checkout", "-q", ".")
    monkeypatch.delenv("FRETSAW_BASE_URL")
    clock("2027-01-15")
    assert agent("fix", "ISSUE.md").code != 0, "the model is set, and gone"
    assert agent("replay", first["run"], "--json").document["patch"] == first["patch"]


PINNED = {
    "by a flag": (("--model", "gpt-4.1"), {}, ""),
    "by the environment": ((), {"FRETSAW_MODEL": "gpt-4.1"}, ""),
    "by the user's file": ((), {}, 'model = "gpt-4.1"\n'),
    "by its snapshot": (("--model", "gpt-4.1-2025-04-14"), {}, ""),
}
FOREIGN = 'model = "gpt-4.1"\nrole = "complete"\nendpoint = "ollama"\nmax-usd = 900\n'
"""What a repository's own file may not choose."""


@pytest.mark.parametrize("way", PINNED)
def test_however_a_model_is_pinned_its_end_is_an_error_with_the_remedy(
    agent: Agent, unpinned: Model, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    flags, variables, own = PINNED[way]
    server = unpinned(FIX)
    monkeypatch.delenv("FRETSAW_BASE_URL")
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config" / "config.toml").write_text(own)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    clock("2027-01-15")
    ended = agent("fix", "ISSUE.md", *flags)
    assert ended.code == 3
    assert "use --model gpt-6-luna, its successor, or set no model" in " ".join(ended.err.split())
    assert server.requests == []


def test_a_repositorys_file_pins_no_model_and_no_endpoint(
    agent: Agent, unpinned: Model, clock: Clock, project: Path
) -> None:
    server = unpinned(FIX)
    (project / ".fretsaw.toml").write_text(FOREIGN)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "settings of a stranger")
    clock("2027-01-15")
    told = notices(agent, project)
    assert MOVED in told
    assert "endpoint, max-usd, model, role can be set only by you" in told
    assert server.requests[-1].body["model"] == "gpt-6-luna"


@pytest.mark.parametrize("role", ["editor", "quick", "triage", "complete"])
def test_every_role_has_a_model_after_the_day(agent: Agent, unpinned: Model, clock: Clock, role: str) -> None:
    server = unpinned(FIX)
    clock("2027-01-15")
    ended = agent("fix", "ISSUE.md", "--role", role, "--json")
    assert ended.code == 0, ended.err
    assert f"the {role} role uses gpt-6-luna now" in "\n".join(ended.document["notices"])
    assert server.requests[-1].body["model"] == "gpt-6-luna"


def test_that_the_judge_moved_is_told_once_where_there_is_one(
    agent: Agent, unpinned: Model, clock: Clock, project: Path
) -> None:
    unpinned(FIX)
    clock("2027-01-15")
    judge = "the triage role uses gpt-6-luna now"
    assert judge not in notices(agent, project)
    for expected in (True, False):
        ended = agent("fix", "ISSUE.md", "--judge", "--json")
        git(project, "checkout", "-q", ".")
        assert (judge in "\n".join(ended.document["notices"])) == expected


def test_completion_moves_too_whatever_model_the_editor_has(
    unpinned: Model, clock: Clock, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = unpinned("seconds):")
    monkeypatch.setenv("FRETSAW_MODEL", "gpt-4.1")
    clock("2027-01-15")
    opened = open_session(project)
    assert complete_text(opened, "stopwatch/duration.py", ("def f(", "\n    pass\n"), Cancel()) == "seconds):"
    assert server.requests[-1].body["model"] == "gpt-6-luna"
