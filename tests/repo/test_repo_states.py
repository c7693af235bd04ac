"""The states a repository can be in (B1 to B28): each is worked with, or refused in words, and never touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.repo.repo_support import change, commit, everything, git, git_facts, tree

from fretsaw.errors import ExitCode, RepoError
from fretsaw.repo import deliver, open_repo, snapshot, trial
from fretsaw.repo.git import refs


@dataclass(frozen=True)
class State:
    """How a repository gets into a state, and what then happens to a change of a.py."""

    build: Callable[[Path], object]
    refused: str = ""
    """Words of the refusal; empty: the change is delivered."""
    opens: bool = True
    """False: it is refused when it is opened."""


def _operation(*command: str) -> Callable[[Path], object]:
    """Two branches that change the same line, and a command that stops at the conflict."""

    def build(root: Path) -> None:
        git(root, "checkout", "-q", "-b", "other")
        (root / "src/b.py").write_text("theirs\n")
        commit(root, "Theirs")
        git(root, "format-patch", "-q", "-1", "-o", "../patches")
        git(root, "checkout", "-q", "main")
        (root / "src/b.py").write_text("ours\n")
        commit(root, "Ours")
        git(root, *command, ok=False)

    return build


def _am(root: Path) -> None:
    _operation("status")(root)
    patch = next((root.parent / "patches").iterdir())
    git(root, "am", "-3", str(patch), ok=False)


def _bisect(root: Path) -> None:
    (root / "src/b.py").write_text("next\n")
    commit(root)
    commit_again = git(root, "rev-parse", "HEAD~1").strip()
    git(root, "bisect", "start", "HEAD", commit_again)


def _unmerged_index(root: Path) -> None:
    blob = git(root, "rev-parse", "HEAD:src/b.py").strip()
    lines = "".join(f"100644 {blob} {stage}\tsrc/b.py\n" for stage in (1, 2, 3))
    subprocess.run(
        ["git", "update-index", "--index-info"], cwd=root, input=f"0 {'0' * 40}\tsrc/b.py\n{lines}".encode(), check=True
    )


def _unborn(root: Path) -> None:
    shutil.rmtree(root / ".git")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")


def _bare(root: Path) -> None:
    git(root, "config", "core.bare", "true")


def _shallow(root: Path) -> None:
    commit_two = root / "c.py"
    commit_two.write_text("c\n")
    commit(root)
    moved = root.rename(root.with_name("full"))
    git(root.parent, "clone", "-q", "--depth", "1", f"file://{moved}", "repo")


def _sha256(root: Path) -> None:
    shutil.rmtree(root / ".git")
    git(root, "init", "-q", "-b", "main", "--object-format=sha256")
    commit(root)


def _linked(root: Path) -> None:
    moved = root.rename(root.with_name("main-worktree"))
    git(moved, "worktree", "add", "-q", "-b", "linked", str(root))


def _submodule_root(root: Path) -> None:
    moved = root.rename(root.with_name("inner"))
    outer = root.with_name("outer")
    git(root.parent, "init", "-q", "outer")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(moved), "sub")
    root.symlink_to(outer / "sub")


def _split_index(root: Path) -> None:
    git(root, "update-index", "--split-index")
    (root / "new.py").write_text("later\n")
    git(root, "add", "-N", "new.py")
    (root / "src/b.py").write_text("staged\n")
    git(root, "add", "src/b.py")
    (root / "src/b.py").write_text("staged and more\n")


def _poisoned_fsmonitor(root: Path) -> None:
    git(root, "update-index", "--assume-unchanged", "a.py")
    git(root, "config", "core.fsmonitor", "true")
    (root / "a.py").write_text("one\nTWO\nthree\n")


def _conversions(root: Path) -> None:
    git(root, "config", "core.autocrlf", "true")
    (root / ".gitattributes").write_text("*.py text eol=crlf\nrun.sh ident\n")
    (root / "a.py").write_bytes(b"one\r\ntwo\r\nthree\r\n")


def _locked(root: Path) -> None:
    (root / ".git/index.lock").write_text("")


def _replaced(root: Path) -> None:
    first = git(root, "rev-parse", "HEAD").strip()
    (root / "a.py").write_text("other\n")
    second = commit(root)
    git(root, "replace", second, first)


def _garbage(root: Path) -> None:
    shutil.rmtree(root / ".git")
    (root / ".git").write_text("rubbish\n")


def _empty_git_folder(root: Path) -> None:
    shutil.rmtree(root / ".git")
    (root / ".git").mkdir()


def _missing_head_object(root: Path) -> None:
    head = git(root, "rev-parse", "HEAD").strip()
    (root / ".git/objects" / head[:2] / head[2:]).unlink()


def _unknown_extension(root: Path) -> None:
    git(root, "config", "core.repositoryFormatVersion", "1")
    git(root, "config", "extensions.unknownToEveryGit", "true")


def _git_link(root: Path) -> None:
    (root / ".git").rename(root.with_name("elsewhere.git"))
    (root / ".git").symlink_to(root.with_name("elsewhere.git"))


def _worktree_elsewhere(root: Path) -> None:
    root.with_name("victim").mkdir()
    git(root, "config", "core.worktree", str(root.with_name("victim")))


STATES = {
    "B1 .git is rubbish": State(_garbage, "not a git repository", opens=False),
    "B1 .git is empty": State(_empty_git_folder, "not a git repository", opens=False),
    "B2 unborn branch": State(_unborn),
    "B3 detached": State(lambda root: git(root, "checkout", "-q", "--detach")),
    "B4 merge": State(_operation("merge", "other"), "a merge is in progress"),
    "B5 rebase": State(_operation("rebase", "other"), "a rebase is in progress"),
    "B6 am": State(_am, "an am is in progress"),
    "B7 cherry-pick": State(_operation("cherry-pick", "other"), "a cherry-pick is in progress"),
    "B8 revert": State(_operation("revert", "--no-edit", "other"), "a revert is in progress"),
    "B9 bisect": State(_bisect, "a bisect is in progress"),
    "B10 unmerged": State(_unmerged_index, "unmerged files"),
    "B11 bare": State(_bare, "bare repository", opens=False),
    "B12 shallow": State(_shallow),
    "B14 linked worktree": State(_linked),
    "B14 .git is a link": State(_git_link, "symbolic link", opens=False),
    "B14 core.worktree elsewhere": State(_worktree_elsewhere, "core.worktree", opens=False),
    "B15 root of a submodule": State(_submodule_root),
    "B17 conversions": State(_conversions),
    "B18 index.lock": State(_locked),
    "B19 corrupt index": State(lambda root: (root / ".git/index").write_bytes(b"DIRC" + b"\0" * 40), "index"),
    "B19 missing commit": State(_missing_head_object, "cannot be read", opens=False),
    "B19 unknown extension": State(_unknown_extension, "cannot read the repository", opens=False),
    "B20 sha256": State(_sha256),
    "B22 shown clean but dirty": State(_poisoned_fsmonitor),
    "B23 staged, intent-to-add, split index": State(_split_index),
    "B28 replaced commit": State(_replaced),
}


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_worked_with_or_refused(name: str, root: Path, state: Path) -> None:
    case = STATES[name]
    case.build(root)
    before = everything(root.resolve())
    if case.refused:
        with pytest.raises(RepoError, match=case.refused) as raised:
            _change_a(root, state)
        assert raised.value.exit_code == ExitCode.REPOSITORY
        assert raised.value.hint
        assert everything(root.resolve()) == before
        if not case.opens:
            with pytest.raises(RepoError, match=case.refused):
                open_repo(root)
        return
    facts, files = git_facts(root), tree(root.resolve())
    _change_a(root, state)
    text = (root / "a.py").read_bytes()
    assert text == files["a.py"][1].replace(b"three", b"3")
    assert git_facts(root) == facts
    assert {path: what for path, what in tree(root.resolve()).items() if path != "a.py"} == {
        path: what for path, what in files.items() if path != "a.py"
    }


def _change_a(root: Path, state: Path) -> None:
    repo = open_repo(root)
    seen = snapshot(repo)
    text = seen.read("a.py")
    assert text is not None
    patch = change(seen, a=text.replace("three", "3"))
    trial(repo, seen, patch)
    deliver(repo, seen, patch, "worktree", state_dir=state)


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    heavy = ("git", "gitdb", "asyncio", "unidiff")
    code = f"import sys, fretsaw.repo; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout == b"[]\n"


def test_outside_of_a_repository(tmp_path: Path) -> None:
    with pytest.raises(RepoError, match="not in a git repository"):
        open_repo(tmp_path)
    with pytest.raises(RepoError, match="cannot be opened"):
        open_repo(tmp_path / "nowhere")


def test_inside_the_git_folder(root: Path) -> None:
    with pytest.raises(RepoError, match=r"inside a \.git folder"):
        open_repo(root / ".git/refs")


def test_a_subfolder_and_a_file_open_the_same_repository(root: Path) -> None:
    assert open_repo(root / "src") == open_repo(root) == open_repo(root / "src/b.py")
    assert open_repo(root).branch == "main"


def test_what_a_linked_worktree_shares(root: Path) -> None:
    git(root, "worktree", "add", "-q", "-b", "other", "../linked")
    linked, main = open_repo(root.parent / "linked"), open_repo(root)
    assert (linked.common_dir, linked.branch) == (main.common_dir, "other")
    assert linked.git_dir == main.git_dir / "worktrees/linked"


def test_a_nested_bare_repository_is_not_opened(root: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    git(root, "init", "-q", "--bare", "emb")
    git(root, "--git-dir", "emb", "config", "core.fsmonitor", f"touch {mark}")
    git(root, "--git-dir", "emb", "config", "core.bare", "false")
    git(root, "--git-dir", "emb", "config", "core.worktree", "..")
    repo = open_repo(root / "emb")
    snapshot(repo)
    assert repo.root == root
    assert not mark.exists()


def test_a_repository_of_someone_else(root: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    for path in (root, root / ".git"):
        os.chown(path, 65534, 65534)
    with pytest.raises(RepoError, match="belongs to another user") as raised:
        open_repo(root)
    assert "safe.directory" in raised.value.hint


def test_variables_of_a_hook_are_not_obeyed(root: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = root.parent / "mark"
    hostile = {
        "GIT_DIR": "/nowhere",
        "GIT_WORK_TREE": "/nowhere",
        "GIT_INDEX_FILE": "/nowhere/index",
        "GIT_OBJECT_DIRECTORY": "/nowhere",
        "GIT_EXTERNAL_DIFF": f"touch {mark}",
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor'='touch {mark}'",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": f"touch {mark}",
        "GIT_TRACE": str(mark),
    }
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)
    _change_a(root, state)
    repo = open_repo(root)
    seen = snapshot(repo)
    deliver(repo, seen, change(seen, src__b=None), "branch", state_dir=state)
    assert (root / "a.py").read_text() == "one\ntwo\n3\n"
    assert not mark.exists()


def test_git_is_missing(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RepoError, match="git was not found"):
        open_repo(root)


def test_git_is_too_old(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "git"
    old.write_text("#!/bin/sh\necho git version 2.30.2\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RepoError, match=r"git 2\.30\.2 is too old"):
        open_repo(root)


@pytest.mark.parametrize("entry", ["", ".", "{root}/bin", "{root}/../repo/bin"])
def test_a_git_of_the_repository_is_never_run(root: Path, entry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (root, root / "bin"):
        folder.mkdir(exist_ok=True)
        (folder / "git").write_text(f'#!/bin/sh\ntouch {root.parent}/mark\nexec /usr/bin/git "$@"\n')
        (folder / "git").chmod(0o755)
    monkeypatch.chdir(root)
    monkeypatch.setenv("PATH", entry.format(root=root) + os.pathsep + os.environ["PATH"])
    snapshot(open_repo(root))
    assert not (root.parent / "mark").exists()


def test_a_commit_waits_for_the_index_and_then_refuses(
    root: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refs, "_PATIENCE", 0.05)
    _locked(root)
    before = everything(root)
    repo = open_repo(root)
    seen = snapshot(repo)
    with pytest.raises(RepoError, match=r"index\.lock"):
        deliver(repo, seen, change(seen, a="new\n"), "commit", "Fix", state_dir=state)
    assert everything(root) == before
