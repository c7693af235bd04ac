"""Compare the words of a command with the tree: every file, mode, branch, HEAD and index, before and after."""

from __future__ import annotations

import re
import stat
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lsp.conftest import World, git

from fretsaw.cli.exit import run_to_exit_code

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


CLAIMS = {
    "worktree": r"(?:Applied|Restored and applied) to (?P<paths>.*?)\. `agent undo",
    "commit": r"(?:Committed|Restored and committed) (?P<commit>[0-9a-f]{12}): (?P<paths>.*?)\. `agent undo",
    "branch": r"Committed (?P<commit>[0-9a-f]{12}) on branch (?P<branch>\S+); your files are as they were\.",
    "undone": r"(?<!not )\bundone: (?P<paths>[^;]*)",
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


def made(world: World) -> Path:
    (world.folder / "reply.md").write_text(REPLY, "utf-8")
    return world.repository({"m.py": BASE, "run.sh": "#!/bin/sh\n", "ISSUE.md": f"# Wrong sum\n\n{ISSUE}\n"})
