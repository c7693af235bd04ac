"""Counts of names by git are those of reading every file, whatever a file is called and holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.conftest import git

from fretsaw import repo
from fretsaw.core.context.search import count_parts
from fretsaw.repo.git import search

FILES = {
    "a.py": "def iter_markers(mark):\n    return Mark, unmarked, MARK_1\n",
    "b.py": "def iter_markers(mark):\n    return Mark, unmarked, MARK_1, REMARK, a2mark, allMARK\n",
    "Makefile": "mark:\n\techo marked\n",
    "mark": "mark mark\n",
    "m ö.py": "märk = mark\n",
    "two\nlines.py": "mark = 1\n",
    'quo"te.py': "remark\n",
    "dir/none.py": "nothing\n",
    "dir/last.txt": "no line end: mark",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "blob.bin").write_bytes(b"mark\0mark\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "all")
    return tmp_path


@pytest.mark.parametrize("tries", ["-P", "-E"])
def test_git_counts_what_reading_counts(folder: Path, tries: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if tries == "-E":  # a git that was built without Perl's expressions refuses them
        real = search.Searcher._rests
        monkeypatch.setattr(
            search.Searcher, "_rests", lambda self, kind, *more: None if kind == "-P" else real(self, kind, *more)
        )
    seen = repo.snapshot(repo.open_repo(folder), {"a.py": "class Marker: pass\n"})
    assert seen.counter is not None
    by_git = count_parts(seen, ("mark",))
    by_reading = count_parts(replace(seen, counter=None), ("mark",))
    # A line feed in a name cannot be told from the end of a path: such a file is not found by what it holds.
    found = {path: dict(rests) for path, rests in by_reading.by_path.items() if "\n" not in path}
    assert {path: dict(rests) for path, rests in by_git.by_path.items()} == found
    assert found["a.py"] == {"Marker": 1}
    assert found["Makefile"] == {"mark": 1, "marked": 1}
    assert found["b.py"] == {"_markers": 1, "mark": 1, "Mark": 1, "MARK_1": 1, "2mark": 1, "lMARK": 1, "EMARK": 1}
    assert 'quo"te.py' not in found  # no word of it starts so
    assert "blob.bin" not in found


def test_an_output_that_is_cut_is_told_of(folder: Path) -> None:
    seen = repo.snapshot(repo.open_repo(folder))
    assert seen.counter is not None
    assert seen.counter(("mark",), 20, None).cut
    assert not seen.counter(("mark",), 20_000, None).cut
    assert not seen.counter(("(", "a|b", ""), 20_000, None).by_path
