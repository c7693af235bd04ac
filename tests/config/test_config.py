"""Where settings come from, which source wins, and what a stranger's file may not do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fretsaw.config import approve, resolve
from fretsaw.errors import ConfigError
from fretsaw.settings import options
from fretsaw.user_dirs import UserDirs

SAMPLES: dict[str, Any] = {"string": "x", "number": 7.5, "integer": 7, "boolean": True, "array": ["a", "b c"]}
"""A value of each type that is nobody's default."""


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in options():
        monkeypatch.delenv(variable(row.name), raising=False)
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "AZURE_OPENAI_API_KEY", "FRETSAW_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def where(tmp_path: Path) -> UserDirs:
    (tmp_path / "config").mkdir()
    return UserDirs(tmp_path / "state", tmp_path / "config")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repo").mkdir()
    return tmp_path / "repo"


def variable(name: str) -> str:
    return f"FRETSAW_{name.replace('-', '_').upper()}"


def test_each_source_wins_over_those_below_it(where: UserDirs, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def tokens(editor: dict[str, Any] | None = None, **flags: Any) -> int:
        return resolve(flags, root, editor=editor, where=where).settings.context_tokens

    assert tokens() == 24000
    monkeypatch.setenv("FRETSAW_CONTEXT_TOKENS", "1")
    assert tokens() == 1
    (where.config / "config.toml").write_text("context-tokens = 2\n", "utf-8")
    assert tokens() == 2
    (root / "pyproject.toml").write_text("[tool.fretsaw]\ncontext-tokens = 3\n", "utf-8")
    assert tokens() == 3
    (root / ".fretsaw.toml").write_text("context-tokens = 4\n", "utf-8")
    assert tokens() == 4
    assert tokens({"contextTokens": 5}) == 5
    assert tokens({"contextTokens": 5}, context_tokens=6) == 6


@pytest.mark.parametrize("row", options(), ids=lambda row: row.name)
def test_every_option_can_be_set_in_every_way(
    where: UserDirs, root: Path, row: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = row.choices[-1] if row.choices else SAMPLES[row.type]
    value = row.most if row.most is not None else value
    if row.type == "boolean":
        value = not row.default
    field = row.name.replace("-", "_")
    expected = tuple(value) if row.type == "array" else value
    shown = str(value).lower() if row.type == "boolean" else repr(value).replace("'", '"')

    def got(flags: dict[str, Any] | None = None, editor: dict[str, Any] | None = None) -> Any:
        return getattr(resolve(flags or {}, root, editor=editor, where=where).settings, field)

    assert got({field: value}) == expected
    assert got(editor={row.editor_name: value}) == expected
    monkeypatch.setenv(variable(row.name), "a 'b c'" if row.type == "array" else str(value))
    assert got() == expected
    monkeypatch.delenv(variable(row.name))
    (where.config / "config.toml").write_text(f"{row.name} = {shown}\n", "utf-8")
    assert got() == expected


@pytest.mark.parametrize("spelling", ["-", "_"])
@pytest.mark.parametrize("row", [row for row in options() if row.scope == "user"], ids=lambda row: row.name)
def test_a_repository_sets_nothing_that_is_the_users_in_any_spelling(
    where: UserDirs, root: Path, row: Any, spelling: str
) -> None:
    value = row.choices[-1] if row.choices else SAMPLES[row.type]
    shown = str(value).lower() if row.type == "boolean" else repr(value).replace("'", '"')
    for file, head in ((".fretsaw.toml", ""), ("pyproject.toml", "[tool.fretsaw]\n")):
        (root / file).write_text(f"{head}{row.name.replace('-', spelling)} = {shown}\n", "utf-8")
        resolved = resolve({}, root, where=where)
        assert getattr(resolved.settings, row.name.replace("-", "_")) == row.default
        assert resolved.notices or resolved.proposed_check, "it is said that it was not taken"
        (root / file).unlink()


def test_a_link_is_not_followed_for_settings(where: UserDirs, root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.toml").write_text("context-tokens = 9\n", "utf-8")
    (root / ".fretsaw.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert resolve({}, root, where=where).settings.context_tokens == 24000


@pytest.mark.parametrize(
    "text",
    [
        "max-usd = -1.0",
        "max-usd = nan",
        "max-usd-day = inf",
        "timeout = 0",
        "repeat = 0",
        "retries = -1",
        "steps = 1.5",
        "tools = 'yes'",
        "prune = 'hard'",
        "max-usd = true",
        "allow = [1]",
        "check = 'python \"x'",
        "api-key = 'sk-x'",
    ],
)
def test_a_value_that_is_not_as_it_should_be_is_named(where: UserDirs, text: str) -> None:
    (where.config / "config.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as raised:
        resolve({}, None, where=where)
    assert text.partition(" ")[0] in str(raised.value)
    assert "config.toml" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("FRETSAW_TOOLS", "perhaps"),
        ("FRETSAW_RETRIES", "many"),
        ("FRETSAW_MAX_USD", "nan"),
        ("FRETSAW_CHECK", "python 'x"),
        ("FRETSAW_PRUNE", "hard"),
    ],
)
def test_a_variable_that_is_not_as_it_should_be_is_refused(
    where: UserDirs, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(ConfigError):
        resolve({}, None, where=where)


@pytest.mark.parametrize("word", ["0", "no", "Off", "FALSE"])
def test_a_variable_can_turn_something_off(where: UserDirs, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("FRETSAW_TOOLS", word)
    assert resolve({}, None, where=where).settings.tools is False


@pytest.mark.parametrize(
    "text", ["rules = 5", "rules = [1]", "check = 5", 'check = "a \'b"', "= [", "context-tokens = 'x'"]
)
def test_a_strangers_broken_file_is_a_message_and_no_bug(where: UserDirs, root: Path, text: str) -> None:
    (root / ".fretsaw.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as raised:
        resolve({}, root, where=where)
    assert ".fretsaw.toml" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\n\ncontext-tokens = 'x'\n", ".fretsaw.toml:3: context-tokens takes"),
        ("prune = 1", ".fretsaw.toml:1: prune takes"),
        ("rules = 5", ".fretsaw.toml:1: rules takes"),
        ("x = " + "[" * 30_000, "nested too deeply"),
        ("x = " + "{a=" * 30_000, "nested too deeply"),
        ("context-tokens = " + "9" * 9_000, "is not TOML"),
        ("= [", "line 1"),
        ("a = '\udcff'", "is not TOML"),
    ],
    ids=range(8),
)
def test_a_strangers_broken_file_locks_nobody_out(where: UserDirs, root: Path, text: str, told: str) -> None:
    (root / ".fretsaw.toml").write_text(text, "utf-8", "surrogateescape")
    with pytest.raises(ConfigError) as raised:
        resolve({}, root, where=where)
    assert told in str(raised.value)
    resolved = resolve({}, root, where=where, lenient=True)
    assert resolved.settings.context_tokens == 24000
    assert told in resolved.notices[0]
    assert "ignored" in resolved.notices[0]


def test_an_option_of_a_later_version_is_a_notice(where: UserDirs, root: Path) -> None:
    (root / ".fretsaw.toml").write_text("context-tokens = 9\ncontxt = 'files'\n[later]\nx = 1\n", "utf-8")
    resolved = resolve({}, root, where=where)
    assert resolved.settings.context_tokens == 9
    assert resolved.notices[0] == ".fretsaw.toml:2: this version has no option 'contxt' (is context meant?); ignored"
    assert "'later'" in resolved.notices[1]


@pytest.mark.parametrize("text", ["tool = 5 # tool.fretsaw", "[tool]\nfretsaw = 5 # tool.fretsaw"])
def test_a_strange_pyproject_is_as_good_as_none(where: UserDirs, root: Path, text: str) -> None:
    (root / "pyproject.toml").write_text(text, "utf-8")
    assert resolve({}, root, where=where).settings.context_tokens == 24000


def test_rules_are_sentences_not_letters(where: UserDirs, root: Path) -> None:
    (root / ".fretsaw.toml").write_text('rules = "Use tabs."\n', "utf-8")
    assert resolve({}, root, where=where).rules == ("Use tabs.",)
    (root / ".fretsaw.toml").write_text('rules = ["Use tabs.", "No classes."]\n', "utf-8")
    assert resolve({}, root, where=where).rules == ("Use tabs.", "No classes.")


def test_an_approval_holds_for_one_command_in_one_repository(where: UserDirs, root: Path, tmp_path: Path) -> None:
    (root / ".fretsaw.toml").write_text('check = ["make", "check"]\n', "utf-8")
    assert resolve({}, root, where=where).proposed_check == ("make", "check")
    assert resolve({}, root, where=where).settings.check is None
    approve(where, root, ("make", "check"))
    assert resolve({}, root, where=where).settings.check == ("make", "check")
    (root / ".fretsaw.toml").write_text('check = ["make", "check", "x"]\n', "utf-8")
    assert resolve({}, root, where=where).settings.check is None
    other = tmp_path / "other"
    other.mkdir()
    (other / ".fretsaw.toml").write_text('check = ["make", "check"]\n', "utf-8")
    assert resolve({}, other, where=where).settings.check is None


def test_the_users_own_check_is_not_asked_about(where: UserDirs, root: Path) -> None:
    (root / ".fretsaw.toml").write_text('check = ["make", "check"]\n', "utf-8")
    resolved = resolve({"check": ("pytest",)}, root, where=where)
    assert resolved.settings.check == ("pytest",)
    assert resolved.proposed_check is None


def test_the_key_follows_the_endpoint(where: UserDirs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "openai")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "azure")
    assert resolve({}, None, where=where).settings.api_key == "openai"
    assert resolve({"azure": True}, None, where=where).settings.api_key == "azure"
    monkeypatch.setenv("FRETSAW_API_KEY", "ours")
    assert resolve({}, None, where=where).settings.api_key == "ours"
    assert "ours" not in repr(resolve({}, None, where=where))
