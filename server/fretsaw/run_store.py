"""One folder per run, under the user's state directory: what was asked, said, decided and delivered.

Layout: `<state>/repos/<repo id>/runs/<run id>/{run.json, issue.json, calls.jsonl,
judge.jsonl, outcome.json, states.json, delivery.json, alive}`; every .json is written whole and renamed into place.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

from fretsaw import system
from fretsaw.core.chat import Answer, Request
from fretsaw.core.issue import Issue
from fretsaw.core.run import GaveUp, NoChange, Outcome, Proposal, Run
from fretsaw.errors import RepoError, UsageError
from fretsaw.user_dirs import repo_id

T = TypeVar("T")
Clean: TypeAlias = Callable[[Any], Any]
"""Takes secrets out of a record, as plain values, before it is written."""

_KEEP_DAYS = 30
_KEY_BYTES = 32


def new_id(now: datetime | None = None) -> str:
    """A run's name, sortable by time: `20261122-183005-3f9a`. The end is the part of the second, in 1/65536."""
    moment = now or datetime.now(timezone.utc)
    return f"{moment:%Y%m%d-%H%M%S}-{moment.microsecond * 65536 // 1_000_000:04x}"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of one run."""

    path: Path
    clean: Clean = lambda record: record

    @property
    def id(self) -> str:
        """The run's name."""
        return self.path.name

    # -- writing ---------------------------------------------------------------------------------

    def create(self) -> bool:
        """Make the folder, for the user's eyes only; False when there is one."""
        try:
            self.path.mkdir(parents=True, mode=0o700)
        except FileExistsError:
            if not self.path.is_dir():
                raise
            return False
        return True

    def write_run(self, run: Run) -> None:
        """Keep how the run stands."""
        self._write("run.json", run)

    def write_issue(self, issue: Issue) -> None:
        """Keep what was asked."""
        self._write("issue.json", issue)

    def append_call(self, request: Request, answer: Answer, whom: str = "calls") -> None:
        """Keep one call of the model (or of the "judge"). Images are kept too: a replay sends what was sent."""
        line = json.dumps(self.clean({"request": to_plain(request), "answer": to_plain(answer)}))
        with (self.path / f"{whom}.jsonl").open("a", encoding="ascii") as file:
            file.write(line + "\n")

    def write_outcome(self, outcome: Outcome) -> None:
        """Keep how it ended."""
        self._write("outcome.json", {"kind": type(outcome).__name__, "value": to_plain(outcome)})

    def write_states(self, states: Mapping[int, str]) -> None:
        """Keep the state of each change: pending, accepted, rejected, stale, restored."""
        self._write("states.json", {str(change): state for change, state in states.items()})

    def write_note(self, name: str, value: Mapping[str, Any]) -> None:
        """Keep a small record of a shell or of the delivery, `<name>.json`."""
        self._write(f"{name}.json", value)

    def forget_note(self, name: str) -> None:
        """Remove such a record."""
        (self.path / f"{name}.json").unlink(missing_ok=True)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Mark the run as under way while the block lasts; the mark goes with the process, whatever ends it."""
        with (self.path / "alive").open("wb") as file:
            if not system.try_lock(file.fileno()):
                raise BlockingIOError(f"{self.path} is held")
            yield

    def is_held(self) -> bool:
        """Return True if a process works on the run just now."""
        try:
            with (self.path / "alive").open("rb") as file:
                return not system.try_lock(file.fileno(), shared=True)
        except FileNotFoundError:
            return False
        except OSError:
            return True

    # -- reading ---------------------------------------------------------------------------------

    def run(self) -> Run:
        """Read the state of the run."""
        return self._read("run.json", Run)

    def issue(self) -> Issue:
        """Read the issue of the run."""
        return self._read("issue.json", Issue)

    def calls(self, whom: str = "calls") -> Iterator[tuple[Request, Answer]]:
        """Every call of the model (or of the "judge"), in order."""
        path = self.path / f"{whom}.jsonl"
        if not path.exists():
            return
        for line in path.read_text("ascii", "replace").splitlines():
            with self._readable(path.name):
                record = json.loads(line)
                pair = from_plain(record["request"], Request), from_plain(record["answer"], Answer)
            yield pair

    def outcome(self) -> Outcome | None:
        """Read the outcome; None while it has not ended."""
        if not (self.path / "outcome.json").exists():
            return None
        with self._readable("outcome.json"):
            record = json.loads((self.path / "outcome.json").read_text("ascii"))
            kind = {"Proposal": Proposal, "NoChange": NoChange, "GaveUp": GaveUp}[record["kind"]]
            return cast("Outcome", from_plain(record["value"], kind))

    def states(self) -> dict[int, str]:
        """The state of each change that a person decided on."""
        note = self.note("states") or {}
        with self._readable("states.json"):
            return {int(change): str(state) for change, state in note.items()}

    def note(self, name: str) -> dict[str, Any] | None:
        """A record written by `write_note`, None when there is none."""
        path = self.path / f"{name}.json"
        if not path.exists():
            return None
        with self._readable(path.name):
            return dict(json.loads(path.read_text("ascii")))

    def _write(self, name: str, value: object) -> None:
        temporary = self.path / f".{name}.{os.getpid()}.{secrets.token_hex(2)}"
        temporary.write_text(json.dumps(self.clean(to_plain(value)), indent=1), encoding="ascii")
        temporary.replace(self.path / name)

    def _read(self, name: str, kind: type[T]) -> T:
        with self._readable(name):
            return from_plain(json.loads((self.path / name).read_text("ascii")), kind)

    @contextmanager
    def _readable(self, name: str) -> Iterator[None]:
        """RepoError for a file that is damaged, or that another version wrote."""
        try:
            yield
        except Exception as error:
            raise RepoError(
                f"run {self.id} cannot be read: {name} is damaged or of another version ({type(error).__name__})",
                hint=f"other runs are not affected; you can remove {self.path}",
            ) from error


@dataclass(frozen=True, slots=True)
class RunStore:
    """All runs of one repository."""

    folder: Path
    """`<state>/repos/<repo id>`."""
    clean: Clean = lambda record: record
    """A function that cleans every record before it is written."""

    def at(self, path: Path) -> RunFolder:
        """The folder of a run that is known."""
        return RunFolder(path, self.clean)

    def new(self, run_id: str | None = None, undoable: Callable[[], Collection[str]] = frozenset) -> RunFolder:
        """A folder for a new run. Runs older than 30 days are forgotten on the way, but none that is `undoable`."""
        folder = self.at(self.folder / "runs" / (run_id or new_id()))
        while not folder.create() and run_id is None:
            folder = self.at(self.folder / "runs" / new_id())
        self._forget_old(undoable)
        return folder

    def get(self, run_id: str | None) -> RunFolder:
        """The folder of a run, by its id or a prefix only one has; None: the newest."""
        names = self._names()
        if run_id is None:
            if not names:
                raise UsageError("there is no run in this repository yet", hint="start one with `agent fix ISSUE.md`")
            return self.at(self.folder / "runs" / names[0])
        found = [name for name in names if name == run_id] or [name for name in names if name.startswith(run_id)]
        if len(found) != 1:
            what = f"no run {run_id}" if not found else f"{run_id} could be {', '.join(found)}"
            raise UsageError(what, hint="see `agent runs`")
        return self.at(self.folder / "runs" / found[0])

    def all(self) -> tuple[RunFolder, ...]:
        """Every run that can be read, newest first."""
        return tuple(self.at(self.folder / "runs" / name) for name in self._names())

    def _names(self) -> list[str]:
        runs = self.folder / "runs"
        if not runs.is_dir():
            return []
        return sorted((entry.name for entry in runs.iterdir() if (entry / "run.json").exists()), reverse=True)

    def _forget_old(self, undoable: Callable[[], Collection[str]]) -> None:
        oldest = f"{datetime.now(timezone.utc) - timedelta(days=_KEEP_DAYS):%Y%m%d}"
        old = [name for name in self._names() if name[:8] < oldest]
        if not old:
            return
        kept = {name.partition("+")[0] for name in undoable()}
        for name in old:
            if name not in kept:
                shutil.rmtree(self.folder / "runs" / name, ignore_errors=True)


def store(state: Path, root: Path, clean: Clean = lambda record: record) -> RunStore:
    """The runs of the repository at `root`, below the user's state directory."""
    return RunStore(state / "repos" / repo_id(root), clean)


def mask_key(state: Path) -> bytes:
    """The key that markers are computed with, made once, for the user alone. A fresh one where none can be kept."""
    file = state / "mask-key"
    with suppress(OSError):
        key = file.read_bytes()
        if len(key) == _KEY_BYTES:
            return key
    key = secrets.token_bytes(_KEY_BYTES)
    with suppress(OSError):
        state.mkdir(parents=True, mode=0o700, exist_ok=True)
        draft = state / f".mask-key.{os.getpid()}.{secrets.token_hex(2)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(key)
        try:
            os.link(draft, file)  # of two processes that make one at once, the first wins
        except FileExistsError:
            key = file.read_bytes()
        finally:
            draft.unlink()
    return key


# -- the day's dollars -----------------------------------------------------------------------------


def spent_today(state: Path, now: datetime | None = None) -> float:
    """Dollars of all runs of this day (UTC), of every repository."""
    path = _day_file(state, now)
    if not path.exists():
        return 0.0
    total = 0.0
    for line in path.read_text("ascii", "replace").split():
        with suppress(ValueError):  # a line that a full disk cut off
            total += float(line)
    return total


def add_spent(state: Path, dollars: float, now: datetime | None = None) -> float:
    """Add to the day's dollars (negative: give back) and return the new total.

    One short appended line, then a sum: of two processes that reserve at once, each sees the other's or both are
    refused, so the cap holds.
    """
    path = _day_file(state, now)
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        file.write(f"\n{dollars:.9f}\n")  # the first, lest it grows onto a line that was cut off
    return spent_today(state, now)


def _day_file(state: Path, now: datetime | None) -> Path:
    return state / "spent" / f"{now or datetime.now(timezone.utc):%Y-%m-%d}.txt"


# -- values and JSON -------------------------------------------------------------------------------


def to_plain(value: object) -> Any:
    """A value of the core as JSON has it. Undecodable bytes stay what they are (lone surrogates, escaped)."""
    if is_dataclass(value):
        return {item.name: to_plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list, frozenset, set)):
        return [to_plain(item) for item in value]
    return value


def from_plain(record: Any, kind: type[T]) -> T:
    """A value of the core from its JSON. cattrs is imported here: writing a run does not need it."""
    import cattrs

    converter = cattrs.Converter(forbid_extra_keys=False)
    return converter.structure(record, kind)


def finished(run: Run, outcome: Outcome) -> Run:
    """The run with its end."""
    usage = outcome.evidence.usage
    done = replace(run, percentage=100, phase=None, usage=usage, model=outcome.evidence.model or run.model)
    if isinstance(outcome, Proposal):
        return replace(done, state="proposed")
    if isinstance(outcome, NoChange):
        return replace(done, state="no-change", error=outcome.reason)
    return replace(done, state="gave-up", error=outcome.reason)
