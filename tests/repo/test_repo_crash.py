"""A change that is killed, fails or is disturbed at any operation leaves old or new, and loses nothing."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.repo import crash_support as crash

from fretsaw.errors import ConflictError
from fretsaw.repo.journal import JournalFolder, Plan, Step, apply, file_operations, open_journal, rollback, transaction

pytestmark = [pytest.mark.crash, pytest.mark.timeout(1800)]

NUMBERS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS)


@pytest.fixture(params=["exchange", "links"])
def _disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Disks that can exchange two names, and disks that cannot."""
    if request.param == "links":
        monkeypatch.setattr(file_operations, "_renameat2", lambda *_: False)


def test_an_undisturbed_change_is_whole() -> None:
    with crash.world() as made:
        crash.change(made)
        assert crash.settled(made) == ("new", [])
    assert crash.count_points(crash.change) > 100


@pytest.mark.usefixtures("_disk")
def test_killed_at_any_operation() -> None:
    assert crash.kills(every=5) == []


@pytest.mark.usefixtures("_disk")
def test_killed_again_while_recovering() -> None:
    assert crash.kills_of_the_start(every=23) == []


@pytest.mark.usefixtures("_disk")
def test_an_error_at_any_operation() -> None:
    assert crash.errors(9, NUMBERS) == []


@pytest.mark.parametrize("kind", crash.SAVES)
def test_the_user_at_work_at_any_operation(kind: str) -> None:
    assert crash.saves(kind, 5, killed=False) == []


def test_half_a_rescued_text_is_not_taken_for_the_whole() -> None:
    with crash.world() as made, open_journal(made.state, made.root) as home:
        for text in (b"half", b"half and half", b"half and half"):
            apply.keep(home, "000001-0", "d/b.py", text)
        assert sorted(made.kept()) == [b"half", b"half and half"]


def test_a_folder_that_becomes_a_link() -> None:
    assert crash.folder_becomes_a_link(5) == []


def test_a_program_that_holds_the_old_file_open() -> None:
    assert crash.late_writes(5) == []


@pytest.mark.parametrize("kind", crash.SAVES)
def test_the_user_at_work_and_then_a_kill(kind: str) -> None:
    assert crash.saves(kind, 19, killed=True) == []


def _no_displaced_check(patch: pytest.MonkeyPatch) -> None:
    real = apply._swap_one

    def careless(folder: int, name: str, temporary: str, step: Step) -> None:
        try:
            real(folder, name, temporary, step)
        except ConflictError:
            if not os.access(temporary, os.F_OK, dir_fd=folder):
                raise

    patch.setattr(apply, "_swap_one", careless)


def _no_check_in_finish(patch: pytest.MonkeyPatch) -> None:
    def careless(
        home: object, plan: Plan, number: int, folder: int, ours: object, *, partly: bool = False
    ) -> list[str]:
        if os.access(plan.temporary(number), os.F_OK, dir_fd=folder):
            file_operations.remove(folder, plan.temporary(number))
        return []

    patch.setattr(apply, "put_away", careless)
    patch.setattr(rollback, "put_away", careless)


def _replaces(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        file_operations, "move_new", lambda folder, name, new: file_operations.rename_over(folder, name, folder, new)
    )


def _no_exchange_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rollback, "_peek", lambda *_: None)


def _done_first(patch: pytest.MonkeyPatch) -> None:
    real = apply.swap

    def early(home: JournalFolder, plan: Plan, held: dict[int, int]) -> None:
        apply.mark_done(home, plan)
        real(home, plan, held)

    patch.setattr(transaction, "swap", early)
    patch.setattr(transaction, "mark_done", lambda *_: None)


def _manifest_late(patch: pytest.MonkeyPatch) -> None:
    def late(home: JournalFolder, plan: Plan, held: dict[int, int]) -> None:
        apply.swap(home, plan, held)
        apply.prepare(home, plan)

    patch.setattr(transaction, "prepare", lambda *_: None)
    patch.setattr(transaction, "swap", late)


def _recovery_forgets(patch: pytest.MonkeyPatch) -> None:
    def careless(home: JournalFolder, plan: Plan) -> list[str]:
        rollback.forget(home.tx, plan.tx)
        return []

    patch.setattr(transaction, "rollback", careless)


def _in_place(patch: pytest.MonkeyPatch) -> None:
    def write(folder: int, one: str, other: str) -> None:
        file_operations._point("before exchange", other)
        new, old = (os.open(name, os.O_RDWR, dir_fd=folder) for name in (one, other))
        data, before = os.read(new, 9999), os.read(old, 9999)
        for handle, what in ((old, data), (new, before)):
            os.ftruncate(handle, 0)
            file_operations._point("middle of exchange", other)
            os.pwrite(handle, what, 0)
            os.close(handle)
        file_operations._point("after exchange", other)

    patch.setattr(file_operations, "exchange", write)


MUTANTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], Callable[[], list[str]]]] = {
    "what was displaced is not looked at": (
        _no_displaced_check,
        lambda: crash.saves("saves by rename", 1, killed=False),
    ),
    "what was displaced is thrown away unseen": (
        _no_check_in_finish,
        lambda: crash.late_writes(1),
    ),
    "a new file replaces what is there": (_replaces, lambda: crash.saves("creates what is created", 1, killed=False)),
    "rolling back does not swap back": (_no_exchange_back, lambda: crash.kills(2)),
    "done is written before the swap": (_done_first, lambda: crash.kills(2)),
    "the manifest is written after the swap": (_manifest_late, lambda: crash.kills(2)),
    "recovery forgets instead of rolling back": (_recovery_forgets, lambda: crash.kills(2)),
    "files are written in place": (_in_place, lambda: crash.kills(2)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_the_harness_notices(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliberate bugs: a harness that finds none of them would prove nothing."""
    break_it, harness = MUTANTS[name]
    break_it(monkeypatch)
    try:
        found = harness()
    except Exception as error:  # a crash of the new start is a finding, too
        found = [repr(error)]
    assert found


def test_random_injections_lose_and_tear_nothing(tmp_path: Path) -> None:
    """A few of what `make test-crash N=8000 SEED=1` does, and that it goes on where it ended."""
    from tests.repo import injections

    log = tmp_path / "crash.jsonl"
    assert injections.main(["--count", "20", "--seed", "3", "--log", str(log), "--workers", "1"]) == 0
    assert injections.main(["--count", "40", "--seed", "3", "--log", str(log), "--workers", "1"]) == 0
    assert len(log.read_text().splitlines()) == 41
