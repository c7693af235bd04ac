"""Inject faults at random into deliver, undo, recovery and the key file, as many as asked for; judge what is left.

`make test-crash N=8000 SEED=1`, or `python -m tests.repo.injections --count 8000 --seed 1 --log crash.jsonl`. A run
that was ended goes on where its log ends. Each injection depends on seed and number alone.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import itertools
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.repo import crash_support as crash
from tests.repo.crash_support import NEW, OLD, World

from fretsaw import repo, run_store
from fretsaw.core.patch import derive_set
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.errors import FretsawError
from fretsaw.repo.journal import Plan, Step, file_operations, new_tx, open_journal, recover, transact

KINDS = ("kill", "error", "nested", "save", "folder", "key")
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EINTR, errno.EMFILE, errno.EDQUOT, errno.EROFS)
WITH_GIT = 10
"""One in so many goes through `repo.deliver` and `repo.undo` with git; the others through the journal below them."""
Work = Callable[[World], None]


# -- the work that is disturbed ----------------------------------------------------------------------


def _reverse(made: World) -> None:
    """What undo does to the files: the same transaction, the other way round."""
    with open_journal(made.state, made.root) as home:
        recover(home, crash.NoRefs())
        steps = tuple(
            Step(path, crash._image(path, NEW[path]), crash._image(path, OLD[path]))
            for path in OLD
            if OLD[path] != NEW[path]
        )
        plan = Plan(
            new_tx(home), str(made.root), "run", "worktree", steps, emptied=tuple(reversed(crash.FOLDERS)), undoes=None
        )
        transact(home, plan, crash.NoRefs())


def _patch() -> PatchSet:
    def text(data: bytes | None) -> str | None:
        return None if data is None else data.decode()

    return derive_set(lambda path: text(OLD.get(path)), {path: text(data) for path, data in NEW.items()})


def _deliver(made: World) -> None:
    opened = repo.open_repo(made.root)
    repo.deliver(opened, repo.snapshot(opened), _patch(), "worktree", "m", state_dir=made.state, run_id="run")


def _undo(made: World) -> None:
    repo.undo(repo.open_repo(made.root), made.state, "run")


def _start_again(made: World) -> None:
    repo.recover(repo.open_repo(made.root), made.state)


@contextmanager
def _git_world() -> Iterator[World]:
    with crash.world() as made:
        names = ("-c", "user.name=t", "-c", "user.email=t@example.invalid")
        for line in (("init", "-q", "--template="), ("add", "-A"), ("commit", "-qm", "base")):
            subprocess.run(["git", *names, *line], cwd=made.root, check=True, capture_output=True)
        yield made


# -- one injection -----------------------------------------------------------------------------------


def inject(seed: int, number: int) -> dict[str, Any]:
    """Do one injection; the row of the log: what was done, and what is wrong, if anything."""
    chance = random.Random(f"{seed}-{number}")
    kind = chance.choice(KINDS)
    if kind == "key":
        return {"number": number, "kind": kind, **_key_file(chance)}
    with_git = chance.randrange(WITH_GIT) == 0
    forward, backward, again = (
        (_deliver, _undo, _start_again) if with_git else (crash.change, _reverse, crash.start_again)
    )
    is_undo = chance.random() < 0.4
    work = backward if is_undo else forward
    row = {"number": number, "kind": kind, "work": "undo" if is_undo else "deliver", "git": with_git}
    with _git_world() if with_git else crash.world() as made:
        if is_undo:
            forward(made)
        at = chance.randrange(_points(work, forward, is_undo=is_undo, with_git=with_git))
        row["at"] = at
        wrong = _DISTURB[kind](made, work, again, at, chance)
    return {**row, "wrong": wrong} if wrong else row


_KNOWN_POINTS: dict[tuple[bool, bool], int] = {}


def _points(work: Work, forward: Work, *, is_undo: bool, with_git: bool) -> int:
    """At how many points the work can be disturbed, counted once."""
    key = (is_undo, with_git)
    if key not in _KNOWN_POINTS:
        seen: list[str] = []
        with _git_world() if with_git else crash.world() as made:
            if is_undo:
                forward(made)
            with crash.hook(lambda when, name: seen.append(when)):
                work(made)
        _KNOWN_POINTS[key] = len(seen)
    return _KNOWN_POINTS[key]


def _in_child(made: World, work: Work, hook: Callable[[str, str], None]) -> None:
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            file_operations.HOOK = hook
            work(made)
        os._exit(0)
    os.waitpid(child, 0)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _kill(made: World, work: Work, again: Work, at: int, _chance: random.Random) -> list[str]:
    """SIGKILL, also in the middle of a write, then a new start."""
    _in_child(made, work, crash.hooked(_die, at))
    found = crash.between(made)
    again(made)
    return found + _settled(made)


def _error(made: World, work: Work, again: Work, at: int, chance: random.Random) -> list[str]:
    number = chance.choice(ERRORS)

    def fail() -> None:
        raise OSError(number, os.strerror(number))

    wrong = []
    with crash.hook(crash.hooked(fail, at)):
        try:
            work(made)
        except FretsawError:
            pass
        except OSError as error:
            wrong.append(f"not put in words: {error!r}")
    again(made)
    # Where the disk refuses to remove an empty folder it stays: nothing of anybody's is in it.
    return wrong + [what for what in _settled(made) if what != "a folder is left over"]


def _nested(made: World, work: Work, again: Work, at: int, chance: random.Random) -> list[str]:
    """SIGKILL, SIGKILL of the new start once or twice, an error in the next, then a start that is left alone."""
    _in_child(made, work, crash.hooked(_die, at))
    found = crash.between(made)
    for _ in range(chance.choice((1, 2))):
        _in_child(made, again, crash.hooked(_die, chance.randrange(60)))
        found += crash.between(made)

    def fail() -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    _in_child(made, again, crash.hooked(fail, chance.randrange(30)))
    again(made)
    return found + [what for what in _settled(made) if what != "a folder is left over"]  # as in `_error`


def _save(made: World, work: Work, again: Work, at: int, chance: random.Random) -> list[str]:
    """The user saves, creates or deletes a file of the patch at that point; often the power goes soon after."""
    path, act = crash.SAVES[chance.choice(list(crash.SAVES))]
    later = chance.randrange(40) if chance.randrange(3) == 0 else None
    existed = made.text(path) is not None
    count = itertools.count()

    def both(_when: str, _name: str) -> None:
        now = next(count)
        if now == at:
            act(made.root / path)
        if later is not None and now == at + later:
            _die()

    _in_child(made, work, both)
    again(made)
    wrong = _settled(made, touched=path)
    saved = act is not crash._delete and (act is crash._save_by_rename or (existed and path == "a.py"))
    if saved and crash.SAVED not in [*_texts(made), *made.kept()]:
        wrong.append("what the user saved is lost")
    return wrong


def _folder(made: World, work: Work, again: Work, at: int, _chance: random.Random) -> list[str]:
    """A folder of the patch makes place for a link to a folder elsewhere, which has to stay as it is."""
    victim = made.state.parent / "victim"
    victim.mkdir()
    (victim / "b.py").write_bytes(b"elsewhere\n")

    def plant() -> None:
        with suppress(OSError):
            (made.root / "d").rename(made.state.parent / "was-d")
            (made.root / "d").symlink_to(victim)

    _in_child(made, work, crash.hooked(plant, at))
    again(made)
    wrong = _settled(made, touched="d/b.py")
    if {path.name: path.read_bytes() for path in victim.iterdir()} != {"b.py": b"elsewhere\n"}:
        wrong.append("a link was followed")
    moved = made.state.parent / "was-d"
    if moved.is_dir() and [path for path in moved.iterdir() if path.name.startswith(".fretsaw-")]:
        wrong.append("a temporary file stays in the folder that moved")
    return wrong


_DISTURB: dict[str, Callable[[World, Work, Work, int, random.Random], list[str]]] = {
    "kill": _kill,
    "error": _error,
    "nested": _nested,
    "save": _save,
    "folder": _folder,
}


def _texts(made: World) -> list[bytes]:
    return [data for path, data in made.files().items() if not path.startswith(".git/")]


def _settled(made: World, touched: str | None = None) -> list[str]:
    """What is wrong when everything should be settled; git's own records are not ours to look at."""
    _, found = crash.settled(made, touched)
    return [
        what for what in found if not (what.startswith("left over") and all("'.git/" in part for part in _left(what)))
    ]


def _left(what: str) -> list[str]:
    return [part for part in what.partition("[")[2].rstrip("]").split(", ") if part]


def _key_file(chance: random.Random) -> dict[str, Any]:
    """Several processes make the key of markers at once, one of them is killed: one whole key, the same for all."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(dir=memory))
    wrong = []
    try:
        keys = []
        for _ in range(3):
            read, write = os.pipe()
            child = os.fork()
            if child == 0:
                os.write(write, run_store.mask_key(folder / "state"))
                os._exit(0)
            os.close(write)
            keys.append((child, read))
        time.sleep(chance.random() * 0.002)
        os.kill(keys[0][0], signal.SIGKILL)
        told = []
        for child, read in keys:
            with os.fdopen(read, "rb") as pipe:
                told.append(pipe.read())
            os.waitpid(child, 0)
        now = run_store.mask_key(folder / "state")
        if len(now) != 32 or {len(key) for key in told} - {0, 32}:
            wrong.append("the key is torn")
        if set(told[1:]) != {now}:
            wrong.append("a key was given that is lost")
    finally:
        shutil.rmtree(folder)
    return {"wrong": wrong} if wrong else {}


# -- many of them ------------------------------------------------------------------------------------


def _code() -> str:
    """A hash of what is tried and of this file: a log of other code is begun anew."""
    package = Path(repo.__file__).parent
    files = [*sorted(package.rglob("*.py")), package.parent / "run_store.py", Path(__file__), Path(crash.__file__)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def _begun(log: Path, seed: int) -> list[dict[str, Any]]:
    """The rows of a log that was begun with the same seed and code; a line that was cut off does not count."""
    head, rows = {"seed": seed, "code": _code()}, []
    for line in log.read_text().splitlines() if log.exists() else []:
        with suppress(ValueError):
            rows.append(json.loads(line))
    if not rows or rows[0] != head:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(json.dumps(head) + "\n")
        return []
    return rows[1:]


def _one(asked: tuple[int, int]) -> dict[str, Any]:
    return inject(*asked)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, default=None)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(arguments)
    log = asked.log or Path(tempfile.mkdtemp()) / "crash.jsonl"
    rows = _begun(log, asked.seed)
    known = {row["number"] for row in rows}
    left = [number for number in range(asked.count) if number not in known]
    with log.open("a") as file, multiprocessing.get_context("fork").Pool(asked.workers) as pool:
        for row in pool.imap_unordered(_one, [(asked.seed, number) for number in left], chunksize=4):
            rows.append(row)
            file.write(json.dumps(row, separators=(",", ":")) + "\n")
            file.flush()
            if "wrong" in row:
                print(f"WRONG {json.dumps(row)}", flush=True)
    rows = [row for row in rows if row["number"] < asked.count]
    if len(left) < asked.count:
        print(f"{asked.count - len(left)} of them are from {log}, of the same code; remove it to do them again")
    kinds = Counter(row["kind"] for row in rows)
    print(", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())))
    wrong = [what for row in rows for what in row.get("wrong", ())]
    lost = sum("lost" in what for what in wrong)
    torn = len(wrong) - lost
    print(f"{len(rows)} injections, {lost} lost, {torn} torn")
    return int(bool(lost or torn))


if __name__ == "__main__":
    sys.exit(main())
