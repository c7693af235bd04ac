"""What is a test by its name, an ecosystem a folder; and that every package takes it from the one record."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.golden import folders

from fretsaw.core.languages import BY_SYNTAX, LANGUAGES, declaration_pattern, is_test, language_of, subject_of_test
from fretsaw.core.patch import derive_set
from fretsaw.core.policy import judge_patch
from fretsaw.core.snapshot import Snapshot

CASES = folders("languages")


def rows(case: Path, kind: str) -> list[list[str]]:
    """The paths of a case of one kind: [path] or [path, what its name says is tested]."""
    lines = (case / "paths.txt").read_text("utf-8").splitlines()
    return [line.split()[1:] for line in lines if line.split()[0] == kind]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_names_of_tests(case: Path) -> None:
    for path, *named in rows(case, "test"):
        assert is_test(path), path
        if named:
            assert subject_of_test(path) == named[0], path
    for (path,) in rows(case, "code"):
        assert not is_test(path), path


def test_twelve_ecosystems_and_more_have_a_folder() -> None:
    assert len(CASES) >= 12


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_deleted_test_is_asked_about_in_every_ecosystem(case: Path) -> None:
    for path, *_ in rows(case, "test"):
        texts = {path: "x\n", "src/other": "y\n"}
        snapshot = Snapshot(None, tuple(texts), texts.get)
        judged = judge_patch(derive_set(texts.get, {path: None}), snapshot, (), ())
        assert not judged.ok, path


def test_no_extension_belongs_to_two_languages() -> None:
    extensions = [extension for row in LANGUAGES.values() for extension in row.extensions]
    assert len(extensions) == len(set(extensions))
    assert all(extension == extension.lower() for extension in extensions)


def test_every_syntax_has_one_row() -> None:
    assert len(BY_SYNTAX) == sum(bool(row.syntax) for row in LANGUAGES.values())


def test_names_without_an_extension_have_no_language() -> None:
    assert language_of("Makefile") is None
    assert language_of("a.d/Makefile") is None
    assert declaration_pattern("Makefile") is None
    assert subject_of_test("a/b") is None
