"""Kills, fails and disturbs a transaction at every operation on files, and judges what is left.

The promise under test: each file is at any moment entirely old or entirely new; after the next start all of them are
old or all are new, with nothing of ours left over; and whatever the user saved in between is still on disk.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fretsaw.errors import FretsawError
from fretsaw.repo.journal import (
    IndexMove,
    Plan,
    RefMove,
    Step,
    file_operations,
    new_tx,
    open_journal,
    recover,
    transact,
)
from fretsaw.repo.journal.safe_read import FileState

FULL = os.environ.get("FRETSAW_CRASH") == "full"
"""`make test-crash` tries every point; without it a part of them is tried, another one for each kind of disturbance."""

OLD: dict[str, bytes | None] = {
    "a.py": b"old a\n" * 50,
    "run.sh": b"#!/bin/sh\n",
    "d/b.py": b"old b\n",
    "new/x/n.py": None,
    "still.py": b"never touched\n",
}
NEW: dict[str, bytes | None] = {
    "a.py": b"new a\n" * 60,
    "run.sh": b"#!/bin/bash\n",
    "d/b.py": None,
    "new/x/n.py": b"new n\n" * 20,
    "still.py": b"never touched\n",
}
FOLDERS = ("new", "new/x")


class NoRefs:
    """No branch moves in these transactions."""

    def move(self, move: RefMove) -> None:
        raise AssertionError(move)

    def reached(self, move: RefMove) -> bool:
        raise AssertionError(move)

    def refresh(self, index: tuple[IndexMove, ...]) -> str:
        raise AssertionError(index)


@dataclass(frozen=True)
class World:
    root: Path
    state: Path

    def text(self, path: str) -> bytes | None:
        with suppress(FileNotFoundError, NotADirectoryError):
            return (self.root / path).read_bytes()
        return None

    def files(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.root)): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}

    def kept(self) -> list[bytes]:
        """What lies in `conflicts`."""
        return [path.read_bytes() for path in self.state.rglob("conflicts/*")]


@contextmanager
def world() -> Iterator[World]:
    """A fresh tree with the old texts, in memory where there is such a place."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    base = Path(tempfile.mkdtemp(dir=memory))
    try:
        made = World(base / "root", base / "state")
        (made.root / "d").mkdir(parents=True)
        for path, data in OLD.items():
            if data is not None:
                (made.root / path).write_bytes(data)
        (made.root / "run.sh").chmod(0o755)
        yield made
    finally:
        shutil.rmtree(base)


def change(made: World) -> None:
    """The transaction: two changes, a deletion, a new file in two new folders."""
    with open_journal(made.state, made.root) as home:
        recover(home, NoRefs())
        steps = tuple(
            Step(path, _image(path, OLD[path]), _image(path, NEW[path])) for path in OLD if OLD[path] != NEW[path]
        )
        transact(home, Plan(new_tx(home), str(made.root), "run", "worktree", steps, FOLDERS), NoRefs())


def start_again(made: World) -> None:
    """What the next start does."""
    with open_journal(made.state, made.root) as home:
        recover(home, NoRefs())


def _image(path: str, data: bytes | None) -> FileState | None:
    return None if data is None else FileState(data, path == "run.sh")


def hooked(act: Callable[[], None], at: int) -> Callable[[str, str], None]:
    """A hook that acts at the `at`-th point."""
    count = itertools.count()

    def hook(_when: str, _name: str) -> None:
        if next(count) == at:
            act()

    return hook


@contextmanager
def hook(found: Callable[[str, str], None] | None) -> Iterator[None]:
    file_operations.HOOK = found
    try:
        yield
    finally:
        file_operations.HOOK = None


def count_points(work: Callable[[World], None], prepare: Callable[[World], None] = lambda _: None) -> int:
    """How many points a piece of work has when nothing disturbs it."""
    seen: list[str] = []
    with world() as made:
        prepare(made)
        with hook(lambda when, name: seen.append(f"{when} {name}")):
            work(made)
    return len(seen)


def some(points: int, every: int, offset: int = 0) -> range:
    """All points in a full run, else each `every`-th."""
    return range(points) if FULL else range(offset % every, points, every)


def killed_at(made: World, work: Callable[[World], None], at: int, before: Callable[[], None] | None = None) -> bool:
    """Do the work in a child that is killed at a point (`before` runs there first); whether it got that far."""

    def die() -> None:
        if before is not None:
            before()
        os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            file_operations.HOOK = hooked(die, at)
            work(made)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def between(made: World) -> list[str]:
    """What is wrong at a moment when nothing has been recovered yet."""
    return [f"{path} is neither old nor new" for path in OLD if made.text(path) not in (OLD[path], NEW[path])]


def settled(made: World, touched: str | None = None) -> tuple[str, list[str]]:
    """(old or new or mixed, what is wrong) when everything should be settled; the user wrote to `touched`."""
    paths = [path for path in OLD if path != touched and OLD[path] != NEW[path]]
    wrong = []
    if all(made.text(path) == OLD[path] for path in paths):
        outcome = "old"
    elif all(made.text(path) == NEW[path] for path in paths):
        outcome = "new"
    else:
        outcome = "mixed"
        wrong.append("some files are old and some new")
    if made.text("still.py") != OLD["still.py"]:
        wrong.append("a file that was not part of it changed")
    left = [path for path in made.files() if path not in OLD]
    if left:
        wrong.append(f"left over: {left}")
    if list(made.state.rglob("tx/*/*")):
        wrong.append("the transaction is still under way")
    if outcome == "old" and touched not in ("new/x/n.py",) and (made.root / "new").exists():
        wrong.append("a folder is left over")
    if touched != "run.sh" and not os.access(made.root / "run.sh", os.X_OK):
        wrong.append("run.sh is not executable any more")
    return outcome, wrong


# -- kinds of disturbance --------------------------------------------------------------------------


def kills(every: int) -> list[str]:
    """SIGKILL at each point, then a new start."""
    wrong = []
    for at in some(count_points(change), every):
        with world() as made:
            killed_at(made, change, at)
            found = between(made)
            start_again(made)
            wrong += [f"killed at {at}: {what}" for what in (*found, *settled(made)[1])]
    return wrong


def kills_of_the_start(every: int) -> list[str]:
    """SIGKILL at each point, SIGKILL at each point of the new start, then another start."""
    wrong = []
    points = count_points(change)
    for at in some(points, every, 3):
        for second in some(60, every, at):
            with world() as made:
                killed_at(made, change, at)
                killed = killed_at(made, start_again, second)
                found = between(made)
                start_again(made)
                wrong += [f"killed at {at}, again at {second}: {what}" for what in (*found, *settled(made)[1])]
                if not killed:
                    break
    return wrong


def errors(every: int, numbers: tuple[int, ...]) -> list[str]:
    """An error at each point, once."""
    wrong = []
    for number in numbers:

        def fail(number: int = number) -> None:
            raise OSError(number, os.strerror(number))

        for at in some(count_points(change), every, number):
            with world() as made:
                raised = None
                with hook(hooked(fail, at)):
                    try:
                        change(made)
                    except (FretsawError, OSError) as error:
                        raised = error
                expected = "old" if raised else "new"
                pending = not raised and bool(list(made.state.rglob("tx/*/*")))
                if pending or raised:
                    start_again(made)
                outcome, found = settled(made)
                if raised is not None and not isinstance(raised, FretsawError):
                    found.append(f"not put in words: {raised!r}")
                if outcome != expected:
                    found.append(f"{outcome}, but reported as {expected}")
                wrong += [f"{os.strerror(number)} at {at}: {what}" for what in found]
    return wrong


SAVED = b"what the user saved\n"


def _save_by_rename(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name("editor.tmp")
    beside.write_bytes(SAVED)
    beside.rename(path)


def _save_in_place(path: Path) -> None:
    with suppress(FileNotFoundError), path.open("r+b") as file:
        file.write(SAVED)
        file.truncate()


def _delete(path: Path) -> None:
    with suppress(FileNotFoundError):
        path.unlink()


def folder_becomes_a_link(every: int) -> list[str]:
    """At each point the folder `d` makes place for a link to a folder elsewhere, which must stay as it is."""
    wrong = []
    for at in some(count_points(change), every):
        with world() as made:
            victim = made.state.parent / "victim"
            victim.mkdir()
            (victim / "b.py").write_bytes(b"old b\n")

            def plant(made: World = made, victim: Path = victim) -> None:
                (made.root / "d").rename(made.state.parent / "was-d")
                (made.root / "d").symlink_to(victim)

            with hook(hooked(plant, at)), suppress(FretsawError):
                change(made)
            start_again(made)
            if {path.name: path.read_bytes() for path in victim.iterdir()} != {"b.py": b"old b\n"}:
                wrong.append(f"at {at}: a link was followed")
            kept = [*made.kept(), *(path.read_bytes() for path in (made.state.parent / "was-d").iterdir())]
            outcome, found = settled(made, touched="d/b.py")
            if outcome == "old" and b"old b\n" not in kept:
                found.append("the old text is lost")
            wrong += [f"at {at}: {what}" for what in found]
    return wrong


SAVES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "saves by rename": ("a.py", _save_by_rename),
    "saves in place": ("a.py", _save_in_place),
    "saves what is deleted": ("d/b.py", _save_by_rename),
    "creates what is created": ("new/x/n.py", _save_by_rename),
    "deletes what is changed": ("a.py", _delete),
    "deletes what is created": ("new/x/n.py", _delete),
}


def saves(kind: str, every: int, *, killed: bool) -> list[str]:
    """The user does something at each point; with `killed` the power goes a few operations later."""
    path, act = SAVES[kind]
    wrong = []
    for at in some(count_points(change), every, len(kind)):
        for later in (range(0, 40, 3) if FULL else some(40, every * 2, at)) if killed else (None,):
            with world() as made:
                _save_and_go_on(made, act, path, at, later)
                if later is not None:
                    killed_at(made, start_again, (at * 7 + later) % 40)
                start_again(made)
                _, found = settled(made, touched=path)
                if act is not _delete and _did_save(path, act) and made.text(path) != SAVED:
                    kept = "is only in conflicts" if SAVED in made.kept() else "is lost"
                    found.append(f"what the user saved {kept}")
                wrong += [f"{kind} at {at}, killed {later}: {what}" for what in found]
    return wrong


def _save_and_go_on(made: World, act: Callable[[Path], None], path: str, at: int, later: int | None) -> None:
    count = itertools.count()

    def both(_when: str, _name: str) -> None:
        now = next(count)
        if now == at:
            act(made.root / path)
        if later is not None and now == at + later:
            os.kill(os.getpid(), signal.SIGKILL)

    if later is None:
        with hook(both), suppress(FretsawError):
            change(made)
        return
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            file_operations.HOOK = both
            change(made)
        os._exit(0)
    os.waitpid(child, 0)


def _did_save(path: str, act: Callable[[Path], None]) -> bool:
    """In place one can only save to a file that is there, and only `a.py` always is."""
    return act is _save_by_rename or path == "a.py"


def late_writes(every: int) -> list[str]:
    """A program that opened `a.py` before us writes at each point: kept until we have let go of the old file.

    After that nothing can be done (it is documented): the file it writes to has no name any more.
    """
    names: list[str] = []
    with world() as made, hook(lambda when, name: names.append(f"{when} {name[-2:]}")):
        change(made)
    let_go = names.index("before unlink -0")
    wrong = []
    for at in some(let_go, every):
        with world() as made, (made.root / "a.py").open("r+b") as file:

            def write(file: BinaryIO = file) -> None:
                file.write(SAVED)
                file.truncate()
                file.flush()

            with hook(hooked(write, at)), suppress(FretsawError):
                change(made)
            start_again(made)
            _, found = settled(made, touched="a.py")
            if SAVED not in [*made.files().values(), *made.kept()]:
                found.append("what the program wrote is lost")
            wrong += [f"written at {at}: {what}" for what in found]
    return wrong
