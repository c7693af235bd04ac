"""A real Emacs with eglot and the file of `examples/emacs/`, in batch; skipped where there is no Emacs 29.

`tests/lsp/emacs/get.sh` gets one (Debian 12's backports have it).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.lsp.conftest import World
from tests.lsp.test_neovim import APP, BIN, REPLY

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "emacs"
DRIVE = Path(__file__).parent / "emacs" / "drive.el"
EMACS = shutil.which("emacs", path=f"{BIN}:{os.environ['PATH']}")


def has_eglot() -> bool:
    """Whether there is an Emacs of 29 or later: eglot comes with it."""
    if EMACS is None:
        return False
    told = subprocess.run([EMACS, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"Emacs (\d+)", told)
    return version is not None and int(version[1]) >= 29


@pytest.mark.skipif(not has_eglot(), reason="NOT TRIED: no emacs of 29 or later (tests/lsp/emacs/get.sh) here")
def test_a_run_in_eglot_one_change_accepted_one_rejected_and_undo(world: World) -> None:
    model = world.model(REPLY)
    root = world.repository({"app.py": APP})
    env = {
        **os.environ, **world.env, "PATH": f"{BIN}:{os.environ['PATH']}",
        "BASE_URL": model.base_url,
    }  # fmt: skip
    assert EMACS is not None
    command = [EMACS, "-Q", "--batch", "-L", str(EXAMPLE), "-l", str(DRIVE)]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=100, check=False)
    assert "SEEN end" in done.stderr, done.stderr[-3000:]
    assert (root / "app.py").read_text() == APP.replace("a + c", "a + b")
