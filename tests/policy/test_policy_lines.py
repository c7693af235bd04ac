"""Lines and whole patches: what may be added, and how much."""

# ruff: noqa: E501 - tables of names

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from fretsaw.core.patch import derive_set
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.policy import Judgement, judge_lines, judge_patch
from fretsaw.core.policy.added_lines import show
from fretsaw.core.snapshot import Snapshot

INVISIBLE = (
    "\u00ad", "\u034f", "\u061c", "\u115f", "\u17b4", "\u180e", "\u200b", "\u200d", "\u200e", "\u200f", "\u202a", "\u202e", "\u2060",
    "\u2066", "\u2069", "\u206f", "\u2028", "\u2029", "\u3164", "\ufe00", "\ufe0f", "\ufeff", "\uffa0", "\ufff9", "\U0001d173", "\U000e0001", "\U000e0041",
    "\U000e01ef", "\x00", "\x07", "\x08", "\x1b", "\x7f", "\x9b", "\x85", "\x0b", "\udcff", "\ud800",
)  # fmt: skip
KEYS = (
    "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----", "sk-" + "a1B2" * 8, "sk-proj-" + "a1B2" * 8, "AKIA" + "A1B2" * 4,
    "ghp_" + "a1B2" * 9, "github_pat_" + "a1B2_" * 12, "xoxb-123456789012-abc", "AIza" + "a" * 35, "glpat-" + "a1B2" * 5, "npm_" + "a1B2" * 9,
)  # fmt: skip


@pytest.mark.parametrize("char", INVISIBLE, ids=show)
def test_invisible_and_control_characters(char: str) -> None:
    (reason,) = judge_lines("x = 1\n", [f"x = {char}2\n"])
    assert show(char) in reason
    assert char not in reason
    assert judge_lines(f"y = '{char}'\n", [f"x = {char}2\n"]) == ()


@pytest.mark.parametrize("key", KEYS)
def test_keys(key: str) -> None:
    (reason,) = judge_lines(None, [f"KEY = '{key}'\n"])
    assert key[8:] not in reason
    assert judge_lines(f"# {key}\n", [f"KEY = '{key}'\n"]) == ()


def test_secrets_of_this_machine() -> None:
    assert judge_lines("", ["x = 'hunter2-hunter2'\n"], ["hunter2-hunter2"]) == ("adds a secret of this machine",)
    assert judge_lines("", ["x = 'abc'\n"], ["abc", ""]) == ()


@pytest.mark.parametrize("word", ["pаssword", "аdmin_x", "Ηello", "sсope"])
def test_look_alikes(word: str) -> None:
    assert any("look-alike" in reason for reason in judge_lines("", [f"{word} = 1\n"]))
    assert judge_lines(f"{word} = 0\n", [f"{word} = 1\n"]) == ()


@pytest.mark.parametrize(
    "line",
    [
        "plain\n",
        "\ttab\r\n",
        "\n",
        "",
        "Δx = 1; μs = 2\n",
        "naïve café\n",
        "# привет, мир\n",
        "日本語 = 'テキスト'\n",
        "# ⚠️ 👩‍💻 careful\n",
        "ﬁ\n",
        "αβγ\n",
        "# в PDFке и json-файле\n",
        "Δν = hν\n",
        "x = 'sk-short'\n",
    ],
)
def test_what_people_write(line: str) -> None:
    assert judge_lines("", [line]) == ()


def test_a_mark_at_the_beginning_of_a_new_file() -> None:
    assert judge_lines(None, ["\ufeffusing System;\n"]) == ()
    assert judge_lines(None, ["x\n", "\ufeffy\n"]) != ()
    assert judge_lines("x\n", ["\ufeffy\n"]) != ()


# -- patches ---------------------------------------------------------------------------------------

TEXTS = {
    "a.py": "one\n",
    "tests/test_a.py": "def test_a(): ...\n",
    "Makefile": "all:\n",
    "sub/x.py": "x\n",
    "conftest.py": "c\n",
}


def _snapshot(**more: object) -> Snapshot:
    return Snapshot(None, tuple(sorted(TEXTS)), TEXTS.get, **more)  # type: ignore[arg-type]


def _judge(after: Mapping[str, str | None], snapshot: Snapshot | None = None, **more: tuple[str, ...]) -> Judgement:
    return judge_patch(derive_set(TEXTS.get, after), snapshot or _snapshot(), **more)


def test_an_ordinary_fix_with_its_regression_test() -> None:
    judged = _judge({"a.py": "two\n", "tests/test_a.py": "def test_a(): assert 1\n", "tests/test_new.py": "x\n"})
    assert judged.ok
    assert judged.notices == ("the patch changes tests: tests/test_a.py, tests/test_new.py",)
    assert _judge({"a.py": "two\n"}).notices == ()


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        ({"a.py": "x\n", "Makefile": "all: evil\n"}, "ask"),
        ({"tests/test_a.py": None}, "ask"),
        ({"conftest.py": "x\n"}, "ask"),
        ({".github/workflows/x.yml": "x\n"}, "hard"),
        ({".env": "x\n"}, "hard"),
        ({"../x": "x\n"}, "path"),
        ({"a.py": "\u202e\n"}, "text"),
        ({f"f{number}.py": "x\n" for number in range(51)}, "size"),
        ({"a.py": "x\n" * 5001}, "size"),
        ({"a.py": "x" * 200_001}, "size"),
    ],
)
def test_a_patch_that_is_refused(after: dict[str, str | None], kind: str) -> None:
    judged = _judge(after)
    assert [refusal.kind for refusal in judged.refusals] == [kind]
    assert not judged.ok


def test_leave_for_a_test() -> None:
    assert _judge({"tests/test_a.py": None}, asked=("tests/test_a.py",)).ok
    assert _judge({"tests/test_a.py": None}, allow=("tests/*",)).ok
    assert _judge({"conftest.py": "x\n"}, asked=("conftest.py",)).ok
    assert not _judge({"Makefile": "x\n"}, asked=("Makefile",)).ok
    assert _judge({"Makefile": "x\n"}, allow=("Makefile",)).ok


def test_what_the_snapshot_does_not_show_is_not_written() -> None:
    seen = _snapshot(
        left_out=MappingProxyType({"sub": "a submodule", "link": "a symbolic link"}), secrets=("my.secret.txt",)
    )
    assert "a submodule" in _judge({"sub": "x\n"}, seen).refusals[0].reason
    assert "a submodule" in _judge({"sub/new/y.py": "x\n"}, seen).refusals[0].reason
    assert "a symbolic link" in _judge({"link/y.py": "x\n"}, seen).refusals[0].reason
    assert _judge({"my.secret.txt": "x\n"}, seen).refusals[0].kind == "hard"


def test_files_that_are_not_there_and_files_that_are() -> None:
    seen = _snapshot()
    invented = derive_set(lambda _: "old\n", {"nowhere.py": "new\n"})
    assert judge_patch(invented, seen).refusals[0].reason == "it is not a tracked file"
    over = derive_set(lambda _: None, {"a.py": "new\n"})
    assert judge_patch(over, seen).refusals[0].reason == "it cannot be created: it exists already"
    link = derive_set(TEXTS.get, {"a.py": "x\n"}, {"a.py": ("100644", "120000")})
    assert "120000" in judge_patch(link, seen).refusals[0].reason
    assert judge_patch(PatchSet(), seen) == Judgement()
