"""Secrets in ordinary files: what a model is sent, what is stored, and how an edit beside one lands."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Agent, git
from tests.secrets.samples import made

from fretsaw.core.secrets.mask import SecretMask
from fretsaw.model.scripted import ScriptedServer

KEY = b"a key for tests, of 32 bytes ..."
TOKEN = "gh" + "p_" + made(36)
PASSWORD = made(20)
CONFIG = f'HOST = "db"\nTOKEN = "{TOKEN}"\nPORT = 1\nURL = "postgres://app:{PASSWORD}@db.corp.net/x"\n'
ISSUE = "PORT in config.py must be 5432"
Model = Callable[..., ScriptedServer]


@pytest.fixture
def secret_project(project: Path, tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir(mode=0o700, exist_ok=True)
    (tmp_path / "state" / "mask-key").write_bytes(KEY)
    (project / "config.py").write_text(CONFIG)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "config")
    return project


def _marker(value: str) -> str:
    return SecretMask(lambda: KEY)._marker(value)


def _patch(removed: str, added: str, before: str = "", after: str = "") -> str:
    rows = [f" {before}" if before else "", f"-{removed}" if removed else "", f"+{added}" if added else ""]
    rows.append(f" {after}" if after else "")
    body = "\n".join(row for row in rows if row)
    return f"Done.\n\n*** Begin Patch\n*** Update File: config.py\n@@\n{body}\n*** End Patch\n"


EDIT = _patch(
    "PORT = 1",
    "PORT = 5432",
    f'TOKEN = "{_marker(TOKEN)}"',
    f'URL = "postgres://app:{_marker(PASSWORD)}@db.corp.net/x"',
)


def _stored(tmp_path: Path) -> str:
    runs = (tmp_path / "state" / "repos").rglob("runs/**/*")
    return "".join(path.read_text("utf-8", "replace") for path in runs if path.is_file())


def _sent(server: ScriptedServer) -> str:
    return "".join(json.dumps(seen.body) for seen in server.requests)


def test_edit_beside_a_key_lands_exactly(agent: Agent, secret_project: Path, model: Model, tmp_path: Path) -> None:
    server = model(EDIT)
    ended = agent("fix", ISSUE)
    assert ended.code == 0, ended.err
    assert (secret_project / "config.py").read_text() == CONFIG.replace("PORT = 1", "PORT = 5432")
    for secret in (TOKEN, PASSWORD):
        assert secret not in _sent(server)
        assert secret not in _stored(tmp_path)
        assert secret not in ended.out + ended.err
    assert "kept back" in ended.err
    assert agent("undo").code == 0
    assert (secret_project / "config.py").read_text() == CONFIG


def test_issue_may_ask_for_a_key_to_go(agent: Agent, secret_project: Path, model: Model) -> None:
    model(_patch(f'TOKEN = "{_marker(TOKEN)}"', 'TOKEN = os.environ["TOKEN"]'))
    assert agent("fix", f"remove the token {TOKEN} from config.py").code == 0
    assert TOKEN not in (secret_project / "config.py").read_text()


@pytest.mark.parametrize(
    "written", ["ghp_WITHHELDABCDEFGH2345xxxxxxxxxxxxxxxx", _marker(TOKEN)[:20]], ids=["new", "cut"]
)
def test_marker_that_stands_for_nothing_is_never_written(
    agent: Agent, secret_project: Path, model: Model, written: str
) -> None:
    model(*[_patch("PORT = 1", f'PORT = "{written}"')] * 4)
    assert agent("fix", ISSUE).code == 1
    assert (secret_project / "config.py").read_text() == CONFIG


def test_secret_is_not_copied_into_another_file(agent: Agent, secret_project: Path, model: Model) -> None:
    new = f"Done.\n\n*** Begin Patch\n*** Add File: notes.py\n+T = '{_marker(TOKEN)}'\n*** End Patch\n"
    model(*[new] * 4)
    assert agent("fix", "write notes.py with the token").code == 1
    assert not (secret_project / "notes.py").exists()


def test_kept_proposal_is_applied_with_the_key_of_now(agent: Agent, secret_project: Path, model: Model) -> None:
    model(EDIT)
    ended = agent("fix", ISSUE, "--apply", "none")
    assert TOKEN in ended.out, "the patch is made to be piped"
    assert agent("show", "--patch").out == ended.out
    assert TOKEN not in agent("show", "--json").out
    assert agent("apply").code == 0
    assert (secret_project / "config.py").read_text() == CONFIG.replace("PORT = 1", "PORT = 5432")


def test_apply_refuses_where_the_key_is_gone(agent: Agent, secret_project: Path, model: Model) -> None:
    model(EDIT)
    agent("fix", ISSUE, "--apply", "none")
    other = CONFIG.replace(TOKEN, "gh" + "p_" + made(36))
    (secret_project / "config.py").write_text(other)
    ended = agent("apply")
    assert ended.code == 5
    assert "no longer in your files" in ended.err
    assert (secret_project / "config.py").read_text() == other


def test_replay_works_on_masked_records(agent: Agent, secret_project: Path, model: Model) -> None:
    model(EDIT)
    agent("fix", ISSUE, "--apply", "none")
    ended = agent("replay", "--json")
    assert ended.code == 0, ended.err
    assert ended.document["outcome"] == "proposal"
    assert TOKEN not in ended.out


def test_context_says_what_is_withheld_and_a_name_lets_it_through(agent: Agent, secret_project: Path) -> None:
    document = agent("context", ISSUE, "--json").document
    rows = {row["rule"]: row for row in document["withheld"]}
    assert rows["github-token"]["place"] == "config.py"
    assert rows["github-token"]["line"] == 2
    name = rows["github-token"]["name"]
    assert TOKEN in agent("context", ISSUE, "--full", "--reveal", name).out
    assert PASSWORD not in agent("context", ISSUE, "--full", "--reveal", name).out


def test_repository_cannot_reveal(agent: Agent, secret_project: Path) -> None:
    (secret_project / ".fretsaw.toml").write_text('reveal = ["*"]\n')
    assert TOKEN not in agent("context", ISSUE, "--full").out


def test_search_and_tools_show_markers(agent: Agent, secret_project: Path, model: Model) -> None:
    calls = [{"calls": [{"name": "search", "arguments": {"words": "TOKEN"}}]}, EDIT]
    server = model(*calls)
    assert agent("fix", ISSUE, "--context-tokens", "0").code in (0, 1)
    assert TOKEN not in _sent(server)


def test_output_of_the_check_is_masked(agent: Agent, secret_project: Path, model: Model, tmp_path: Path) -> None:
    server = model(*[EDIT] * 4)
    argv = "python -c \"print(open('config.py').read()); raise SystemExit(1)\""
    agent("fix", ISSUE, "--check", argv, "--sandbox", "none", "--repeat", "1")
    assert TOKEN not in _sent(server) + _stored(tmp_path)


def test_key_of_the_api_is_nowhere(
    agent: Agent, secret_project: Path, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import base64

    key = made(24, string.ascii_lowercase) + made(24)
    monkeypatch.setenv("OPENAI_API_KEY", key)
    encoded = base64.b64encode(b"it: " + key.encode()).decode()
    model(f"Your key: {key}, {key[:20]}, {key[-14:]}, {key[::-1]}, {encoded}\n" + EDIT)
    ended = agent("fix", ISSUE)
    told = (
        ended.out + ended.err + _stored(tmp_path) + "".join(agent("show", flag).out for flag in ("--json", "--replies"))
    )
    for part in (key, key[:20], key[-14:], key[::-1], encoded[8:40]):
        assert part not in told


def test_a_word_for_a_key_is_kept_back_nowhere(agent: Agent, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "rest")
    ended = agent("context", "ISSUE.md")
    assert ended.code == 0 and "api-key" not in ended.out + ended.err
