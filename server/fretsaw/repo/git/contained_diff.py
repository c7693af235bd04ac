"""Find where a repository has the changes of a diff already: in its files, its index or its commits. Changes nothing.

git itself takes the diff back, on copies of the index; objects go to a temporary folder.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from fretsaw.repo.git.program import Git
from fretsaw.repo.git.states import INDEX, WORKTREE, States, empty_tree
from fretsaw.repo.repository import Repo

_DIFF = re.compile(r"^(?:diff --git |\+\+\+ )", re.M)
_COLOURS = re.compile(r"\x1b\[[0-9;]*[mK]")
_COMMIT = re.compile(r"^(?:commit|From) ([0-9a-f]{40}|[0-9a-f]{64})\b", re.M)
_MAIL = re.compile(
    r"^Subject: (?:\[[^\]\n]*\] ?)?(.*(?:\n[ \t].*)*)\n(?:[\w-]+: .*\n(?:[ \t].*\n)*)*\n"
    r"((?:.*\n)*?)(?=---$|diff --git )",
    re.M,
)
_MOST_MAIL = 200_000
"""Characters of a text in which mails are looked for."""
_BLOBS = re.compile(r"^index [0-9a-f]+\.\.([0-9a-f]+)", re.M)
_BINARY = re.compile(r"^diff --git (.+)\n(?:(?!diff --git )[^@\n].*\n)*?Binary files .* differ$", re.M)
_GLOB = re.compile(r"([*?\[\]\\])")


@dataclass(frozen=True, slots=True)
class ContainedDiff:
    """The states before and after a diff that the repository contains."""

    repo: Repo
    """The repository, with the objects of these states; gone with the folder that holds them."""
    states: States
    paths: frozenset[str]
    """The paths that the diff changes."""
    binary: tuple[str, ...] = ()
    """Paths of which the diff only says that they differ."""


@dataclass(frozen=True, slots=True)
class _Search:
    """A diff, and the repository with a folder for what is written while it is looked for."""

    repo: Repo
    folder: Path
    data: bytes
    where: str
    """The folder that its paths may be relative to, from the root; empty for the root."""
    binary: tuple[str, ...]

    def git(self, index: str) -> Git:
        """The git program with an index of our own."""
        return self.repo.git.having(GIT_INDEX_FILE=str(self.folder / index))

    def apply(self, index: str, *options: str) -> tuple[str, ...] | None:
        """Apply the diff to an index; the options that name its paths, None where it does not fit."""
        left_out = ["--exclude=" + _GLOB.sub(r"\\\1", path) for path in self.binary]
        for level in _levels(self.where):
            for loose in ((), ("--unidiff-zero",)):
                asked = ("--cached", "--whitespace=nowarn", *left_out, *options, *level, *loose)
                if self.git(index).run("apply", *asked, "-", stdin=self.data).code == 0:
                    return level
        return None

    def copy(self, source: str, target: str) -> None:
        shutil.copy2(self.folder / source, self.folder / target)

    def tree(self, index: str) -> str | None:
        """The tree of an index; None where something in it is unmerged."""
        return self.git(index).line("write-tree", "--missing-ok")

    def found(self, index: str, states: States, paths: frozenset[str]) -> ContainedDiff:
        binary = tuple(path for path in self.binary if os.path.lexists(self.repo.root / path))
        return ContainedDiff(replace(self.repo, git=self.git(index)), states, paths, binary)


def _levels(where: str) -> Iterator[tuple[str, ...]]:
    """The ways in which a diff may name its paths: with `a/` and `b/` or without, from the root or from a folder."""
    for strip in ("-p1", "-p0"):
        yield (strip,)
        if where:
            yield (strip, f"--directory={where}")


@contextmanager
def find_contained(repo: Repo, text: str, where: Path, *, is_refused: bool = False) -> Iterator[ContainedDiff | None]:
    """The states of a text's diff where the repository has its changes already, else None.

    `is_refused`: the diff fits no place of the files, so that a change in old commits is looked for by its blobs too.
    """
    text = _oldest_first(repo, _COLOURS.sub("", text))
    if _DIFF.search(text) is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="fretsaw-", ignore_cleanup_errors=True) as folder:
        search = _search_in(Path(folder), repo, text, where)
        found = _in_blobs(search) if is_refused else _in_states(search, text)
        if found is not None:
            found = replace(found, states=replace(found.states, message=_messages(repo, text)))
        yield found


def _oldest_first(repo: Repo, text: str) -> str:
    """The text with the commits of a log (`git log -p`, newest first) in the order in which they were made."""
    starts = [found.start() for found in _COMMIT.finditer(text)]
    names = _COMMIT.findall(text)
    if len(starts) < 2 or repo.git.run("merge-base", "--is-ancestor", names[-1], names[0]).code != 0:
        return text
    parts = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    return "".join(
        part if part.endswith("\n") else f"{part}\n" for part in (text[: starts[0]], *reversed(parts)) if part
    )


def _messages(repo: Repo, text: str) -> str:
    """The messages of the commits or mails of a text, of at most 50."""
    known = [
        repo.git.run("log", "-1", "--format=%B", "--no-show-signature", name) for name in _COMMIT.findall(text)[:50]
    ]
    if known and all(done.code == 0 for done in known):
        return "\n".join(done.out.decode("utf-8", "replace") for done in known)
    mails = [f"{' '.join(subject.split())}\n\n{body}" for subject, body in _MAIL.findall(text[:_MOST_MAIL])[:50]]
    return "\n".join(mails)


def _search_in(folder: Path, repo: Repo, text: str, where: Path) -> _Search:
    objects = folder / "objects"
    (objects / "info").mkdir(parents=True)
    (objects / "info" / "alternates").write_bytes(os.fsencode(repo.common_dir / "objects") + b"\n")
    index = repo.git_dir / "index"
    if index.exists():
        shutil.copy2(index, folder / "staged")  # with its time, by which git knows files that changed in that moment
    opened = replace(repo, git=repo.git.having(GIT_OBJECT_DIRECTORY=str(objects)))
    inside = Path(os.path.realpath(where))
    prefix = inside.relative_to(repo.root).as_posix() if inside.is_relative_to(repo.root) else "."
    binary = tuple(dict.fromkeys(path for names in _BINARY.findall(text) for path in _binary_paths(names)))
    data = text.encode("utf-8", "surrogateescape")
    data = data if data.endswith(b"\n") else data + b"\n"  # a clipboard loses it, and git wants it
    return _Search(opened, folder, data, "" if prefix == "." else prefix, binary)


def _binary_paths(names: str) -> tuple[str, str]:
    """The path that `a/PATH b/PATH` may mean, without the prefix and as it is written."""
    written = names[len(names) // 2 + 1 :].strip('"')
    return written.partition("/")[2] or written, written


def _in_states(search: _Search, text: str) -> ContainedDiff | None:
    """The diff in the files, else in the index, else as a commit in the history of HEAD."""
    if not (search.folder / "staged").exists():
        search.git("staged").out("read-tree", "--empty")
    paths = _named_paths(search)
    if not paths:
        return None
    search.copy("staged", "now")
    named = b"".join(os.fsencode(path) + b"\0" for path in sorted(paths))
    if search.git("now").run("update-index", "--add", "--remove", "-z", "--stdin", stdin=named).code != 0:
        return None
    for index, after, title in (
        ("now", WORKTREE, "the diff, which is in your files already"),
        ("staged", INDEX, "the diff, which is staged already"),
    ):
        found = _taken_back(search, text, index, States(title, "", after))
        if found is not None:
            return found
        if index == "now" and _fits(search, index):
            return None  # it is to be applied
    return _in_commits(search, text)


def _named_paths(search: _Search) -> frozenset[str]:
    """The paths that a diff names, before and after a rename, in each way to read them."""
    found: set[str] = set()
    for level in _levels(search.where):
        for options in ((), ("-R",)):
            done = search.git("staged").run("apply", "--numstat", "-z", *options, *level, "-", stdin=search.data)
            if done.code == 0:
                rows = [row.split("\t", 2) for row in os.fsdecode(done.out).split("\0") if row]
                found |= {row[2] for row in rows if len(row) == 3}
    return frozenset(path for path in found if ".git" not in path.split("/")) - {"/dev/null"}


def _fits(search: _Search, index: str) -> bool:
    search.copy(index, "forward")
    return search.apply("forward", "--check") is not None


def _taken_back(search: _Search, text: str, index: str, states: States) -> ContainedDiff | None:
    """The states where the diff can be taken out of an index and is in it, by its lines or by its blobs."""
    search.copy(index, "before")
    if search.apply("before", "-R") is None or (_fits(search, index) and not _has_blobs(search, text, index)):
        return None
    before = search.tree("before")
    if before is None:
        return None
    return search.found(index, replace(states, before=before), _differing(search, index, before))


def _differing(search: _Search, index: str, tree: str) -> frozenset[str]:
    listed = search.git(index).out("diff", "--cached", "--name-only", "--no-renames", "-z", tree, "--")
    return frozenset(path for path in os.fsdecode(listed).split("\0") if path)


def _has_blobs(search: _Search, text: str, index: str) -> bool:
    """Return True if an index has a text that the diff leads to: lines alone do not say which way it goes.

    A diff that adds the last of three equal lines fits forwards and backwards.
    """
    after = {name for name in _BLOBS.findall(text) if name.strip("0")}
    listed = search.git(index).out("ls-files", "-z", "--stage").split(b"\0")
    held = sorted(line.split(b" ")[1].decode() for line in listed if line)
    first = {name: held[at : at + 1] for name in after if (at := bisect_left(held, name)) < len(held)}
    return bool(after) and all(blob.startswith(name) for name in after for blob in first.get(name, [""]))


def _in_commits(search: _Search, text: str) -> ContainedDiff | None:
    """The states before and after the commits that a text names, where HEAD has them in its history."""
    names = list(dict.fromkeys(_COMMIT.findall(text)))
    git = search.repo.git
    for name in dict.fromkeys((*names[:1], *names[-1:])):  # a series begins with the oldest, a log with the newest
        if search.repo.head is None or git.run("merge-base", "--is-ancestor", name, search.repo.head).code != 0:
            return None
        first = git.line("rev-parse", "--verify", "--quiet", f"{name}^1^{{tree}}") or empty_tree(search.repo)
        found = _forwards(search, first, "the diff, which is in your history already")
        if found is not None:
            return found
    return None


def _in_blobs(search: _Search) -> ContainedDiff | None:
    """The states that a diff's blobs name, where the repository has them, over the other files of HEAD."""
    git, head = search.repo.git, search.repo.head
    done = git.run("apply", f"--build-fake-ancestor={search.folder / 'ancestor'}", "-", stdin=search.data)
    if done.code != 0 or head is None:
        return None
    if not (search.folder / "staged").exists():
        search.git("staged").out("read-tree", "--empty")
    seed = search.git("seed")
    seed.out("read-tree", head)
    named = b"".join(os.fsencode(path) + b"\0" for path in sorted(_named_paths(search)))
    seed.out("update-index", "--force-remove", "-z", "--stdin", stdin=named)
    entries = search.git("ancestor").out("ls-files", "-z", "--stage")
    seed.out("update-index", "-z", "--index-info", stdin=entries)
    before = search.tree("seed")
    return _forwards(search, before, "the diff, against the texts that it was made for") if before else None


def _forwards(search: _Search, tree: str, title: str) -> ContainedDiff | None:
    """The states from a tree to what the diff makes of it; None where it does not fit."""
    search.git("after").out("read-tree", tree)
    if search.apply("after") is None:
        return None
    after = search.tree("after")
    if after is None:
        return None
    return search.found("after", States(title, tree, after), _differing(search, "after", tree))
