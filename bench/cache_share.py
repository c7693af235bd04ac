"""The share of a prompt that a later run reads from the prompt cache, over the commits of real repositories.

    python bench/cache_share.py REPOSITORY … [--commits 200] [--out DIR]

For each of the last commits (first parents) the prompt is built at its parent and at itself, by Fretsaw's own code,
from the objects of the repository (one without a worktree will do). Three pairs: "own issue", the commit's own message
at 24,000 tokens, so that what was just changed is shown; "one issue", the newest commit's message at every commit;
"whole", the whole repository with another issue each time. Each with documents by path ("before") and with what changed
long ago first ("after"), at an endpoint that caches by itself and at one that keeps what breakpoints end.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fretsaw.core import prompt
from fretsaw.core.context.choose import choose
from fretsaw.core.context.parts import Context
from fretsaw.core.issue import Issue, parse
from fretsaw.core.policy import is_secret
from fretsaw.core.prompt.cached_prefix import cached_tokens
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.short import common_head
from fretsaw.core.text.tokens import count
from fretsaw.core.tools import TOOLS

HISTORY = 200
"""Commits that the order of documents looks at, as in `repo/git/last_changes.py`."""
BUDGET, WHOLE = 24_000, 2_000_000
SCHEMAS = "".join(f"{tool.name}{tool.description}{tool.parameters}" for tool in TOOLS)
KINDS = ("own issue", "one issue", "whole")


@dataclass(frozen=True)
class Commit:
    """One commit of the line of first parents."""

    id: str
    message: str
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Prompt:
    """A prompt as one text, with the places at which a cache may break it."""

    text: str
    ends: tuple[int, ...]


class Objects:
    """The texts of a repository's objects."""

    def __init__(self, repository: Path) -> None:
        self._repository = repository
        argv = ["git", "-C", str(repository), "cat-file", "--batch"]
        self._child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._texts: dict[str, str | None] = {}

    def commits(self, most: int) -> list[Commit]:
        """The last commits, newest first."""
        shape = ["--first-parent", "-m", "--no-renames", "--name-only", "--format=%x01%H%n%B%x02", "-z"]
        done = subprocess.run(
            ["git", "-C", str(self._repository), "log", "-n", str(most), *shape], capture_output=True, check=True
        )
        return [_commit(text) for text in done.stdout.decode("utf-8", "replace").split("\x01")[1:]]

    def snapshot(self, commit: str, ages: Mapping[str, int]) -> Snapshot:
        """The files of a commit."""
        listed = subprocess.run(
            ["git", "-C", str(self._repository), "ls-tree", "-r", "-z", commit], capture_output=True, check=True
        )
        blobs = dict(_blobs(os.fsdecode(listed.stdout)))
        return Snapshot(
            commit, tuple(sorted(blobs)), lambda path: self._text(blobs.get(path)), last_changes=lambda: ages
        )

    def _text(self, blob: str | None) -> str | None:
        if blob is None:
            return None
        if blob not in self._texts:
            assert self._child.stdin and self._child.stdout
            self._child.stdin.write(blob.encode() + b"\n")
            self._child.stdin.flush()
            size = int(self._child.stdout.readline().split()[2])
            data = self._child.stdout.read(size + 1)[:-1]
            shown = size <= 1_000_000 and b"\0" not in data[:8000]
            self._texts[blob] = data.decode("utf-8", "surrogateescape") if shown else None
        return self._texts[blob]


def _commit(text: str) -> Commit:
    head, _, paths = text.partition("\x02")
    name, _, message = head.partition("\n")
    return Commit(name, message, tuple(filter(None, paths.replace("\n", "\0").split("\0"))))


def _blobs(listed: str) -> Iterator[tuple[str, str]]:
    for line in filter(None, listed.split("\0")):
        head, _, path = line.partition("\t")
        mode, _, blob = head.split()
        if mode in {"100644", "100755"} and not is_secret(path):
            yield path, blob


def ages_at(commits: Sequence[Commit], index: int) -> dict[str, int]:
    """How many commits ago each file changed, as seen from one of the commits."""
    ages: dict[str, int] = {}
    for age, commit in enumerate(commits[index : index + HISTORY], 1):
        for path in commit.changed:
            ages.setdefault(path, age)
    return ages


class Prompts:
    """The prompts at each commit; one that two pairs share is built once."""

    def __init__(self, objects: Objects, commits: Sequence[Commit]) -> None:
        self._objects = objects
        self._commits = commits
        self._built: dict[tuple[str, int, int], tuple[Prompt, Prompt]] = {}

    def at(self, kind: str, at: int, index: int) -> tuple[Prompt, Prompt]:
        """The prompt at commit `at` for the pair of commit `index`, with documents in the order before and after."""
        said = {"own issue": index, "one issue": 0, "whole": at}[kind]
        if (kind, at, said) not in self._built:
            self._built = {key: value for key, value in self._built.items() if key[1] >= at - 1}
            self._built[kind, at, said] = self._build(kind, at, said)
        return self._built[kind, at, said]

    def _build(self, kind: str, at: int, said: int) -> tuple[Prompt, Prompt]:
        issue = parse("# " + self._commits[said].message)
        snapshot = self._objects.snapshot(self._commits[at].id, ages_at(self._commits, at))
        whole = kind == "whole"
        # Near enough for a budget, and much faster over 200 commits.
        context = choose(issue, snapshot, WHOLE if whole else BUDGET, "whole" if whole else "files", _quarter)
        return written(by_path(context), issue), written(context, issue)


def _quarter(text: str) -> int:
    return len(text) // 4 + 1


def by_path(context: Context) -> Context:
    """The documents as they were ordered before."""
    return replace(context, parts=tuple(sorted(context.parts, key=lambda part: (part.path, part.first))), settled=0)


def written(context: Context, issue: Issue) -> Prompt:
    system, user = prompt.first_messages(issue, context, "v4a")
    head = SCHEMAS + system.text
    return Prompt(head + user.text, (len(head), *(len(head) + end for end in user.cache_ends)))


def measure(repository: Path, most: int) -> dict[str, float]:
    """Shares by what was measured: tokens read from the cache, of all tokens of the later prompts."""
    objects = Objects(repository)
    commits = objects.commits(most + HISTORY + 1)
    read: dict[str, int] = defaultdict(int)
    total: dict[str, int] = defaultdict(int)
    prompts = Prompts(objects, commits)
    for index in range(min(most, len(commits) - 1)):
        for kind in KINDS:
            pairs = zip(prompts.at(kind, index + 1, index), prompts.at(kind, index, index), strict=True)
            for when, (earlier, later) in zip(("before", "after"), pairs, strict=True):
                shared, tokens = common_head(earlier.text, later.text), count(later.text)
                for cache in ("automatic", "breakpoints"):
                    name = f"{kind}, {cache}, {when}"
                    by_breakpoints = cache == "breakpoints"
                    read[name] += cached_tokens(earlier.text, shared, earlier.ends, by_breakpoints=by_breakpoints)
                    total[name] += tokens
    return {name: read[name] / tokens for name, tokens in total.items()}


def table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """In Markdown, before → after."""
    columns = [f"{kind}, {cache}" for kind in KINDS for cache in ("automatic", "breakpoints")]
    lines = ["| repository | " + " | ".join(columns) + " |", "|" + "---|" * (len(columns) + 1)]
    for name, shares in rows.items():
        cells = [f"{shares[f'{column}, before']:.0%} → {shares[f'{column}, after']:.0%}" for column in columns]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path, help="git repositories, with or without a worktree")
    parser.add_argument("--commits", type=int, default=200)
    parser.add_argument("--out", type=Path, help="write cache-share.json there")
    args = parser.parse_args()
    rows = {}
    for repository in args.repositories:
        place = repository.resolve()
        rows[place.parent.name if place.name == "repo" else place.name] = measure(place, args.commits)
        print(table(rows).splitlines()[-1], file=sys.stderr, flush=True)
    print(table(rows))
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "cache-share.json").write_text(json.dumps(rows, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
