"""Talk back to a proposal: the next turn keeps what was settled, and all turns are one thread."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import FIX, FIXED, Agent, Model, source

RENAMED = """The total is rounded first, and the name says so.

*** Begin Patch
*** Update File: stopwatch/duration.py
@@ def format_duration(seconds):
     if seconds < 0:
         return "-" + format_duration(-seconds)
-    hours, rest = divmod(seconds, 3600)
+    whole_hours, rest = divmod(round(seconds), 3600)
     minutes, rest = divmod(rest, 60)
     # Leave out what is zero, but never say nothing at all.
-    parts = [(int(hours), "h"), (int(minutes), "m"), (round(rest), "s")]
+    parts = [(int(whole_hours), "h"), (int(minutes), "m"), (round(rest), "s")]
*** End Patch
"""
BACK = """The old name is back.

*** Begin Patch
*** Update File: stopwatch/duration.py
@@ def format_duration(seconds):
-    whole_hours, rest = divmod(round(seconds), 3600)
+    hours, rest = divmod(round(seconds), 3600)
     minutes, rest = divmod(rest, 60)
     # Leave out what is zero, but never say nothing at all.
-    parts = [(int(whole_hours), "h"), (int(minutes), "m"), (round(rest), "s")]
+    parts = [(int(hours), "h"), (int(minutes), "m"), (round(rest), "s")]
*** End Patch
"""
UNCHECKED = ("--prune", "off")


def test_a_follow_up_changes_what_was_applied_and_undo_gives_the_first_state(
    agent: Agent, model: Model, project: Path
) -> None:
    before = source(project)
    server = model(RENAMED, BACK)
    assert agent("fix", "ISSUE.md", *UNCHECKED).code == 0
    assert "whole_hours" in source(project)
    ended = agent("fix", "--continue", "no, keep the old name", *UNCHECKED)
    assert ended.code == 0, ended.err
    assert source(project) == before.replace("divmod(seconds, 3600)", FIXED)
    assert "request 1: “Only change `stopwatch/duration.py`.”" in ended.err
    first, second = (request.body["messages"] for request in server.requests)
    assert second[: len(first)] == first, "the prefix stays the same bytes"
    assert second[len(first)]["role"] == "assistant"
    undone = agent("undo")
    assert undone.code == 0, undone.err
    assert source(project) == before


TWO = '''Rounds first; the words say so, too.

*** Begin Patch
*** Update File: stopwatch/duration.py
@@ def format_duration(seconds):
-    """Seconds as words: 3725 is "1h 2m 5s". Fractions are rounded to whole seconds."""
+    """Seconds as words: 3725 is "1h 2m 5s". Rounded before it is divided."""
     if seconds < 0:
         return "-" + format_duration(-seconds)
-    hours, rest = divmod(seconds, 3600)
+    hours, rest = divmod(round(seconds), 3600)
*** End Patch
'''
SHORTER = '''Shorter words, and the rest goes back.

*** Begin Patch
*** Update File: stopwatch/duration.py
@@ def format_duration(seconds):
-    """Seconds as words: 3725 is "1h 2m 5s". Rounded before it is divided."""
+    """Seconds as words: 3725 is "1h 2m 5s"."""
     if seconds < 0:
         return "-" + format_duration(-seconds)
-    hours, rest = divmod(round(seconds), 3600)
+    hours, rest = divmod(seconds, 3600)
*** End Patch
'''


BOTH_OTHERWISE = '''Both otherwise.

*** Begin Patch
*** Update File: stopwatch/duration.py
@@ def format_duration(seconds):
-    """Seconds as words: 3725 is "1h 2m 5s". Fractions are rounded to whole seconds."""
+    """Seconds as words: 3725 is "1h 2m 5s". Fractions are rounded half to even."""
     if seconds < 0:
         return "-" + format_duration(-seconds)
-    hours, rest = divmod(round(seconds), 3600)
+    hours, rest = divmod(int(seconds + 0.5), 3600)
*** End Patch
'''


def test_a_follow_up_on_one_change_leaves_every_other_one_as_it_is(agent: Agent, model: Model, project: Path) -> None:
    before = source(project)
    model(TWO, SHORTER)
    document = agent("fix", "ISSUE.md", "--apply", "none", "--json", *UNCHECKED).document
    words = next(row["change"] for row in document["kept"] if '"""' in row["added"][0])
    ended = agent("fix", "--continue", "say less there", "--change", str(words), "--json", *UNCHECKED)
    assert ended.code == 0, ended.err
    expected = before.replace("divmod(seconds, 3600)", FIXED).replace(" Fractions are rounded to whole seconds.", "")
    assert source(project) == expected
    assert ended.document["thread"] == document["run"]
    assert any("settled" in notice for notice in ended.document["notices"])


def test_what_was_accepted_stays_byte_for_byte(agent: Agent, model: Model, project: Path) -> None:
    before = source(project)
    model(TWO, BOTH_OTHERWISE)
    document = agent("fix", "ISSUE.md", "--apply", "none", "--json", *UNCHECKED).document
    fix = next(row["change"] for row in document["kept"] if FIXED in row["added"][0])
    assert agent("apply", "--change", str(fix)).code == 0
    ended = agent("fix", "--continue", "round it otherwise, and say how", "--json", *UNCHECKED)
    assert ended.code == 0, ended.err
    expected = before.replace("divmod(seconds, 3600)", FIXED)
    assert source(project) == expected.replace("rounded to whole seconds", "rounded half to even")
    assert any("settled" in notice for notice in ended.document["notices"])
    assert agent("undo", "--last").code == 0
    assert source(project) == expected
    assert agent("undo").code == 0
    assert source(project) == before


def test_the_users_own_edit_between_two_turns_is_kept_and_told(agent: Agent, model: Model, project: Path) -> None:
    server = model(RENAMED, BACK)
    assert agent("fix", "ISSUE.md", *UNCHECKED).code == 0
    file = project / "stopwatch" / "duration.py"
    file.write_text(source(project).replace("Durations: seconds", "Durations, in seconds"), "utf-8")
    edited = source(project)
    assert agent("fix", "--continue", "no, keep the old name", *UNCHECKED).code == 0
    assert source(project) == edited.replace("whole_hours", "hours")
    assert "edited these files by hand" in server.requests[-1].body["messages"][-1]["content"]
    assert agent("undo").code == 0
    assert source(project) == edited.replace("whole_hours", "hours").replace(FIXED, "divmod(seconds, 3600)")


def test_a_rule_of_the_first_turn_holds_in_the_second(agent: Agent, model: Model, project: Path) -> None:
    outside = """*** Begin Patch
*** Update File: stopwatch/report.py
@@ def report(laps):
-    width = max((len(lap.name) for lap in laps), default=5)
+    width = max((len(lap.name) for lap in laps), default=9)
*** End Patch
"""
    model(FIX, outside)
    assert agent("fix", "ISSUE.md").code == 0
    fixed = source(project)
    ended = agent("fix", "--continue", "and make the column wider", "--misfits", "0")
    assert ended.code == 1, ended.err
    assert "the issue forbids it: Only change `stopwatch/duration.py`." in " ".join(ended.err.split())
    assert source(project) == fixed
    model(outside)
    ended = agent("fix", "--continue", "also change the width in stopwatch/report.py")
    assert ended.code == 0, ended.err
    assert "later also stopwatch/report.py" in " ".join(ended.err.split())
    lines = agent("runs").out.splitlines()
    assert [line.count("↳") for line in lines] == [1, 1, 0]


def test_a_conversation_is_repeated_after_it_was_applied(agent: Agent, model: Model, project: Path) -> None:
    model(RENAMED, BACK)
    (project / "README.md").write_text("edited, not committed\n", "utf-8")
    assert agent("fix", "ISSUE.md", *UNCHECKED).code == 0
    assert agent("fix", "--continue", "no, keep the old name", *UNCHECKED).code == 0
    patch = agent("show", "--patch").out
    applied = source(project)
    ended = agent("replay", "--json", *UNCHECKED)
    assert ended.code == 0, ended.err
    assert ended.document["patch"] == patch
    (project / "README.md").write_text("edited again\n", "utf-8")
    told = agent("replay", *UNCHECKED)
    assert told.code == 0
    assert told.err.count("(SCRIPTED model") == 2, "both requests of the conversation"
    assert source(project) == applied


def test_what_was_rejected_goes_and_does_not_come_back(agent: Agent, model: Model, project: Path) -> None:
    before = source(project)
    model(TWO, TWO)
    document = agent("fix", "ISSUE.md", "--json", *UNCHECKED).document
    run = document["run"]
    words = next(row["change"] for row in document["kept"] if '"""' in row["added"][0])
    fix = next(row["change"] for row in document["kept"] if FIXED in row["added"][0])
    assert agent("reject", run, str(words)).code == 0
    fixed = before.replace("divmod(seconds, 3600)", FIXED)
    assert source(project) == fixed
    assert agent("accept", run, str(fix)).code == 0
    ended = agent("fix", "--continue", "is there more to do?", "--json", *UNCHECKED)
    assert ended.document["outcome"] == "no-change"
    assert "rejected" in ended.document["reason"]
    assert source(project) == fixed
    assert agent("restore", run, str(words)).code == 0
    assert "Rounded before it is divided" in source(project)
    assert agent("undo").code == 0
    assert source(project) == before


def test_reject_and_accept_before_anything_is_applied(agent: Agent, model: Model, project: Path) -> None:
    before = source(project)
    model(TWO)
    document = agent("fix", "ISSUE.md", "--apply", "none", "--json", *UNCHECKED).document
    run = document["run"]
    words = next(row["change"] for row in document["kept"] if '"""' in row["added"][0])
    assert agent("reject", run, "99").code == 2
    assert agent("reject", run, str(words)).code == 0
    assert source(project) == before
    assert agent("accept", run).code == 0
    assert source(project) == before.replace("divmod(seconds, 3600)", FIXED)
    assert agent("reject", run).code == 2, "what is applied is undone"
