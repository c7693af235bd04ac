"""Undo: what we wrote goes, what the user did since stays, and doing it twice does nothing."""

from __future__ import annotations

import errno
import os
import signal
import stat
from pathlib import Path

import pytest
from tests.repo.crash_support import FULL
from tests.repo.repo_support import change_paths, commit, everything, fix, git, git_facts, opened, tree

from fretsaw.errors import ConflictError, RepoError
from fretsaw.repo import How, deliver, deliveries, open_repo, recover, snapshot, undo
from fretsaw.repo.journal import file_operations

FIX: dict[str, str | None] = {"a.py": "one\n2\nthree\n", "src/b.py": None, "new/x/c.py": "c\n"}


def _fix(root: Path, state: Path, how: How = "worktree", texts: dict[str, str | None] = FIX, run: str = "r1") -> None:
    repo = open_repo(root)
    seen = snapshot(repo)
    deliver(repo, seen, change_paths(seen, texts), how, "Fix it", state_dir=state, run_id=run)


def _status(root: Path) -> str:
    return git(root, "status", "--porcelain", "-uall")


@pytest.mark.parametrize("how", ["worktree", "commit", "branch"])
def test_everything_is_as_before_and_twice_does_nothing(root: Path, state: Path, how: How) -> None:
    (root / "run.sh").write_text("mine\n")
    before, refs = tree(root), git_facts(root)[1:]
    _fix(root, state, how)
    result = undo(open_repo(root), state, "r1")
    assert result.undone == (("fretsaw/r1",) if how == "branch" else ("a.py", "new/x/c.py", "src/b.py"))
    assert not result.left
    assert (tree(root), git_facts(root)[1:]) == (before, refs)
    assert _status(root) == " M run.sh\n"
    again = everything(root)
    assert "undone already" in undo(open_repo(root), state, "r1").message
    assert "undone already" in undo(open_repo(root), state).message
    assert everything(root) == again


def test_nothing_to_undo(root: Path, state: Path) -> None:
    before = everything(root)
    assert "no change to undo" in undo(open_repo(root), state).message
    assert "of run r9" in undo(open_repo(root), state, "r9").message
    assert everything(root) == before


def test_an_edit_elsewhere_in_the_file_stays(root: Path, state: Path) -> None:
    text = (root / "src/b.py").read_text()
    _fix(root, state, texts={"src/b.py": text.replace("line 3\n", "LINE 3\n"), "a.py": "new\n"})
    mine = (root / "src/b.py").read_text().replace("line 20\n", "mine\n")
    (root / "src/b.py").write_text(mine)
    result = undo(open_repo(root), state)
    assert result.undone == ("a.py", "src/b.py")
    assert (root / "src/b.py").read_text() == text.replace("line 20\n", "mine\n")
    assert (root / "a.py").read_text() == "one\ntwo\nthree\n"


def test_an_edit_in_the_same_place_is_left_and_named(root: Path, state: Path) -> None:
    _fix(root, state)
    (root / "a.py").write_text("one\n2 and mine\nthree\n")
    (root / "new/x/c.py").write_text("mine\n")
    result = undo(open_repo(root), state)
    assert result.undone == ("src/b.py",)
    assert dict(result.left) == {"a.py": "it was changed since in the same place", "new/x/c.py": "it was changed since"}
    assert (root / "a.py").read_text() == "one\n2 and mine\nthree\n"
    (root / "a.py").write_text("one\n2\nthree\n")
    rest = undo(open_repo(root), state)
    assert rest.undone == ("a.py",)
    assert dict(rest.left) == {"new/x/c.py": "it was changed since"}


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda path: path.unlink(), "it was deleted since"),
        (lambda path: (path.unlink(), path.symlink_to("run.sh")), "it is no regular file any more"),
        (lambda path: path.write_bytes(b"\0binary\0"), "it was changed since in the same place"),
    ],
    ids=["deleted", "a link", "binary"],
)
def test_what_the_user_did_to_the_file(root: Path, state: Path, act: object, why: str) -> None:
    _fix(root, state, texts={"a.py": "new\n"})
    assert callable(act)
    act(root / "a.py")
    before = everything(root)
    result = undo(open_repo(root), state)
    assert (result.undone, result.left) == ((), (("a.py", why),))
    assert everything(root) == before


def test_what_was_taken_back_by_hand_counts_as_undone(root: Path, state: Path) -> None:
    _fix(root, state, texts={"src/b.py": "first\n"}, run="r1")
    _fix(root, state, texts={"a.py": "new\n"}, run="r2")
    (root / "a.py").write_text("one\ntwo\nthree\n")
    before = everything(root)
    result = undo(open_repo(root), state, "r2")
    assert (result.message, result.left) == ("as it was before already: a.py", ())
    assert everything(root) == before
    assert deliveries(open_repo(root), state)["r2"].undone


def test_a_mode_that_the_user_set_since_stays(root: Path, state: Path) -> None:
    _fix(root, state, texts={"a.py": "new\n"})
    (root / "a.py").chmod(0o755)
    assert undo(open_repo(root), state).undone == ("a.py",)
    assert (root / "a.py").read_text() == "one\ntwo\nthree\n"
    assert os.access(root / "a.py", os.X_OK)


def test_the_newest_first_and_one_run_by_name(root: Path, state: Path) -> None:
    _fix(root, state, texts={"a.py": "first\n"}, run="r1")
    _fix(root, state, texts={"src/b.py": "second\n"}, run="r2")
    assert undo(open_repo(root), state, "r1").undone == ("a.py",)
    assert undo(open_repo(root), state).undone == ("src/b.py",)
    assert _status(root) == ""


def test_apply_undo_apply_undo(root: Path, state: Path) -> None:
    before = tree(root)
    for _ in range(3):
        _fix(root, state)
        assert undo(open_repo(root), state, "r1").undone
        assert tree(root) == before


def test_old_records_go_but_never_the_newest(root: Path, state: Path) -> None:
    _fix(root, state, texts={"a.py": "first\n"}, run="r1")
    for record in state.rglob("manifest.json"):
        os.utime(record, (1, 1))
    _fix(root, state, texts={"src/b.py": "second\n"}, run="r2")
    assert "no change of run r1" in undo(open_repo(root), state, "r1").message
    assert undo(open_repo(root), state).undone == ("src/b.py",)


def test_after_a_pull(root: Path, state: Path) -> None:
    _fix(root, state, texts={"a.py": "one\n2\nthree\n"})
    git(root, "checkout", "-q", ".")
    (root / "a.py").write_text("something else\naltogether\n")
    commit(root, "Pulled")
    before = everything(root)
    assert undo(open_repo(root), state).left == (("a.py", "it was changed since in the same place"),)
    assert everything(root) == before


def test_not_during_a_merge(root: Path, state: Path) -> None:
    _fix(root, state)
    (root / ".git/MERGE_HEAD").write_text(git(root, "rev-parse", "HEAD"))
    with pytest.raises(RepoError, match="a merge is in progress"):
        undo(open_repo(root), state)


def test_a_commit_that_others_may_have_stays(root: Path, state: Path) -> None:
    _fix(root, state, "commit")
    ours = git(root, "rev-parse", "HEAD").strip()
    git(root, "update-ref", "refs/remotes/origin/main", ours)
    result = undo(open_repo(root), state)
    assert result.undone == ("a.py", "new/x/c.py", "src/b.py")
    assert "stays in the history" in result.message
    assert git(root, "rev-parse", "HEAD").strip() == ours
    assert (root / "a.py").read_text() == "one\ntwo\nthree\n"
    assert _status(root) == " M a.py\n D new/x/c.py\n?? src/b.py\n"


def test_a_commit_that_something_was_built_on_stays(root: Path, state: Path) -> None:
    _fix(root, state, "commit")
    (root / "run.sh").write_text("later\n")
    later = commit(root, "Later")
    assert "stays in the history" in undo(open_repo(root), state).message
    assert git(root, "rev-parse", "HEAD").strip() == later
    assert (root / "a.py").read_text() == "one\ntwo\nthree\n"


def test_a_commit_keeps_what_is_staged_since(root: Path, state: Path) -> None:
    _fix(root, state, "commit")
    (root / "run.sh").write_text("staged\n")
    git(root, "add", "run.sh")
    assert "main is back" in undo(open_repo(root), state).message
    assert _status(root) == "M  run.sh\n"


@pytest.mark.parametrize("since", ["commits", "checkout", "gone"])
def test_a_branch_that_is_in_use_is_left(root: Path, state: Path, since: str) -> None:
    _fix(root, state, "branch")
    if since == "commits":
        git(root, "update-ref", "refs/heads/fretsaw/r1", git(root, "commit-tree", "-m", "x", "HEAD^{tree}").strip())
    elif since == "checkout":
        git(root, "checkout", "-q", "fretsaw/r1")
    else:
        git(root, "branch", "-D", "fretsaw/r1")
    before = everything(root)
    result = undo(open_repo(root), state)
    assert result.undone == ()
    assert "fretsaw/r1 is left" in result.message or "is gone already" in result.message
    assert everything(root) == before


def test_an_edit_while_it_is_undone(root: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fix(root, state)

    def save(when: str, name: str) -> None:
        if when == "before exchange" and name == "a.py":
            (root / "a.py").write_text("mine\n")

    monkeypatch.setattr(file_operations, "HOOK", save)
    with pytest.raises(ConflictError, match=r"a\.py was changed"):
        undo(open_repo(root), state)
    monkeypatch.setattr(file_operations, "HOOK", None)
    assert (root / "a.py").read_text() == "mine\n"
    assert not (root / "src/b.py").exists()


# -- crashes with a commit -------------------------------------------------------------------------


def _whole(root: Path, head: str) -> list[str]:
    """What is wrong after a new start: files, branch and index go together."""
    moved = git(root, "rev-parse", "HEAD").strip() != head
    text = (root / "a.py").read_text()
    wrong = []
    if (text == "one\n2\nthree\n") != moved or (root / "src/b.py").exists() == moved:
        wrong.append("the branch and the files do not go together")
    if _status(root):
        wrong.append(f"not clean: {_status(root)}")
    if [path for path in tree(root) if "fretsaw" in path]:
        wrong.append("left over")
    return wrong


@pytest.mark.crash
@pytest.mark.timeout(1800)
def test_a_commit_that_is_killed(template: Path, tmp_path: Path) -> None:
    """SIGKILL at operations all over a delivery with a commit, in a child; then a new start."""
    import shutil

    seen: list[str] = []
    wrong: list[str] = []
    for at in range(-1, 1000):
        if at >= 0 and not FULL and at % 41 != 5 and at < len(seen) - 8:
            continue
        if at >= 0 and at >= len(seen):
            break
        root, state = tmp_path / f"{at}/repo", tmp_path / f"{at}/state"
        shutil.copytree(template, root, symlinks=True)
        head = git(root, "rev-parse", "HEAD").strip()
        if at < 0:
            file_operations.HOOK = lambda when, name: seen.append(when)
            _fix(root, state, "commit")
            file_operations.HOOK = None
        else:
            _killed_fix(root, state, at)
            recover(open_repo(root), state)
        wrong += [f"killed at {at}: {what}" for what in _whole(root, head)]
    assert len(seen) > 60
    assert wrong == []


def _killed_fix(root: Path, state: Path, at: int) -> None:
    child = os.fork()
    if child == 0:
        count = iter(range(10_000))

        def die(_when: str, _name: str) -> None:
            if next(count) == at:
                os.kill(os.getpid(), signal.SIGKILL)

        file_operations.HOOK = die
        try:
            _fix(root, state, "commit")
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def test_killed_between_the_branch_and_the_end(root: Path, state: Path) -> None:
    """The branch has moved, nothing says done: the new start goes forward, for others may have seen the commit."""
    head = git(root, "rev-parse", "HEAD").strip()
    child = os.fork()
    if child == 0:

        def die(when: str, name: str) -> None:
            if when == "before create" and name == "done.tmp":
                os.kill(os.getpid(), signal.SIGKILL)

        file_operations.HOOK = die
        try:
            _fix(root, state, "commit")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert git(root, "rev-parse", "HEAD").strip() != head
    told = recover(open_repo(root), state)
    assert "finished an earlier change" in told[0]
    assert _whole(root, head) == []
    assert undo(open_repo(root), state).undone == ("a.py", "new/x/c.py", "src/b.py")
    assert recover(open_repo(root), state) == ()


def test_an_error_after_the_commit_point_is_no_failure(
    root: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(when: str, name: str) -> None:
        if when == "before unlink" and name.startswith(".fretsaw"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(file_operations, "HOOK", fail)
    repo = open_repo(root)
    seen = snapshot(repo)
    done = deliver(repo, seen, change_paths(seen, FIX), "worktree", state_dir=state)
    assert "cleaning up waits" in done.notices[0]
    monkeypatch.setattr(file_operations, "HOOK", None)
    assert "finished an earlier change" in recover(repo, state)[0]
    assert not [path for path in tree(root) if "fretsaw" in path]


def test_ctrl_c_waits_until_the_tree_is_whole(root: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def press(when: str, name: str) -> None:
        if when == "after exchange":
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(file_operations, "HOOK", press)
    # A shell that starts the tests in the background has them ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            _fix(root, state)
    finally:
        signal.signal(signal.SIGINT, before)
    monkeypatch.setattr(file_operations, "HOOK", None)
    assert (root / "a.py").read_text() == "one\n2\nthree\n"
    assert not (root / "src/b.py").exists()
    assert undo(open_repo(root), state).undone == ("a.py", "new/x/c.py", "src/b.py")


def test_special_bits_stay_where_the_user_edited_elsewhere(root: Path, state: Path) -> None:
    path = root / "src/b.py"
    fix(root, state, "worktree", {"src/b.py": path.read_text().replace("line 2\n", "line two\n")})
    path.write_text(path.read_text() + "mine\n")
    path.chmod(0o6755)
    undo(opened(root)[0], state_dir=state)
    assert path.read_text().endswith("line 30\nmine\n")
    assert "line 2\n" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o6755


def test_special_bits_stay_where_the_user_changed_the_mode(root: Path, state: Path) -> None:
    path = root / "src/b.py"
    fix(root, state, "worktree", {"src/b.py": "one\n"})
    path.chmod(0o6755)
    undo(opened(root)[0], state_dir=state)
    assert stat.S_IMODE(path.stat().st_mode) == 0o6755
