"""What a client without logic of its own is given: the tree, the change at a cursor, the next one, a preview."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.editors.editor import Editor
from tests.editors.profile import NEOVIM_11, NEOVIM_12, Profile
from tests.editors.wire import ServerError
from tests.lsp.conftest import World
from tests.lsp.test_neovim import APP, REPLY
from tests.lsp.test_runs import rewrite

from fretsaw.review import tree_rows

ISSUE = "# Rename\n\nRename `one` to `ONE` and `two` to `TWO`.\n"
BOTH = """```diff
--- a/a.py
+++ b/a.py
@@ -1,4 +1,4 @@
-one = 1
+ONE = 1
 x = 1
 y = 1
-print( one )
+print(ONE)
--- a/b.py
+++ b/b.py
@@ -1,2 +1,2 @@
-two = 2
+TWO = 2
 x = 1
```
"""
FILES: dict[str, str | bytes] = {
    "ISSUE.md": ISSUE,
    "a.py": "one = 1\nx = 1\ny = 1\nprint( one )\n",
    "b.py": "two = 2\nx = 1\n",
}


def proposed(world: World, **more: Any) -> tuple[Editor, str]:
    """An editor with `a.py` open and three changes to review in two files."""
    world.model(BOTH)
    editor = world.editor(world.repository(FILES), **more)
    buffer = editor.open("a.py")
    run_id = editor.command("agent.fixIssue", {"uri": editor.uri(editor.path("ISSUE.md"))})["runId"]
    editor.wait_hints(buffer, 2)
    return editor, run_id


def cursor(editor: Editor, line: int, file: str = "a.py") -> dict[str, Any]:
    return {"uri": editor.uri(editor.path(file)), "position": {"line": line, "character": 0}}


def lines(editor: Editor, line: int, step: str, file: str = "a.py") -> tuple[str, int]:
    found = editor.command("agent.goTo", {**cursor(editor, line, file), "step": step})
    return found["uri"].rpartition("/")[2], found["range"]["start"]["line"]


def test_the_next_change_is_found_through_all_files_and_around(world: World) -> None:
    editor, _ = proposed(world)
    assert lines(editor, 0, "next") == ("a.py", 3)
    assert lines(editor, 1, "next") == ("a.py", 3)
    assert lines(editor, 3, "next") == ("b.py", 0)
    assert lines(editor, 0, "next", "b.py") == ("a.py", 0)
    assert lines(editor, 3, "previous") == ("a.py", 0)
    assert lines(editor, 2, "previous") == ("a.py", 0)
    assert lines(editor, 0, "previous") == ("b.py", 0)
    assert lines(editor, 7, "next", "none.py") == ("a.py", 0)
    assert editor.shown[0] == editor.uri(editor.path("a.py"))
    with pytest.raises(ServerError):
        editor.command("agent.goTo", {"step": "sideways"})


@pytest.mark.parametrize("profile", [NEOVIM_11, NEOVIM_12])
def test_a_client_is_told_where_to_go_even_when_it_shows_nothing(world: World, profile: Profile) -> None:
    world.model(REPLY)
    editor = world.editor(world.repository({"app.py": APP}), start=False, profile=profile)
    editor.start(showDocument="off")
    buffer = editor.open("app.py")
    rewrite(editor)
    editor.wait_hints(buffer, 2)
    assert lines(editor, 0, "next", "app.py") == ("app.py", 4)
    assert editor.shown == []


def test_the_change_at_the_cursor_is_decided_and_the_next_one_named(world: World) -> None:
    editor, run_id = proposed(world)
    buffer = editor.buffer("a.py")
    assert editor.command("agent.accept", cursor(editor, 1)) == {"changes": [], "next": {"runId": run_id, "change": 2}}
    told = editor.command("agent.accept", cursor(editor, 0))
    assert (told["changes"], told["next"]) == ([1], {"runId": run_id, "change": 2})
    editor.wire.wait_until(lambda: buffer.text.startswith("ONE = 1\n"))
    editor.wait_hints(buffer, 1)
    told = editor.command("agent.reject", cursor(editor, 3))
    assert (told["changes"], told["next"]["change"]) == ([2], 3)
    # A diff editor shows a virtual document: what stands in it is the file's.
    side = editor.proposals[run_id]["files"][1]["after"]
    told = editor.command("agent.accept", {"uri": side, "position": {"line": 0, "character": 0}})
    assert (told["changes"], told["next"]) == ([3], None)
    editor.wire.wait_until(lambda: editor.path("b.py").read_text() == "TWO = 2\nx = 1\n")
    # The change is accepted a moment after its file is written.
    editor.wire.wait_until(lambda: editor.command("agent.goTo", {**cursor(editor, 0), "step": "next"}) is None)


def test_a_preview_is_confirmed_in_the_editor_also_for_files_that_are_not_open(world: World) -> None:
    editor, _ = proposed(world)
    editor.command("agent.preview", {})
    editor.wire.wait_until(lambda: bool(editor.answers))
    edit = editor.edits[-1]["edit"]
    assert [item["needsConfirmation"] for item in edit["changeAnnotations"].values()] == [True]
    assert len(edit["documentChanges"]) == 2
    editor.wire.wait_until(lambda: editor.status[-1]["accepted"] == 3)
    assert editor.buffer("b.py").text == "TWO = 2\nx = 1\n"
    assert editor.path("b.py").read_text() == "two = 2\nx = 1\n", "nothing is written behind the editor"
    assert editor.messages == []


def test_a_preview_that_is_discarded_leaves_everything_to_review(world: World) -> None:
    editor, run_id = proposed(world)
    editor.profile = replace(editor.profile, reviews_itself=True)
    editor.command("agent.preview", {})
    editor.wire.wait_until(lambda: editor.tree[run_id]["description"] == "3 handed-off")
    assert editor.status[-1]["pending"] == 3
    assert editor.messages == []
    assert editor.path("b.py").read_text() == "two = 2\nx = 1\n"


def test_the_tree_has_what_can_be_done_about_each_thing(world: World) -> None:
    editor, run_id = proposed(world)
    editor.wire.wait_until(lambda: editor.tree.get(run_id, {}).get("description") == "3 pending")
    run = editor.tree[run_id]
    assert (run["label"], run["open"], run["can"]) == ("Rename", True, ["accept", "reject", "diff", "report", "retry"])
    assert [(file["label"], file["can"]) for file in run["rows"][:2]] == [
        ("a.py", ["accept", "reject", "diff"]),
        ("b.py", ["accept", "reject", "diff"]),
    ]
    first, second = run["rows"][0]["rows"]
    assert (first["label"], first["description"], first["can"]) == ("→ ONE = 1", "line 1", ["accept", "reject", "why"])
    assert first["diff"] == "-one = 1\n+ONE = 1"
    assert second["range"]["start"]["line"] == 3
    editor.command("agent.reject", first["target"])
    editor.wire.wait_until(lambda: editor.tree[run_id]["description"] == "1 rejected · 2 pending")
    assert editor.tree[run_id]["rows"][0]["rows"][0]["can"] == ["why", "restore"]
    # Every name is a command of the server that takes the row's target.
    for name in ("restore", "reject"):
        editor.command(f"agent.{name}", editor.tree[run_id]["rows"][0]["rows"][0]["target"])
    shown = editor.command("agent.showDiff", run["rows"][1]["target"])
    assert [file["path"] for file in shown["files"]] == ["b.py"]
    assert len(editor.command("agent.showDiff", run["target"])["files"]) == 2
    assert editor.command("agent.showDiff", {**first["target"], "view": "why"})["files"] == []


def test_a_run_says_how_it_ended(world: World) -> None:
    editor, run_id = proposed(world)
    editor.wire.wait_until(lambda: editor.runs[run_id]["message"] == "Rename – 3 changes to review.")


def test_the_tree_comes_back_with_a_new_server(world: World) -> None:
    editor, run_id = proposed(world)
    editor.wire.wait_until(lambda: editor.runs[run_id]["message"] != "")
    editor.quit()
    again = world.editor(*editor.roots)
    again.wire.wait_until(lambda: again.tree.get(run_id, {}).get("description") == "3 pending")
    assert "retry" not in again.tree[run_id]["can"], "only the server that started a run knows what was asked"


def test_wording() -> None:
    assert [tree_rows.format_dollars(amount) for amount in (0, 0.0031, 0.01, 1.5)] == [
        "$0.00",
        "$0.0031",
        "$0.01",
        "$1.50",
    ]
    assert tree_rows.glimpse(["", "  return 1", "x"]) == "→ return 1  (+1)"
    assert (tree_rows.glimpse([""]), tree_rows.glimpse([])) == ("→ a blank line", "→ removed")
    assert tree_rows.reason_text({"rule": "quotes", "reason": "only quotes differ"}) == "quotes: only quotes differ"
    assert tree_rows.reason_text({"rule": "", "reason": ""}) == ""


MOVE = """```diff
--- a/a.py
+++ b/a.py
@@ -1,4 +1,3 @@
-one = 1
 x = 1
-y = 1
+y = 2
 print( one )
--- a/b.py
+++ b/b.py
@@ -1,2 +1,3 @@
 two = 2
+one = 1
 x = 1
```
"""


@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_both_halves_of_a_move_are_decided_on_together(world: World, decision: str) -> None:
    world.model(MOVE)
    editor = world.editor(world.repository(FILES))
    buffer = editor.open("a.py")
    run_id = editor.command("agent.fixIssue", {"uri": editor.uri(editor.path("ISSUE.md"))})["runId"]
    editor.wait_hints(buffer, 2)
    told = editor.command(f"agent.{decision}", cursor(editor, 0))
    assert told["changes"] == [1, 3]
    assert told["next"] == {"runId": run_id, "change": 2}
    if decision == "accept":
        editor.wire.wait_until(lambda: buffer.text.startswith("x = 1\n"))
        editor.wire.wait_until(lambda: editor.path("b.py").read_text() == "two = 2\none = 1\nx = 1\n")
    editor.wait_hints(buffer, 1)
    assert editor.command("agent.goTo", {**cursor(editor, 0), "step": "next"})["change"] == 2


def test_what_comes_next_is_no_half_of_what_was_decided(world: World) -> None:
    world.model(MOVE.replace("-y = 1\n+y = 2\n", " y = 1\n"))
    editor = world.editor(world.repository(FILES))
    buffer = editor.open("a.py")
    run_id = editor.command("agent.fixIssue", {"uri": editor.uri(editor.path("ISSUE.md"))})["runId"]
    editor.wait_hints(buffer, 1)
    told = editor.command("agent.reject", cursor(editor, 0))
    assert told == {"runId": run_id, "changes": [1, 2], "next": None}
