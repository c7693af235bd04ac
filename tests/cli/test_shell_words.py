"""The shell's completion: files, run ids, models, flags, without importing what runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest
from tests.cli.conftest import FIX, Agent, Model
from tests.tables import WORDS, words_text

from fretsaw.user_dirs import user_dirs

PROGRAM = (sys.executable, "-c", "from fretsaw.cli import main; main()")


def _complete(shell: str, words: str, number: str, cwd: Path) -> list[str]:
    around = os.environ | {"_AGENT_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, "COMP_CWORD": number}
    done = subprocess.run(PROGRAM, env=around, cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_the_words_are_those_of_the_commands() -> None:
    assert WORDS.read_text("utf-8") == words_text(), "run `make tables`"


@pytest.mark.parametrize(
    ("typed", "number", "expected"),
    [
        ("agent und", 1, ["plain,undo"]),
        ("agent fix --api-v", 2, ["plain,--api-version"]),
        ("agent fix --apply ", 3, ["plain,worktree", "plain,branch", "plain,commit", "plain,none"]),
        ("agent fix ", 2, ["file,"]),
        ("agent fix -C ", 3, ["dir,"]),
        ("agent hooks rem", 2, ["plain,remove"]),
        ("agent fix --model gpt-4.1-n", 3, ["plain,gpt-4.1-nano"]),
        ("agent fix 'an open quo", 3, ["file,"]),
        ("agent nonsense ", 2, []),
    ],
)
def test_words_that_fit(typed: str, number: int, expected: list[str], tmp_path: Path) -> None:
    assert _complete("bash", typed, str(number), tmp_path) == expected


def test_run_ids_are_offered_with_their_titles(agent: Agent, model: Model, project: Path) -> None:
    model(FIX)
    run = agent("fix", "ISSUE.md", "--json").document["run"]
    for command in ("show", "undo", "replay", "apply", "restore", "fix --continue"):
        typed = f"agent {command} "
        assert _complete("bash", typed, str(len(typed.split())), project / "stopwatch") == [f"plain,{run}"]
    assert _complete("zsh", "agent show ", "2", project)[:2] == ["plain", run]
    assert _complete("fish", "agent show ", "", project)[0].startswith(f"plain,{run}\tdelivered: ")


def test_a_tab_imports_neither_click_nor_the_settings(tmp_path: Path) -> None:
    around = "dict(_AGENT_COMPLETE='bash_complete', COMP_WORDS='agent show ', COMP_CWORD='2')"
    code = f"import os, sys\nos.environ |= {around}\n"
    code += "from fretsaw.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    code += "print([name for name in ('click', 'platformdirs', 'fretsaw.settings', 'cattrs') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize("home", ["", "/somewhere/else"])
def test_the_users_folders_are_those_of_platformdirs(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FRETSAW_STATE_DIR", "FRETSAW_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, home)
    found = user_dirs()
    assert str(found.state) == platformdirs.user_state_dir("fretsaw")
    assert str(found.config) == platformdirs.user_config_dir("fretsaw")


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_takes_what_it_is_given(tmp_path: Path) -> None:
    script = tmp_path / "agent"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from fretsaw.cli import main; main()" "$@"\n')
    script.chmod(0o755)
    typed = (
        'eval "$(agent completion bash)"; COMP_WORDS=(agent fix --apply wo); COMP_CWORD=3; '
        '_agent_completion agent 2>/dev/null; echo "${COMPREPLY[@]}"'
    )
    around = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", typed], env=around, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "worktree"
