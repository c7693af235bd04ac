"""Issues of real repositories with the fix that was made, and the repository as it was, out of git objects.

A file of instances has one JSON object a line, as SWE-bench has them: `instance_id, repo, base_commit,
problem_statement, patch`. The folder of repositories holds git directories `OWNER+NAME/repo` (bare ones will do).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from fretsaw.core.context.parts import Context
from fretsaw.core.context.paths import prior
from fretsaw.core.issue import Issue, parse
from fretsaw.core.policy import is_secret
from fretsaw.core.snapshot import Snapshot
from fretsaw.repo.git.program import Git, environment, find_git
from fretsaw.repo.git.search import Searcher
from fretsaw.repo.repository import Repo

_LARGEST = 1_000_000
_CODE = 0.35
"""The least `prior` of code and data."""


@dataclass(frozen=True)
class Instance:
    """One issue and its fix."""

    id: str
    repository: str
    commit: str
    text: str
    patch: str

    @property
    def issue(self) -> Issue:
        """The issue as Fretsaw reads it: its first line is the title."""
        return parse(self.text)

    @property
    def gold(self) -> dict[str, list[int]]:
        """Path → the lines of the text before that the fix removes, or before which it adds; new files not."""
        return {path: lines for path, lines in gold_lines(self.patch) if path != "/dev/null"}

    @property
    def gold_code(self) -> dict[str, list[int]]:
        """The same without documents and change logs, which an issue seldom speaks of."""
        return {path: lines for path, lines in self.gold.items() if prior(path) >= _CODE}


def instances(file: Path, most: int, only: frozenset[str] = frozenset()) -> list[Instance]:
    """At most `most` instances of each repository, spread evenly over its ids, those without a line left out."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    by_repository: dict[str, list[Instance]] = {}
    for row in sorted(rows, key=lambda row: str(row["instance_id"])):
        one = Instance(
            row["instance_id"], row["repo"], row["base_commit"], "# " + row["problem_statement"].lstrip(), row["patch"]
        )
        if any(one.gold_code.values()) and (not only or one.repository in only):
            by_repository.setdefault(one.repository, []).append(one)
    out = []
    for _, ones in sorted(by_repository.items()):
        step = max(1.0, len(ones) / most)
        out += [ones[int(at * step)] for at in range(min(most, len(ones)))]
    return out


def gold_lines(diff: str) -> Iterator[tuple[str, list[int]]]:
    """Path → the lines of the text before that the fix removes, or before which it adds."""
    path, at = "", 0
    out: list[int] = []
    for line in diff.splitlines():
        if line.startswith("diff --git "):
            at = 0
        elif line.startswith("--- ") and not at:
            if path:
                yield path, out
            path, out = line[4:].split("\t")[0].removeprefix("a/"), []
        elif found := re.match(r"@@ -(\d+)", line):
            at = int(found[1])
        elif line.startswith("-"):
            out.append(at)
            at += 1
        elif line.startswith("+") and at:
            if not out or out[-1] != at:
                out.append(at)
        elif line.startswith(" ") or not line:
            at += 1
    if path:
        yield path, out


def covered(context: Context, path: str, line: int) -> bool:
    """Return True if a line of a file is shown, or the line above it."""
    return any(part.path == path and part.first <= line <= part.last + 1 for part in context.parts)


class Objects:
    """The texts of a repository's objects."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        argv = ["git", "-C", str(folder), "cat-file", "--batch"]
        self._child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._texts: dict[str, str | None] = {}

    def snapshot(self, commit: str) -> Snapshot:
        """The files of a commit, with Fretsaw's own search."""
        argv = ["git", "-C", str(self._folder), "ls-tree", "-r", "-z", commit]
        listed = os.fsdecode(subprocess.run(argv, capture_output=True, check=True).stdout)
        blobs = {path: blob for path, blob in _blobs(listed) if not is_secret(path)}
        git = Git(find_git(Path("/nowhere")), self._folder, environment(GIT_DIR=str(self._folder)))
        repo = Repo(self._folder, self._folder, self._folder, commit, None, None, "sha1", shallow=True, git=git)
        searcher = Searcher(repo, frozenset(blobs), MappingProxyType({}), commit)
        return Snapshot(
            commit,
            tuple(sorted(blobs)),
            lambda path: self._text(blobs.get(path)),
            searcher=cache(searcher),  # the same for every budget
            counter=cache(searcher.count),
        )

    def _text(self, blob: str | None) -> str | None:
        if blob is None:
            return None
        if blob not in self._texts:
            assert self._child.stdin and self._child.stdout
            self._child.stdin.write(blob.encode() + b"\n")
            self._child.stdin.flush()
            head = self._child.stdout.readline().split()
            if head[-1] == b"missing":  # the repository is not there as a whole
                self._texts[blob] = None
                return None
            size = int(head[2])
            data = self._child.stdout.read(size + 1)[:-1]
            shown = size <= _LARGEST and b"\0" not in data[:8000]
            self._texts[blob] = data.decode("utf-8", "surrogateescape") if shown else None
        return self._texts[blob]


def _blobs(listed: str) -> Iterator[tuple[str, str]]:
    for line in filter(None, listed.split("\0")):
        head, _, path = line.partition("\t")
        mode, _, blob = head.split()
        if mode in {"100644", "100755"}:
            yield path, blob


@cache
def objects_of(folder: Path) -> Objects:
    """The objects of a git directory, opened once."""
    return Objects(folder)


def snapshot_at(instance: Instance, repositories: Path) -> Snapshot:
    """The repository of an instance before its fix."""
    return objects_of(repositories / instance.repository.replace("/", "+") / "repo").snapshot(instance.commit)
