"""Paths that no patch may write: each name in every spelling that some disk takes for the same."""

# ruff: noqa: E501 - tables of names

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fretsaw.core.languages import is_test
from fretsaw.core.policy import is_secret, judge_path
from fretsaw.core.policy.path_lists import ASK, HARD

TRACKED = frozenset(
    {"a.py", "src/b.py", "src/café.py", "tests/test_b.py", "docs/guide.md", "pyproject.toml", "Src2/x.py"}
)

OUTSIDE = (
    "", "/etc/passwd", "../x.py", "src/../../x", "src/../a.py", "./a.py", "src//b.py", "src/", "/", "..", ".", "~/x", "~root/x",
    "\\\\server\\share", "C:\\x", "c:/x", "\\x", "src\\..\\..\\x", "a/./b", "..\\x",
)  # fmt: skip
GIT_FOLDERS = (
    ".git/config", ".git", "src/.git/hooks/x", ".git /config", ".git./config", ".git. . /x", ".git::$INDEX_ALLOCATION/x",
    ".git:x/y", "git~1/config", "GIT~2/x", "git~10/x", "GI7EBA~1/x", "gi7eba~1/x", ".g\u200cit/config", ".gi\u200dt/x",
    "\ufeff.git/x", ".git\u200e/x", ".\u2066git/x", "．git/x", ".ｇｉｔ/x", ".g\u00adit/x", "src\\.git\\x", ".hg/hgrc",
    ".svn/entries", ".jj/repo", ".bzr/x", "gitmod~1", "GITATT~1", ".gıt/x".replace("ı", "i"), ".G\u0130T/x".replace("\u0130", "I"),
)  # fmt: skip
ODD_NEW_NAMES = (
    "a\nb.py", "a\tb.py", "a\x7f.py", "a\x85.py", "a\x1b[31m.py", "a:b.py", "a\\b.py", 'a"b.py', "a*.py", "a?.py", "a<b", "a|b",
    "x./y.py", "x /y.py", "end.", "end ", "-rf", " x.py", "con", "CON.txt", "nul", "aux.c", "prn.py", "COM1", "com¹.txt",
    "lpt9.x", "CONIN$", "clock$", "src/LPT³", "PROGRA~1", "a~1.txt", "x\u200b.py", "x\u202e.py", "x\ufeff.py", "x\udcff.py",
    "x\u2028.py", "n" * 256, "/".join(["d" * 200] * 21), "é" * 128,
)  # fmt: skip
TWINS = (
    "A.py",
    "SRC/b.py",
    "src/B.PY",
    "src/cafe\u0301.py",
    "Src/new.py",
    "src2/new.py",
    "src",
    "a.py/x",
    "docs/GUIDE.md",
    "SRC/new/deep.py",
)
ORDINARY = (
    "a.py", "src/b.py", "src/new.py", "new/deep/x.py", "tests/test_new.py", "tests/data/case.json", "docs/new guide.md", "src/日本.py",
    "README.md", "src/environment.py", "src/git_helpers.py", "src/digit~ish.py", ".gitignore", "src/.gitkeep", "src/console.py",
    "src/nullable.py", "src/@types/x.d.ts", "src/[id]/page.tsx", "src/(group)/x.ts", "a+b.py", "x.y.z", "src/_private.py",
    "src/credentials/store.py", "keys/keyboard.py", "src/build/x.py", "src/workspace/y.py",
)  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
def test_outside_of_the_repository(path: str) -> None:
    refusal = judge_path(path, {*TRACKED, path}, allow=("*",), asked=(path,))
    assert refusal is not None
    assert refusal.kind == "path"


@pytest.mark.parametrize("path", GIT_FOLDERS)
@pytest.mark.parametrize("spell", [str, str.upper, str.title, lambda path: unicodedata.normalize("NFD", path)])
def test_version_control_folders_in_any_spelling(path: str, spell: object) -> None:
    assert callable(spell)
    refusal = judge_path(spell(path), {*TRACKED, spell(path)}, allow=("*",), asked=(path,))
    assert refusal is not None
    assert refusal.kind == "path"


@pytest.mark.parametrize("path", ODD_NEW_NAMES)
def test_names_for_no_new_file(path: str) -> None:
    refusal = judge_path(path, TRACKED, allow=("*",))
    assert refusal is not None
    assert refusal.kind == "path"


@pytest.mark.parametrize("path", ["a\tb.py", "con", "end ", "x\udcff.py", " x.py", "a:b.py"])
def test_a_file_that_has_an_odd_name_already_is_edited(path: str) -> None:
    assert judge_path(path, {*TRACKED, path}) is None


@pytest.mark.parametrize("path", TWINS)
def test_twins_of_what_is_there(path: str) -> None:
    refusal = judge_path(path, TRACKED)
    assert refusal is not None
    assert refusal.kind == "path"


@pytest.mark.parametrize("path", ORDINARY)
def test_ordinary_paths(path: str) -> None:
    assert judge_path(path, TRACKED) is None


def _named(pattern: str) -> str:
    return pattern.replace("*", "x") if pattern.startswith("*") else pattern.replace("*", "")


@pytest.mark.parametrize("pattern", HARD)
def test_the_hard_list_holds_everywhere_and_in_any_spelling(pattern: str) -> None:
    name = _named(pattern)
    wide = "".join(chr(ord(char) + 0xFEE0) if char.isalpha() else char for char in name)
    hidden = f"{name[:2]}\u200c{name[2:]}"
    for path in (name, f"src/{name}", f"{name}/inside.txt", name.upper(), name.title(), wide, hidden, f"{name}."):
        refusal = judge_path(path, {*TRACKED, path}, allow=("*", path), asked=(path,))
        assert refusal is not None, path
        assert refusal.kind in ("hard", "path")


@pytest.mark.parametrize("pattern", ASK)
def test_the_ask_list_needs_leave(pattern: str) -> None:
    name = _named(pattern)
    for path in (name, f"src/{name}", name.upper()):
        refusal = judge_path(path, {*TRACKED, path}, asked=(path,))
        assert refusal is not None, path
        assert refusal.kind == "ask"
        assert "--allow" in refusal.hint
        assert judge_path(path, {*TRACKED, path}, allow=(path,)) is None


def test_leave_is_given_by_globs_and_folders() -> None:
    lock = "web/deep/package-lock.json"
    assert judge_path(lock, {lock}, allow=("web/*",)) is None
    assert judge_path(lock, {lock}, allow=("*.json",)) is None
    assert judge_path(lock, {lock}, allow=("web/",)) is None
    assert judge_path(lock, {lock}, allow=("we", "", "/", "*.lock", "web/deep/package")) is not None


def test_conftest_may_be_edited_when_the_issue_names_it() -> None:
    path = "tests/conftest.py"
    assert judge_path(path, {path}) is not None
    assert judge_path(path, {path}, asked=(path,)) is None
    assert judge_path(path, {path}, asked=("conftest.py",)) is not None


@pytest.mark.parametrize(
    ("path", "secret"),
    [
        (".env", True), (".env.production", True), ("conf/.ENV.local", True), (".env/x", True), (".envrc", True), ("server.pem", True),
        ("certs/server.KEY", True), ("id_ed25519", True), ("deploy/id_rsa", True), ("id_rsa.pub", False), (".npmrc", True),
        ("secrets.yaml", True), (".ssh/config", True), (".aws/credentials", True), ("prod.tfvars", True), ("terraform.tfstate.backup", True),
        (".env.example", False), ("environment.py", False), ("keys.py", False), ("monkey.py", False), ("credentials/store.py", False),
        ("src/secrets.py", False), ("pem.py", False), ("config/credentials.json", True), (".ｅｎｖ", True), (".e\u200bnv", True),
    ],
)  # fmt: skip
def test_secrets_by_name(path: str, secret: bool) -> None:
    assert is_secret(path) is secret


@pytest.mark.parametrize(
    ("path", "test"),
    [
        ("tests/x.json", True), ("src/test_x.py", True), ("pkg/x_test.go", True), ("web/x.spec.ts", True), ("web/__tests__/x.js", True),
        ("conftest.py", True), ("src/testing/x.py", True), ("src/contest.py", False), ("src/latest/x.py", False), ("attest.py", False),
    ],
)  # fmt: skip
def test_tests_by_name(path: str, test: bool) -> None:
    assert is_test(path) is test


@given(st.text(max_size=40))
def test_any_text_is_judged(path: str) -> None:
    refusal = judge_path(path, TRACKED)
    assert refusal is None or (refusal.path == path and refusal.reason)
    if refusal is None:
        assert not path.startswith("/")
        assert ".." not in path.split("/")
