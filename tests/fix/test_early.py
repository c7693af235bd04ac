"""What can be looked at while the model writes: a file when the next one begins, if it fits and may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

import pytest

from fretsaw.cancel import Cancel
from fretsaw.core.issue import parse
from fretsaw.core.policy import judge_patch
from fretsaw.core.run import Draft, Event
from fretsaw.core.snapshot import Snapshot
from fretsaw.fix.drafts import DraftListener
from fretsaw.fix.services import Services
from fretsaw.fix.work import Work
from fretsaw.model.recorded import replay_calls
from fretsaw.settings import Settings

TEXTS = {
    "one.py": "one = 1\n",
    "two.py": "two = 2\n",
    "three.py": "three = 3\n",
    ".github/workflows/ci.yml": "on: push\n",
}
ISSUE = "# Capitals\n\nPlease.\n"
SNAPSHOT = Snapshot(None, tuple(sorted(TEXTS)), TEXTS.get)


def edit(path: str, old: str, new: str) -> str:
    return f"--- a/{path}\n+++ b/{path}\n@@\n-{old}\n+{new}\n"


ONE, TWO, THREE = edit("one.py", "one = 1", "ONE = 1"), edit("two.py", "two = 2", "TWO = 2"), edit("three.py", "", "x")


def services(events: list[Event], clock: Callable[[], float]) -> Services:
    return Services(
        ask=replay_calls([]),
        form="udiff",
        check=None,
        vary=None,
        policy=lambda patch, asked, requested: judge_patch(patch, SNAPSHOT, (), asked, ()),
        trial=lambda patch: None,
        report=events.append,
        clock=clock,
        cancel=Cancel(),
        drafts=True,
    )


def drafts(pieces: Sequence[str | None], issue: str = ISSUE) -> list[Draft]:
    """The drafts that are reported while these pieces stream in, where a look takes no time."""
    events: list[Event] = []
    early = DraftListener(Work(parse(issue), SNAPSHOT, Settings(), services(events, lambda: 1.0)))
    for piece in pieces:
        early(piece)
    return [event.draft for event in events if event.draft is not None]


def paths(found: Sequence[Draft]) -> list[tuple[str, ...]]:
    return [draft.patch.paths for draft in found]


def test_a_file_is_valid_when_the_next_one_begins() -> None:
    assert paths(drafts([ONE, TWO, THREE])) == [("one.py",), ("one.py", "two.py")]


def test_a_piece_may_end_anywhere() -> None:
    assert paths(drafts(list(ONE + TWO + THREE))) == [("one.py",), ("one.py", "two.py")]


def test_the_last_file_is_not_taken_for_complete() -> None:
    assert drafts([ONE]) == []
    assert drafts([ONE, "And that is all.\n"]) == []


def test_an_answer_that_begins_anew_is_read_anew() -> None:
    assert paths(drafts([ONE, "--- a/tw", None, ONE, TWO])) == [("one.py",)]


@pytest.mark.parametrize(
    ("first", "issue"),
    [
        (edit("one.py", "uno = 1", "ONE = 1"), ISSUE),
        (edit(".github/workflows/ci.yml", "on: push", "on: [push]"), ISSUE),
        (ONE, "# Capitals\n\nOnly change `two.py`.\n"),
    ],
    ids=["does not fit", "is never written", "is forbidden"],
)
def test_what_cannot_be_accepted_in_the_end_is_not_shown(first: str, issue: str) -> None:
    assert paths(drafts([first, TWO, THREE], issue)) in ([], [("two.py",)])


def test_noise_is_dropped_from_what_is_shown() -> None:
    found = drafts([edit("one.py", "one = 1", "one = 1  \n+ONE = 1"), TWO])
    assert [verdict.decision for verdict in found[0].verdicts] == ["drop", "keep"]
    assert found[0].patch.files[0].after == "one = 1\nONE = 1\n"


def test_it_rests_after_a_look() -> None:
    """Reading is not repeated for every piece: at most a fifth of the time goes into it."""
    seen: list[Event] = []
    seconds = count(1.0)
    early = DraftListener(Work(parse(ISSUE), SNAPSHOT, Settings(), services(seen, lambda: next(seconds))))
    for piece in (ONE, "prose\n", TWO, "prose\n", "prose\n"):
        early(piece)
    # It looks at second 1 for a second, rests until second 6, and by then the second file has begun.
    assert [event.draft.patch.paths for event in seen if event.draft] == [("one.py",)]
    assert next(seconds) == 8
