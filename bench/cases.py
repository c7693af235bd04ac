"""Runs `agent fix` on real bugs of real projects, with their scripted replies served over HTTP, and says what came out.

    python bench/cases.py ../shared/cases [--case NAME] [--model ID] [--minimize all] [--out DIR]

For every case and every kind of reply: exit code, check before and after, whether the delivered files equal the
authors' fix byte for byte, and what was dropped. With `--minimize all`, which may rightly deliver less, each delivered
patch is examined by running the check here: green, and red without any single one of its changes (`bench/minimal.py`).
The environments of the cases are made once, below the user's cache folder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import platformdirs
from minimal import examine
from roles import editor_model

from fretsaw.model.scripted import read_folder, serve

REPLIES = ("reply-gold.md", "reply-v4a.md", "reply-sr.md", "reply-noisy.md", "reply-wrong-then-right")

COLUMNS = ("case", "reply", "as it should be", "exit", "check", "equals gold", "1-minimal", "needless", "gold kept")
MORE_COLUMNS = ("kept", "dropped", "calls", "input tokens")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--case", action="append", help="only this one (may be repeated)")
    parser.add_argument("--reply", action="append", choices=REPLIES, help="only this kind of reply (may be repeated)")
    parser.add_argument(
        "--model", default=editor_model(), help="the row of models.toml that is used: its API and edit form"
    )
    parser.add_argument("--minimize", default="flagged", choices=["flagged", "all", "off"])
    parser.add_argument("--out", type=Path, help="write cases.json and cases.md there")
    args = parser.parse_args()
    folders = sorted(path.parent for path in args.cases.resolve().glob("*/case.json"))
    folders = [folder for folder in folders if not args.case or folder.name in args.case]
    if not folders:
        print(f"no cases in {args.cases}", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(2) as pool:
        environments = list(pool.map(environment, folders))
    rows = [
        row
        for folder, venv in zip(folders, environments, strict=True)
        for row in case_rows(folder, venv, args.minimize, args.reply or REPLIES, args.model)
    ]
    print(table(rows))
    bad = [row for row in rows if not row["as it should be"]]
    print(f"{len(rows) - len(bad)} of {len(rows)} runs as they should be (minimize {args.minimize})")
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "cases.json").write_text(json.dumps(rows, indent=1), "utf-8")
        (args.out / "cases.md").write_text(table(rows) + "\n", "utf-8")
    return 1 if bad else 0


def environment(folder: Path) -> Path:
    """A virtual environment with the case's pinned requirements."""
    wanted = json.loads((folder / "case.json").read_text("utf-8"))["requirements"]
    name = hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:12]
    venv = Path(platformdirs.user_cache_dir("fretsaw-bench")) / f"venv-{name}"
    if not (venv / "ready").exists():
        print(f"setting up {folder.name} …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *wanted], check=True)
        (venv / "ready").touch()
    return venv


def case_rows(folder: Path, venv: Path, minimize: str, replies: Sequence[str], model: str) -> list[dict[str, Any]]:
    case = json.loads((folder / "case.json").read_text("utf-8"))
    rows = []
    for reply in replies:
        with tempfile.TemporaryDirectory(prefix="fretsaw-case-") as temporary:
            repo = unpacked(folder, Path(temporary))
            row = run_one(folder, case, reply, repo, venv, minimize, model)
            if minimize == "all" and row["exit"] == 0:
                row |= examine(case, repo, venv)
                row["as it should be"] = row["as it should be"] and row["1-minimal"]
            rows.append(row)
            print(
                f"  {folder.name:<24} {reply:<24} {'ok' if rows[-1]['as it should be'] else rows[-1]}", file=sys.stderr
            )
    return rows


def unpacked(folder: Path, temporary: Path) -> Path:
    with tarfile.open(folder / "repo.tar.xz") as archive:
        archive.extractall(temporary, filter="data")
    repo = temporary / "repo"
    git = ["git", "-C", str(repo), "-c", "user.name=case", "-c", "user.email=case@example.invalid"]
    for arguments in (["init", "-q"], ["add", "-Af"], ["commit", "-qm", "base"]):
        subprocess.run([*git, *arguments], check=True)
    return repo


def run_one(
    folder: Path, case: dict[str, Any], reply: str, repo: Path, venv: Path, minimize: str, model: str
) -> dict[str, Any]:
    replies = read_folder(folder / reply)
    before = tree(repo)
    with serve(replies) as server, tempfile.TemporaryDirectory() as state:
        env = {
            **os.environ,
            "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "FRETSAW_STATE_DIR": state,
            "FRETSAW_CONFIG_DIR": state,
            "OPENAI_API_KEY": "sk-scripted",
        }
        argv = [sys.executable, "-m", "fretsaw", "fix", str(folder / "ISSUE.md"), "--json", "-C", str(repo)]
        argv += ["--base-url", server.base_url, "--model", model, "--minimize", minimize]
        argv += ["--check", " ".join(json.dumps(word) for word in case["check"])]
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=600, check=False)
        prompt = json.dumps([seen.body for seen in server.requests])
    try:
        document = json.loads(done.stdout)
    except ValueError:
        return {
            "case": folder.name,
            "reply": reply,
            "as it should be": False,
            "exit": done.returncode,
            "said": done.stderr,
        }
    return judged(folder, case, reply, document, done.returncode, before, tree(repo), prompt, minimize)


def tree(repo: Path) -> dict[str, str]:
    """sha256 of every file that is there, outside `.git`."""
    files = (path for path in repo.rglob("*") if path.is_file() and ".git" not in path.relative_to(repo).parts)
    return {str(path.relative_to(repo)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def judged(
    folder: Path,
    case: dict[str, Any],
    reply: str,
    document: dict[str, Any],
    code: int,
    before: dict[str, str],
    after: dict[str, str],
    prompt: str,
    minimize: str,
) -> dict[str, Any]:
    checks = document["checks"]
    states = [checks[when]["state"] if checks[when] else None for when in ("before", "after")]
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    is_gold = {path: after.get(path) for path in changed} == case["gold_sha256"]
    right = code == 0 and states == ["red", "green"]
    # Minimizing everything may rightly deliver less than the authors did; then each change has to be needed.
    right = right and (is_gold if minimize != "all" else changed <= set(case["gold_files"]))
    return {
        "case": folder.name,
        "reply": reply,
        "as it should be": right,
        "exit": code,
        "check": " → ".join(map(str, states)),
        "equals gold": is_gold,
        "kept": len(document["kept"]),
        "dropped": [f"{row['rule']}: {row['path']}" for row in document["dropped"]],
        "shown gold files": all(path in prompt for path in case["gold_files"]),
        "input tokens": document["usage"]["input_tokens"],
        "calls": document["usage"]["calls"],
        "isolation": checks["before"]["isolation"] if checks["before"] else None,
        "reason": document["reason"],
    }


def table(rows: list[dict[str, Any]]) -> str:
    """In Markdown; what no row tells has no column."""
    columns = [name for name in COLUMNS + MORE_COLUMNS if any(name in row for row in rows)]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for row in rows:
        cells = [
            ", ".join(cell) if isinstance(cell, list) else str(cell) for cell in (row.get(name) for name in columns)
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
