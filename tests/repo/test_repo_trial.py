"""The trial: git's own reading of the rendered patch must be the core's, byte for byte, or nothing goes on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.repo.repo_support import change_paths, commit, everything, git

from fretsaw.core.patch import derive_set, render
from fretsaw.core.patch.patch_set import FilePatch, Hunk, PatchSet
from fretsaw.errors import ExitCode, FretsawError, NoPatchError
from fretsaw.repo import deliver, open_repo, snapshot, trial, undo


def test_it_agrees_and_touches_nothing(root: Path) -> None:
    before = everything(root)
    repo = open_repo(root)
    seen = snapshot(repo)
    texts: dict[str, str | None] = {
        "a.py": "one\r\n2\x0c\nthree",
        "src/b.py": None,
        'new/\u00fc "q".py': "c",
        "e.py": "",
    }
    trial(repo, seen, change_paths(seen, texts))
    trial(
        repo,
        seen,
        derive_set(seen.read, {"a.py": "x\n"}, {"a.py": ("100644", "100755"), "run.sh": ("100755", "100644")}),
    )
    trial(repo, seen, PatchSet())
    assert everything(root) == before


def test_a_user_who_lets_git_repair_whitespace(root: Path, home: Path) -> None:
    (home / ".gitconfig").write_text("[apply]\n\twhitespace = fix\n[core]\n\tautocrlf = true\n\tautoWhitespace = x\n")
    repo = open_repo(root)
    seen = snapshot(repo)
    trial(repo, seen, change_paths(seen, {"a.py": "one  \n\ttwo\t \r\nthree\n\n\n"}))


def test_a_patch_that_does_not_say_what_it_means_is_our_bug(root: Path) -> None:
    repo = open_repo(root)
    seen = snapshot(repo)
    wrong = PatchSet((FilePatch("a.py", "one\ntwo\nthree\n", (Hunk(0, ("no such line\n",), ("x\n",)),)),))
    with pytest.raises(FretsawError) as raised:
        trial(repo, seen, wrong)
    assert raised.value.exit_code == ExitCode.BUG


def test_a_patch_that_unidiff_reads_otherwise_is_our_bug(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = open_repo(root)
    seen = snapshot(repo)
    patch = change_paths(seen, {"a.py": "x\n"})
    trial(repo, seen, patch)
    monkeypatch.setattr("unidiff.patch.PatchSet", lambda text: [])
    with pytest.raises(FretsawError, match="unidiff reads other files"):
        trial(repo, seen, patch)


@pytest.mark.parametrize(
    "texts", [{"a.py": "other\n"}, {"a.py": None}, {"src/b.py": "x\n"}, {"a.py": "2\n", "n.py": "x\n"}]
)
def test_another_result_than_the_core_s_is_our_bug(
    root: Path, texts: dict[str, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the text that we render said something else than the patch does."""
    repo = open_repo(root)
    seen = snapshot(repo)
    said = change_paths(seen, texts)
    module = sys.modules[trial.__module__]
    monkeypatch.setattr(module, "render", lambda _: render(said))
    with pytest.raises(FretsawError) as raised:
        trial(repo, seen, change_paths(seen, {"a.py": "2\n"}))
    assert raised.value.exit_code == ExitCode.BUG


def test_a_new_file_that_is_ignored(root: Path) -> None:
    (root / ".gitignore").write_text("build/\n")
    commit(root)
    repo = open_repo(root)
    seen = snapshot(repo)
    with pytest.raises(NoPatchError, match=r"build/x\.py"):
        trial(repo, seen, change_paths(seen, {"build/x.py": "x\n"}))


@pytest.mark.parametrize(
    "name",
    ["tab\there.py", "line\nbreak.py", 'quo"te.py', "back\\slash.py", "-dash.py", "ünï.py", "bad\udcff.py", " sp ace ",
     ":(top)x", "con", "end.", "a:b", "x => y", "{a,b}.py", "a~1"],
)  # fmt: skip
def test_a_file_with_any_name_is_tried_delivered_committed_and_undone(root: Path, state: Path, name: str) -> None:
    (root / name).write_text("one\ntwo\n")
    commit(root)
    repo = open_repo(root)
    seen = snapshot(repo)
    patch = change_paths(seen, {name: "one\n2\n"})
    trial(repo, seen, patch)
    for how in ("worktree", "commit"):
        deliver(repo, seen, patch, how, "Fix", state_dir=state)
        assert (root / name).read_text() == "one\n2\n"
        assert undo(repo, state).undone == (name,)
        assert git(root, "status", "--porcelain") == ""


def test_half_a_character(root: Path) -> None:
    repo = open_repo(root)
    seen = snapshot(repo)
    with pytest.raises(NoPatchError, match=r"U\+D800"):
        trial(repo, seen, change_paths(seen, {"a.py": "\ud800\n"}))


LINES = st.lists(
    st.sampled_from(
        ["a\n", "b\n", "\n", " \n", "a\r\n", "\x0c\n", "\udcff\n", "-- x\n", "++ y\n", "@@ -1 +1 @@\n", "\\ No\n"]
    ),
    max_size=12,
)
ENDS = st.sampled_from(["", "a", "\r", "z\udce9"])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=LINES, new=LINES, old_end=ENDS, new_end=ENDS)
def test_whatever_is_derived_git_agrees(root: Path, old: list[str], new: list[str], old_end: str, new_end: str) -> None:
    before, after = "".join(old) + old_end, "".join(new) + new_end
    repo = open_repo(root)
    seen = snapshot(repo)
    patch = derive_set(
        lambda path: before if path == "a.py" else None, {"a.py": after, "n.py": after, "src/b.py": None}
    )
    trial(repo, seen, patch)
