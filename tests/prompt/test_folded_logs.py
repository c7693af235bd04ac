"""Long logs are folded: head, tail, each kind of error once, with the line's own number; frames in them are opened."""

from __future__ import annotations

import re

import pytest

from fretsaw.core.context.traces import choose_for_traces
from fretsaw.core.issue import parse
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.folded_log import MOST, fold_log
from fretsaw.core.text.tokens import estimate

TRACE = [
    "Traceback (most recent call last):",
    '  File "shop/cart.py", line 41, in total',
    "    return price * item",
    "TypeError: can't multiply sequence by non-int",
]


def log_of(lines: int, **more: list[str]) -> list[str]:
    out = [f"12:00:{n % 60:02} GET /health {n} 200" for n in range(lines)]
    for at, block in more.items():
        number = int(at.removeprefix("at"))
        out[number : number + len(block)] = block
    return out


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_line_that_is_shown_is_the_line_of_its_number(end: str) -> None:
    lines = log_of(9_000, at4000=TRACE, at5000=TRACE, at6000=["\x1b[31mERROR disk full\x1b[0m"], at7000=["0 errors"])
    log = fold_log(end.join(lines) + end)
    assert len(log.text) <= 1.2 * MOST
    assert log.lines == len(lines)
    shown = re.findall(r"^(\d+): (.*)$", log.text, re.MULTILINE)
    assert log.folded == log.lines - len(shown)
    assert [(int(number), text) for number, text in shown] == [
        (int(number), re.sub(r"\x1b\[\d+m", "", lines[int(number) - 1])) for number, _ in shown
    ]
    numbers = {int(number) for number, _ in shown}
    assert {1, 4001, 4002, 4003, 4004, 6001, len(lines)} <= numbers
    assert 5002 not in numbers, "the same error again"
    assert 7001 not in numbers
    assert "(2 times, the last at line 5004)" in log.text
    gaps = re.findall(r"^\[lines? (\d+)(?:-(\d+))? are left out", log.text, re.MULTILINE)
    assert sum(int(last or first) - int(first) + 1 for first, last in gaps) == log.folded
    assert "like “:: GET /health" in log.text


def test_a_short_log_is_as_it_is() -> None:
    assert fold_log("one\ntwo\r\n10%\r100%\n").text == "one\ntwo\n100%"


def test_hostile_logs_are_folded() -> None:
    for text in (
        "x" * 5_000_000,
        "error\n" * 300_000,
        "\n" * 300_000,
        "".join(f"Error {n}x{n}\n" for n in range(9_000)),
    ):
        log = fold_log(text)
        assert len(log.text) <= 1.5 * MOST
        assert log.lines >= log.folded


def test_frames_of_a_log_are_opened() -> None:
    text = "".join(f"def part_{n}(a):\n    b = a + {n}\n    return b\n\n\n" for n in range(400))
    texts = {"shop/cart.py": text, "shop/other.py": text.replace("part", "piece")}
    snapshot = Snapshot(None, tuple(texts), texts.get)
    issue = parse("The sum is wrong, see [log](build.log).")
    log = "\n".join(log_of(900, at300=TRACE))
    context = choose_for_traces(issue, snapshot, 4_000, "files", estimate, (), [("build.log", log)])
    opened = [part for part in context.parts if part.path == "shop/cart.py" and part.first <= 41 <= part.last]
    assert [part.why for part in opened] == ["in the stack trace"]


def test_a_file_that_is_pointed_to_is_in_whole() -> None:
    text = "".join(f"def part_{n}(a):\n    b = a + {n}\n    return b\n\n\n" for n in range(200))
    texts = {"shop/cart.py": text, "shop/other.py": text.replace("part", "piece")}
    snapshot = Snapshot(None, tuple(texts), texts.get)
    focus = (("shop/other.py", 1, 1 << 30), ("shop/cart.py", 401, 420))
    context = choose_for_traces(parse("The sum is wrong."), snapshot, 12_000, "files", estimate, focus, ())
    whole = next(part for part in context.parts if part.path == "shop/other.py")
    assert whole.whole
    lines = {line for part in context.parts if part.path == "shop/cart.py" for line in range(part.first, part.last + 1)}
    assert set(range(401, 421)) <= lines


def test_what_pytest_prints_of_a_failure_is_folded() -> None:
    """Its lines begin with `E` and blanks; the search for one began again where it had ended."""
    block = (
        "    def test_a():\n>       assert f() == 2\nE       assert 1 == 2\nE        +  where 1 = f()\n\na.py:3: E\n"
    )
    folded = fold_log(block * 400 + "1 failed in 0.1s\n")
    assert "E       assert 1 == 2" in folded.text
    assert len(folded.text) < 9000
