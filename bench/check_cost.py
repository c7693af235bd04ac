"""What a proof costs: the check's time in a fix ÷ one run, with pytest, Vitest, node and go, two versions alternating.

    .venv/bin/python bench/check_cost.py --old FOLDER --vitest FOLDER [--rounds 2] [--only go]

`--old`: a checkout of an earlier version, whose `server` folder is run by the same interpreter. `--vitest`: a folder
whose node_modules has Vitest. One run without evidence is the old version's run before the patch, where it has none.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fretsaw.model.scripted import serve
from fretsaw.model.scripted.script import Script, as_reply

PYTHON = os.environ.get("PYTEST_BIN", str(Path(sys.executable).parent))
"""The folder of a Python with pytest: a bare environment, since plugins take seconds to load."""
HERE = Path(__file__).resolve().parent.parent


def _tests(form: str) -> str:
    """Twenty tests, of which the fourth shows the bug."""
    return "".join(form.format(n=n, want=4 if n == 3 else f"{{0}}({n}, 1)") for n in range(20))


_PY = "import time\nfrom calc import add\n\n\n" + _tests(
    "def test_{n}():\n    time.sleep(0.48)\n    assert add({n}, 1) == {want}\n\n\n"
).replace("{0}", "add")
_JS_TESTS = _tests('test("t{n}", async () => {{ await sleep(480); expect(add({n}, 1)).toBe({want}); }});\n').replace(
    "{0}", "add"
)
_NODE_TESTS = _tests('test("t{n}", async () => {{ await sleep(480); equal(add({n}, 1), {want}); }});\n').replace(
    "{0}", "add"
)
_SLEEP = "const sleep = (ms) => new Promise((done) => setTimeout(done, ms));\n"
_GO_TESTS = _tests(
    "func TestN{n}(t *testing.T) {{\n\ttime.Sleep(300 * time.Millisecond)\n\tif Add({n}, 1) != {want} {{\n"
    "\t\tt.Fail()\n\t}}\n}}\n\n"
).replace("{0}", "Add")
PROJECTS: dict[str, tuple[str, str, dict[str, str]]] = {
    # command, the file with the bug, files
    "pytest": (
        "python -m pytest -q",
        "calc.py",
        {"calc.py": "def add(a, b):\n    return a - b\n", "test_calc.py": _PY},
    ),
    "vitest": (
        "node_modules/.bin/vitest run",
        "calc.mjs",
        {
            "calc.mjs": "export function add(a, b) {\n  return a - b;\n}\n",
            "calc.test.mjs": 'import { expect, test } from "vitest";\nimport { add } from "./calc.mjs";\n'
            + _SLEEP
            + _JS_TESTS,
            ".gitignore": "node_modules\n",
        },
    ),
    "node": (
        "node --test",
        "calc.mjs",
        {
            "calc.mjs": "export function add(a, b) {\n  return a - b;\n}\n",
            "calc.test.mjs": 'import test from "node:test";\nimport { equal } from "node:assert";\n'
            'import { add } from "./calc.mjs";\n' + _SLEEP + _NODE_TESTS,
        },
    ),
    "go": (
        "go test ./...",
        "calc.go",
        {
            "go.mod": "module example.com/calc\n\ngo 1.19\n",
            "calc.go": "package calc\n\n// Add adds.\nfunc Add(a, b int) int {\n\treturn a - b\n}\n",
            "calc_test.go": 'package calc\n\nimport (\n\t"testing"\n\t"time"\n)\n\n' + _GO_TESTS,
        },
    ),
}


def make(name: str, vitest: Path, folder: Path) -> None:
    """Write and commit a project."""
    for path, text in PROJECTS[name][2].items():
        (folder / path).write_text(text, "utf-8")
    if name == "vitest":
        subprocess.run(["cp", "-r", vitest / "node_modules", folder], check=True)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "base"]):
        subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@b.invalid", *words], cwd=folder, check=True)


def fix(server: Path, folder: Path, name: str, url: str, state: Path) -> dict[str, float]:
    """Seconds of the check in one fix: its first run, all before, all after."""
    command, _, _ = PROJECTS[name]
    env = {
        **os.environ,
        "PYTHONPATH": str(server),
        "FRETSAW_STATE_DIR": str(state / "state"),
        "FRETSAW_CONFIG_DIR": str(state / "config"),
        "OPENAI_API_KEY": "sk-test-0123456789abcdef",
        "PATH": f"{PYTHON}:{os.environ['PATH']}",
    }
    words = ["fix", "add subtracts: add(3, 1) should be 4.", "--check", command, "--base-url", url, "--json"]
    argv = [sys.executable, "-m", "fretsaw", *words, "--apply", "none"]
    done = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    if told["outcome"] != "proposal":
        sys.exit(f"{name}: {told['reason']}\n{done.stderr}")
    first = told["checks"]["before"]["seconds"]
    seconds = told["seconds"]
    return {"one": first, "all": seconds["check-before"] + seconds["check-after"]}


def one_run(folder: Path, name: str) -> float:
    """Seconds of the command as a person runs it."""
    env = {**os.environ, "PATH": f"{PYTHON}:{os.environ['PATH']}"}
    env["GOFLAGS"] = "-count=1"
    begun = time.monotonic()
    subprocess.run(PROJECTS[name][0].split(), cwd=folder, env=env, capture_output=True, check=False)
    return time.monotonic() - begun


def main() -> None:
    """Measure, and print a row a project."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--old", type=Path, required=True)
    parser.add_argument("--vitest", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", choices=PROJECTS)
    given = parser.parse_args()
    for name in [given.only] if given.only else PROJECTS:
        path, base = PROJECTS[name][1], PROJECTS[name][2][PROJECTS[name][1]]
        reply = f"{path}\n<<<<<<< SEARCH\n{base}=======\n{base.replace('a - b', 'a + b')}>>>>>>> REPLACE\n"
        rows: dict[str, list[dict[str, float]]] = {"old": [], "new": []}
        plain = []
        folder = Path(tempfile.mkdtemp(prefix="cost-", dir="/var/tmp"))
        try:
            (folder / "r").mkdir()
            make(name, given.vitest, folder / "r")
            for _ in range(given.rounds):
                plain.append(one_run(folder / "r", name))
                for version, server in (("old", given.old / "server"), ("new", HERE / "server")):
                    with serve([Script((as_reply(reply),), order="server")]) as model:
                        rows[version].append(fix(server, folder / "r", name, model.base_url, folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        one = {version: statistics.median(row["one"] for row in found) for version, found in rows.items()}
        every = {version: statistics.median(row["all"] for row in found) for version, found in rows.items()}
        print(
            f"{name:8} plain {statistics.median(plain):5.1f} s | one run: old {one['old']:5.1f} new {one['new']:5.1f} "
            f"(evidence {one['new'] / one['old']:.2f}) | fix ÷ one run: old {every['old'] / one['old']:.2f} "
            f"new {every['new'] / one['new']:.2f} ({every['old']:.1f} s → {every['new']:.1f} s)",
            flush=True,
        )


if __name__ == "__main__":
    main()
