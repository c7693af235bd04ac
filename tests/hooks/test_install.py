"""`agent hooks install`, `status`, `remove`: foreign keys and formatting stay byte for byte."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Agent, _no_endpoint_of_ours, agent, project  # noqa: F401 - fixtures

DEEP = '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}"
HOOKS = '{"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "x"}]}]}}'
FILES = {
    "empty": "",
    "braces": "{}",
    "one line": '{"model": "opus", "env": {"A": "1"}}',
    "two blanks": '{\n  "model": "opus",\n  "permissions": {\n    "allow": ["Bash(ls:*)"]\n  }\n}\n',
    "four blanks, no end": '{\n    "model": "opus"\n}',
    "tabs": '{\n\t"a": [\n\t\t1,\n\t\t2\n\t]\n}\n',
    "windows": '{\r\n  "model": "opus"\r\n}\r\n',
    "comments": '// mine\n{\n  // keep\n  "model": "opus", /* so */\n  "list": [1, 2,],\n}\n',
    "hooks of others": json.dumps(json.loads(HOOKS), indent=2) + "\n",
    "hooks of others in a line": HOOKS,
    "a list that is there, in a line": '{"hooks": {"Stop": [], "stop": []}}',
    "mark and odd order": '\ufeff{ "z":1 ,\n"hooks" : { } , "a":"\\u00e9 ü" }\n\n',
}
WHERE = {
    "claude": ".claude/settings.json",
    "codex": ".codex/hooks.json",
    "cursor": ".cursor/hooks.json",
    "gemini": ".gemini/settings.json",
}
OWN = {"copilot": ".github/hooks/fretsaw.json", "opencode": ".opencode/plugins/fretsaw.js"}


@pytest.mark.parametrize(
    ("who", "name"),
    [
        pytest.param(who, name, marks=[pytest.mark.slow] if who != "claude" and at % 3 else [])
        for who in WHERE
        for at, name in enumerate(FILES)
    ],
)
def test_settings_are_byte_for_byte_after_install_and_remove(agent: Agent, project: Path, who: str, name: str) -> None:  # noqa: F811
    file = project / WHERE[who]
    file.parent.mkdir()
    file.write_bytes(FILES[name].encode())
    file.chmod(0o640)
    assert agent("hooks", "install", who).code == 0
    text = file.read_text("utf-8")
    assert f"vet --hook {who}" in text
    if name != "comments":
        assert {**json.loads(text.lstrip("\ufeff")), **(json.loads(FILES[name].lstrip("\ufeff") or "{}"))}
    assert "installed" in agent("hooks", "status").err
    assert agent("hooks", "remove", who).code == 0
    assert file.read_bytes() == FILES[name].encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert "No hooks are installed" in agent("hooks", "status").err


@pytest.mark.parametrize("who", [*WHERE, *OWN])
def test_what_was_not_there_is_not_there_afterwards(agent: Agent, project: Path, who: str) -> None:  # noqa: F811
    before = sorted(path for path in project.rglob("*") if ".git/" not in str(path))
    assert agent("hooks", "install", who).code == 0
    assert (project / {**WHERE, **OWN}[who]).is_file()
    assert agent("hooks", "remove", who).code == 0
    assert sorted(path for path in project.rglob("*") if ".git/" not in str(path)) == before


def test_what_was_edited_since_stays(agent: Agent, project: Path) -> None:  # noqa: F811
    file = project / ".claude/settings.json"
    agent("hooks", "install", "claude")
    document = file.read_text()
    file.write_text(document.replace("{", '{\n  "model": "opus",', 1).replace("\n}\n", ',\n  "after": 1\n}\n'))
    assert agent("hooks", "remove", "claude").code == 0
    assert json.loads(file.read_text()) == {"model": "opus", "after": 1}


@pytest.mark.parametrize(
    ("old", "is_changed"),
    [
        ("", True),
        ('model = "x"\n', True),
        ("[features]\nother = true\n\n[x]\n", True),
        ("[features]\nhooks = true\n", False),
        ("[features]\nhooks = false # mine\n", False),
        ("model = 1", True),
    ],
)
def test_codex_gets_its_feature_and_loses_it_again(agent: Agent, project: Path, old: str, is_changed: bool) -> None:  # noqa: F811
    file = project / ".codex/config.toml"
    file.parent.mkdir()
    file.write_text(old)
    assert agent("hooks", "install", "codex").code == 0
    assert ("hooks = true" in file.read_text() and file.read_text() != old) == is_changed
    assert agent("hooks", "remove", "codex").code == 0
    assert file.read_text() == old


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"hooks": []}', '{"hooks": {"Stop": {}}}', "not json", '{"a": 1} {', DEEP]
)
def test_a_file_that_is_no_settings_is_not_touched(agent: Agent, project: Path, text: str) -> None:  # noqa: F811
    file = project / ".claude/settings.json"
    file.parent.mkdir()
    file.write_text(text)
    ended = agent("hooks", "install", "claude")
    assert ended.code == 2, ended.err
    assert "is not edited" in ended.err
    assert file.read_text() == text


REFORMATTED: dict[str, Callable[[str], str]] = {
    "indent": lambda text: json.dumps(json.loads(text), indent=4) + "\n",
    "one line": lambda text: json.dumps(json.loads(text)),
    "sorted": lambda text: json.dumps(json.loads(text), indent="\t", sort_keys=True),
    "windows": lambda text: text.replace("\n", "\r\n"),
    "time edited": lambda text: json.dumps(json.loads(text), indent=1).replace(": 20", ": 60"),
}


@pytest.mark.parametrize("how", REFORMATTED)
@pytest.mark.parametrize(
    "old",
    [
        json.dumps(json.loads(HOOKS), indent=2),
        pytest.param("{}", marks=pytest.mark.slow),
        pytest.param('{"a": 1, "hooks": {"Stop": []}}', marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("who", WHERE)
def test_hooks_are_found_after_a_formatter(agent: Agent, project: Path, who: str, old: str, how: str) -> None:  # noqa: F811
    file = project / WHERE[who]
    file.parent.mkdir()
    file.write_text(old)
    agent("hooks", "install", who)
    file.write_bytes(REFORMATTED[how](file.read_text()).encode())
    assert "gone" not in agent("hooks", "status").err
    assert agent("hooks", "remove", who).code == 0
    assert json.loads(file.read_text()) == json.loads(old)


def _quoted_otherwise(text: str) -> str:
    return text.replace('"', "'")


def test_a_formatted_script_and_a_formatted_file_of_ours_go_too(agent: Agent, project: Path) -> None:  # noqa: F811
    hook = project / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho mine\n")
    agent("hooks", "install", "git")
    hook.write_text(hook.read_text().replace("  ", "\t\t").replace("; then", "\nthen"))
    assert agent("hooks", "remove", "git").code == 0
    assert hook.read_text() == "#!/bin/sh\necho mine\n"
    forms = {"copilot": REFORMATTED["one line"], "opencode": _quoted_otherwise}
    for who, form in forms.items():
        agent("hooks", "install", who)
        file = project / OWN[who]
        file.write_text(form(file.read_text()))
        assert agent("hooks", "remove", who).code == 0
        assert not file.exists()


def test_a_hook_of_git_outside_of_the_repository_is_not_lost(agent: Agent, project: Path, tmp_path: Path) -> None:  # noqa: F811
    subprocess.run(["git", "config", "core.hooksPath", str(tmp_path / "shared")], cwd=project, check=True)
    assert agent("hooks", "install", "git").code == 0
    assert (tmp_path / "shared/pre-commit").is_file()
    assert "installed" in agent("hooks", "status").err
    subprocess.run(["git", "config", "--unset", "core.hooksPath"], cwd=project, check=True)
    assert agent("hooks", "remove", "git").code == 0  # also where the folder is set otherwise by now
    assert not (tmp_path / "shared").exists()


def test_worktrees_share_the_hook_of_git(agent: Agent, project: Path, tmp_path: Path) -> None:  # noqa: F811
    linked = tmp_path / "linked"
    subprocess.run(["git", "worktree", "add", "-q", str(linked)], cwd=project, check=True)
    assert agent("hooks", "install", "git", cwd=linked).code == 0
    assert "installed" in agent("hooks", "status", cwd=project).err
    assert agent("hooks", "install", "git", cwd=project).code == 2
    assert agent("hooks", "remove", "git", cwd=project).code == 0
    assert not (project / ".git/hooks/pre-commit").exists()


def test_a_link_that_leads_nowhere_leads_nowhere_again(agent: Agent, project: Path, tmp_path: Path) -> None:  # noqa: F811
    link = project / ".claude/settings.json"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "dotfiles/claude.json")
    assert agent("hooks", "install", "claude").code == 0
    assert (tmp_path / "dotfiles/claude.json").is_file()
    assert "installed" in agent("hooks", "status").err
    assert agent("hooks", "remove", "claude").code == 0
    assert link.is_symlink()
    assert not (tmp_path / "dotfiles").exists()


@pytest.mark.parametrize(
    "text", ["[features]\nhooks = false\n", "features.hooks = false\n", "features = { hooks = false }\n"]
)
def test_hooks_that_codex_would_not_run_are_said(agent: Agent, project: Path, text: str) -> None:  # noqa: F811
    file = project / ".codex/config.toml"
    file.parent.mkdir()
    file.write_text(text)
    ended = agent("hooks", "install", "codex")
    if ended.code == 0:
        assert "codex runs no hooks" in ended.err
        assert "codex runs no hooks" in agent("hooks", "status").err
    else:
        assert "sets features without a [features] section" in ended.err
    assert file.read_text() == text


@pytest.mark.parametrize("old", [None, "", "model: sonnet\n", "# mine\nmodel: sonnet"])
def test_aider_is_told_to_run_the_hooks_of_git(agent: Agent, project: Path, old: str | None) -> None:  # noqa: F811
    file = project / ".aider.conf.yml"
    if old is not None:
        file.write_text(old)
    assert agent("hooks", "install", "aider").code == 0
    assert file.read_text().splitlines()[-1] == "git-commit-verify: true"
    assert "installed" in agent("hooks", "status").err
    assert agent("hooks", "remove", "aider").code == 0
    assert (file.read_text() if file.exists() else None) == old


@pytest.mark.parametrize("text", ["git-commit-verify: false\n", "{model: x}\n", "git-commit-verify: true\n"])
def test_a_setting_of_aider_that_is_there_is_the_users(agent: Agent, project: Path, text: str) -> None:  # noqa: F811
    (project / ".aider.conf.yml").write_text(text)
    assert agent("hooks", "install", "aider").code == 2
    assert (project / ".aider.conf.yml").read_text() == text


def test_twice_is_refused_and_a_link_stays_a_link(agent: Agent, project: Path, tmp_path: Path) -> None:  # noqa: F811
    real = tmp_path / "dotfiles.json"
    real.write_text("{}")
    (project / ".claude").mkdir()
    (project / ".claude/settings.json").symlink_to(real)
    assert agent("hooks", "install", "claude").code == 0
    assert agent("hooks", "install", "claude").code == 2
    assert (project / ".claude/settings.json").is_symlink()
    assert agent("hooks", "remove", "claude").code == 0
    assert real.read_text() == "{}"


def test_the_users_scope_is_for_all_repositories(
    agent: Agent,  # noqa: F811
    project: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert (
        agent("hooks", "install", "claude", "--user", "--mode", "refuse", "--prune", "strict", cwd=tmp_path).code == 0
    )
    text = (tmp_path / "home/.claude/settings.json").read_text()
    assert "vet --hook claude --mode refuse --prune strict" in text
    assert not (project / ".claude").exists()
    assert agent("hooks", "remove", "claude", cwd=project).code == 2
    assert agent("hooks", "remove", "claude", "--user", cwd=project).code == 0


def test_the_hook_of_git_stops_a_noisy_commit_and_goes_again(agent: Agent, project: Path) -> None:  # noqa: F811
    hook = project / ".git/hooks/pre-commit"
    assert agent("hooks", "install", "git").code == 0
    assert hook.stat().st_mode & 0o111
    program = Path(sys.executable).parent / "agent"
    hook.write_text(hook.read_text().replace(shlex.quote(str(Path(sys.argv[0]).absolute())), str(program)))
    hook.write_text(re.sub(r"\S*fretsaw vet", f"{program} vet", hook.read_text()).replace("command -v fretsaw", "true"))
    source = project / "stopwatch/duration.py"
    clean = source.read_text()
    source.write_text(clean.replace("divmod(seconds, 3600)", "divmod( seconds, 3600 )"))
    assert source.read_text() != clean
    done = subprocess.run(["git", "commit", "-qam", "x"], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr  # also by `commit -a`, which has an index of its own
    assert "stopwatch/duration.py" in done.stderr
    source.write_text(clean + "\nLIMIT = 3\n")
    subprocess.run(["git", "commit", "-qam", "x"], cwd=project, check=True, capture_output=True)


@pytest.mark.parametrize("old", ["#!/bin/sh\necho mine\n", "#!/usr/bin/env bash\nset -e", "#! /bin/sh\n"])
def test_a_hook_of_git_that_is_there_stays_as_it_is(agent: Agent, project: Path, old: str) -> None:  # noqa: F811
    hook = project / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(old)
    assert agent("hooks", "install", "git").code == 0
    assert "vet --staged" in hook.read_text()
    assert agent("hooks", "remove", "git").code == 0
    assert hook.read_text().rstrip("\n") == old.rstrip("\n")


@pytest.mark.parametrize("old", ["#!/usr/bin/env python\n", "#!/bin/sh\ncall_lefthook run\n"])
def test_a_hook_of_another_kind_is_not_touched(agent: Agent, project: Path, old: str) -> None:  # noqa: F811
    hook = project / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(old)
    assert agent("hooks", "install", "git").code == 2
    assert hook.read_text() == old
