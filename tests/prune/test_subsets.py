"""What stays when drops are closed is whole: random subsets of the shipped cases.

`python bench/subsets.py ROWS.jsonl` tries the same over fix commits of public repositories.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest
from tests.golden import folders
from tests.prune.replies import reply_of

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
from subsets import subsets_of, wrong_with

from fretsaw.core.patch import derive_set, find_moves, select, split, texts
from fretsaw.core.prune import close_drops, droppable_of
from fretsaw.core.prune.verdict import Verdict

EACH = 40 if os.environ.get("FRETSAW_SLOW") else 4


@pytest.mark.also_slow
@pytest.mark.parametrize(("stage", "least"), [("prune", 100), ("moves", 40)])
def test_what_is_left_of_any_drops_is_whole(stage: str, least: int) -> None:
    chance = random.Random(15)
    seen = 0
    for folder in folders(stage):
        _, patch = reply_of(folder)
        for kept in subsets_of(patch, EACH, chance):
            seen += 1
            assert not wrong_with(patch, kept), (folder.name, sorted(kept))
    assert seen > least


def left(before: dict[str, str], after: dict[str, str], drops: set[str]) -> dict[str, str | None]:
    """The texts that stay when a judge drops the changes that have one of these pieces on a line."""
    patch = derive_set(before.get, after)
    changes = split(patch)
    verdicts = [
        Verdict(change, "drop", "judge", f"said of {change.id}")
        if change.hunk and any(piece in line for piece in drops for line in change.hunk.removed + change.hunk.added)
        else Verdict(change, "keep", "", "")
        for change in changes
    ]
    holders = lambda word: [path for path, text in before.items() if word in text]  # noqa: E731
    closed = close_drops(patch, verdicts, before.get, holders)
    stays = [item.change.id for item in closed if item.decision != "drop"]
    return {**before, **texts(select(patch, stays))}


USE = "import os\n\n\ndef where():\n    return os.getcwd()\n\n\ndef add(a, b):\n    return a - b\n"


def test_a_use_stays_gone_while_its_import_goes() -> None:
    after = {"a.py": USE.replace("import os\n\n\n", "").replace("os.getcwd()", "'here'")}
    assert left({"a.py": USE}, after, {"getcwd"}) == after


def test_an_import_that_lines_were_waiting_for_stays() -> None:
    before = {"a.py": USE.replace("import os\n", "import sys\n")}
    after = {"a.py": before["a.py"].replace("import sys\n", "import os\nimport sys\n")}
    assert left(before, after, {"import os"}) == after


def test_an_import_that_nothing_uses_goes() -> None:
    before = {"a.py": "import sys\n\nprint(sys)\n"}
    after = {"a.py": "import os\nimport sys\n\nprint(sys)\n"}
    assert left(before, after, {"import os"}) == before


def test_a_definition_that_another_file_imports_stays() -> None:
    before = {"calc.py": "A = 1\n", "user.py": "from calc import helper\n\nhelper()\n"}
    after = {**before, "calc.py": "A = 1\n\n\ndef helper():\n    return 2\n"}
    assert left(before, after, {"helper", "return 2", ""}) == after


def test_a_new_file_that_something_kept_imports_stays() -> None:
    before: dict[str, str] = {"a.py": "A = 1\n"}
    after = {"a.py": "from tools import run\n\nA = run()\n", "tools.py": "def run():\n    return 1\n"}
    assert left(before, after, {"def run"}) == after


@pytest.mark.parametrize("piece", ['"""Doc', "# Above", "@cache", "return 1"])
def test_no_part_of_a_definition_that_goes_stays_behind(piece: str) -> None:
    text = 'A = 1\n\n\n# Above.\n@cache\ndef gone():\n    """Doc."""\n    return 1\n\n\ndef stays():\n    return 2\n'
    start, end = text.index("# Above"), text.index("def stays")
    after = {"a.py": text[:start] + text[end:]}
    assert left({"a.py": text}, after, {piece}) in (after, {"a.py": text})


def test_units_of_minimizing_parse() -> None:
    patch = derive_set({"a.py": "x = 1\n"}.get, {"a.py": "if y:\n    x = 1\nelse:\n    x = 2\n"})
    changes = split(patch)
    droppable = droppable_of(patch, changes, find_moves(patch, changes))
    units = droppable.units({change.id for change in changes})
    assert units
    assert all(not droppable.staying(unit) for unit in units)
