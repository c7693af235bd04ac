"""Random lives of a worktree: the user edits, we apply, are killed, recover, undo; nobody's text is ever lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.repo.crash_support import FULL
from tests.repo.repo_support import change_paths, git

from fretsaw.errors import ConflictError
from fretsaw.repo import deliver, open_repo, recover, snapshot, undo
from fretsaw.repo.journal import file_operations

PATHS = ("a.py", "d/b.py", "n/new.py")


class Life(RuleBasedStateMachine):
    """One worktree. `saved` is every text that the user wrote and did not write over or delete themselves."""

    def __init__(self) -> None:
        super().__init__()
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.base = Path(tempfile.mkdtemp(dir=memory)).resolve()
        self.root, self.state = self.base / "repo", self.base / "state"
        (self.root / "d").mkdir(parents=True)
        git(self.root, "init", "-q", "-b", "main")
        for name in PATHS[:2]:
            (self.root / name).write_text("".join(f"{name} {number}\n" for number in range(12)))
        git(self.root, "add", ".")
        git(self.root, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-q", "-m", "x")
        self.count = 0
        self.marks: dict[str, str] = {}
        self.index = (self.root / ".git/index").read_bytes()

    def teardown(self) -> None:
        file_operations.HOOK = None
        shutil.rmtree(self.base)

    def _mark(self) -> str:
        self.count += 1
        return f"text {self.count}"

    @rule(path=st.sampled_from(PATHS), line=st.integers(0, 11), by_rename=st.booleans())
    def user_edits(self, path: str, line: int, by_rename: bool) -> None:
        """The user writes a line of their own into a file, which may make it, and saves."""
        mark = self._mark()
        target = self.root / path
        lines = target.read_text().splitlines() if target.exists() else []
        if line < len(lines):
            self.marks = {mark: where for mark, where in self.marks.items() if mark != lines[line]}
            lines[line] = mark
        else:
            lines.append(mark)
        self.marks[mark] = path
        target.parent.mkdir(exist_ok=True)
        if by_rename:
            (target.parent / "tmp").write_text("\n".join(lines) + "\n")
            (target.parent / "tmp").rename(target)
        else:
            target.write_text("\n".join(lines) + "\n")

    def _after(self, path: str, line: int) -> str:
        """A text of ours that keeps every line of the user's."""
        target = self.root / path
        lines = target.read_text().splitlines() if target.exists() else []
        lines.insert(min(line, len(lines)), f"ours {self._mark()}")
        return "\n".join(lines) + "\n"

    def _deliver(self, lines: dict[str, int]) -> None:
        repo = open_repo(self.root)
        seen = snapshot(repo)
        after = {
            path: self._after(path, line)
            for path, line in lines.items()
            if path in seen.paths or not (self.root / path).exists()
        }
        with suppress(ConflictError):
            deliver(repo, seen, change_paths(seen, dict(after)), "worktree", state_dir=self.state)

    @rule(lines=st.dictionaries(st.sampled_from(PATHS), st.integers(0, 11), min_size=1))
    def we_apply(self, lines: dict[str, int]) -> None:
        self._deliver(lines)

    @rule(lines=st.dictionaries(st.sampled_from(PATHS), st.integers(0, 11), min_size=1), at=st.integers(0, 120))
    def we_are_killed(self, lines: dict[str, int], at: int) -> None:
        self._killed(lambda: self._deliver(lines), at)

    @rule(at=st.integers(0, 120))
    def undo_is_killed(self, at: int) -> None:
        self._killed(lambda: undo(open_repo(self.root), self.state), at)

    def _killed(self, work: object, at: int) -> None:
        assert callable(work)
        child = os.fork()
        if child == 0:
            points = iter(range(10_000))

            def die(_when: str, _name: str) -> None:
                if next(points) == at:
                    os.kill(os.getpid(), signal.SIGKILL)

            file_operations.HOOK = die
            with suppress(BaseException):
                work()
            os._exit(0)
        os.waitpid(child, 0)
        recover(open_repo(self.root), self.state)

    @rule()
    def we_undo(self) -> None:
        undo(open_repo(self.root), self.state)

    @precondition(lambda self: self.state.exists())
    @rule()
    def start_again(self) -> None:
        recover(open_repo(self.root), self.state)

    @invariant()
    def no_text_of_the_user_is_lost(self) -> None:
        found = subprocess.run(
            ["grep", "-rhx", "text [0-9]*", "."], cwd=self.root, check=False, capture_output=True, text=True
        )
        missing = self.marks.keys() - set(found.stdout.split("\n"))
        assert not missing, missing

    @invariant()
    def nothing_of_ours_lies_about(self) -> None:
        assert not list(self.root.rglob(".fretsaw*"))
        assert not list(self.state.rglob("tx/*/*"))
        assert (self.root / ".git/index").read_bytes() == self.index


TestLife = pytest.mark.crash(pytest.mark.timeout(1800)(Life.TestCase))
TestLife.settings = settings(
    max_examples=300 if FULL else 5,
    stateful_step_count=20 if FULL else 12,
    suppress_health_check=list(HealthCheck),
)
