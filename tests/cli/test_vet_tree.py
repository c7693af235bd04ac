"""`agent vet` on the working tree, what is staged and commits: verdicts, what is not looked at, taking out, undo."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Agent, git

BEFORE = {
    "app.py": "import os\nimport sys\n\n\ndef f(a, b):\n    x = a+b\n    return x\n\n\ndef g(name):\n    return name\n"
    "\n\ndef h(a, b):\n    return b+a\n",
    "run.sh": "echo hello\n",
    "old.py": "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
    + "".join(f"names[{n}] = 1\n" for n in range(9)),
    "package-lock.json": "{}\n",
    "src/auth/login.py": "limit = 2\n",
    "win.txt": "a\r\nb\r\n",
}
NOISY = BEFORE["app.py"].replace("import os\nimport sys", "import sys\nimport os").replace("a+b", "a + b")
TWO_OF_THREE = NOISY.replace("import sys\nimport os", "import os\nimport sys").replace("return x\n", "return -x\n")
WANTED = BEFORE["app.py"].replace("return x\n", "return -x\n")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    git(root, "init", "-q")
    for path, text in BEFORE.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Start")
    return root


def write_noise(root: Path) -> None:
    (root / "app.py").write_text(NOISY.replace("return x\n", "return -x\n"))


def vet(agent: Agent, root: Path, *options: str):  # type: ignore[no-untyped-def]
    return agent("vet", *options, "--json", cwd=root)


def test_nothing_changed_is_clean(agent: Agent, tree: Path) -> None:
    ended = vet(agent, tree, "--worktree", "--exit-code")
    assert ended.code == 0
    assert ended.document["status"] == "clean"
    assert ended.document["kept"] == []


def test_the_noise_goes_and_undo_brings_it_back(agent: Agent, tree: Path) -> None:
    write_noise(tree)
    git(tree, "add", "-A")
    noisy, index, head = (tree / "app.py").read_bytes(), git(tree, "diff", "--cached"), git(tree, "rev-parse", "HEAD")
    assert vet(agent, tree, "--worktree", "--exit-code").code == 1
    assert (tree / "app.py").read_bytes() == noisy
    ended = agent("vet", "--worktree", "--apply", cwd=tree)
    assert ended.code == 0, ended.err
    assert (tree / "app.py").read_text() == WANTED
    assert "still staged: app.py" in ended.err
    assert (git(tree, "diff", "--cached"), git(tree, "rev-parse", "HEAD")) == (index, head)
    assert agent("undo", cwd=tree).code == 0
    assert (tree / "app.py").read_bytes() == noisy


def test_a_dropped_change_can_be_restored_alone(agent: Agent, tree: Path) -> None:
    write_noise(tree)
    run = vet(agent, tree, "--worktree", "--apply").document
    spaces = next(row["change"] for row in run["dropped"] if "a + b" in "".join(row["added"]))
    assert agent("restore", run["run"], str(spaces), cwd=tree).code == 0
    assert (tree / "app.py").read_text() == WANTED.replace("a+b", "a + b")


def test_no_reply_and_no_input_means_the_working_tree(agent: Agent, tree: Path, tmp_path: Path) -> None:
    write_noise(tree)
    done = subprocess.run(
        [sys.executable, "-c", "from fretsaw.cli import main; main()", "vet"],
        cwd=tree, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "the working tree against HEAD: 4 changes in 1 file" in done.stderr


def test_a_diff_that_is_applied_already_hints_at_the_working_tree(agent: Agent, tree: Path, tmp_path: Path) -> None:
    (tree / "app.py").write_text(WANTED)
    (tmp_path / "own.diff").write_text(git(tree, "diff"))
    ended = agent("vet", str(tmp_path / "own.diff"), cwd=tree)
    assert ended.code == 1
    assert "`agent vet --worktree`" in ended.err


def test_a_piped_diff_of_what_is_there_says_how_to_vet_it(agent: Agent, tree: Path, tmp_path: Path) -> None:
    """Its context is not where the edits would go, so it may be refused for another reason."""
    (tree / "app.py").write_text(BEFORE["app.py"].replace("    return name\n", "    if not name:\n        return ''\n"))
    (tmp_path / "own.diff").write_text(git(tree, "diff", "-U0"))
    ended = agent("vet", str(tmp_path / "own.diff"), cwd=tree)
    assert ended.code == 1
    assert "`agent vet --worktree`" in ended.err


def test_what_has_changed_unseen_is_not_called_nothing(agent: Agent, tree: Path) -> None:
    assert "Nothing has changed." in agent("vet", "--worktree", cwd=tree).err
    git(tree, "mv", "old.py", "new.py")
    assert "files are only renamed" in agent("vet", "--staged", cwd=tree).err
    git(tree, "commit", "-qam", "Rename")
    git(tree, "init", "-q", "inner")
    ended = agent("vet", "--worktree", cwd=tree)
    assert "not vetted: inner/" in ended.err
    assert "none of the changed files was vetted" in ended.err


def test_what_is_not_vetted_is_named_with_the_reason(agent: Agent, tree: Path) -> None:
    (tree / "package-lock.json").write_text('{"a": 1}\n')
    (tree / "vendor").mkdir()
    (tree / "vendor/lib.py").write_text("x=1\n")
    (tree / "api_pb2.py").write_text("x=1\n")
    (tree / "made.py").write_text("# Code generated by protoc. DO NOT EDIT.\nx=1\n")
    (tree / "image.bin").write_bytes(b"\0\1")
    (tree / ".env").write_text("TOKEN=1\n")
    (tree / "link").symlink_to("app.py")
    git(tree, "init", "-q", "inner")
    (tree / "huge.txt").write_text("x\n" * 600_000)
    found = {row["path"]: row["why"] for row in vet(agent, tree, "--worktree").document["not_vetted"]}
    assert found == {
        "package-lock.json": "a lock file",
        "vendor/lib.py": "vendored: other people's code",
        "api_pb2.py": "generated, by its name",
        "made.py": "generated, as its first lines say",
        "image.bin": "binary",
        ".env": "its name says that it holds secrets",
        "link": "a symbolic link",
        "inner/": "a submodule",
        "huge.txt": "larger than 1,000 kB",
    }


def test_dependencies_ci_and_deleted_tests_are_named_first(agent: Agent, tree: Path) -> None:
    (tree / "tests").mkdir()
    (tree / "tests/test_app.py").write_text("def test_f():\n    assert True\n")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "Tests")
    (tree / "tests/test_app.py").unlink()
    (tree / ".github/workflows").mkdir(parents=True)
    (tree / ".github/workflows/ci.yml").write_text("on: push\n")
    (tree / "package-lock.json").write_text("[]\n")
    (tree / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    found = {row["path"]: row["why"] for row in vet(agent, tree, "--worktree").document["look_first"]}
    assert found == {
        ".github/workflows/ci.yml": "CI",
        "package-lock.json": "lock file",
        "pyproject.toml": "dependencies or build",
        "tests/test_app.py": "deleted test",
    }


@pytest.mark.parametrize("with_git", [True, False], ids=["git mv", "mv"])
def test_of_a_renamed_file_only_what_changed_in_it_is_judged(agent: Agent, tree: Path, with_git: bool) -> None:
    (tree / "new.py").write_text(BEFORE["old.py"].replace("return 2", "return 3").replace("return 1", "return  1"))
    (tree / "old.py").unlink()
    if with_git:
        git(tree, "add", "-A")
    document = vet(agent, tree, "--worktree").document
    assert document["renamed"] == {"new.py": "old.py"}
    assert [row["added"] for row in document["dropped"]] == [["    return  1\n"]]
    assert "new file mode" in document["patch"]
    assert agent("vet", "--worktree", "--apply", cwd=tree).code == 0
    assert (tree / "new.py").read_text() == BEFORE["old.py"].replace("return 2", "return 3")
    assert not (tree / "old.py").exists()


def test_a_mode_that_nobody_asked_for_goes(agent: Agent, tree: Path) -> None:
    (tree / "run.sh").chmod(0o755)
    assert agent("vet", "--worktree", "--apply", cwd=tree).code == 0
    assert git(tree, "status", "--porcelain") == ""


def test_line_ends_that_git_converts_are_no_change(agent: Agent, tree: Path) -> None:
    git(tree, "config", "core.autocrlf", "true")
    (tree / "app.py").write_bytes(BEFORE["app.py"].replace("return x\n", "return -x\n").replace("\n", "\r\n").encode())
    document = vet(agent, tree, "--worktree").document
    assert [row["added"] for row in document["kept"]] == [["    return -x\r\n"]]
    assert document["dropped"] == []


def test_the_issue_says_which_files_may_change(agent: Agent, tree: Path) -> None:
    (tree / "app.py").write_text(WANTED)
    (tree / "src/auth/login.py").write_text("limit = 3\n")
    ended = vet(agent, tree, "--worktree", "--issue", "Fix f: it is one too low.\n\nOnly change app.py.")
    assert [(row["path"], row["rule"]) for row in ended.document["dropped"]] == [("src/auth/login.py", "forbidden")]


def test_allow_is_a_rule_for_every_path_also_of_files_that_are_not_vetted(agent: Agent, tree: Path) -> None:
    (tree / "app.py").write_text(WANTED)
    (tree / "src/auth/login.py").write_text("limit = 3\n")
    (tree / "package-lock.json").write_text("[]\n")
    document = vet(agent, tree, "--worktree", "--allow", "src/auth/**").document
    assert [(row["path"], row["rule"]) for row in document["dropped"]] == [("app.py", "scope")]
    assert document["outside_scope"] == ["package-lock.json"]


@pytest.mark.parametrize(
    "options", [("--commit", "HEAD"), ("HEAD~1..HEAD",), ("--range", "HEAD~1...HEAD"), ("--since", "HEAD~1")]
)
def test_commits_are_vetted_and_their_reverse_patch_applies(agent: Agent, tree: Path, options: tuple[str, ...]) -> None:
    write_noise(tree)
    git(tree, "commit", "-qam", "Make f one higher")
    ended = agent("vet", *options, "--by-message", "--reverse-patch", cwd=tree)
    assert ended.code == 0, ended.err
    subprocess.run(["git", "apply"], input=ended.out, text=True, cwd=tree, check=True)
    assert (tree / "app.py").read_text() == WANTED


def test_patch_is_what_stays(agent: Agent, tree: Path) -> None:
    write_noise(tree)
    ended = agent("vet", "--worktree", "--patch", cwd=tree)
    git(tree, "checkout", "-q", "app.py")
    subprocess.run(["git", "apply"], input=ended.out, text=True, cwd=tree, check=True)
    assert (tree / "app.py").read_text() == WANTED


def test_staged_is_not_changed_and_says_which_command_does(agent: Agent, tree: Path) -> None:
    write_noise(tree)
    git(tree, "add", "-A")
    ended = agent("vet", "--staged", "--apply", cwd=tree)
    assert ended.code == 1
    assert "git apply --cached" in ended.err
    subprocess.run(["git", "apply", "--cached"], input=ended.out, text=True, cwd=tree, check=True)
    assert git(tree, "show", ":app.py") == WANTED


def test_the_first_commit_and_a_repository_without_one(agent: Agent, tree: Path, tmp_path: Path) -> None:
    assert vet(agent, tree, "--commit", "HEAD").code == 0
    root = tmp_path / "unborn"
    root.mkdir()
    git(root, "init", "-q")
    (root / "a.py").write_text("x = 1\n")
    assert [row["path"] for row in vet(agent, root, "--worktree").document["kept"]] == ["a.py"]


def test_an_unmerged_file_is_not_looked_at_and_nothing_is_applied_during_a_merge(agent: Agent, tree: Path) -> None:
    git(tree, "checkout", "-qb", "side")
    (tree / "app.py").write_text(WANTED)
    git(tree, "commit", "-qam", "Side")
    git(tree, "checkout", "-q", "-")
    (tree / "app.py").write_text(BEFORE["app.py"].replace("return x\n", "return x + 2\n"))
    git(tree, "commit", "-qam", "Main")
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@e", "merge", "side"],
        cwd=tree,
        capture_output=True,
        check=False,
    )
    (tree / "run.sh").chmod(0o755)
    ended = vet(agent, tree, "--worktree")
    assert {"path": "app.py", "why": "unmerged: resolve it first"} in ended.document["not_vetted"]
    ended = agent("vet", "--worktree", "--apply", cwd=tree)
    assert ended.code == 5
    assert "a merge is in progress" in ended.err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--commit", "nope"), "there is no commit 'nope'"),
        (("--staged", "--since", "HEAD"), "cannot go together"),
        (("--staged", "-i"), "changes the working tree only"),
        (("--worktree", "--by-message"), "there is no commit message"),
        (("--worktree", "-i"), "needs a terminal"),
    ],
)
def test_what_cannot_be_is_a_sentence(agent: Agent, tree: Path, options: tuple[str, ...], sentence: str) -> None:
    write_noise(tree)
    ended = agent("vet", *options, cwd=tree)
    assert ended.code == 2
    assert sentence in ended.err


@pytest.mark.parametrize(
    ("keys", "right"),
    [("edddd", WANTED), ("kkkk", None), ("q", None), ("a", WANTED), ("ddq", TWO_OF_THREE)],
    ids=["drop", "keep", "quit", "the rest as proposed", "quit keeps what was decided"],
)
def test_on_a_terminal_a_person_decides_each_change(tree: Path, tmp_path: Path, keys: str, right: str | None) -> None:
    write_noise(tree)
    noisy = (tree / "app.py").read_text()
    screen, keyboard = pty.openpty()
    with os.fdopen(screen, "wb", buffering=0) as typed:
        typed.write("".join(f"{key}\n" for key in keys).encode())
        done = subprocess.run(
            [sys.executable, "-c", "from fretsaw.cli import main; main()", "vet", "-i"],
            cwd=tree, stdin=keyboard, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    os.close(keyboard)
    assert done.returncode == 0, done.stderr
    assert (tree / "app.py").read_text() == (right or noisy)
