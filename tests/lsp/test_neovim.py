"""Real Neovim, headless, with the files of `examples/neovim/` as users have them: 0.11 (a wheel), 0.7 (Debian)."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.lsp.conftest import World

HERE = Path(__file__).parent / "neovim"
EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "neovim"
BIN = Path(sys.executable).parent
APP = "import os\n\n\ndef add(a, b):\n    return a + c\n\n\ndef sub(a, b):\n    return a - c\n"
REPLY = """```diff
--- a/app.py
+++ b/app.py
@@ -3,7 +3,7 @@

 def add(a, b):
-    return a + c
+    return a + b


 def sub(a, b):
-    return a - c
+    return a - b
```
"""


def neovims() -> list[Any]:
    """The Neovims here; the second, Debian's older one, is driven by `make test-slow`."""
    found: list[Any] = []
    for path in (BIN / "nvim", Path(shutil.which("nvim", path="/usr/bin:/usr/local/bin") or "/none")):
        if path.exists():
            told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
            version = re.search(r"v(\d+\.\d+)", told)
            marks = [pytest.mark.slow] if found else []
            found.append(pytest.param(path, id=version[1] if version else str(path), marks=marks))
    return found or [pytest.param(None, marks=pytest.mark.skip(reason="no Neovim here"))]


@pytest.fixture(params=neovims())
def drive(request: pytest.FixtureRequest, world: World) -> Any:
    """Runs Lua steps in a Neovim opened in a folder; gives what they saw."""

    def run(cwd: Path, steps: str, ruff: bool = False, **settings: Any) -> dict[str, Any]:
        script, seen = world.folder / "steps.lua", world.folder / "seen.json"
        script.write_text(f"return function(T)\n{steps}\nend\n", "utf-8")
        env = {
            **os.environ, **world.env, "PATH": f"{BIN}:{os.environ['PATH']}", "STEPS": str(script), "SEEN": str(seen),
            "EXAMPLE": str(EXAMPLE), "BASE_URL": world.models[-1].base_url, "XDG_STATE_HOME": str(world.folder),
            "XDG_CONFIG_HOME": str(world.folder), "XDG_DATA_HOME": str(world.folder),
            "SETTINGS": json.dumps(settings),
        }  # fmt: skip
        if ruff:
            env["WITH_RUFF"] = "1"
        command = [
            request.param, "--headless", "-u", HERE / "init.lua", "-i", "NONE", "-n", "-S", HERE / "drive.lua",
        ]  # fmt: skip
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=90, check=False)
        assert seen.exists(), done.stderr
        told: dict[str, Any] = json.loads(seen.read_text("utf-8"))
        assert "error" not in told, told["error"] + done.stderr
        return told

    return run


def test_from_another_servers_diagnostic_to_a_saved_file(world: World, drive: Any) -> None:
    world.model(REPLY, delay=0.3)
    root = world.repository({"app.py": APP})
    seen = drive(
        root,
        """
        T.edit('app.py')
        T.wait('ruff', function() return #T.from('Ruff') > 0 end)
        T.to('return a + c')
        T.choose('Agent: Fix “')
        vim.cmd('LspAgentMenu')
        T.pending(2)
        T.to('return a + c')
        vim.cmd('LspAgentAccept')
        T.pending(1)
        T.see('modified', vim.bo.modified)
        T.to('import')
        vim.cmd('LspAgentNext')
        T.wait('next', function() return vim.api.nvim_get_current_line():find('a %- c') end)
        T.see('line', vim.api.nvim_get_current_line())
        vim.cmd('LspAgentWhy')
        T.wait('why', function() return T.text():find('# Change 2') end)
        T.see('why', T.text())
        vim.cmd('close')
        vim.cmd('LspAgentReject')
        T.pending(0)
        vim.cmd('write')
        """,
        ruff=True,
    )
    assert seen["modified"] is True
    assert seen["line"] == "    return a - c"
    assert "-    return a - c\n+    return a - b" in seen["why"]
    assert not [title for title in seen["titles"] if "Accept" in title]
    assert (root / "app.py").read_text() == APP.replace("a + c", "a + b")


FIX = """
        local function fix()
          vim.cmd('LspAgentRewrite make it right')
        end
        T.edit('app.py')
        T.to('return a + c')
        fix()
"""


@pytest.mark.slow
def test_accept_all_undo_and_the_editors_own_undo(world: World, drive: Any) -> None:
    world.model(REPLY)
    root = world.repository({"app.py": APP})
    seen = drive(
        root,
        FIX
        + """
        T.pending(2)
        vim.cmd('LspAgentAccept all')
        T.pending(0)
        T.see('accepted', T.text())
        vim.cmd('LspAgentUndo')
        T.pending(2)
        T.see('undone', T.text())
        vim.cmd('LspAgentAccept file')
        T.pending(0)
        vim.cmd('undo')
        T.pending(2)
        T.see('own', T.text())
        """,
    )
    assert seen == {"accepted": APP.replace("c\n", "b\n"), "undone": APP, "own": APP}
    assert (root / "app.py").read_text() == APP


@pytest.mark.slow
def test_cancel(world: World, drive: Any) -> None:
    world.model(REPLY, delay=20)
    root = world.repository({"app.py": APP})
    seen = drive(
        root,
        FIX
        + """
        local function runs()
          local found
          require('agent').command('agent.listRuns', {}, function(result) found = result.runs end)
          T.wait('runs', function() return found end)
          return found
        end
        T.wait('it runs', function() local r = runs()[1]; return r.state == 'running' and r.phase == 'ask' end)
        local begun = vim.loop.hrtime()
        vim.cmd('LspAgentCancel')
        T.wait('it is cancelled', function() return runs()[1].state == 'cancelled' end)
        T.see('ms', (vim.loop.hrtime() - begun) / 1e6)
        """,
    )
    assert seen["ms"] < 5000


@pytest.mark.slow
def test_unsaved_text_is_what_is_fixed_and_what_is_typed_meanwhile_stays(world: World, drive: Any) -> None:
    world.model(REPLY, delay=1.0)
    root = world.repository({"app.py": APP.replace(" c\n", " 1\n")})
    seen = drive(
        root,
        """
        T.edit('app.py')
        vim.cmd('%s/ 1$/ c/')
        T.to('return a + c')
        vim.cmd('LspAgentRewrite make it right')
        vim.wait(300, function() return false end)
        vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# 😀 mine', '' })
        T.pending(2)
        T.to('return a - c')
        vim.api.nvim_set_current_line('    return a - c + 1')
        T.pending(1)
        T.pending(1, 'stale')
        vim.cmd('LspAgentAccept all')
        T.wait('accepted', function() return T.text():find('a %+ b') end)
        T.pending(1, 'stale')
        T.see('text', T.text())
        """,
    )
    assert seen["text"] == "# 😀 mine\n\n" + APP.replace("a + c", "a + b").replace("a - c", "a - c + 1")
    assert (root / "app.py").read_text() == APP.replace(" c\n", " 1\n")


@pytest.mark.slow
def test_text_beyond_the_basic_plane_and_crlf(world: World, drive: Any) -> None:
    text = 's = "😀😀"; t = "é" + c\r\nx = 1\r\ny = "𝕏" + c\r\n'
    reply = (
        "```diff\n--- a/app.py\n+++ b/app.py\n@@ -1,3 +1,3 @@\n"
        '-s = "😀😀"; t = "é" + c\n+s = "😀😀"; t = "é𝕐"\n x = 1\n-y = "𝕏" + c\n+y = "𝕏😀"\n```\n'
    )
    world.model(reply)
    root = world.repository({"app.py": text})
    drive(
        root,
        """
        T.edit('app.py')
        vim.cmd('1LspAgentRewrite make it right')
        T.pending(2)
        T.to('y =')
        vim.cmd('LspAgentAccept')
        T.pending(1)
        T.to('s =')
        vim.cmd('LspAgentAccept')
        T.pending(0)
        vim.cmd('write')
        """,
    )
    assert (root / "app.py").read_bytes().decode() == 's = "😀😀"; t = "é𝕐"\r\nx = 1\r\ny = "𝕏😀"\r\n'


@pytest.mark.slow
def test_two_repositories_in_one_editor(world: World, drive: Any) -> None:
    world.model(REPLY)
    one = world.repository({"app.py": APP}, "one")
    two = world.repository({"app.py": "# two\n" + APP}, "two")
    drive(
        world.folder,
        """
        T.edit('one/app.py')
        vim.cmd('5LspAgentRewrite make it right')
        T.edit('two/app.py')
        vim.cmd('6LspAgentRewrite make it right')
        T.pending(2)
        vim.cmd('LspAgentAccept all')
        T.pending(0)
        vim.cmd('write')
        vim.cmd('edit one/app.py')
        T.pending(2)
        vim.cmd('LspAgentAccept file')
        T.pending(0)
        vim.cmd('write')
        """,
    )
    assert (one / "app.py").read_text() == APP.replace("c\n", "b\n")
    assert (two / "app.py").read_text() == "# two\n" + APP.replace("c\n", "b\n")


@pytest.mark.slow
def test_a_key_a_prompt_and_the_menu_of_the_editor_itself(world: World, drive: Any) -> None:
    world.model(REPLY)
    root = world.repository({"app.py": APP})
    seen = drive(
        root,
        FIX
        + """
        T.pending(2)
        T.to('return a - c')
        T.choose('Agent: Accept change 2')
        vim.lsp.buf.code_action()
        T.pending(1)
        T.to('return a + c')
        vim.api.nvim_feedkeys(' ar', 'xt', false)
        T.pending(0)
        T.see('text', T.text())
        """,
    )
    assert seen["text"] == APP.replace("a - c", "a - b")
    assert "Agent: Reject change 2" in seen["titles"]


def test_a_refused_proposal_is_looked_at_and_taken(world: World, drive: Any) -> None:
    test = "import unittest\n\nimport app\n\n\nclass Adds(unittest.TestCase):\n    def test_adds(self):\n"
    world.model(REPLY)
    root = world.repository(
        {
            "app.py": APP,
            "test_app.py": f"{test}        self.assertEqual(app.add(1, 2), 4)\n",
        }
    )
    seen = drive(
        root,
        f"""
        {FIX}
        T.pending(2)
        T.to('return a + c')
        vim.cmd('LspAgentWhy')
        T.wait('why', function() return T.text():find('# Change 1') end)
        T.see('why', T.text())
        vim.cmd('close')
        T.to('return a + c')
        T.choose('Agent: Accept unproved change 1')
        vim.lsp.buf.code_action()
        T.pending(1)
        T.see('text', T.text())
        """,
        check=["python", "-m", "unittest"],
        attempts=0,
    )
    assert seen["text"] == APP.replace("a + c", "a + b")
    assert (root / "app.py").read_text() == APP, "it is in the buffer, not saved"


def test_an_exit_code_is_asked_about_once(world: World, drive: Any) -> None:
    world.model(REPLY)
    script = "import sys\n\nimport app\n\nsys.exit(app.add(1, 2) != 3)\n"
    root = world.repository({"app.py": APP, "run.py": script})
    seen = drive(
        root,
        f"""
        {FIX}
        T.pending(2)
        local function offered()
          T.choose('Agent: Take the exit code of')
          T.seen.titles = nil
          T.to('return a + c')
          vim.lsp.buf.code_action()
          vim.wait(1500, function() return T.seen.titles end, 20)
          for _, title in ipairs(T.seen.titles or {{}}) do
            if title:find('Agent: Take the exit code of', 1, true) == 1 then return title end
          end
        end
        local first
        T.wait('the question', function() first = first or offered(); return first end)
        T.see('first', first)
        T.wait('no question any more', function() return not offered() end)
        """,
        check=["python", "run.py"],
    )
    assert seen["first"] == "Agent: Take the exit code of “python run.py” for a proof here (it tells of no test)"
    assert (world.folder / "state" / "approved-checks.txt").exists(), "it is remembered"
