"""A real Helix with the files of `examples/helix/`, in a real terminal (tmux), beside Ruff's server; as a person types.

`tests/lsp/helix/get.sh` gets Helix (Debian 13 has it). Without it or tmux this is skipped and says so; in CI it fails.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.lsp.conftest import World
from tests.lsp.test_neovim import APP, BIN, REPLY

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "helix"
HELIX = shutil.which("hx", path=f"{BIN}:{os.environ['PATH']}")
TMUX = shutil.which("tmux")
MISSING = [name for name, found in (("hx (tests/lsp/helix/get.sh)", HELIX), ("tmux", TMUX)) if not found]


class Terminal:
    """Helix in a terminal of its own: keys in, the screen out."""

    def __init__(self, cwd: Path, env: dict[str, str], file: str) -> None:
        self.server = f"fretsaw-{os.getpid()}"
        self.env = env
        self.tmux("new-session", "-d", "-s", "t", "-x", "120", "-y", "40", "-c", str(cwd), f"{HELIX} {file}")

    def tmux(self, *words: str) -> str:
        assert TMUX is not None
        command = [TMUX, "-f", "/dev/null", "-L", self.server, *words]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=True, timeout=20)
        return done.stdout

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.tmux("send-keys", "-t", "t", key)
            time.sleep(0.05)  # a person's pace: Helix takes what comes at once for a paste or an escape sequence

    def command(self, text: str) -> None:
        self.tmux("send-keys", "-t", "t", "-l", f":{text}")
        self.keys("Enter")

    def screen(self) -> str:
        return self.tmux("capture-pane", "-t", "t", "-p")

    def sees(self, text: str, absent: bool = False, seconds: float = 30) -> str:
        end = time.monotonic() + seconds
        while (text in (screen := self.screen())) == absent:
            assert time.monotonic() < end, f"{'still ' if absent else 'no '}{text!r} in\n{screen}"
            time.sleep(0.1)
        return screen

    def choose(self, title: str) -> None:
        """Open the menu of code actions and take the one whose title begins so; again where a server was not up yet."""
        end = time.monotonic() + 30
        self.keys("Space", "a")
        while title not in self.screen():
            assert time.monotonic() < end, f"no {title!r} in\n{self.screen()}"
            time.sleep(1)
            if title not in self.screen():
                self.keys("Escape", "Space", "a")
        lines = self.screen().splitlines()
        menu = [number for number, line in enumerate(lines) if re.search(r"\b(Ruff|Agent)( \(.*\))?: ", line)]
        wanted = next(number for number, line in enumerate(lines) if title in line)
        self.keys(*["Down"] * menu.index(wanted), "Enter")


@pytest.fixture
def terminal(world: World) -> Iterator[Terminal]:
    assert not MISSING, f"no {' and no '.join(MISSING)}"
    model = world.model(REPLY, delay=1.5)
    root = world.repository({"app.py": APP})
    config = world.folder / "xdg" / "helix"
    shutil.copytree(EXAMPLE, config)
    env = {
        **os.environ, **world.env, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LANG": "C.UTF-8",
        "XDG_CONFIG_HOME": str(config.parent), "XDG_CACHE_HOME": str(world.folder), "FRETSAW_BASE_URL": model.base_url,
    }  # fmt: skip
    made = Terminal(root, env, "app.py")
    try:
        yield made
    finally:
        made.tmux("kill-server")


@pytest.mark.skipif(bool(MISSING) and not os.environ.get("CI"), reason=f"NOT TRIED: no {' and no '.join(MISSING)} here")
def test_a_fix_of_ruffs_finding_shown_accepted_undone_accepted_rejected_and_saved(
    world: World, terminal: Terminal
) -> None:
    terminal.keys("5", "g", "g", "g", "l")
    terminal.sees("Undefined name `c`")
    terminal.choose("Agent: Fix “Undefined name `c`”")
    terminal.sees("Asking the model · ")
    terminal.sees("Ready to review")
    assert "return a + b" in terminal.sees("Agent proposes change 1: rewrite 1 line (line 5)")
    terminal.choose("Agent: Show why")
    terminal.sees("state: pending")
    terminal.keys("g", "a")
    terminal.sees("Agent proposes change 1")
    terminal.choose("Agent: Accept change 1")
    terminal.sees("5 ▍    return a + b")
    terminal.keys("u")
    terminal.sees("Agent proposes change 1")
    terminal.choose("Agent: Accept change 1")
    terminal.sees("5 ▍    return a + b")
    terminal.command("lsp-workspace-command agent.undo")
    terminal.sees("Agent proposes change 1")
    terminal.command("lsp-workspace-command agent.undo")
    terminal.sees("Agent: there is nothing to undo")
    terminal.choose("Agent: Accept change 1")
    terminal.sees("5 ▍    return a + b")
    terminal.keys("9", "g", "g", "g", "l")
    terminal.sees("Agent proposes change 2")
    terminal.choose("Agent: Reject change 2")
    terminal.sees("Agent proposes", absent=True)
    terminal.command("w")
    terminal.sees("written")
    assert (world.folder / "repo" / "app.py").read_text() == APP.replace("a + c", "a + b")
