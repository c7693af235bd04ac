"""Whether a delivered patch is green and 1-minimal, found out by running the check here, one change left out at a time.

Believes nothing that the run says of itself: texts come from git and the disk, the check is started directly.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fretsaw.core.patch import derive_set, select, split, texts


def examine(case: dict[str, Any], repo: Path, venv: Path) -> dict[str, Any]:
    """Run the check on the tree as it was delivered, then without each of its atomic changes.

    `needless`: changes without which it is green all the same; none, where the patch is 1-minimal. `gold kept`: how
    many of the authors' changes are in it, of those that the check needs and of the others.
    """
    status = _git(repo, "status", "--porcelain", "-z", "--no-renames", "-uall").split("\0")
    paths = [row[3:] for row in status if row]
    before = {path: _base(repo, path) for path in paths}
    after = {path: _read(repo / path) for path in paths}
    patch = derive_set(before.get, after)
    changes = split(patch)
    green = _green(case, repo, venv)
    needless = []
    try:
        for change in changes:
            without = texts(select(patch, {other.id for other in changes} - {change.id}))
            _write(repo, {path: without.get(path, before[path]) for path in paths})
            if _green(case, repo, venv):
                needless.append(f"{change.path}:{change.hunk.start + 1 if change.hunk else 0}")
    finally:
        _write(repo, after)
    return {
        "green": green,
        "changes": len(changes),
        "needless": needless,
        "1-minimal": green and bool(changes) and not needless,
        "gold kept": _gold(case, before, after),
    }


def _gold(case: dict[str, Any], before: Mapping[str, str | None], after: Mapping[str, str | None]) -> str:
    """`needed 2 of 2, others 0 of 4`; one that the case lists counts as kept when something is changed at its place."""
    kept = {True: 0, False: 0}
    every = {True: 0, False: 0}
    touched = {
        path: [
            (change.hunk.start, change.hunk.start + len(change.hunk.removed))
            for change in split(derive_set(before.get, {path: after[path]}))
            if change.hunk
        ]
        for path in after
    }
    for row in case["changes"]:
        first = row["line"] - 1
        last = first + row["removed"]
        needed = row["needed_by_check"]
        every[needed] += 1
        kept[needed] += any(start <= last and first <= end for start, end in touched.get(row["file"], ()))
    return f"needed {kept[True]} of {every[True]}, others {kept[False]} of {every[False]}"


def _green(case: dict[str, Any], repo: Path, venv: Path) -> bool:
    """The case's check, by itself; no bytecode is written, since texts change within one second."""
    path = f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": path, "HOME": str(repo), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}
    ran = subprocess.run(case["check"], cwd=repo, env=env, capture_output=True, check=False, timeout=300)
    return ran.returncode == 0


def _write(repo: Path, wanted: Mapping[str, str | None]) -> None:
    for path, text in wanted.items():
        if text is None:
            (repo / path).unlink(missing_ok=True)
        else:
            (repo / path).write_bytes(text.encode("utf-8", "surrogateescape"))


def _read(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", "surrogateescape") if path.is_file() else None


def _base(repo: Path, path: str) -> str | None:
    ran = subprocess.run(["git", "-C", str(repo), "show", f"HEAD:{path}"], capture_output=True, check=False)
    return ran.stdout.decode("utf-8", "surrogateescape") if ran.returncode == 0 else None


def _git(repo: Path, *arguments: str) -> str:
    ran = subprocess.run(["git", "-C", str(repo), *arguments], capture_output=True, check=True)
    return ran.stdout.decode("utf-8", "surrogateescape")
