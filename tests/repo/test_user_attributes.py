"""The attributes files of clone, tree and user count as git counts them, the nearest first."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest
from tests.repo.repo_support import commit, fix, git, opened, status

from fretsaw.repo import file_text, undo

BEFORE, AFTER = "title = Größe\n", "title = Größer\n"
UTF_16 = "*.ini working-tree-encoding=UTF-16LE-BOM eol=lf\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the user, in which nothing is yet but who commits."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = A\n\temail = a@example.com\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    return home


def _write_attributes(root: Path, home: Path, where: str, text: str) -> None:
    files = {
        "usual": home / ".config/git/attributes",
        "configured": home / "my attributes",
        "clone": root / ".git/info/attributes",
        "tree": root / ".gitattributes",
    }
    if where == "configured":
        git(root, "config", "--global", "core.attributesFile", "~/my attributes")
    files[where].parent.mkdir(parents=True, exist_ok=True)
    files[where].write_text(text)


def _utf_16(text: str) -> bytes:
    return codecs.BOM_UTF16_LE + text.encode("utf-16-le")


@pytest.mark.parametrize("where", ["usual", "configured", "clone"])
def test_a_file_is_read_and_committed_in_the_encoding_that_the_attributes_tell(
    root: Path, home: Path, state: Path, where: str
) -> None:
    _write_attributes(root, home, where, UTF_16)
    (root / "a.ini").write_bytes(_utf_16(BEFORE))
    commit(root)
    assert opened(root)[1].read("a.ini") == file_text(root, "a.ini") == BEFORE
    fix(root, state, "commit", {"a.ini": AFTER, "b.ini": BEFORE})
    assert (root / "a.ini").read_bytes() == _utf_16(AFTER)
    assert (root / "b.ini").read_bytes() == _utf_16(BEFORE)
    assert git(root, "show", "HEAD:a.ini") == AFTER
    assert status(root) == []
    undo(opened(root)[0], state_dir=state)


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [("usual", "tree"), ("configured", "tree"), ("tree", "clone"), ("usual", "clone"), ("usual", "configured")],
)
def test_the_nearer_file_wins_over_the_users(root: Path, home: Path, weaker: str, stronger: str) -> None:
    """`configured` beside `usual`: git reads the one file or the other."""
    _write_attributes(root, home, weaker, "*.txt working-tree-encoding=cp1252 eol=crlf text\n")
    _write_attributes(root, home, stronger, "*.txt working-tree-encoding=cp1251 eol=lf text\n")
    (root / "a.txt").write_bytes("цена\n".encode("cp1251"))
    commit(root)
    _, seen = opened(root)
    assert seen.read("a.txt") == file_text(root, "a.txt") == "цена\n"
    assert seen.new_file_ends("b.txt").newline == "\n"


@pytest.mark.parametrize(("rule", "newline"), [("eol=crlf", "\r\n"), ("eol=lf", "\n"), ("-text", "\n"), ("text", "\n")])
def test_a_new_file_ends_its_lines_as_the_users_attributes_say(root: Path, home: Path, rule: str, newline: str) -> None:
    _write_attributes(root, home, "usual", f"*.txt {rule}\n")
    assert opened(root)[1].new_file_ends("b.txt").newline == newline


def test_a_pipe_in_the_place_of_the_attributes_holds_up_nothing(root: Path, home: Path) -> None:
    os.mkfifo(root / "pipe")
    git(root, "config", "core.attributesFile", str(root / "pipe"))
    (root / "a.ini").write_bytes(b"a = 1\n")
    assert home.is_dir()
    assert opened(root)[1].new_file_ends("b.txt").newline == "\n"


def test_a_linked_worktree_has_the_attributes_of_its_clone(root: Path, home: Path, tmp_path: Path) -> None:
    _write_attributes(root, home, "clone", "*.ini working-tree-encoding=cp850\n")
    linked = tmp_path / "linked"
    git(root, "worktree", "add", "-q", str(linked))
    (linked / "a.ini").write_bytes(BEFORE.encode("cp850"))
    git(linked, "add", "a.ini")
    assert opened(linked)[1].read("a.ini") == file_text(linked, "a.ini") == BEFORE
