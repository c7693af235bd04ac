"""How long ago files changed, in commits, and the order of documents that follows from it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import git

from fretsaw import repo
from fretsaw.core import prompt
from fretsaw.core.context.choose import choose
from fretsaw.core.issue import parse
from fretsaw.core.text.tokens import estimate
from fretsaw.repo.git.last_changes import last_changes


def history(folder: Path) -> None:
    """z.py is oldest, then m.py, eleven commits of b.py, and a.py is not committed."""
    folder.mkdir()
    git(folder, "init", "-q")
    for number, name in enumerate(("z.py", "a.py", "m ö.py", *["b.py"] * 11)):
        (folder / name).write_text(f"{name.split('.')[0][0]} = {number}\n", "utf-8")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", f"{number}")
    (folder / "a.py").write_text("a = 99\n", "utf-8")


def test_ages_are_counted_in_commits(tmp_path: Path) -> None:
    history(tmp_path / "r")
    ages = last_changes(repo.open_repo(tmp_path / "r"))
    assert {path: ages[path] for path in ("a.py", "b.py", "m ö.py", "z.py")} == {
        "a.py": 0,
        "b.py": 1,
        "m ö.py": 12,
        "z.py": 14,
    }


def test_documents_come_oldest_first_with_a_break_before_what_changed_lately(tmp_path: Path) -> None:
    history(tmp_path / "r")
    snapshot = repo.snapshot(repo.open_repo(tmp_path / "r"))
    context = choose(parse("# All"), snapshot, 24_000, "whole", estimate)
    assert [part.path for part in context.parts] == ["z.py", "m ö.py", "b.py", "a.py"]
    assert context.settled == 2
    _, user = prompt.first_messages(parse("# All"), context, "v4a")
    settled, documents, _issue = (user.text[:end] for end in user.cache_ends)
    assert settled.rstrip().endswith("</doc>")
    assert 'path="m ö.py"' in settled
    assert 'path="b.py"' not in settled
    assert 'path="a.py"' in documents


def test_a_repository_without_a_commit_has_no_order_but_its_paths(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert last_changes(repo.open_repo(tmp_path)) == {}
