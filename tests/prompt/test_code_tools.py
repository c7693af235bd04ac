"""The tools that join what stands in many files: right by the syntax tree, bounded, paged, from the snapshot alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cli.conftest import git

from fretsaw import repo
from fretsaw.core.chat import ToolCall
from fretsaw.core.code_tools import CODE_TOOLS
from fretsaw.core.graph.occurrences import occurrences
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.tools import TOOLS, run_tool, tools_for

BULK = """from shop.cart import Cart


class Bulk(Cart):
    def total(self):
        return super().total() * 2


def show(cart):
    print(cart.
          total())
    return cart.total
"""
SHOWN = """import { total } from "./x";
class Shown extends Base {
  run(x: T) {
    return new Cart(x).total();
  }
}
"""
TEXTS = {
    "shop/cart.py": "class Cart:\n    def total(self):\n        # total of all\n        return price('total')\n",
    "shop/bulk.py": BULK,
    "tests/test_cart.py": "def test_total():\n    assert Cart().total() == 1\n",
    "web/cart.ts": SHOWN,
    "app/Cart.kt": "class Cart : Base() {\n    fun total(x: Int) = price(x)\n    // total(1)\n}\n",
    "docs/cart.md": "total of the cart\n",
    **{f"many/f{number}.py": "many()\n" for number in range(300)},
    **{f"spread/f{number}.py": "def spread():\n    spread_it()\n" * 20 for number in range(9)},
}
SNAPSHOT = Snapshot(None, tuple(sorted(TEXTS)), TEXTS.get, secrets=(".env",))


def call(name: str, /, **arguments: object) -> str:
    return run_tool(ToolCall("1", name, json.dumps(arguments)), SNAPSHOT)


def test_a_definition_is_shown_exactly() -> None:
    shown = call("definition", name="Cart.total")
    assert 'path="shop/cart.py" lines="2-4">\n' + "".join(TEXTS["shop/cart.py"].splitlines(True)[1:]) in shown
    assert "shop/bulk.py" not in shown
    assert "app/Cart.kt" in shown
    assert call("definition", name="shop.cart.Bulk()").startswith('<doc path="shop/bulk.py" lines="4-6">\nclass Bulk')
    assert call("definition", name="nowhere") == "No tracked file defines nowhere."
    assert "ask for its references" in call("definition", name="price")


def test_callers_are_told_by_what_they_are_in() -> None:
    rows = call("callers", name="Cart.total").splitlines()
    assert "shop/bulk.py:6 in Bulk.total (call): return super().total() * 2" in rows
    assert "shop/bulk.py:11 in show (call): total())" in rows
    assert "web/cart.ts:4 in Shown.run (call): return new Cart(x).total();" in rows
    assert rows[-1] == "tests/test_cart.py:2 in test_total (test): assert Cart().total() == 1"
    assert not any("# total" in row or "'total'" in row or "docs/" in row for row in rows)
    inherited = call("callers", name="Cart")
    assert "shop/bulk.py:4 in Bulk (base): class Bulk(Cart):" in inherited


def test_references_are_all_uses() -> None:
    rows = call("references", name="total").splitlines()
    assert "shop/bulk.py:12 in show (reference): return cart.total" in rows
    assert 'web/cart.ts:1 (import): import { total } from "./x";' in rows


def test_answers_are_paged_and_say_what_is_missing() -> None:
    first, last = call("references", name="spread_it"), call("references", name="spread_it", page=5)
    assert first.count("\n") == 41
    assert "… and 140 more: page 2\n" in first
    assert last.count("\n") == 20
    assert call("references", name="spread_it", page=6) == "There are 5 pages.\n"
    assert "180 more files hold the name and were not looked at" in call("callers", name="many")


def test_an_outline_has_the_lines_of_all_definitions() -> None:
    assert call("outline", path="shop/bulk.py") == (
        "shop/bulk.py has 12 lines.\n4-6: class Bulk(Cart):\n5-6:     def total(self):\n9-12: def show(cart):\n"
    )
    assert "no tracked text" in call("outline", path=".env")
    assert "no tracked text" in call("history", path="../../etc/passwd")


def test_the_history_of_lines_is_that_of_git(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    for text, subject in (("a\nb\nc\n", "begin"), ("a\nB\nc\n", "change b"), ("a\nB\nC\n", "change c")):
        (tmp_path / "x.py").write_text(text, "utf-8")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", subject)
    snapshot = repo.snapshot(repo.open_repo(tmp_path))

    def subjects(**lines: int) -> list[str]:
        answer = run_tool(ToolCall("1", "history", json.dumps({"path": "x.py", **lines})), snapshot)
        return [row.partition(": ")[2] for row in answer.splitlines()]

    assert subjects(first=2, last=2) == ["change b", "begin"]
    assert subjects(first=3) == ["change c", "begin"]
    assert subjects() == ["change c", "change b", "begin"]
    assert subjects(first=99, last=120) == [""]


def test_they_are_offered_where_something_is_left_out() -> None:
    assert tools_for("v4a", partial=False) == TOOLS
    assert tools_for("v4a", partial=True) == (*TOOLS, *CODE_TOOLS)


LANGUAGES = {
    "a.go": ("func Do(x int) int {\n\treturn t.other(pkg.Call(x))\n}\n", "Do", "Call other"),
    "a.rs": ("fn f() {\n    b::c(1);\n    x.y();\n}\n", "f", "c y"),
    "A.java": ("class A extends B {\n  int f(int x) {\n    return g(new C());\n  }\n}\n", "A f", "C g"),
    "a.rb": ("class A < B\n  def f(x)\n    g(x).h\n  end\nend\n", "A f", "g h"),
    "a.cs": ("class A {\n    void F(int x) {\n        G(x);\n    }\n}\n", "A F", "G"),
    "a.lua": ("function f(x)\n  return g(x)\nend\n-- h(1)\n", "f", "g"),
    "a.php": ("<?php\nclass A {\n    function f() {\n        g();\n    }\n}\n", "A f", "g"),
    "a.swift": ("class A {\n    func f() {\n        g()\n    }\n}\n", "A f", "g"),
    "a.scala": ("class A {\n  def f(x: Int) = {\n    g(x)\n  }\n}\n", "A f", "g"),
    "a.py": ("def f(:\n    g()\n", "f", "g"),
}


@pytest.mark.parametrize("path", LANGUAGES)
def test_names_are_told_by_what_they_are(path: str) -> None:
    text, definitions, calls = LANGUAGES[path]
    kinds: dict[str, set[str]] = {"definition": set(), "call": set()}
    for each in occurrences(path, text):
        kinds.setdefault(each.kind, set()).add(each.name)
    assert kinds["definition"] == set(definitions.split())
    assert kinds["call"] == set(calls.split())


@settings(max_examples=60)
@given(
    st.sampled_from([tool.name for tool in CODE_TOOLS]),
    st.dictionaries(
        st.sampled_from(["name", "path", "page", "first", "last"]),
        st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.none(), st.sampled_from(sorted(TEXTS)[:6])),
    ),
)
def test_any_arguments_get_an_answer(name: str, arguments: dict[str, object]) -> None:
    assert 0 < len(run_tool(ToolCall("1", name, json.dumps(arguments)), SNAPSHOT)) < 40_000


@given(st.text(alphabet="def clas()x.y:\n #\"'{};<", max_size=200), st.sampled_from(["a.py", "a.ts", "a.c", "a.kt"]))
@settings(max_examples=60)
def test_occurrences_never_fail(text: str, path: str) -> None:
    lines = text.count("\n") + 1
    assert all(1 <= each.line <= lines for each in occurrences(path, text))
