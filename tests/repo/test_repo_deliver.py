"""Delivery: all of a patch or nothing, the user's own text never lost or committed, one clear word when not."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from tests.repo.repo_support import change_paths, commit, everything, git, git_facts, tree

from fretsaw.core.patch import derive_set
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import ConflictError, ExitCode, RepoError
from fretsaw.repo import Delivery, Repo, deliver, open_repo, snapshot, undo
from fretsaw.repo.journal import file_operations, journal_folder, open_journal

FIX: dict[str, str | None] = {"a.py": "one\n2\nthree\n", "src/b.py": None, "new/x/c.py": "c\n"}


def _opened(root: Path) -> tuple[Repo, Snapshot]:
    repo = open_repo(root)
    return repo, snapshot(repo)


def _fix(root: Path, state: Path, how: str = "worktree", texts: dict[str, str | None] = FIX, **more: str) -> Delivery:
    repo, seen = _opened(root)
    return deliver(repo, seen, change_paths(seen, texts), how, "Fix it\n\nWhy.", state_dir=state, **more)  # type: ignore[arg-type]


def _status(root: Path) -> list[str]:
    return git(root, "status", "--porcelain", "-uall").splitlines()


# -- worktree --------------------------------------------------------------------------------------


def test_the_worktree_changes_and_nothing_else(root: Path, state: Path) -> None:
    facts = git_facts(root)
    done = _fix(root, state, run_id="r1")
    assert (done.kind, done.paths, done.commit, done.branch) == (
        "worktree",
        ("a.py", "new/x/c.py", "src/b.py"),
        None,
        None,
    )
    assert git_facts(root) == facts
    assert (root / "a.py").read_text() == "one\n2\nthree\n"
    assert _status(root) == [" M a.py", " D src/b.py", "?? new/x/c.py"]


def test_none_and_an_empty_patch_change_nothing(root: Path, state: Path) -> None:
    before = everything(root)
    assert _fix(root, state, "none") == Delivery("none", ("a.py", "new/x/c.py", "src/b.py"))
    assert _fix(root, state, "worktree", {}) == Delivery("none")
    assert everything(root) == before
    assert not state.exists()


def test_uncommitted_text_is_the_base_and_is_kept(root: Path, state: Path) -> None:
    (root / "a.py").write_text("one\ntwo\nthree\nmine\n")
    (root / "src/b.py").write_text("mine\n")
    (root / "untracked.py").write_text("mine\n")
    repo, seen = _opened(root)
    text = seen.read("a.py")
    assert text is not None
    deliver(repo, seen, change_paths(seen, {"a.py": text.replace("two", "2")}), "worktree", state_dir=state)
    assert (root / "a.py").read_text() == "one\n2\nthree\nmine\n"
    assert (root / "src/b.py").read_text() == (root / "untracked.py").read_text() == "mine\n"


@pytest.mark.parametrize("disturb", ["edited", "gone", "folder", "pipe", "created"])
def test_a_newer_edit_is_a_conflict_and_nothing_is_overwritten(root: Path, state: Path, disturb: str) -> None:
    repo, seen = _opened(root)
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
    _fix(root, state, texts={"a.py": "new\n", "run.sh": "#!/bin/bash\n", "new.py": "x\n"})
    assert (root / "a.py").stat().st_mode & 0o7777 == 0o640
    assert (root / "run.sh").stat().st_mode & 0o7777 == 0o755
    mask = os.umask(0)
    os.umask(mask)
    assert (root / "new.py").stat().st_mode & 0o7777 == 0o666 & ~mask


def test_a_mode_that_was_asked_for(root: Path, state: Path) -> None:
    repo, seen = _opened(root)
    patch = derive_set(seen.read, {"src/b.py": "x\n"}, {"a.py": ("100644", "100755"), "src/b.py": ("100644", "100755")})
    deliver(repo, seen, patch, "worktree", state_dir=state)
    assert os.access(root / "a.py", os.X_OK)
    assert os.access(root / "src/b.py", os.X_OK)
    assert (root / "a.py").read_text() == "one\ntwo\nthree\n"
    undo(repo, state)
    assert not os.access(root / "a.py", os.X_OK)
    assert _status(root) == []


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
    repo, seen = _opened(root)
    text = seen.read("a.py")
    assert text is not None
    deliver(repo, seen, change_paths(seen, {"a.py": text.replace("edit me", "edited", 1)}), "worktree", state_dir=state)
    assert (root / "a.py").read_bytes() == b"edited\n" + data


def test_a_large_file_with_one_edit(root: Path, state: Path) -> None:
    lines = [b"line %07d, as long as it is\r\n" % number for number in range(300_000)]
    (root / "big.txt").write_bytes(b"".join(lines))
    repo, seen = _opened(root)
    text = (root / "big.txt").read_bytes().decode()
    after = text.replace("line 0150000", "LINE 0150000")
    patch = derive_set(lambda _: text, {"big.txt": after})
    deliver(repo, seen, patch, "worktree", state_dir=state)
    lines[150_000] = lines[150_000].replace(b"line", b"LINE")
    assert (root / "big.txt").read_bytes() == b"".join(lines)


# -- what stands in the way ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda root: os.link(root / "a.py", root.parent / "second"), "hard link"),
        (lambda root: (root / "a.py").chmod(0o444), "read-only"),
    ],
    ids=["hard link", "read-only"],
)
def test_a_file_that_must_not_be_replaced(root: Path, state: Path, make: object, words: str) -> None:
    assert callable(make)
    make(root)
    before = everything(root)
    with pytest.raises(RepoError, match=words):
        _fix(root, state)
    assert everything(root) == before


def test_an_immutable_file(root: Path, state: Path) -> None:
    if shutil.which("chattr") is None:
        pytest.skip("there is no chattr here: apt-get install e2fsprogs")
    if subprocess.run(["chattr", "+i", root / "a.py"], check=False, capture_output=True).returncode:
        pytest.skip("no right to make a file immutable here")
    try:
        before = everything(root)
        with pytest.raises(RepoError, match="immutable"):
            _fix(root, state)
        assert everything(root) == before
    finally:
        subprocess.run(["chattr", "-i", root / "a.py"], check=True)


def _as_nobody(work: object) -> str:
    """The error message of a piece of work done without root's rights."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            assert callable(work)
            if os.geteuid() == 0:
                os.setegid(65534)
                os.seteuid(65534)
                os.setresuid(65534, 65534, 65534)
            work()
            said = "no error"
        except RepoError as error:
            said = str(error)
        except BaseException as error:
            said = repr(error)
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as file:
        said = file.read().decode()
    os.waitpid(child, 0)
    return said


def _give_away(folder: Path) -> None:
    """Everything up to the temporary folder can be entered, everything below belongs to nobody."""
    top = Path(tempfile.gettempdir()).resolve()
    for parent in folder.resolve().parents:
        if parent in {top, *top.parents}:
            break
        parent.chmod(0o755)
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 65534, 65534, follow_symlinks=False)


def test_a_read_only_tree(root: Path, state: Path, home: Path) -> None:
    (home / ".gitconfig").chmod(0o644)
    home.chmod(0o755)
    state.mkdir()
    _give_away(root)
    _give_away(state)
    (root / "src").chmod(0o555)
    before = everything(root)
    said = _as_nobody(lambda: _fix(root, state))
    (root / "src").chmod(0o755)
    assert "src is read-only" in said
    assert tree(root) == {
        **{path: what for path, what in before.items() if not path.startswith(".git")},
        "src": tree(root)["src"],
    }


def test_a_state_folder_that_cannot_be_written(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    before = everything(root)
    with pytest.raises(RepoError, match=r"journal .* cannot be used"):
        _fix(root, tmp_path / "file/state")
    assert everything(root) == before


def test_a_full_disk(root: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(root)

    def full(when: str, name: str) -> None:
        if when == "after create" and name.startswith(".fretsaw"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)

    monkeypatch.setattr(file_operations, "HOOK", full)
    with pytest.raises(RepoError, match=r"the disk is full at a\.py"):
        _fix(root, state)
    monkeypatch.setattr(file_operations, "HOOK", None)
    assert everything(root) == before


def test_a_limit_on_file_sizes(root: Path, state: Path) -> None:
    """A real refusal of the kernel, in a child: files larger than 64 kB cannot be written."""
    import resource
    import signal

    (root / "a.py").write_text("x\n" * 10)

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        repo, seen = _opened(root)
        patch = change_paths(seen, {"a.py": "y" * 200_000, "src/b.py": "z\n"})
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
        deliver(repo, seen, patch, "worktree", state_dir=state)

    before = everything(root)
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(1)
        except RepoError:
            os._exit(0)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert everything(root) == before
    assert not list(state.rglob("tx/*"))


def test_only_one_at_a_time(root: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_folder, "LONGEST_WAIT", 0.3)
    with open_journal(state, root), pytest.raises(RepoError, match="is changing this repository"):
        _fix(root, state)
    _fix(root, state)


# -- commits ---------------------------------------------------------------------------------------


def test_a_commit_leaves_a_clean_tree(root: Path, state: Path) -> None:
    head = git(root, "rev-parse", "HEAD").strip()
    done = _fix(root, state, "commit")
    assert done.branch == "main"
    assert git(root, "rev-parse", "HEAD", "HEAD~1").split() == [done.commit, head]
    assert _status(root) == []
    assert git(root, "log", "-1", "--format=%an <%ae>|%cn|%B").strip() == "Ada <ada@example.org>|Ada|Fix it\n\nWhy."
    assert git(root, "diff", "--name-status", "HEAD~1").splitlines() == ["M\ta.py", "A\tnew/x/c.py", "D\tsrc/b.py"]
    assert git(root, "fsck", "--strict") == ""
    assert "fretsaw: Fix it" in git(root, "reflog", "-1")


def test_a_commit_takes_nothing_else_along(root: Path, state: Path) -> None:
    (root / "run.sh").write_text("staged\n")
    git(root, "add", "run.sh")
    (root / "run.sh").write_text("staged and more\n")
    _fix(root, state, "commit")
    assert git(root, "show", "HEAD:run.sh") == "#!/bin/sh\necho hello\n"
    assert git(root, "show", ":run.sh") == "staged\n"
    assert _status(root) == ["MM run.sh"]


def test_a_commit_keeps_the_executable_bit(root: Path, state: Path) -> None:
    _fix(root, state, "commit", {"run.sh": "#!/bin/bash\n"})
    assert git(root, "ls-tree", "HEAD", "run.sh").startswith("100755")
    assert _status(root) == []


def test_a_message_is_plain_text(root: Path, state: Path) -> None:
    repo, seen = _opened(root)
    message = "Fix \x1b[31mit\x00\u202e\r\n\nWhy \ud800 \u200bnot: naïve ✓\n\n\n"
    deliver(repo, seen, change_paths(seen, {"a.py": "x\n"}), "commit", message, state_dir=state)
    assert git(root, "log", "-1", "--format=%B").strip() == "Fix [31mit\n\nWhy ? not: naïve ✓"
    assert git(root, "reflog", "-1", "--format=%gs").strip() == "fretsaw: Fix [31mit"


def test_no_commit_in_a_sha256_repository(root: Path, state: Path) -> None:
    shutil.rmtree(root / ".git")
    git(root, "init", "-q", "--object-format=sha256")
    commit(root)
    before = everything(root)
    with pytest.raises(RepoError, match="SHA-256") as raised:
        _fix(root, state, "commit")
    assert "worktree" in raised.value.hint
    assert everything(root) == before


@pytest.mark.parametrize("what", ["HEAD:a.py", "HEAD^{tree}", "HEAD:src"])
def test_an_object_that_is_missing(root: Path, state: Path, what: str) -> None:
    """As in a partial clone: nothing is fetched, and the files can still be changed."""
    name = git(root, "rev-parse", what).strip()
    git(root, "config", "remote.origin.url", "file:///nowhere")
    git(root, "config", "remote.origin.promisor", "true")
    git(root, "config", "extensions.partialClone", "origin")
    (root / ".git/objects" / name[:2] / name[2:]).unlink()
    before = everything(root)
    with pytest.raises(RepoError) as raised:
        _fix(root, state, "commit")
    assert raised.value.exit_code == ExitCode.REPOSITORY
    assert tree(root) == {path: it for path, it in before.items() if path.split("/")[0] != ".git"}
    assert git_facts(root)[0] == before[".git/index"][1]
    _fix(root, state)
    assert (root / "a.py").read_text() == "one\n2\nthree\n"


def test_the_first_commit(root: Path, state: Path) -> None:
    git(root, "update-ref", "-d", "HEAD")
    git(root, "rm", "-rq", "--cached", ".")
    git(root, "add", "-N", "run.sh")
    repo, seen = _opened(root)
    assert seen.base is None
    done = deliver(repo, seen, change_paths(seen, {"n.py": "n\n"}), "commit", "Begin", state_dir=state)
    assert git(root, "ls-tree", "-r", "--name-only", "HEAD").split() == ["n.py"]
    assert git(root, "rev-list", "--count", str(done.commit)).strip() == "1"
    assert undo(repo, state).undone == ("n.py",)
    assert git(root, "rev-parse", "-q", "--verify", "HEAD", ok=False) == ""


@pytest.mark.parametrize("how", ["commit", "branch"])
def test_uncommitted_text_is_not_committed(root: Path, state: Path, how: str) -> None:
    (root / "a.py").write_text("one\ntwo\nthree\nmine\n")
    before, facts = tree(root), git_facts(root)
    with pytest.raises(RepoError, match=r"not committed.*a\.py"):
        _fix(root, state, how)
    assert (tree(root), git_facts(root)) == (before, facts)


def test_staged_text_is_not_overwritten(root: Path, state: Path) -> None:
    (root / "a.py").write_text("staged\n")
    git(root, "add", "a.py")
    (root / "a.py").write_text("one\ntwo\nthree\n")
    before, facts = tree(root), git_facts(root)
    with pytest.raises(RepoError, match=r"staged changes: a\.py"):
        _fix(root, state, "commit")
    assert (tree(root), git_facts(root)) == (before, facts)


def test_a_commit_needs_a_branch(root: Path, state: Path) -> None:
    git(root, "checkout", "-q", "--detach")
    with pytest.raises(RepoError, match="detached") as raised:
        _fix(root, state, "commit")
    assert "--branch" in raised.value.hint
    assert _fix(root, state, "branch", branch="fix/it").branch == "fix/it"


@pytest.mark.parametrize("how", ["commit", "branch"])
def test_head_moved_meanwhile(root: Path, state: Path, how: str) -> None:
    repo, seen = _opened(root)
    patch = change_paths(seen, {"a.py": "new\n"})
    (root / "run.sh").write_text("other\n")
    commit(root)
    before = everything(root)
    with pytest.raises(ConflictError, match="HEAD moved"):
        deliver(repo, seen, patch, how, "Fix", state_dir=state)  # type: ignore[arg-type]
    assert everything(root) == before


def test_the_branch_moves_at_the_last_moment(root: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def move(when: str, name: str) -> None:
        if when == "after exchange":
            git(root, "commit", "-q", "--allow-empty", "-m", "Meanwhile")
            monkeypatch.setattr(file_operations, "HOOK", None)

    monkeypatch.setattr(file_operations, "HOOK", move)
    with pytest.raises(ConflictError, match="could not be moved"):
        _fix(root, state, "commit")
    assert _status(root) == []
    assert git(root, "log", "-1", "--format=%s").strip() == "Meanwhile"


def test_what_is_staged_during_a_commit_stays_staged(root: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stage(when: str, name: str) -> None:
        if when == "after exchange" and name == "a.py":
            blob = git(root, "rev-parse", "HEAD:run.sh").strip()
            git(root, "update-index", "--cacheinfo", f"100644,{blob},a.py")

    monkeypatch.setattr(file_operations, "HOOK", stage)
    _fix(root, state, "commit")
    assert git(root, "show", ":a.py") == "#!/bin/sh\necho hello\n"
    assert _status(root) == ["MM a.py"]


def test_a_commit_where_git_converts_line_endings(root: Path, state: Path) -> None:
    (root / ".gitattributes").write_text("*.py text eol=crlf\n")
    commit(root)
    git(root, "rm", "-q", "--cached", "-r", ".")
    git(root, "reset", "-q", "--hard")
    assert (root / "a.py").read_bytes() == b"one\r\ntwo\r\nthree\r\n"
    _fix(root, state, "commit", {"a.py": "one\r\n2\r\nthree\r\n"})
    assert git(root, "cat-file", "blob", "HEAD:a.py") == "one\n2\nthree\n"
    assert (root / "a.py").read_bytes() == b"one\r\n2\r\nthree\r\n"
    assert _status(root) == []


def test_a_branch_touches_no_file(root: Path, state: Path) -> None:
    (root / "run.sh").write_text("dirty\n")
    before, index = tree(root), git_facts(root)[0]
    done = _fix(root, state, "branch", run_id="20261122-1")
    assert done.branch == "fretsaw/20261122-1"
    assert tree(root) == before
    assert git_facts(root)[0] == index
    assert git(root, "diff", "--name-status", "main", done.branch).splitlines() == [
        "M\ta.py",
        "A\tnew/x/c.py",
        "D\tsrc/b.py",
    ]


@pytest.mark.parametrize(
    "name", ["main", "-d", "a..b", "a b", "x.lock", "../../x", "a\nb", "@{1}", "HEAD", "main/sub", "a~1"]
)
def test_names_that_no_new_branch_can_have(root: Path, state: Path, name: str) -> None:
    before = everything(root)
    with pytest.raises(RepoError):
        _fix(root, state, "branch", branch=name)
    after = everything(root)
    assert {path for path in after if not path.startswith(".git/objects")} == {
        path for path in before if not path.startswith(".git/objects")
    }


def test_nobody_who_commits(root: Path, state: Path, home: Path) -> None:
    git(root, "config", "--remove-section", "user")
    (home / ".gitconfig").write_text("")
    with pytest.raises(RepoError, match="who commits") as raised:
        _fix(root, state, "commit")
    assert "user.name" in raised.value.hint
    assert _status(root) == []


def test_a_commit_in_a_linked_worktree(root: Path, state: Path) -> None:
    git(root, "worktree", "add", "-q", "-b", "other", "../linked")
    linked = root.parent / "linked"
    assert _fix(linked, state, "commit").branch == "other"
    assert _status(linked) == _status(root) == []
    assert git(root, "log", "-1", "--format=%s", "other").strip() == "Fix it"


def test_a_patch_of_nothing_but_a_mode_in_a_commit(root: Path, state: Path) -> None:
    repo, seen = _opened(root)
    patch: PatchSet = derive_set(seen.read, {}, {"a.py": ("100644", "100755")})
    deliver(repo, seen, patch, "commit", "Run it", state_dir=state)
    assert git(root, "ls-tree", "HEAD", "a.py").startswith("100755")
    assert _status(root) == []


def test_undo_gives_back_setuid_setgid_and_permissions(root: Path, state: Path) -> None:
    """Of a file that was replaced, whose new text has no such bit, and of one that was deleted."""
    (root / "run.sh").chmod(0o6755)
    (root / "a.py").chmod(0o640)
    _fix(root, state, texts={"a.py": None, "run.sh": "#!/bin/bash\n"})
    assert (root / "run.sh").stat().st_mode & 0o7777 == 0o755
    undo(_opened(root)[0], state)
    assert (root / "run.sh").stat().st_mode & 0o7777 == 0o6755
    assert (root / "a.py").stat().st_mode & 0o7777 == 0o640


def test_undo_gives_back_extended_attributes_of_a_deleted_file(root: Path, state: Path) -> None:
    try:
        os.setxattr(root / "a.py", "user.mark", b"kept")
    except OSError:
        pytest.skip("this disk has no extended attributes")
    _fix(root, state, texts={"a.py": None})
    undo(_opened(root)[0], state)
    assert os.getxattr(root / "a.py", "user.mark") == b"kept"
