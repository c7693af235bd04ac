"""What a command says it did, it did: the words and the tree agree for every way to deliver, take back and decide.

After each step, the one claim in the words is compared with every file, mode, branch, HEAD and index, before and after.
"""

from __future__ import annotations

import re
import stat
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.editors.editor import Editor
from tests.editors.wire import ServerError
from tests.lsp.conftest import World, git, world  # noqa: F401 - a fixture

from fretsaw.cli.exit import run_to_exit_code
from fretsaw.model.scripted import Reply

BASE = "NAME = 'bank'\n\n\ndef f(x):\n    return x - 1\n\n\ndef g(x):\n    return x\n"
QUOTES, FIX, LEFTOVER, SCRIPT = 1, 2, 3, 4
REPLY = """```diff
--- a/m.py
+++ b/m.py
@@ -1,5 +1,5 @@
-NAME = 'bank'
+NAME = "bank"


 def f(x):
-    return x - 1
+    return x + 1
--- /dev/null
+++ b/m.py.bak
@@ -0,0 +1 @@
+old
diff --git a/run.sh b/run.sh
old mode 100644
new mode 100755
```
""".replace("\n\n\n def", "\n \n \n def")
"""Its four changes: quotes, the fix, a leftover file and a mode, of which only the fix is kept."""
ISSUE = "`f` in m.py should add one, not take one away"


@dataclass
class Picture:
    """All that a delivery could change."""

    files: dict[str, tuple[bool, bytes]]
    """Path → executable, content."""
    refs: str
    head: str
    index: str

    def changed(self, after: Picture) -> set[str]:
        paths = {*self.files, *after.files}
        return {path for path in paths if self.files.get(path) != after.files.get(path)}


def picture_of(root: Path) -> Picture:
    files = {
        str(path.relative_to(root)): (bool(path.stat().st_mode & stat.S_IXUSR), path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }
    refs = git(root, "for-each-ref", "--format=%(refname) %(objectname)")
    head = Path(root, ".git", "HEAD").read_text("ascii") + git(root, "rev-parse", "HEAD").strip()
    return Picture(files, refs, head, git(root, "ls-files", "-s"))


# -- the command line ------------------------------------------------------------------------------

CLAIMS = {
    "worktree": r"(?:Applied|Restored and applied) to (?P<paths>.*?)\. `agent undo",
    "commit": r"(?:Committed|Restored and committed) (?P<commit>[0-9a-f]{12}): (?P<paths>.*?)\. `agent undo",
    "branch": r"Committed (?P<commit>[0-9a-f]{12}) on branch (?P<branch>\S+); your files are as they were\.",
    "undone": r"\bundone: (?P<paths>[^;]*)",
    "no branch": r"the branch (?P<branch>\S+) is deleted",
    "nothing": r"\b[Nn]othing (?:else )?was changed\b",
}


def compare(words: str, before: Picture, after: Picture, root: Path) -> str:
    """The one claim that the words make, when the tree bears it out; "silence" is for a tree that did not change."""
    found = {name: list(re.finditer(pattern, words)) for name, pattern in CLAIMS.items()}
    found = {name: matches for name, matches in found.items() if matches}
    if not found:
        assert after == before, words
        return "silence"
    assert len(found) == 1, f"{list(found)} claimed in: {words}"
    ((name, matches),) = found.items()
    groups = matches[-1].groupdict()
    paths = {path for match in matches for path in match.groupdict().get("paths", "").split(", ")}
    changed = before.changed(after)
    assert changed == (paths if name in {"worktree", "commit", "undone"} else set()), words
    if name == "nothing":
        assert after == before, words
    elif name in {"branch", "no branch"}:
        assert (after.head, after.index) == (before.head, before.index), words
        there = git(root, "for-each-ref", "--format=%(objectname)", f"refs/heads/{groups['branch']}").strip()
        assert there.startswith(groups["commit"]) if name == "branch" else not there, words
    elif name == "commit":
        assert git(root, "rev-parse", "HEAD").startswith(groups["commit"]), words
        assert set(git(root, "show", "--format=", "--name-only", "HEAD").split()) == paths, words
        assert git(root, "status", "--porcelain") == "", words
    elif "is back at" not in words:
        assert (after.refs, after.head, after.index) == (before.refs, before.head, before.index), words
    return name


@dataclass
class Shell:
    """`agent`, with a comparison after each command."""

    root: Path
    read: Callable[[], tuple[str, str]]
    """(standard output, standard error) since it was last read."""
    run_id: str = ""
    meanwhile: Callable[[], None] | None = None
    """What the user does while the model is asked."""
    servers: list[Any] = field(default_factory=list)

    def agent(self, command: str) -> tuple[int, str, str]:
        """(exit code, claim, words) of one command; `ISSUE`, `REPLY` and `RUN` (the newest) are filled in."""
        before = picture_of(self.root)
        known = {"ISSUE": ISSUE, "RUN": self.run_id, "REPLY": str(self.root.parent / "reply.md")}
        if self.meanwhile is not None:
            waiter = threading.Thread(target=self._meanwhile, args=(before,))
            waiter.start()
        self.read()
        code = run_to_exit_code([known.get(word, word) for word in command.split()])
        if self.meanwhile is not None:
            waiter.join()
            self.meanwhile = None
        out, err = self.read()
        words = " ".join(f"{err} {out}".split())
        claim = compare(words, before, picture_of(self.root), self.root)
        named = re.search(r"\brun (\d{8}-\d{6}-[0-9a-f]{4})", words)
        if named and command.startswith(("fix", "vet")):
            self.run_id = named[1]
        return code, claim, words

    def _meanwhile(self, before: Picture) -> None:
        while not self.servers[0].requests:
            time.sleep(0.01)
        assert self.meanwhile is not None
        self.meanwhile()
        before.files = picture_of(self.root).files

    def edit(self, old: str, new: str) -> None:
        path = self.root / "m.py"
        text = path.read_text("utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), "utf-8")


def made(world: World) -> Path:  # noqa: F811
    (world.folder / "reply.md").write_text(REPLY, "utf-8")
    return world.repository({"m.py": BASE, "run.sh": "#!/bin/sh\n", "ISSUE.md": f"# Wrong sum\n\n{ISSUE}\n"})


@pytest.fixture
def shell(world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:  # noqa: F811
    root = made(world)
    who = {f"GIT_{who}_{what}": "ada@example.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    server = world.model(Reply(REPLY, delay=0.2))
    more = {"FRETSAW_BASE_URL": server.base_url, "FRETSAW_MODEL": "gpt-4.1", "COLUMNS": "200", **who}
    for name, value in {**world.env, **more}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(root)
    return Shell(root, capfd.readouterr, servers=[server])


# A step is a command with its exit code and its claim, or an edit of m.py by the user (old, new).
Step = tuple[str, int, str] | tuple[str, str]
AGAIN: list[Step] = [("restore RUN 1", 2, "nothing"), ("undo RUN", 0, "undone"), ("undo RUN", 2, "nothing")]
SCENARIOS: dict[str, list[Step]] = {
    "fix": [
        ("fix ISSUE", 0, "worktree"),
        ("apply RUN", 2, "nothing"),
        ("undo", 0, "undone"),
        ("undo", 2, "nothing"),
        ("apply RUN", 0, "worktree"),
        ("apply RUN", 2, "nothing"),
        ("restore RUN 1", 0, "worktree"),
        *AGAIN,
    ],
    "fix --apply none": [
        ("fix ISSUE --apply none", 0, "nothing"),
        ("undo RUN", 2, "nothing"),
        ("apply RUN --apply none", 0, "nothing"),
        ("restore RUN 3", 0, "nothing"),
        ("apply RUN", 0, "worktree"),
        ("undo", 0, "undone"),
        ("apply RUN --change 1", 0, "worktree"),
        ("undo", 0, "undone"),
        ("apply RUN --change 99", 2, "nothing"),
    ],
    "fix --apply branch": [
        ("fix ISSUE --apply branch", 0, "branch"),
        ("restore RUN 1", 2, "nothing"),
        ("apply RUN --apply branch", 2, "nothing"),
        ("undo", 0, "no branch"),
        ("undo", 2, "nothing"),
        ("apply RUN --apply branch --branch other", 0, "branch"),
    ],
    "fix --apply commit": [
        ("fix ISSUE --apply commit", 0, "commit"),
        ("restore RUN 3", 0, "commit"),
        ("restore RUN 3", 2, "nothing"),
        ("undo", 0, "undone"),
        ("undo", 2, "nothing"),
    ],
    "vet": [("vet REPLY", 0, "silence"), ("undo", 2, "nothing")],
    "vet --apply": [
        ("vet REPLY --apply", 0, "worktree"),
        ("vet REPLY --apply", 1, "nothing"),
        ("restore RUN 1", 0, "worktree"),
        ("restore RUN 3", 0, "worktree"),
        *AGAIN,
        ("apply RUN", 0, "worktree"),
    ],
    "a mode": [
        ("vet REPLY --apply --prune off", 0, "worktree"),
        ("undo", 0, "undone"),
        ("apply RUN --change 2", 0, "worktree"),
        ("restore RUN 4", 0, "worktree"),
        ("undo", 0, "undone"),
    ],
    "several changes restored at once": [
        ("fix ISSUE", 0, "worktree"),
        ("restore RUN 1 3", 0, "worktree"),
        ("restore RUN 3 1", 2, "nothing"),
        ("undo", 0, "undone"),
    ],
    "edited before it is applied": [
        ("fix ISSUE --apply none", 0, "nothing"),
        ("return x\n", "return 2 * x\n"),
        ("apply RUN --apply commit", 5, "nothing"),
        ("apply RUN", 0, "worktree"),
        ("undo", 0, "undone"),
    ],
    "edited in the same place before it is applied": [
        ("fix ISSUE --apply none", 0, "nothing"),
        ("return x - 1\n", "return x - 3\n"),
        ("apply RUN", 5, "nothing"),
        ("return x - 3\n", "return x - 1\n"),
        ("apply RUN", 0, "worktree"),
    ],
    "edited elsewhere after it was applied": [
        ("fix ISSUE", 0, "worktree"),
        ("return x\n", "return 2 * x\n"),
        ("restore RUN 1", 0, "worktree"),
        ("restore RUN 3", 0, "worktree"),
        ("undo", 0, "undone"),
    ],
    "edited in the same place": [
        ("fix ISSUE", 0, "worktree"),
        ("return x + 1\n", "return x + 2\n"),
        ("undo", 5, "nothing"),
        ("return x + 2\n", "return x + 1\n"),
        ("undo", 0, "undone"),
    ],
    "one part can be undone and one cannot": [
        ("fix ISSUE", 0, "worktree"),
        ("restore RUN 3", 0, "worktree"),
        ("return x + 1\n", "return x + 2\n"),
        ("undo", 5, "undone"),
        ("undo", 5, "nothing"),
        ("return x + 2\n", "return x + 1\n"),
        ("undo", 0, "undone"),
    ],
    "an older run is applied after a newer one": [
        ("fix ISSUE --apply none", 0, "nothing"),
        ("apply RUN --change 3", 0, "worktree"),
        ("fix ISSUE --prune strict --apply none", 0, "nothing"),
        ("apply RUN", 0, "worktree"),
        ("undo RUN", 0, "undone"),
        ("undo", 0, "undone"),
    ],
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_commands(shell: Shell, name: str) -> None:
    for number, step in enumerate(SCENARIOS[name]):
        if len(step) == 2:
            shell.edit(*step)
            continue
        command, code, claim = step
        ended = shell.agent(command)
        assert ended[:2] == (code, claim), f"step {number}, {command}: {ended}"


def test_lines_that_change_while_the_model_is_asked_are_left(shell: Shell) -> None:
    shell.meanwhile = lambda: shell.edit("return x - 1\n", "return x - 3\n")
    code, claim, words = shell.agent("fix ISSUE")
    assert (code, claim) == (5, "nothing"), words


def test_apply_names_the_run_that_undo_takes_back(shell: Shell) -> None:
    shell.agent("fix ISSUE --apply none")
    older = shell.run_id
    shell.agent("fix ISSUE --apply none")
    shell.agent("apply RUN --change 3")
    shell.run_id = older
    words = shell.agent("apply RUN")[2]
    assert f"`agent undo {older}` takes it back" in words
    shell.agent("undo RUN")
    assert (shell.root / "m.py").read_text("utf-8") == BASE
    assert (shell.root / "m.py.bak").exists(), "the newer run stays"


def test_what_is_not_on_record_is_not_offered(shell: Shell) -> None:
    assert "agent restore" not in shell.agent("vet REPLY")[2]
    words = shell.agent("vet REPLY --apply")[2]
    assert "agent restore" in words
    assert f"run {shell.run_id}" in words, "which needs the run's name"


# -- editors ---------------------------------------------------------------------------------------

TEXTS = {QUOTES: 'NAME = "bank"', FIX: "return x + 1"}


def is_in(editor: Editor, change: int) -> bool:
    """Whether a change is in its buffer, or in its file where no buffer is open."""
    if change == LEFTOVER:
        return editor.path("m.py.bak").exists()
    if change == SCRIPT:
        return bool(editor.path("run.sh").stat().st_mode & stat.S_IXUSR)
    path = editor.path("m.py")
    buffer = editor.buffers.get(editor.uri(path))
    return TEXTS[change] in (buffer.text if buffer else path.read_text("utf-8"))


def states_of(editor: Editor) -> dict[int, str]:
    """What the server says of each change."""
    (proposal,) = editor.command("agent.listRuns", {})["proposals"]
    rows = [*(change for file in proposal["files"] for change in file["changes"]), *proposal["dropped"]]
    return {row["id"]: row["state"] for row in rows}


def agree(editor: Editor, **wanted: str) -> None:
    """Wait for these states (by the names of changes), and compare the accepted ones with buffers and files."""
    names = {"quotes": QUOTES, "fix": FIX, "leftover": LEFTOVER, "script": SCRIPT}
    goal = {names[name]: state for name, state in wanted.items()}

    def reached() -> bool:
        states = states_of(editor)
        return {number: states[number] for number in goal} == goal

    for _ in range(100):
        if reached():
            break
        time.sleep(0.05)
    states = states_of(editor)
    assert {number: states[number] for number in goal} == goal
    assert {number for number in states if is_in(editor, number)} == {
        number for number, state in states.items() if state == "accepted"
    }, states


def proposed(world: World, *, is_open: bool) -> Editor:  # noqa: F811
    world.model(REPLY)
    editor = world.editor(made(world), prune="safe")
    if is_open:
        editor.open("m.py")
    propose(editor)
    return editor


def propose(editor: Editor) -> None:
    issue = {"uri": editor.uri(editor.path("ISSUE.md"))}
    end = editor.wait_progress(editor.command("agent.fixIssue", issue)["progressToken"])
    assert "Ready to review" in end["message"], end


def refused(editor: Editor, command: str, **argument: Any) -> None:
    before = picture_of(editor.roots[0])
    with pytest.raises(ServerError):
        editor.command(command, argument)
    assert picture_of(editor.roots[0]) == before


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
def test_accept_reject_restore_and_undo_in_an_editor(world: World, is_open: bool) -> None:  # noqa: F811
    editor = proposed(world, is_open=is_open)
    before = picture_of(editor.roots[0])
    agree(editor, quotes="dropped", fix="pending", leftover="dropped", script="dropped")
    editor.command("agent.accept", {"change": FIX})
    agree(editor, fix="accepted")
    assert before.changed(picture_of(editor.roots[0])) == (set() if is_open else {"m.py"}), "a buffer is not saved"
    refused(editor, "agent.accept", change=FIX)
    editor.command("agent.restore", {"change": SCRIPT})
    agree(editor, script="pending")
    editor.command("agent.accept", {"change": SCRIPT})
    agree(editor, fix="accepted", script="accepted")
    editor.command("agent.restore", {"change": QUOTES})
    agree(editor, quotes="pending")
    editor.command("agent.accept", {"change": QUOTES})
    agree(editor, quotes="accepted")
    editor.command("agent.restore", {"change": LEFTOVER})
    editor.command("agent.reject", {"change": LEFTOVER})
    agree(editor, leftover="rejected")
    refused(editor, "agent.reject", change=LEFTOVER)
    editor.command("agent.undo", {})
    agree(editor, quotes="pending", fix="pending", leftover="rejected", script="pending")
    assert picture_of(editor.roots[0]) == before
    refused(editor, "agent.undo")


def test_reject_all_in_an_editor(world: World) -> None:  # noqa: F811
    editor = proposed(world, is_open=True)
    before = picture_of(editor.roots[0])
    editor.command("agent.reject", {})
    agree(editor, fix="rejected", script="dropped")
    refused(editor, "agent.accept")
    refused(editor, "agent.reject")
    assert picture_of(editor.roots[0]) == before


def test_a_closed_file_that_changed_is_not_accepted(world: World) -> None:  # noqa: F811
    editor = proposed(world, is_open=False)
    agree(editor, fix="pending")
    path = editor.path("m.py")
    path.write_text(BASE.replace("return x\n", "return 2 * x\n"), "utf-8")
    before = picture_of(editor.roots[0])
    editor.command("agent.accept", {"change": FIX})
    said = "changed since the patch was made: m.py; nothing was overwritten"
    editor.wire.wait_until(lambda: any(said in message for message in editor.messages), 10, str(editor.messages))
    assert picture_of(editor.roots[0]) == before
    agree(editor, fix="pending")


def test_what_an_editor_accepted_is_undone_on_the_command_line(world: World, shell: Shell) -> None:  # noqa: F811
    editor = world.editor(shell.root)
    propose(editor)
    editor.command("agent.accept", {"change": FIX})
    agree(editor, fix="accepted")
    assert shell.agent("undo")[:2] == (0, "undone")
    assert shell.agent("undo")[:2] == (2, "nothing")
