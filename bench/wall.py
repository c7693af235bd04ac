"""Wall clock, memory and prompt of one trivial fix with an instant scripted model, against a floor in the same run.

    python bench/wall.py [--rounds 7] [--django SDIST_OR_FOLDER] [--out DIR]

Floor: a process that imports openai, makes one chat completion, runs `git apply` and `git commit`. Ours: `agent fix
--apply commit`. Both against the same server, on fresh copies of the same repository, alternating. Ratios count;
absolute times of these machines do not. `--django` adds a repository of Django's size (`--django pypi` fetches its
sdist with pip).
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

from roles import editor_model

from fretsaw.core.text.tokens import count
from fretsaw.model.scripted import Reply, Script, serve

SMALL = {
    "mathx/ops.py": '''"""Arithmetic on plain numbers."""


def add(a, b):
    """The sum of a and b."""
    return a - b


def double(a):
    """Twice a."""
    return add(a, a)
''',
    "mathx/__init__.py": "from mathx.ops import add, double\n",
    "README.md": "# mathx\n\nTwo functions.\n",
}
ISSUE = "# add() subtracts\n\n`add(2, 3)` in `mathx/ops.py` returns -1 instead of 5.\n"
BEFORE = SMALL["mathx/ops.py"]
DIFF = "".join(
    difflib.unified_diff(
        BEFORE.splitlines(keepends=True),
        BEFORE.replace("return a - b", "return a + b").splitlines(keepends=True),
        "a/mathx/ops.py",
        "b/mathx/ops.py",
    )
)
FLOOR = """
import subprocess, sys
import openai
client = openai.OpenAI(base_url=sys.argv[1], api_key="sk-x")
messages = [{"role": "user", "content": open("ISSUE.md").read() + open("mathx/ops.py").read()}]
answer = client.chat.completions.create(model="any", messages=messages)
diff = answer.choices[0].message.content
subprocess.run(["git", "apply", "-"], input=diff, text=True, check=True)
subprocess.run(["git", "commit", "-qam", "fix"], check=True)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--model", default=editor_model(), help="the row of models.toml that is used: its API and edit form"
    )
    parser.add_argument("--django", help="a folder or an sdist with Django's tree, or `pypi`")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fretsaw-wall-") as temporary:
        places = {"small": template(Path(temporary) / "small", None)}
        if args.django:
            places["django-sized"] = template(Path(temporary) / "django", args.django)
        rows = [measure(name, place, args.rounds, args.model) for name, place in places.items()]
    for row in rows:
        print(
            f"{row['repository']:<13} floor {row['floor s']:.2f} s {row['floor MB']:.0f} MB · "
            f"fretsaw {row['fretsaw s']:.2f} s {row['fretsaw MB']:.0f} MB · ratio {row['ratio']:.2f} "
            f"(spread {row['ratio spread'][0]:.2f}–{row['ratio spread'][1]:.2f}) · "
            f"processor ratio {row['processor ratio']:.2f} · {row['prompt tokens']} prompt tokens"
        )
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "wall.json").write_text(json.dumps(rows, indent=1), "utf-8")
    return 0


def template(folder: Path, django: str | None) -> Path:
    """A committed repository to copy from."""
    folder.mkdir(parents=True)
    if django:
        unpack(django, folder)
    for name, text in {**SMALL, "ISSUE.md": ISSUE}.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    git = ["git", "-C", str(folder), "-c", "user.name=b", "-c", "user.email=b@example.invalid"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "base"]):
        subprocess.run([*git, *arguments], check=True)
    for key, value in (("user.name", "b"), ("user.email", "b@example.invalid"), ("gc.auto", "0")):
        subprocess.run(["git", "-C", str(folder), "config", key, value], check=True)
    return folder


def unpack(django: str, folder: Path) -> None:
    source = Path(django)
    if django == "pypi":
        download = folder.parent / "download"
        # pip reads an sdist's metadata by building it: without isolation that needs setuptools, which is not here.
        argv = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "django"]
        subprocess.run([*argv, "-d", str(download), "django"], check=True)
        source = next(download.glob("*.tar.gz"))
    if source.is_dir():
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git"))
        return
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter="data")


def measure(name: str, place: Path, rounds: int, model: str) -> dict[str, Any]:
    with serve([Script((Reply(text=f"The operator was wrong.\n\n```diff\n{DIFF}```\n"),), order="server")]) as server:
        floors, ours = [], []
        for number in range(rounds + 1):
            floor = timed([sys.executable, "-c", FLOOR, server.base_url], place, server.base_url)
            ours_argv = [
                sys.executable,
                "-m",
                "fretsaw",
                "fix",
                "ISSUE.md",
                "--apply",
                "commit",
                "-q",
                "--model",
                model,
            ]
            mine = timed(ours_argv, place, server.base_url)
            if number:  # the first round warms the caches of both
                floors.append(floor)
                ours.append(mine)
        prompt = next(seen.body for seen in reversed(server.requests) if seen.body)
    ratios = sorted(mine[0] / floor[0] for mine, floor in zip(ours, floors, strict=True))
    text = "".join(map(_text_of, prompt.get("messages") or prompt["input"])) + json.dumps(prompt.get("tools", ""))
    return {
        "repository": name,
        "files": int(
            subprocess.run(["git", "ls-files"], cwd=place, capture_output=True, check=True, text=True).stdout.count(
                "\n"
            )
        ),
        "floor s": statistics.median(one[0] for one in floors),
        "floor MB": max(one[1] for one in floors),
        "fretsaw s": statistics.median(one[0] for one in ours),
        "fretsaw MB": max(one[1] for one in ours),
        "ratio": statistics.median(ratios),
        "ratio spread": [ratios[0], ratios[-1]],
        "processor ratio": statistics.median(one[2] for one in ours) / statistics.median(one[2] for one in floors),
        "prompt tokens": count(text),
    }


def _text_of(message: dict[str, Any]) -> str:
    """A message's text, in the form of either API."""
    content = message["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def timed(argv: list[str], place: Path, base_url: str) -> tuple[float, float, float]:
    """Seconds, peak MB and processor seconds (all its processes) of a command in a fresh copy of the repository.

    It must end with the file fixed.
    """
    with tempfile.TemporaryDirectory(prefix="fretsaw-copy-") as temporary:
        copy = Path(temporary) / "repo"
        subprocess.run(["cp", "-a", "--reflink=auto", str(place), str(copy)], check=True)
        env = {**os.environ, "FRETSAW_STATE_DIR": f"{temporary}/state", "FRETSAW_CONFIG_DIR": f"{temporary}/config"}
        env |= {"OPENAI_API_KEY": "sk-x", "FRETSAW_BASE_URL": base_url}
        started = time.perf_counter()
        process = subprocess.Popen(argv, cwd=copy, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert process.stdout
        said = process.stdout.read().decode("utf-8", "replace")
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        if status or "return a + b" not in (copy / "mathx" / "ops.py").read_text("utf-8"):
            raise SystemExit(f"{argv}: ended with {status}\n{said}")
    return seconds, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main())
