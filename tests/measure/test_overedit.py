"""`agent bench overedit`: the kinds, with look-alikes that have none, and what the figures may say."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from fretsaw.cli.exit import run_to_exit_code
from fretsaw.measure.overedit import kinds_of, measure_overedit
from fretsaw.measure.overedit_kinds import KINDS
from fretsaw.measure.unified_diff import read_diff


def edit(*lines: str, path: str = "src/a.py") -> str:
    old = sum(line[0] in " -" for line in lines)
    new = sum(line[0] in " +" for line in lines)
    head = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,{old} +1,{new} @@\n"
    return head + "".join(f"{line}\n" for line in lines)


def created(path: str, *lines: str, mode: str = "100644") -> str:
    head = f"diff --git a/{path} b/{path}\nnew file mode {mode}\n--- /dev/null\n+++ b/{path}\n"
    return f"{head}@@ -0,0 +1,{len(lines)} @@\n" + "".join(f"+{line}\n" for line in lines)


FIX = edit("-    return x", "+    return -x")
ROWS: dict[str, tuple[str, set[str]]] = {
    "a fix": (FIX, set()),
    "a script in the root": (FIX + created("reproduce.py", "print(1)"), {"scratch script"}),
    "a module in a package": (FIX + created("src/new.py", "x = 1"), set()),
    "a test in its folder": (FIX + created("tests/test_a.py", "x = 1"), set()),
    "a text in the root": (FIX + created("notes.txt", "x"), {"data file"}),
    "a text in docs": (FIX + created("docs/notes.txt", "x"), set()),
    "a database": (FIX + created("src/x.sqlite3", "x"), {"data file"}),
    "a link": (FIX + created("src/link", "target", mode="120000"), {"data file"}),
    "trailing blanks": (edit("-    return x", "+    return -x  "), {"trailing blanks"}),
    "trailing blanks that were there": (edit("-    return x  ", "+    return -x  "), set()),
    "trailing blanks in a new file": (created("src/b.py", "x = 1  "), set()),
    "a call laid out anew": (edit("-f(a,b)", "+f(a, b)"), {"layout"}),
    "a call wrapped": (edit("-    f(a, b)", "+    f(", "+        a, b", "+    )"), {"layout"}),
    "blanks inside of a text": (edit("-f('a,b')", "+f('a, b')"), set()),
    "another depth": (edit("-    x = 1", "+        x = 1"), set()),
    "a return behind a return": (edit("     x()", "+    return x", "     return x"), {"dead code"}),
    "a return in a branch": (edit("+    if x:", "+        return x", "     return y"), set()),
    "a case behind a return": (edit("+        return x", "     else:", "         y()"), set()),
    "a return over two lines": (edit("+    return (x +", "+            y)", "     z()"), set()),
    "a return that was there": (edit("     return x", "     y()", "+    z()"), set()),
    "a function twice": (edit(" def f(x):", "     pass", " ", "+def f(x):", "+    pass"), {"doubled function"}),
    "a method of two classes": (
        edit(" class A:", "     def f(x):", "+class B:", "+    def f(x):"),
        set(),
    ),
    "an overload": (edit(" @overload", " def f(x):", "     pass", "+@overload", "+def f(x):"), set()),
    "lines that look like heads": (edit("--- a/x", "+++ b/y", "-@@ -1 +1 @@"), set()),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_patch_has_its_kinds_and_no_other(name: str) -> None:
    patch, kinds = ROWS[name]
    assert kinds_of(patch) == kinds
    assert kinds <= KINDS.keys()


def test_a_diff_without_git_lines_is_read_too() -> None:
    second = "--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+c\n"
    files = read_diff(f"--- a/x.py\t2024\n+++ b/x.py\t2024\n@@ -1 +1 @@\n-a\n+b\n{second}")
    assert [(file.path, file.is_new, file.added) for file in files] == [("x.py", False, ["b"]), ("n.py", True, ["c"])]


def write(folder: Path, systems: dict[str, list[str]]) -> tuple[Path, Path]:
    predictions, instances = folder / "predictions.jsonl", folder / "instances.jsonl"
    rows = [
        {"instance_id": f"i{number}", "model_name_or_path": name, "model_patch": patch, "resolved": True}
        for name, patches in systems.items()
        for number, patch in enumerate(patches)
    ]
    rows.append({**rows[0], "resolved": False})
    rows.append({**rows[0], "instance_id": "unknown"})
    predictions.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    gold = [{"instance_id": f"i{number}", "patch": FIX, "test_patch": ""} for number in range(400)]
    instances.write_text("".join(f"{json.dumps(row)}\n" for row in gold), "utf-8")
    return predictions, instances


def test_systems_are_told_apart_by_intervals_only(tmp_path: Path) -> None:
    noisy = FIX + created("reproduce.py", "x")
    paths = write(tmp_path, {
        "clean": [FIX] * 60, "much": [noisy] * 30 + [FIX] * 30, "more": [noisy] * 33 + [FIX] * 27, "few": [noisy] * 5,
    })  # fmt: skip
    measured = measure_overedit(*paths)
    assert measured.counted == ("scratch script",)
    assert set(measured.apart) == {("clean", "much"), ("clean", "more")}, "few has too few, much and more overlap"
    assert dict(measured.skipped) == {"no such instance": 1, "not resolved": 1}
    shared = {each.name: each.shared for each in measured.systems}
    assert shared["few"] == 5
    assert measured.gold.any_kind.part == 0


def test_a_kind_that_gold_has_as_often_does_not_count(tmp_path: Path) -> None:
    predictions, instances = write(tmp_path, {"one": [edit("-f(a,b)", "+f(a, b)")] * 40})
    rows = [{"instance_id": f"i{number}", "patch": edit("-f(a,b)", "+f(a, b)")} for number in range(40)]
    instances.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    measured = measure_overedit(predictions, instances)
    assert measured.counted == ()
    assert measured.systems[0].any_kind.part == 0


def test_the_command_writes_tables_and_a_plot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    predictions, instances = write(tmp_path, {"a <b>": [FIX + created("x.py", "y")] * 30, "c": [FIX] * 30})
    plot = tmp_path / "plot.svg"
    arguments = ["bench", "overedit", str(predictions), "--instances", str(instances)]
    assert run_to_exit_code([*arguments, "--svg", str(plot)]) == 0
    assert "below a <b>: c" in capsys.readouterr().out
    assert len([node for node in ET.parse(plot).iter() if node.tag.endswith("circle")]) == 2
    assert run_to_exit_code([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["gold"]["of"] == 400
    predictions.write_text("no json\n", "utf-8")
    assert run_to_exit_code(arguments) == 2
