"""Read the difference between two states of a repository. Changes nothing.

A rename is an edit under the new path, with the text of the old one before it: so only what changed in it is judged.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from fretsaw.core.patch import derive
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.policy import is_secret
from fretsaw.core.policy.generated_files import why_not_vetted
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import RepoError
from fretsaw.repo.git.pipes import find_pipe
from fretsaw.repo.git.program import killed
from fretsaw.repo.git.search import Searcher
from fretsaw.repo.git.snapshot import LARGEST, index_entries, snapshot
from fretsaw.repo.git.state_texts import REGULAR, Row, Texts, odd_row
from fretsaw.repo.git.states import INDEX, WORKTREE, States, find_states
from fretsaw.repo.repository import Repo

_MOST_PAIRS = 400
_MOST_NAMED = 1000
"""Paths that are named to git; of more, all are listed and the others left out."""
_PATIENCE = 2.0
"""Seconds that git may take to list untracked files before a pipe is looked for, at which it would wait for ever."""
_ALIKE = 0.6
"""Share of lines that an untracked file has from a deleted one, from which on it is that file renamed."""


@dataclass(frozen=True, slots=True)
class StateDiff:
    """The changes between two states."""

    states: States
    patch: PatchSet
    snapshot: Snapshot = field(repr=False)
    """The state before."""
    renamed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """New path -> old path; of these the patch has what changed in the text."""
    not_vetted: tuple[tuple[str, str], ...] = ()
    """(path, why no line of it was looked at), sorted."""
    deleted: frozenset[str] = frozenset()
    """Paths that are gone, also those that are not vetted."""
    repo: Repo | None = field(default=None, repr=False)
    """The repository with the objects of the states."""


def read_states(repo: Repo, states: States, only: Collection[str] | None = None) -> StateDiff:
    """The difference, each file with both texts, and the paths that are not looked at. RepoError with git's reason.

    `only`: the paths to look at, all of them known to the index; else untracked files are looked at too.
    """
    reader = Texts(repo, states)
    rows = _rows(repo, reader, states, only)
    reasons = _attribute_reasons(repo, rows)
    reader.load(row for row in rows if row.path not in reasons)
    files, skipped = [], {}
    for row in rows:
        before, after, why = _both(reader, row, reasons.get(row.path, ""))
        if why:
            skipped[row.path] = why
            continue
        file = derive(row.path, before, after, _mode(row))
        if file is not None:
            files.append(file)
    patch = PatchSet(tuple(sorted(files, key=lambda file: file.path)))
    befores = {row.path: reader.before(row) for row in rows if row.path in patch.paths}
    return StateDiff(
        states,
        patch,
        _snapshot_before(repo, states, {path: text for path, text in befores.items() if text is not None}, rows),
        MappingProxyType({row.path: row.old_path for row in rows if row.old_path}),
        tuple(sorted(skipped.items())),
        frozenset(row.path for row in rows if row.status == "D"),
        repo,
    )


def _both(reader: Texts, row: Row, why: str) -> tuple[str | None, str | None, str]:
    """The texts before and after, and why they are not to be looked at."""
    why = why or odd_row(row)
    if why:
        return None, None, why
    before, after = reader.before(row), reader.after(row)
    why = reader.problems.get(row.path, "") or why_not_vetted(row.path, after if after is not None else before)
    if not why and before is not None and after is not None:
        before = reader.as_on_disk(row.path, before, after)
    return before, after, why


def _mode(row: Row) -> tuple[str, str] | None:
    old, new = row.modes
    if old == "000000" or new == "000000":
        own = new if old == "000000" else old
        return (own, own) if own == "100755" else None
    return row.modes if old != new else None


def _rows(repo: Repo, reader: Texts, states: States, only: Collection[str] | None) -> list[Row]:
    rows = _raw_rows(repo, states, only)
    return _with_untracked(repo, reader, rows) if states.after == WORKTREE and only is None else rows


def _raw_rows(repo: Repo, states: States, only: Collection[str] | None = None) -> list[Row]:
    """The paths that differ, sorted."""
    rows = _listed(repo, states, only)
    if states.after in (WORKTREE, INDEX):
        for entry in index_entries(repo, "--unmerged"):  # against a commit git lists them like edits
            if entry.path in rows:
                rows[entry.path] = rows[entry.path]._replace(status="U")
    return [rows[path] for path in sorted(rows)]


def _listed(repo: Repo, states: States, only: Collection[str] | None) -> dict[str, Row]:
    sides = {WORKTREE: (states.before,), INDEX: ("--cached", states.before)}.get(
        states.after, (states.before, states.after)
    )
    flags = ("--raw", "-z", "--no-abbrev", "-M", "-l2000", "--no-relative", "--no-ext-diff", "--no-textconv")
    # A look into submodules would run git with their configuration.
    named = sorted(only) if only is not None and len(only) <= _MOST_NAMED else []  # renames are looked for in these
    done = repo.git.run("diff", *flags, f"-O{os.devnull}", "--ignore-submodules=dirty", *sides, "--", *named)
    if done.code != 0:
        raise RepoError(f"the difference cannot be read: {done.reason}", hint="see `git status`")
    fields = iter(os.fsdecode(done.out).split("\0"))
    rows: dict[str, Row] = {}
    for head in fields:
        if not head.startswith(":"):
            continue
        old_mode, new_mode, old, new, status = head[1:].split(" ")
        path = next(fields)
        old_path = ""
        if status[0] in "RC":
            old_path, path = path, next(fields)
        row = Row(path, old_path if status[0] == "R" else "", (old_mode, new_mode), (old, new), status[0])
        if only is not None and path not in only:
            continue
        if path not in rows or status[0] == "U":  # an unmerged path is listed twice
            rows[path] = row
    return rows


def _with_untracked(repo: Repo, reader: Texts, rows: list[Row]) -> list[Row]:
    """The rows with those of untracked files; one that is a deleted file under a new name is a rename."""
    new = _untracked_rows(repo, {row.path for row in rows})
    gone = [row for row in rows if row.status == "D" and row.modes[0] in REGULAR and not is_secret(row.path)]
    if not new or not gone or len(new) * len(gone) > _MOST_PAIRS:
        return sorted([*rows, *new])
    reader.load(gone)
    pairs = _pairs(reader, new, gone)
    taken = set(pairs.values())
    made = [
        row._replace(old_path=old.path, modes=(old.modes[0], row.modes[1]), blobs=(old.blobs[0], ""), status="R")
        for row, old in pairs.items()
    ]
    return sorted([*(row for row in rows if row not in taken), *(row for row in new if row not in pairs), *made])


def _untracked_rows(repo: Repo, known: set[str]) -> list[Row]:
    paths = [path for path in _listed_untracked(repo) if path and path not in known]
    return [Row(path, "", ("000000", _disk_mode(repo, path)), ("", ""), "A") for path in paths]


def _listed_untracked(repo: Repo) -> list[str]:
    """Paths as git lists them; what it may wait for is looked for once that takes longer than `_PATIENCE`."""
    child = repo.git.start("ls-files", "-z", "--others", "--exclude-standard")
    try:
        listed = _output(child, _PATIENCE)
        if listed is None:
            find_pipe(repo.root)
            listed = _output(child, repo.git.seconds)
    except BaseException:
        child.kill()
        child.communicate()
        raise
    if listed is None:
        child.kill()
        child.communicate()
        raise RepoError("git ls-files did not finish")
    if child.returncode < 0:
        raise killed("ls-files", -child.returncode)
    if child.returncode != 0:
        raise RepoError("the untracked files cannot be listed", hint="see `git status`")
    return os.fsdecode(listed).split("\0")


def _output(child: subprocess.Popen[bytes], seconds: float) -> bytes | None:
    """All that a process prints; None where it has not ended after so many seconds."""
    try:
        return child.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        return None


def _pairs(reader: Texts, new: list[Row], gone: list[Row]) -> dict[Row, Row]:
    """Untracked file -> the deleted one that it is under a new name."""
    pairs: dict[Row, Row] = {}
    for row in new:
        if row.modes[1] not in REGULAR or is_secret(row.path) or not (after := reader.on_disk(row.path)):
            continue
        old = max(gone, key=lambda each: _likeness(reader.before(each), after))
        if old not in pairs.values() and _likeness(reader.before(old), after) >= _ALIKE:
            pairs[row] = old
    return pairs


def _likeness(before: str | None, after: str) -> float:
    """The share of lines that both have, of the longer one."""
    old, new = (before or "").splitlines(), after.splitlines()
    common = len(set(old) & set(new))
    return common / max(len(set(old)), len(set(new)), 1)


def _disk_mode(repo: Repo, path: str) -> str:
    if path.endswith("/"):
        return "160000"  # a repository of its own
    try:
        mode = os.lstat(repo.root / path).st_mode
    except OSError:
        return "100644"
    if stat.S_ISLNK(mode):
        return "120000"
    if not stat.S_ISREG(mode):
        return "special"
    return "100755" if mode & stat.S_IXUSR else "100644"


def _attribute_reasons(repo: Repo, rows: list[Row]) -> dict[str, str]:
    """The reasons why paths are not looked at, as far as their attributes tell."""
    if not rows:
        return {}
    names = ("filter", "linguist-generated", "linguist-vendored", "diff", "working-tree-encoding")
    reasons: dict[str, str] = {}
    for path, name, value in repo.git.attributes((row.path for row in rows), names):
        if why := _attribute_reason(name, value):
            reasons.setdefault(path, why)
    return reasons


def _attribute_reason(name: str, value: str) -> str:
    if name == "diff":
        return "binary, as its attributes say" if value == "unset" else ""
    if value in ("unspecified", "unset", "false"):
        return ""
    if name.startswith("linguist-"):
        return f"{name.removeprefix('linguist-')}, as its attributes say"
    return f"kept through the filter {value}" if name == "filter" else f"stored in the encoding {value}"


def _snapshot_before(repo: Repo, states: States, befores: Mapping[str, str], rows: list[Row]) -> Snapshot:
    """The state before, for rules that look at other files than the one that they judge."""
    overlay = MappingProxyType(dict(befores))
    if states.after == WORKTREE:
        now = snapshot(repo, overlay)
        made = {row.path for row in rows if row.modes[0] == "000000"}
        paths = tuple(sorted({*now.paths, *overlay} - made))
        return replace(now, paths=paths, searcher=Searcher(repo, frozenset(paths), overlay))
    listed = os.fsdecode(repo.git.out("ls-tree", "-r", "-z", "--full-tree", states.before)).split("\0")
    entries = [(line.partition("\t")[2], line[:6]) for line in listed if line]
    paths = tuple(sorted({path for path, mode in entries if mode in REGULAR and not is_secret(path)} | {*overlay}))
    return Snapshot(
        base=states.before,
        paths=paths,
        reader=_TreeReader(repo, states.before),
        overlay=overlay,
        executable=frozenset(path for path, mode in entries if mode == "100755"),
        searcher=Searcher(repo, frozenset(paths), overlay, states.before),
    )


class _TreeReader:
    """Path -> text as a commit has it."""

    def __init__(self, repo: Repo, tree: str) -> None:
        self._repo = repo
        self._tree = tree
        self._texts: dict[str, str | None] = {}

    def __call__(self, path: str) -> str | None:
        """The text, None when there is none to show."""
        if path not in self._texts:
            done = self._repo.git.run("cat-file", "blob", f"{self._tree}:{path}")
            is_fit = done.code == 0 and len(done.out) <= LARGEST and b"\0" not in done.out[:8000]
            self._texts[path] = done.out.decode("utf-8", "surrogateescape") if is_fit else None
        return self._texts[path]


def committed_text(repo: Repo, commit: str, path: str) -> str | None:
    """The text of a file as a commit has it, None where there is none to show."""
    return _TreeReader(repo, commit)(path)


def texts_before(repo: Repo, diff: StateDiff) -> tuple[dict[str, str | None], dict[str, str | None], tuple[str, ...]]:
    """The texts that make the worktree the state before, and the same with the difference's renames.

    Last the paths that cannot be laid so: they stay as they are in the worktree.
    """
    states = diff.states
    now = diff if states.after == WORKTREE else read_states(repo, replace(states, after=WORKTREE))
    committed = _TreeReader(repo, states.before)
    laid: dict[str, str | None] = {file.path: file.before for file in now.patch.files}
    for new, old in now.renamed.items():
        laid |= {new: None, old: committed(old)}
    renamed = dict(laid)
    for new, old in diff.renamed.items():
        renamed |= {new: committed(old), old: None}
    return laid, renamed, tuple(path for path, _ in now.not_vetted)


def staged_paths(repo: Repo) -> frozenset[str]:
    """The paths that are staged otherwise than HEAD has them."""
    rows = _raw_rows(repo, find_states(repo, staged=True))
    return frozenset(path for row in rows for path in (row.path, row.old_path) if path)
