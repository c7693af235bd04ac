"""Delivery to the worktree: all of a patch or nothing, and the user's own text never lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.repo.repo_support import FIX, change_paths, commit, everything, fix, git_facts, opened, status

from fretsaw.core.patch import derive_set
from fretsaw.errors import ConflictError
from fretsaw.repo import Delivery, deliver, undo


def test_the_worktree_changes_and_nothing_else(root: Path, state: Path) -> None:
    facts = git_facts(root)
    done = fix(root, state, run_id="r1")
    assert (done.kind, done.paths, done.commit, done.branch) == (
        "worktree",
        ("a.py", "new/x/c.py", "src/b.py"),
        None,
        None,
    )
    assert git_facts(root) == facts
    assert (root / "a.py").read_text() == "one\n2\nthree\n"
    assert status(root) == [" M a.py", " D src/b.py", "?? new/x/c.py"]


def test_none_and_an_empty_patch_change_nothing(root: Path, state: Path) -> None:
    before = everything(root)
    assert fix(root, state, "none") == Delivery("none", ("a.py", "new/x/c.py", "src/b.py"))
    assert fix(root, state, "worktree", {}) == Delivery("none")
    assert everything(root) == before
    assert not state.exists()


def test_uncommitted_text_is_the_base_and_is_kept(root: Path, state: Path) -> None:
    (root / "a.py").write_text("one\ntwo\nthree\nmine\n")
    (root / "src/b.py").write_text("mine\n")
    (root / "untracked.py").write_text("mine\n")
    repo, seen = opened(root)
    text = seen.read("a.py")
    assert text is not None
    deliver(repo, seen, change_paths(seen, {"a.py": text.replace("two", "2")}), "worktree", state_dir=state)
    assert (root / "a.py").read_text() == "one\n2\nthree\nmine\n"
    assert (root / "src/b.py").read_text() == (root / "untracked.py").read_text() == "mine\n"


@pytest.mark.parametrize("disturb", ["edited", "gone", "folder", "pipe", "created"])
def test_a_newer_edit_is_a_conflict_and_nothing_is_overwritten(root: Path, state: Path, disturb: str) -> None:
    repo, seen = opened(root)
    patch = change_paths(seen, FIX)
    if disturb == "edited":
        (root / "a.py").write_text("newer\n")
        (root / "src/b.py").write_text("newer\n")
    elif disturb == "created":
        (root / "new/x").mkdir(parents=True)
        (root / "new/x/c.py").write_text("mine\n")
    else:
        (root / "a.py").unlink()
    if disturb == "folder":
        (root / "a.py").mkdir()
    if disturb == "pipe":
        os.mkfifo(root / "a.py")
    before = everything(root)
    with pytest.raises(ConflictError) as raised:
        deliver(repo, seen, patch, "worktree", state_dir=state)
    assert everything(root) == before
    named = {"edited": ("a.py", "src/b.py"), "created": ("new/x/c.py",)}.get(disturb, ("a.py",))
    assert all(path in raised.value.message for path in named)
    assert raised.value.hint


def test_modes_and_owners_are_kept(root: Path, state: Path) -> None:
    (root / "a.py").chmod(0o640)
    (root / "run.sh").chmod(0o4755)
    fix(root, state, texts={"a.py": "new\n", "run.sh": "#!/bin/bash\n", "new.py": "x\n"})
    assert (root / "a.py").stat().st_mode & 0o7777 == 0o640
    assert (root / "run.sh").stat().st_mode & 0o7777 == 0o755
    mask = os.umask(0)
    os.umask(mask)
    assert (root / "new.py").stat().st_mode & 0o7777 == 0o666 & ~mask


def test_a_mode_that_was_asked_for(root: Path, state: Path) -> None:
    repo, seen = opened(root)
    patch = derive_set(seen.read, {"src/b.py": "x\n"}, {"a.py": ("100644", "100755"), "src/b.py": ("100644", "100755")})
    deliver(repo, seen, patch, "worktree", state_dir=state)
    assert os.access(root / "a.py", os.X_OK)
    assert os.access(root / "src/b.py", os.X_OK)
    assert (root / "a.py").read_text() == "one\ntwo\nthree\n"
    undo(repo, state)
    assert not os.access(root / "a.py", os.X_OK)
    assert status(root) == []


@pytest.mark.parametrize(
    "data",
    [
        b"caf\xe9 \xff\xfe\r\nline\rtwo\x0c\n\xe2\x80\xa8x\n no end",
        b"\xef\xbb\xbfwith a mark\r\nx\r\n",
        b"",
        b"\n",
        b"\x83\x65\x83\x58\x83\x67\n",
    ],
)
def test_bytes_that_were_not_edited_stay(root: Path, state: Path, data: bytes) -> None:
    (root / "a.py").write_bytes(b"edit me\n" + data)
    commit(root)
    repo, seen = opened(root)
    text = seen.read("a.py")
    assert text is not None
    deliver(repo, seen, change_paths(seen, {"a.py": text.replace("edit me", "edited", 1)}), "worktree", state_dir=state)
    assert (root / "a.py").read_bytes() == b"edited\n" + data


def test_a_large_file_with_one_edit(root: Path, state: Path) -> None:
    lines = [b"line %07d, as long as it is\r\n" % number for number in range(300_000)]
    (root / "big.txt").write_bytes(b"".join(lines))
    repo, seen = opened(root)
    text = (root / "big.txt").read_bytes().decode()
    after = text.replace("line 0150000", "LINE 0150000")
    patch = derive_set(lambda _: text, {"big.txt": after})
    deliver(repo, seen, patch, "worktree", state_dir=state)
    lines[150_000] = lines[150_000].replace(b"line", b"LINE")
    assert (root / "big.txt").read_bytes() == b"".join(lines)


def test_undo_gives_back_setuid_setgid_and_permissions(root: Path, state: Path) -> None:
    """Of a file that was replaced, whose new text has no such bit, and of one that was deleted."""
    (root / "run.sh").chmod(0o6755)
    (root / "a.py").chmod(0o640)
    fix(root, state, texts={"a.py": None, "run.sh": "#!/bin/bash\n"})
    assert (root / "run.sh").stat().st_mode & 0o7777 == 0o755
    undo(opened(root)[0], state)
    assert (root / "run.sh").stat().st_mode & 0o7777 == 0o6755
    assert (root / "a.py").stat().st_mode & 0o7777 == 0o640


@pytest.mark.parametrize("mode", [0o655, 0o611, 0o700, 0o600])
def test_permissions_of_others_stay_when_a_file_is_replaced_and_put_back(root: Path, state: Path, mode: int) -> None:
    (root / "a.py").chmod(mode)
    fix(root, state, texts={"a.py": "new\n"})
    assert (root / "a.py").stat().st_mode & 0o7777 == mode
    undo(opened(root)[0], state)
    assert (root / "a.py").stat().st_mode & 0o7777 == mode


def test_undo_gives_back_extended_attributes_of_a_deleted_file(root: Path, state: Path) -> None:
    try:
        os.setxattr(root / "a.py", "user.mark", b"kept")
    except OSError:
        pytest.skip("this disk has no extended attributes")
    fix(root, state, texts={"a.py": None})
    undo(opened(root)[0], state)
    assert os.getxattr(root / "a.py", "user.mark") == b"kept"
