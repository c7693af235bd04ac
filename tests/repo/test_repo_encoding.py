"""Files in UTF-16 and files that git converts: committed as git keeps them, checked and undone as they were."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from tests.repo.repo_support import change_paths, commit, fix, git, opened, status

from fretsaw.errors import NoPatchError
from fretsaw.repo import deliver, file_text, undo
from fretsaw.repo.git.trial import trial

BEFORE = 'title = "Größe"\r\ncount = 1\r\n'
AFTER = BEFORE.replace("1", "2")
ATTRIBUTES = ("UTF-16", "UTF-16LE-BOM", "")
"""With one of the first two, git keeps the file as UTF-8; without any, as it is."""


def write(root: Path, attribute: str) -> bytes:
    """Commit a file in UTF-16; its bytes."""
    if attribute:
        (root / ".gitattributes").write_text(f"*.ini working-tree-encoding={attribute} eol=crlf\n")
    data = codecs.BOM_UTF16_LE + BEFORE.encode("utf-16-le")
    (root / "a.ini").write_bytes(data)
    commit(root)
    assert status(root) == []
    return data


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_a_commit_holds_what_git_would_keep(root: Path, state: Path, attribute: str) -> None:
    write(root, attribute)
    fix(root, state, "commit", {"a.ini": AFTER})
    assert status(root) == []
    assert (root / "a.ini").read_bytes() == codecs.BOM_UTF16_LE + AFTER.encode("utf-16-le")
    git(root, "rm", "-q", "--cached", "a.ini")
    (root / "a.ini").unlink()
    git(root, "checkout", "-q", "HEAD", "--", "a.ini")
    assert (root / "a.ini").read_bytes() == codecs.BOM_UTF16_LE + AFTER.encode("utf-16-le")


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_undo_gives_the_bytes_back(root: Path, state: Path, attribute: str) -> None:
    data = write(root, attribute)
    fix(root, state, "worktree", {"a.ini": AFTER})
    assert (root / "a.ini").read_bytes() == codecs.BOM_UTF16_LE + AFTER.encode("utf-16-le")
    undo(opened(root)[0], state_dir=state)
    assert (root / "a.ini").read_bytes() == data
    assert status(root) == []


def test_a_new_file_gets_the_encoding_of_its_attribute(root: Path, state: Path) -> None:
    write(root, "UTF-16")
    fix(root, state, "commit", {"b.ini": "größer\r\n"})
    assert (root / "b.ini").read_bytes() == codecs.BOM_UTF16_LE + "größer\r\n".encode("utf-16-le")
    assert git(root, "show", "HEAD:b.ini") == "größer\n"
    assert status(root) == []


def test_a_sign_that_the_encoding_lacks_changes_nothing(root: Path, state: Path) -> None:
    (root / ".gitattributes").write_text("*.txt working-tree-encoding=cp1252\n")
    (root / "menu.txt").write_bytes("Tee 2 €\n".encode("cp1252"))
    commit(root)
    repo, seen = opened(root)
    patch = change_paths(seen, {"menu.txt": "Tee 2 € 世\n"})
    trial(repo, seen, patch)
    with pytest.raises(NoPatchError, match=r"U\+4E16.*menu\.txt.*cp1252"):
        deliver(repo, seen, patch, "worktree", state_dir=state)
    assert (root / "menu.txt").read_bytes() == "Tee 2 €\n".encode("cp1252")


def test_texts_for_a_check_have_the_bytes_of_the_file(root: Path) -> None:
    write(root, "")
    _, seen = opened(root)
    laid = seen.all_on_disk({"a.ini": AFTER, "gone.ini": None, "a.py": "é\n"})
    assert laid["gone.ini"] is None
    held = {path: (text or "").encode("utf-8", "surrogateescape") for path, text in laid.items()}
    assert held["a.ini"] == codecs.BOM_UTF16_LE + AFTER.encode("utf-16-le")
    assert held["a.py"] == "é\n".encode()


@pytest.mark.parametrize("attribute", [*ATTRIBUTES, "Shift_JIS", "windows-1252"])
@pytest.mark.parametrize("where", [".gitattributes", "data/.gitattributes", ".git/info/attributes"])
def test_the_text_of_one_file_is_that_of_the_snapshot(root: Path, attribute: str, where: str) -> None:
    text = "title = 1\r\n" + ("テスト" if attribute == "Shift_JIS" else "Größe") + "\r\n"
    (root / "data").mkdir()
    (root / where).parent.mkdir(exist_ok=True)
    (root / where).write_text(f"*.ini working-tree-encoding={attribute} -text\n" if attribute else "*.ini -text\n")
    codec = attribute if attribute in ("Shift_JIS", "windows-1252") else "utf-16-le"
    mark = codecs.BOM_UTF16_LE if codec == "utf-16-le" else b""
    (root / "data" / "a.ini").write_bytes(mark + text.encode(codec))
    commit(root)
    assert file_text(root, "data/a.ini") == opened(root)[1].read("data/a.ini") == text


def test_a_path_without_a_file_has_no_text(root: Path) -> None:
    (root / "link.ini").symlink_to("a.ini")
    assert file_text(root, "a.ini") is file_text(root, "link.ini") is file_text(root, "data") is None
