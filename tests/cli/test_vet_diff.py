"""`agent vet DIFF` where the diff's changes are made already: in the files, the index or commits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Agent, Ended, git
from tests.cli.test_vet_tree import BEFORE, NOISY, tree, write_noise

__all__ = ["tree"]
WHOLE = "--patch", "--reverse-patch"


def change_everything(root: Path) -> None:
    """Edits, a mode, a new, a deleted and a renamed file, a binary one, CRLF, a name with a blank and an umlaut."""
    write_noise(root)
    (root / "run.sh").chmod(0o755)
    (root / "new ü.py").write_text("x = 1\n")
    (root / "src/auth/login.py").unlink()
    git(root, "mv", "old.py", "moved.py")
    (root / "moved.py").write_text(BEFORE["old.py"].replace("return 2", "return 3"))
    (root / "win.txt").write_bytes(b"a\r\nb \r\n")
    (root / "image.bin").write_bytes(b"\0\1\2")
    git(root, "add", "--intent-to-add", "new ü.py", "image.bin")


def diff_of(root: Path, *arguments: str) -> str:
    """What git prints, with its carriage returns."""
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)
    return done.stdout.decode("utf-8", "surrogateescape")


def vet_text(agent: Agent, root: Path, text: str, *options: str, cwd: str = ".") -> Ended:
    path = root.parent / "piped.diff"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return agent("vet", str(path), *options, cwd=root / cwd)


def states(ended: Ended) -> str:
    return str(ended.document["states"]["title"]) if ended.out.startswith("{") else ended.err.splitlines()[0]


FORMS = {
    "plain": ("diff", "HEAD"),
    "renames": ("diff", "-M", "HEAD"),
    "no context": ("diff", "-U0", "HEAD"),
    "no prefix": ("diff", "--no-prefix", "HEAD"),
    "other prefixes": ("-c", "diff.mnemonicPrefix=true", "diff", "HEAD"),
    "colours": ("diff", "--color=always", "HEAD"),
    "binary": ("diff", "--binary", "--full-index", "HEAD"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_diff_of_the_tree_is_vetted_like_the_tree(form: str, agent: Agent, tree: Path) -> None:
    change_everything(tree)
    before = git(tree, "status", "--porcelain"), git(tree, "diff", "HEAD")
    text = diff_of(tree, *FORMS[form])
    for option in WHOLE:
        piped = vet_text(agent, tree, text, option)
        assert piped.code == 0, piped.err
        assert "the diff, which is in your files already" in piped.err
        assert piped.out == agent("vet", "--worktree", option, cwd=tree).out
    assert (git(tree, "status", "--porcelain"), git(tree, "diff", "HEAD")) == before


def test_only_what_the_diff_holds_is_vetted_and_taken_out(agent: Agent, tree: Path) -> None:
    write_noise(tree)
    (tree / "win.txt").write_bytes(b"a  \r\nb\r\n")
    (tree / "later.py").write_text("import os\n")
    ended = vet_text(agent, tree, diff_of(tree, "diff", "app.py"), "--json", "--apply")
    assert {row["path"] for row in ended.document["dropped"]} == {"app.py"}
    assert (tree / "win.txt").read_bytes() == b"a  \r\nb\r\n"
    assert (tree / "app.py").read_text() == BEFORE["app.py"].replace("return x\n", "return -x\n")
    assert agent("undo", cwd=tree).code == 0
    assert (tree / "app.py").read_text() == NOISY.replace("return x\n", "return -x\n")


def test_the_issue_of_a_diff_that_is_made_is_enforced(agent: Agent, tree: Path) -> None:
    change_everything(tree)
    found = vet_text(agent, tree, diff_of(tree, "diff", "HEAD"), "--json", "--issue", "only change `app.py`").document
    assert {row["path"] for row in found["kept"]} == {"app.py"}


def test_a_diff_of_a_folder_is_read_from_that_folder(agent: Agent, tree: Path) -> None:
    (tree / "src/auth/login.py").write_text("limit  =  3\n")
    text = diff_of(tree / "src", "diff", "--relative")
    assert "auth/login.py" in vet_text(agent, tree, text, cwd="src").out


def test_what_is_staged_is_vetted_as_staged_when_the_file_has_gone_on(agent: Agent, tree: Path) -> None:
    write_noise(tree)
    git(tree, "add", "-A")
    text = diff_of(tree, "diff", "--cached")
    (tree / "app.py").write_text("pass\n")
    found = vet_text(agent, tree, text, "--reverse-patch")
    assert "which is staged already" in found.err
    assert found.out == agent("vet", "--staged", "--reverse-patch", cwd=tree).out
    assert vet_text(agent, tree, text, "--apply").code == 1


@pytest.mark.parametrize(
    "arguments",
    [("show", "HEAD~1"), ("log", "-p", "-2"), ("format-patch", "--stdout", "HEAD~2"), ("diff", "HEAD~2", "HEAD~1")],
)
def test_changes_of_commits_are_vetted_where_the_files_have_gone_on(
    arguments: tuple[str, ...], agent: Agent, tree: Path
) -> None:
    write_noise(tree)
    git(tree, "commit", "-qam", "Return -x")
    (tree / "app.py").write_text((tree / "app.py").read_text().replace("return -x\n", "return -x - 1\n"))
    git(tree, "commit", "-qam", "Return one less")
    text = diff_of(tree, *arguments)
    if arguments[0] in ("log", "format-patch"):  # two changes of one line, of which neither may be lost
        (tree / "app.py").write_text((tree / "app.py").read_text().replace("return -x - 1", "return -x - 2"))
    found = vet_text(agent, tree, text, "--json").document
    whole = agent("vet", "HEAD~2..HEAD~1" if arguments[-1] == "HEAD~1" else "HEAD~2..HEAD", "--json", cwd=tree).document
    assert (found["patch"], found["reverse_patch"]) == (whole["patch"], whole["reverse_patch"])


def test_the_messages_of_a_series_are_its_request(agent: Agent, tree: Path) -> None:
    write_noise(tree)
    git(tree, "commit", "-qam", "Say hello\n\nOnly change `run.sh`.")
    text = diff_of(tree, "format-patch", "--stdout", "HEAD~1")
    for named in (text, text.replace(git(tree, "rev-parse", "HEAD").strip(), "0" * 40)):
        ended = vet_text(agent, tree, named, "--by-message", "--json")
        assert not ended.document["kept"], ended.out


def test_a_diff_that_is_to_be_applied_is_a_reply_as_before(agent: Agent, tree: Path) -> None:
    write_noise(tree)
    text = diff_of(tree, "diff")
    git(tree, "checkout", "-q", ".")
    ended = vet_text(agent, tree, text)
    assert "already" not in ended.err
    assert "+    return -x" in ended.out
    unknown = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("index "))
    refused = vet_text(agent, tree, unknown, "--reverse-patch")
    assert (refused.code, "--reverse-patch cannot be used with REPLY" in refused.err) == (2, True)


def test_a_line_that_is_there_thrice_is_added_a_fourth_time_unless_the_diff_says_otherwise(
    agent: Agent, tree: Path
) -> None:
    """Three equal lines: the diff that added the last of them fits forwards and backwards; its blobs decide."""
    (tree / "list.txt").write_text("x\n" * 20)
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "List")
    (tree / "list.txt").write_text("x\n" * 21)
    text = diff_of(tree, "diff")
    assert "already" in vet_text(agent, tree, text).err
    git(tree, "checkout", "-q", ".")
    assert "already" not in vet_text(agent, tree, text).err


def test_of_half_a_diff_that_is_made_nothing_is_changed(agent: Agent, tree: Path) -> None:
    write_noise(tree)
    (tree / "run.sh").write_text("echo bye\n")
    text = diff_of(tree, "diff")
    git(tree, "checkout", "-q", "run.sh")
    before = git(tree, "diff")
    ended = vet_text(agent, tree, text, "--apply")
    assert ended.code != 0
    assert git(tree, "diff") == before


@pytest.mark.slow
def test_two_thousand_files_come_through_the_pipe(tree: Path) -> None:
    for number in range(2000):
        (tree / f"m{number}.py").write_text(f"x = {number}\ny = 1\n")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "Many")
    for number in range(2000):
        (tree / f"m{number}.py").write_text(f"x = {number}\ny = 2 \n")
    done = subprocess.run(
        [sys.executable, "-m", "fretsaw", "vet", "-", "--json"],
        check=False, cwd=tree, input=git(tree, "diff").encode(), capture_output=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"2000" not in done.stderr
    assert done.stdout.count(b'"path"') == 2000


def test_an_empty_diff_and_that_of_a_merge_say_so(agent: Agent, tree: Path) -> None:
    assert "The input is empty." in vet_text(agent, tree, "").err
    assert vet_text(agent, tree, "", "--exit-code").code == 0
    merge = "diff --cc app.py\nindex a,b..c\n--- a/app.py\n+++ b/app.py\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n -b\n++c\n"
    ended = vet_text(agent, tree, merge)
    assert (ended.code, "`agent vet --commit`" in ended.err) == (1, True)
