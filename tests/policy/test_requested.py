"""Which sentences of an issue ask for a change of tests, and which only speak of them."""

from __future__ import annotations

import pytest

from fretsaw.core.issue import parse
from fretsaw.core.patch.patch_set import FilePatch, Hunk
from fretsaw.core.policy.requested import Requests

TEST = (
    "class A:\n    def test_add(self):\n        assert add(2, 3) == 5\n\n"
    "    def test_add_more(self):\n        assert add(10, 4) == 15\n"
)


def edit(path: str) -> FilePatch:
    """A change of the last test's expectation, or of a line of data."""
    if path.endswith(".py") and "test_" in path:
        hunk = Hunk(5, ("        assert add(10, 4) == 15\n",), ("        assert add(10, 4) == 14\n",))
        return FilePatch(path, TEST, (hunk,))
    return FilePatch(path, "-1\n", (Hunk(0, ("-1\n",), ("5\n",)),))


def create(path: str) -> FilePatch:
    return FilePatch(path, None, (Hunk(0, (), ("x\n",)),))


def delete(path: str) -> FilePatch:
    return FilePatch(path, TEST, (), deleted=True)


SNAPSHOT, CALC, GOLD = "src/__snapshots__/a.snap", "tests/test_calc.py", "gold/x.txt"

ASKED = [
    ("`test_add_more` expects 15 for `add(10, 4)`. It must expect 14. Fix the test, not the code.", edit(CALC)),
    ("`expected/x.txt` still says -1. Update `expected/x.txt` to 5.", edit("expected/x.txt")),
    ("Regenerate the snapshots after the change.", edit(SNAPSHOT)),
    ("The test `test_add_more` is obsolete. Please delete it.", edit(CALC)),
    ("Delete tests/test_old.py, it tests a function that is gone.", delete("tests/test_old.py")),
    ("The fixture in tests/conftest.py opens a file that is gone. Fix the fixture.", edit("tests/conftest.py")),
    ("tests/conftest.py must use tmp_path instead of /tmp.", edit("tests/conftest.py")),
    ("Skip `test_add_more` on Windows.", edit(CALC)),
    ("Test with Python 3.13. Update the CI workflow in `.github/workflows/ci.yml`.", edit(".github/workflows/ci.yml")),
    ("Move tests/test_calc.py to tests/unit/.", delete(CALC)),
    ("The golden file needs updating, too.", edit(GOLD)),
    ("Add a test for zero in tests/test_zero.py.", create("tests/test_zero.py")),
    ("`test_add_more` should be removed.", edit(CALC)),
    ("Change the code and update the tests in tests/test_calc.py accordingly.", edit(CALC)),
    ("Update the docs and the tests.", edit(CALC)),
    ("Set `testpaths` in `pytest.ini` to tests.", edit("pytest.ini")),
    ("Correct the expected value in `tests/test_calc.py`: the test is wrong.", edit(CALC)),
]

NOT_ASKED = [
    "The sum of two numbers is wrong: `add(2, 3)` gives -1. The tests show it.",
    "Make the tests pass.",
    "Fix the failing tests.",
    "Fix tests/test_calc.py failing on main.",
    "Do not change the tests in tests/test_calc.py.",
    "`tests/test_calc.py` fails since the last update.",
    "Update `add` so that `tests/test_calc.py` passes.",
    "The tests in tests/test_calc.py were updated last week and fail now.",
    "Fix the bug in calc.py that tests/test_calc.py shows.",
    "Fix add() and the tests will pass.",
    "test_add should pass.",
    "`test_add_more` must be green again.",
    "After the fix, the tests should run.",
    "I changed the tests in tests/test_calc.py, please look at the code.",
    "Never edit the tests; change the code.",
    "When we update the snapshot, add() is called twice.",
    "Run the tests in tests/test_calc.py to see it.",
    "See tests/test_calc.py::A::test_add. The expected value is 5.",
    "Please fix the code without changing the tests.",
    "add() must give what the tests expect.",
    "If you change the tests, say so.",
    "The snapshot shows the wrong sum.",
    "Fix the failure in tests/test_calc.py.",
    "Correct the sum so that the golden file matches.",
    "Change add, and the snapshots stay as they are.",
]


@pytest.mark.parametrize(("text", "file"), ASKED, ids=[text[:50] for text, _ in ASKED])
def test_a_sentence_that_names_the_file_and_the_change_asks(text: str, file: FilePatch) -> None:
    sentence = Requests(parse(f"# Title\n\n{text}\n")).sentence_for(file)
    assert sentence
    assert sentence in text


@pytest.mark.parametrize("text", NOT_ASKED)
def test_a_sentence_that_only_speaks_of_tests_asks_for_nothing(text: str) -> None:
    requests = Requests(parse(f"# Title\n\n{text}\n"))
    for file in (edit(CALC), edit(SNAPSHOT), edit(GOLD), delete(CALC)):
        assert requests.sentence_for(file) == "", file.path


def test_only_the_test_that_is_named_is_covered() -> None:
    first = Hunk(2, ("        assert add(2, 3) == 5\n",), ("        assert add(2, 3) == -1\n",))
    file = FilePatch(CALC, TEST, (first, edit(CALC).hunks[0]))
    requests = Requests(parse("# Wrong\n\nThe test is wrong: `test_add_more` must expect 14.\n"))
    assert requests.sentence_for(file)
    assert requests.hunks_for(file) == {1}
