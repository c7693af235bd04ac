"""Delivery as a commit: a clean tree after it, nothing else taken along, one clear word when it cannot be made."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.repo.repo_support import change_paths, commit, everything, fix, git, git_facts, opened, status, tree

from fretsaw.core.patch import derive_set
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.errors import ConflictError, ExitCode, RepoError
from fretsaw.repo import deliver, undo
from fretsaw.repo.journal import file_operations


def test_a_commit_leaves_a_clean_tree(root: Path, state: Path) -> None:
    head = git(root, "rev-parse", "HEAD").strip()
    done = fix(root, state, "commit")
    assert done.branch == "main"
    assert git(root, "rev-parse", "HEAD", "HEAD~1").split() == [done.commit, head]
    assert status(root) == []
    assert git(root, "log", "-1", "--format=%an <%ae>|%cn|%B").strip() == "Ada <ada@example.org>|Ada|Fix it\n\nWhy."
    assert git(root, "diff", "--name-status", "HEAD~1").splitlines() == ["M\ta.py", "A\tnew/x/c.py", "D\tsrc/b.py"]
    assert git(root, "fsck", "--strict") == ""
    assert "fretsaw: Fix it" in git(root, "reflog", "-1")


def test_a_commit_takes_nothing_else_along(root: Path, state: Path) -> None:
    (root / "run.sh").write_text("staged\n")
    git(root, "add", "run.sh")
    (root / "run.sh").write_text("staged and more\n")
    fix(root, state, "commit")
    assert git(root, "show", "HEAD:run.sh") == "#!/bin/sh\necho hello\n"
    assert git(root, "show", ":run.sh") == "staged\n"
    assert status(root) == ["MM run.sh"]


def test_a_commit_keeps_the_executable_bit(root: Path, state: Path) -> None:
    fix(root, state, "commit", {"run.sh": "#!/bin/bash\n"})
    assert git(root, "ls-tree", "HEAD", "run.sh").startswith("100755")
    assert status(root) == []


def test_a_message_is_plain_text(root: Path, state: Path) -> None:
    repo, seen = opened(root)
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
        fix(root, state, "commit")
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
        fix(root, state, "commit")
    assert raised.value.exit_code == ExitCode.REPOSITORY
    assert tree(root) == {path: it for path, it in before.items() if path.split("/")[0] != ".git"}
    assert git_facts(root)[0] == before[".git/index"][1]
    fix(root, state)
    assert (root / "a.py").read_text() == "one\n2\nthree\n"


def test_the_first_commit(root: Path, state: Path) -> None:
    git(root, "update-ref", "-d", "HEAD")
    git(root, "rm", "-rq", "--cached", ".")
    git(root, "add", "-N", "run.sh")
    repo, seen = opened(root)
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
    with pytest.raises(RepoError, match=r"uncommitted.*a\.py"):
        fix(root, state, how)
    assert (tree(root), git_facts(root)) == (before, facts)


def test_staged_text_is_not_overwritten(root: Path, state: Path) -> None:
    (root / "a.py").write_text("staged\n")
    git(root, "add", "a.py")
    (root / "a.py").write_text("one\ntwo\nthree\n")
    before, facts = tree(root), git_facts(root)
    with pytest.raises(RepoError, match=r"staged changes: a\.py"):
        fix(root, state, "commit")
    assert (tree(root), git_facts(root)) == (before, facts)


def test_a_commit_needs_a_branch(root: Path, state: Path) -> None:
    git(root, "checkout", "-q", "--detach")
    with pytest.raises(RepoError, match="detached") as raised:
        fix(root, state, "commit")
    assert "--branch" in raised.value.hint
    assert fix(root, state, "branch", branch="fix/it").branch == "fix/it"


@pytest.mark.parametrize("how", ["commit", "branch"])
def test_head_moved_meanwhile(root: Path, state: Path, how: str) -> None:
    repo, seen = opened(root)
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
        fix(root, state, "commit")
    assert status(root) == []
    assert git(root, "log", "-1", "--format=%s").strip() == "Meanwhile"


def test_what_is_staged_during_a_commit_stays_staged(root: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stage(when: str, name: str) -> None:
        if when == "after exchange" and name == "a.py":
            blob = git(root, "rev-parse", "HEAD:run.sh").strip()
            git(root, "update-index", "--cacheinfo", f"100644,{blob},a.py")

    monkeypatch.setattr(file_operations, "HOOK", stage)
    fix(root, state, "commit")
    assert git(root, "show", ":a.py") == "#!/bin/sh\necho hello\n"
    assert status(root) == ["MM a.py"]


def test_a_commit_where_git_converts_line_endings(root: Path, state: Path) -> None:
    (root / ".gitattributes").write_text("*.py text eol=crlf\n")
    commit(root)
    git(root, "rm", "-q", "--cached", "-r", ".")
    git(root, "reset", "-q", "--hard")
    assert (root / "a.py").read_bytes() == b"one\r\ntwo\r\nthree\r\n"
    fix(root, state, "commit", {"a.py": "one\r\n2\r\nthree\r\n"})
    assert git(root, "cat-file", "blob", "HEAD:a.py") == "one\n2\nthree\n"
    assert (root / "a.py").read_bytes() == b"one\r\n2\r\nthree\r\n"
    assert status(root) == []


def test_a_branch_touches_no_file(root: Path, state: Path) -> None:
    (root / "run.sh").write_text("dirty\n")
    before, index = tree(root), git_facts(root)[0]
    done = fix(root, state, "branch", run_id="20261122-1")
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
        fix(root, state, "branch", branch=name)
    after = everything(root)
    assert {path for path in after if not path.startswith(".git/objects")} == {
        path for path in before if not path.startswith(".git/objects")
    }


def test_nobody_who_commits(root: Path, state: Path, home: Path) -> None:
    git(root, "config", "--remove-section", "user")
    (home / ".gitconfig").write_text("")
    with pytest.raises(RepoError, match="to commit with") as raised:
        fix(root, state, "commit")
    assert "user.name" in raised.value.hint
    assert status(root) == []


def test_a_commit_in_a_linked_worktree(root: Path, state: Path) -> None:
    git(root, "worktree", "add", "-q", "-b", "other", "../linked")
    linked = root.parent / "linked"
    assert fix(linked, state, "commit").branch == "other"
    assert status(linked) == status(root) == []
    assert git(root, "log", "-1", "--format=%s", "other").strip() == "Fix it"


def test_a_patch_of_nothing_but_a_mode_in_a_commit(root: Path, state: Path) -> None:
    repo, seen = opened(root)
    patch: PatchSet = derive_set(seen.read, {}, {"a.py": ("100644", "100755")})
    deliver(repo, seen, patch, "commit", "Run it", state_dir=state)
    assert git(root, "ls-tree", "HEAD", "a.py").startswith("100755")
    assert status(root) == []
