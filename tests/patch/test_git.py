"""git reads every rendered subset to the same bytes as the core. Real git, one repository, many patches."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.patch.strategies import pairs, texts

from fretsaw.core.patch import PatchSet, derive, derive_set, render, select, split

optional = st.one_of(st.none(), texts())
NAMES = ("plain.py", "with blank.txt", 'q"uote\\back.txt', "ünï/\udce9.txt", "tab\there")


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("git")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


def _apply(root: Path, patch: PatchSet, context: int) -> None:
    """Writes the texts before, lets git apply the rendered patch, and compares all bytes after."""
    for file in patch.files:
        target = root / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.before is not None:
            target.write_bytes(file.before.encode("utf-8", "surrogateescape"))
    text = render(patch, context).encode("utf-8", "surrogateescape")
    argv = [
        "git",
        "-c",
        "core.autocrlf=false",
        "apply",
        "--whitespace=nowarn",
        *(["--unidiff-zero"] if not context else []),
        "-",
    ]
    done = subprocess.run(argv, check=False, cwd=root, input=text, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    for file in patch.files:
        target = root / file.path
        if file.after is None:
            assert not target.exists()
        else:
            assert target.read_bytes() == file.after.encode("utf-8", "surrogateescape")
            if file.mode:
                assert bool(target.stat().st_mode & 0o100) == (file.mode[1] == "100755")
            target.unlink()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pairs(), min_size=1, max_size=len(NAMES)), optional, optional, st.data(), st.sampled_from([0, 1, 3]))
def test_git_reads_any_subset_to_the_same_bytes(
    repo: Path, edits: list[tuple[str, str]], one: str | None, two: str | None, data: st.DataObject, context: int
) -> None:
    before = {name: edit[0] for name, edit in zip(NAMES, edits, strict=False)} | {"other": one}
    after = {name: edit[1] for name, edit in zip(NAMES, edits, strict=False)} | {"other": two}
    patch = derive_set(before.get, after)
    ids = [change.id for change in split(patch)]
    chosen = data.draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
    part = select(patch, chosen)
    if part:
        _apply(repo, part, context)


@pytest.mark.parametrize(
    ("before", "after", "mode"),
    [
        ("a\n", "a\n", ("100644", "100755")),
        ("a\n", "b\n", ("100644", "100755")),
        (None, "a\n", ("100755", "100755")),
        (None, "", None),
        ("", None, None),
        (None, "no end", None),
        ("no end", None, None),
    ],
)
def test_git_takes_modes_and_empty_files(
    repo: Path, before: str | None, after: str | None, mode: tuple[str, str] | None
) -> None:
    patch = derive("some file", before, after, mode)
    assert patch is not None
    _apply(repo, PatchSet((patch,)), 3)
