"""Which tests a file declares, a text a language, and which a patch takes away where no runner would tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.golden import Golden, folders

from fretsaw.core.languages import LANGUAGES
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.proof.compare import compare
from fretsaw.core.proof.declared_tests import declared_tests, deleted_tests


@pytest.mark.parametrize("case", folders("declared"), ids=lambda case: case.name)
def test_each_language(case: Path, golden: Golden) -> None:
    (file,) = (case / "input").iterdir()
    names = declared_tests(file.name, file.read_text("utf-8"))
    golden(case / "expected.txt", "".join(f"{name}\n" for name in names))


GO = "func TestA(t *testing.T) {}\nfunc TestB(t *testing.T) {}\n"


@pytest.mark.parametrize(
    ("files", "deleted"),
    [
        ([("a_test.go", GO, GO.replace("TestB", "testB"))], ("TestB",)),
        ([("a_test.go", GO, None)], ("TestA", "TestB")),
        ([("a_test.go", GO, GO.replace("TestB", "TestRenamed"))], ()),
        ([("a_test.go", GO, None), ("b_test.go", None, GO)], ()),
        ([("a_test.go", GO, "func TestA(t *testing.T) {}\n"), ("b.go", "x\n", "y\n")], ("TestB",)),
    ],
)
def test_what_a_patch_takes_away(files: list[tuple[str, str | None, str | None]], deleted: tuple[str, ...]) -> None:
    assert deleted_tests(files) == deleted


def test_it_counts_only_where_the_check_says_of_no_test_that_it_ran() -> None:
    red, green = CheckResult("red", ("go", "test"), 1), CheckResult("green", ("go", "test"), 0)
    judged = compare(red, green, green, ("TestB",))
    assert (judged.kind, judged.gone) == ("fewer", ("TestB",))
    assert "deletes 1 test: TestB" in judged.reason
    counted = CheckResult("green", ("go", "test"), 0, ran=3)
    assert compare(red, counted, counted, ("TestB",)).ok
    reported = CheckResult("green", ("go", "test"), 0, tests={"a::TestA": "passed"})
    assert compare(red, reported, reported, ("TestB",)).ok
    assert compare(red, red, None, ("TestB",)).kind == "red", "what is worse is said first"


EXTENSIONS = [extension for row in LANGUAGES.values() if row.declares_test for extension in row.extensions]


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_no_text_takes_much_longer_than_its_length(extension: str) -> None:
    pieces = (
        "@Test\n",
        "@Test (",
        "@Test @A(",
        "#[test]\n",
        "[Fact]\n",
        "[Fact][",
        "TEST(",
        "it('",
        "test ",
        " ",
        "a, ",
    )
    for piece in pieces:
        declared_tests(f"test.{extension}", piece * (200_000 // len(piece)))
