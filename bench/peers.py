"""Appliers to stand beside ours, each as a function from (reply, files) to the files after, None where it refuses.

Git and GNU patch are run as commands in a scratch folder; a peer that is not installed is left out.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

Texts = Mapping[str, str]
Applier = Callable[[str, Texts], "dict[str, str] | None"]


def _diff_in(reply: str) -> str:
    """What a person would cut out of the reply: the fence's inside, or all of it."""
    match = re.search(r"^(`{3,}|~{3,})[^\n]*\n(.*?)^\1", reply, re.M | re.S)
    text = match[2] if match else reply
    return text if text.endswith("\n") else text + "\n"


def _run(argv: list[str], reply: str, files: Texts) -> dict[str, str] | None:
    with tempfile.TemporaryDirectory(prefix="fretsaw-bench-") as folder:
        root = Path(folder)
        for path, text in files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text.encode("utf-8", "surrogateescape"))
        (root / ".patch").write_bytes(_diff_in(reply).encode("utf-8", "surrogateescape"))
        done = subprocess.run([*argv, ".patch"], cwd=root, capture_output=True, check=False, timeout=30)
        if done.returncode:
            return None
        return {p: (root / p).read_bytes().decode("utf-8", "surrogateescape") for p in files if (root / p).exists()}


def git_apply(reply: str, files: Texts) -> dict[str, str] | None:
    return _run(["git", "apply"], reply, files)


def git_apply_loose(reply: str, files: Texts) -> dict[str, str] | None:
    return _run(["git", "apply", "--recount", "-C1", "--ignore-whitespace"], reply, files)


def gnu_patch(reply: str, files: Texts) -> dict[str, str] | None:
    return _run(["patch", "-p1", "--fuzz=3", "--no-backup-if-mismatch", "-s", "-f", "-i"], reply, files)


def unidiff_search(reply: str, files: Texts) -> dict[str, str] | None:
    """unidiff reads; each hunk goes where its old lines stand exactly once."""
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    try:
        patch = PatchSet(_diff_in(reply))
    except UnidiffParseError:
        return None
    after = dict(files)
    changed = False
    for file in patch:
        text = after.get(file.path)
        if text is None:
            return None
        for hunk in file:
            old, new = (
                "".join(x.value for x in hunk if not x.is_added),
                "".join(x.value for x in hunk if not x.is_removed),
            )
            if not old or text.count(old) != 1:
                return None
            text, changed = text.replace(old, new), True
        after[file.path] = text
    return after if changed else None


def _installed() -> dict[str, Applier]:
    found: dict[str, Applier] = {}
    if shutil.which("git"):
        found |= {"git apply": git_apply, "git apply --recount -C1 --ignore-whitespace": git_apply_loose}
    if shutil.which("patch"):
        found["GNU patch --fuzz=3"] = gnu_patch
    if importlib.util.find_spec("unidiff"):
        found["unidiff + unique search"] = unidiff_search
    return found


PEERS = _installed()
DIFFS_ONLY = frozenset(PEERS)
"""Peers that read unified diffs and nothing else."""
