"""What an index knows is what reading says; it is kept by blob, holds no text, and nothing depends on it."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.conftest import git

from fretsaw import repo
from fretsaw.core.context.choose import choose
from fretsaw.core.context.file_record import decode, encode, record_of
from fretsaw.core.context.terms import TermIds
from fretsaw.core.issue import parse
from fretsaw.core.secrets.mask import SecretMask
from fretsaw.core.secrets.masked import mask_snapshot
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.tokens import estimate
from fretsaw.repo import Repo
from fretsaw.repo.index.build import Built, build_index
from fretsaw.repo.index.child import Builder
from fretsaw.repo.index.database import BROKEN, FOREIGN, VERSION, clear_index, has_index, open_index
from fretsaw.repo.index.lookup import Index, find_index

ISSUE = parse(
    "# `QuerySet.bulk_create` loses the last row\n\n`str(table)` and `MarkParser` lose marks in `shop/set.py`.\n"
)
KEY = "ghp_" + "k3J9xQ2mV7tLw8Rz5bNc4HdYf6SgPa1uXeTo"
TEXTS = {
    "shop/set.py": "class QuerySet:\n    def bulk_create(self, rows):\n        return [table(row) for row in rows]\n\n"
    "    def __str__(self):\n        return 'QuerySet'\n" + "\n\ndef other():\n    pass\n" * 40,
    "shop/table.py": "from shop.set import QuerySet\n\n\ndef table(row):\n    return QuerySet().bulk_create([row])\n",
    "shop/marks.py": "class MarkParser:\n    def parseMarks(self):\n        return MARKS_2, unmarked, queryset\n",
    "tests/test_set.py": "from shop.set import QuerySet\n\n\ndef test_bulk_create():\n    assert QuerySet()\n",
    "docs/set.md": "# Marks\n\nThe queryset parses marks.\n",
    "min.js": "QuerySet.marks();" * 3_000,
    "secret.py": f"TOKEN = '{KEY}'\nmarks = 1\n",
}


def folder_of(root: Path) -> Path:
    return root / "cache" / "index"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name, text in TEXTS.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    return root


def opened(root: Path, overlay: dict[str, str] | None = None) -> tuple[Repo, Snapshot]:
    found = repo.open_repo(root)
    return found, mask_snapshot(repo.snapshot(found, overlay), SecretMask(lambda: b"k" * 32))


def built(root: Path) -> Built:
    return build_index(*opened(root), folder_of(root.parent), 60)


def index_of(root: Path, overlay: dict[str, str] | None = None) -> tuple[Snapshot, Index, str]:
    found, snapshot = opened(root, overlay)
    index, reason = find_index(found, snapshot, folder_of(root.parent))
    return replace(snapshot, index=index), index, reason


def check_same(root: Path, overlay: dict[str, str] | None = None) -> None:
    """What is chosen with the index is what is chosen without it."""
    snapshot, index, reason = index_of(root, overlay)
    assert index.paths
    assert not reason
    for budget in (200, 600, 9_000):
        plain = choose(ISSUE, replace(snapshot, index=None), budget, "files", estimate)
        assert choose(ISSUE, snapshot, budget, "files", estimate) == plain


def test_what_is_chosen_with_an_index_is_what_is_chosen_without(root: Path) -> None:
    assert built(root) == Built(len(TEXTS), 0)
    check_same(root)


def test_a_change_is_read_and_a_commit_adds_only_what_changed(root: Path) -> None:
    built(root)
    (root / "shop/table.py").write_text("def bulk_create():\n    return 'marks'\n", "utf-8")
    assert "shop/table.py" not in index_of(root)[1].paths
    check_same(root)
    git(root, "commit", "-qam", "change")
    assert built(root) == Built(1, 0)
    check_same(root)


def test_unsaved_text_wins_over_the_index(root: Path) -> None:
    built(root)
    check_same(root, {"docs/set.md": "bulk_create bulk_create marks\n"})


def test_a_file_that_git_was_told_not_to_look_at_is_read(root: Path) -> None:
    built(root)
    git(root, "update-index", "--assume-unchanged", "shop/table.py")
    (root / "shop/table.py").write_text("marks = bulk_create\n" * 9, "utf-8")
    assert "shop/table.py" not in index_of(root)[1].paths
    check_same(root)


def test_an_index_is_the_users_alone_and_holds_no_text_and_no_secret(root: Path) -> None:
    built(root)
    folder = folder_of(root.parent)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    held = b"".join(path.read_bytes() for path in folder.iterdir())
    with closing(sqlite3.connect(folder / "index.sqlite")) as connection:
        records = [row[0] for row in connection.execute("SELECT data FROM records")]
    ids = TermIds(open_index(folder)[1])
    names = {each.name for data in records for each in decode("a.py", data, ids).definitions}
    assert {"QuerySet", "bulk_create"} < names
    assert KEY.encode() not in held
    assert b"lose" not in held
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    terms = {term for data in records for term in decode("a.py", data, ids).terms}
    assert ids.of("=TOKEN") in terms
    assert ids.of(f"={KEY}") not in terms
    assert not (root / "cache").exists()


@pytest.mark.parametrize("damage", ["text", "cut", "tables", "version"])
def test_an_index_that_cannot_be_used_is_built_anew_and_that_is_said(root: Path, damage: str) -> None:
    built(root)
    file = folder_of(root.parent) / "index.sqlite"
    if damage == "text":
        file.write_bytes(b"no database " * 999)
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[:5_000])
    else:
        with closing(sqlite3.connect(file)) as connection:
            change = {"tables": "DROP TABLE records", "version": f"PRAGMA user_version = {VERSION + 1}"}
            connection.execute(change[damage])
    _, index, reason = index_of(root)
    assert (list(index.paths), reason) == ([], FOREIGN if damage == "version" else BROKEN)
    assert built(root) == Built(len(TEXTS), 0)
    check_same(root)


def test_a_record_that_is_broken_is_read_from_the_file(root: Path) -> None:
    built(root)
    with closing(sqlite3.connect(folder_of(root.parent) / "index.sqlite")) as connection, connection:
        connection.execute("UPDATE records SET data = substr(data, 1, 20)")
        connection.execute("UPDATE postings SET data = substr(data, 1, 5) WHERE term % 2 = 0")
    snapshot, _, _ = index_of(root)
    plain = choose(ISSUE, replace(snapshot, index=None), 600, "files", estimate)
    assert choose(ISSUE, snapshot, 600, "files", estimate) == plain


def test_a_full_disk_leaves_what_is_there(root: Path) -> None:
    full = build_index(*opened(root), Path("/dev/full/index"), 60)
    assert (full.added, bool(full.why)) == (0, True)
    small = build_index(*opened(root), folder_of(root.parent), 60, most_bytes=1)
    assert (small.added, small.why) == (len(TEXTS), "the index has reached 0 MB")


def test_two_processes_at_once_lose_nothing(root: Path, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "fretsaw.session.build_index", str(root), str(folder_of(tmp_path))]
    children = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [child.communicate()[0] for child in children]
    assert {child.returncode for child in children} == {0}
    assert f"{len(TEXTS)} files indexed, 0 left\n" in said
    check_same(root)


def test_an_index_is_removed_while_another_process_reads_it(root: Path) -> None:
    built(root)
    snapshot, index, _ = index_of(root)
    assert clear_index(folder_of(root.parent))
    assert not clear_index(folder_of(root.parent))
    assert index.record("shop/set.py") is not None
    plain = choose(ISSUE, replace(snapshot, index=None), 600, "files", estimate)
    assert choose(ISSUE, snapshot, 600, "files", estimate) == plain


def test_a_folder_that_cannot_be_written_costs_nothing(root: Path) -> None:
    if os.geteuid() == 0:
        folder = Path("/proc/index")
    else:
        folder = root.parent / "locked" / "index"
        folder.parent.mkdir(mode=0o500)
    assert build_index(*opened(root), folder, 60).added == 0
    with pytest.raises((OSError, sqlite3.Error)):
        open_index(folder)


@pytest.mark.slow
def test_the_child_of_a_run_builds_and_ends_with_it(root: Path, tmp_path: Path) -> None:
    builder = Builder("fretsaw.session.build_index", (str(root), str(folder_of(tmp_path))), os.environ, 0.0)
    builder.begin()
    builder.begin()
    for _ in range(1_200):
        if has_index(folder_of(tmp_path)) and len(index_of(root)[1].paths) == len(TEXTS):
            break
        time.sleep(0.05)
    builder.end()
    check_same(root)
    never = Builder("fretsaw.session.build_index", (str(root), str(tmp_path / "never")), os.environ, 60.0)
    never.begin()
    never.end()
    assert not has_index(tmp_path / "never")


@pytest.mark.parametrize("path", sorted(TEXTS))
def test_a_record_comes_back_as_it_was(path: str) -> None:
    ids = TermIds(b"s" * 32)
    record = record_of(path, TEXTS[path], ids)
    assert record is not None
    assert decode(path, encode(record), ids) == record
