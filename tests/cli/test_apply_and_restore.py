"""Apply a part of a proposal, restore what was dropped, undo: in the tree, on a branch, in a commit."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import (
    CHECK,
    FIX,
    FIXED,
    NOISY,
    Agent,
    Model,
    flat,
    git,
    source,
    state_of,
    store_of,
)


def test_one_change_of_many_is_applied_and_the_rest_can_be_restored(agent: Agent, model: Model, project: Path) -> None:
    model(NOISY)
    document = agent("fix", "ISSUE.md", "--apply", "none", "--json").document
    fix = next(row for row in document["kept"] if FIXED in "".join(row["added"]))
    other = next(row for row in document["kept"] if row is not fix)
    before = source(project)
    shown = agent("apply", "--change", str(fix["change"]), "--apply", "none")
    assert FIXED in shown.out
    assert "".join(other["added"]) not in shown.out
    assert agent("apply", "--change", str(fix["change"])).code == 0
    assert source(project) == before.replace("divmod(seconds, 3600)", FIXED)
    assert agent("show", "--patch").out == shown.out, "what is shown is what is applied"
    assert agent("restore", document["run"], str(other["change"])).code == 0
    assert "".join(other["added"]) in source(project)
    assert agent("undo").code == 0
    assert source(project) == before


def test_apply_after_a_part_was_undone_applies_the_whole_proposal(agent: Agent, model: Model, project: Path) -> None:
    model(NOISY)
    document = agent("fix", "ISSUE.md", "--apply", "none", "--json").document
    whole = agent("show", "--patch").out
    fix = next(row for row in document["kept"] if FIXED in "".join(row["added"]))
    assert agent("apply", "--change", str(fix["change"])).code == 0
    assert agent("undo").code == 0
    assert agent("apply", document["run"]).code == 0
    assert agent("show", "--patch").out == whole


def test_a_change_that_is_not_there_is_no_patch(agent: Agent, model: Model, project: Path) -> None:
    model(NOISY)
    agent("fix", "ISSUE.md", "--apply", "none")
    ended = agent("apply", "--change", "99")
    assert ended.code == 2
    assert "no change 99" in ended.err
    assert ended.out == ""


def test_what_is_never_written_is_not_restored_either(agent: Agent, model: Model, project: Path) -> None:
    noise = f"{FIX}\n*** Begin Patch\n*** Add File: .git/hooks/reproduce_issue.py\n+x = 1\n*** End Patch\n"
    model(noise)
    before = state_of(project)
    ended = agent("fix", "ISSUE.md", "--apply", "none", "--json")
    document = ended.document
    for row in document["dropped"]:
        assert agent("restore", document["run"], str(row["change"])).code != 0
        assert agent("apply", "--change", str(row["change"])).code != 0
    assert state_of(project) == before


def test_apply_says_that_the_check_does_not_vouch_for_it(agent: Agent, model: Model, project: Path) -> None:
    model(FIX)
    ended = agent("fix", "ISSUE.md", "--check", CHECK, "--sandbox", "none", "--apply", "none")
    assert ended.code == 0
    folder = store_of(project).get(None)
    record = json.loads((folder.path / "outcome.json").read_text("ascii"))
    for when in ("before", "after"):
        record["value"]["evidence"][when] |= {"state": "unavailable", "reason": "no sandbox holds here"}
    (folder.path / "outcome.json").write_text(json.dumps(record), "ascii")
    ended = agent("apply")
    assert ended.code == 0
    assert "UNVERIFIED: the check could not run: no sandbox holds here" in flat(ended)


def test_a_patch_that_the_check_refused_can_be_taken_unproved(agent: Agent, model: Model, project: Path) -> None:
    model(FIX.replace("round(seconds)", "int(seconds)"))
    before = state_of(project)
    ended = agent("fix", "ISSUE.md", "--check", CHECK, "--attempts", "0")
    assert ended.code == 7
    assert "applies it, unproved" in flat(ended)
    assert state_of(project) == before
    ended = agent("apply")
    assert ended.code == 0
    assert "UNVERIFIED: 1 test fails after the patch" in flat(ended)
    assert "int(seconds)" in (project / "stopwatch" / "duration.py").read_text("utf-8")
    assert agent("undo").code == 0
    assert state_of(project) == before


def test_restore_does_not_lay_a_branchs_change_on_other_files(agent: Agent, model: Model, project: Path) -> None:
    model(NOISY)
    document = agent("fix", "ISSUE.md", "--apply", "branch", "--json").document
    before = state_of(project)
    ended = agent("restore", document["run"], str(document["dropped"][0]["change"]))
    assert ended.code == 2
    assert "agent undo" in ended.err
    assert {name: text for name, text in state_of(project).items() if "logs" not in name} == {
        name: text for name, text in before.items() if "logs" not in name
    }
    assert agent("undo").code == 0
    assert git(project, "branch", "--list", "fretsaw/*") == ""
    assert source(project).count("round(seconds),") == 0


def test_restore_after_a_commit_commits_too_and_undo_takes_both(agent: Agent, model: Model, project: Path) -> None:
    git(project, "config", "user.name", "T")
    git(project, "config", "user.email", "t@example.invalid")
    model(NOISY)
    head = git(project, "rev-parse", "HEAD")
    document = agent("fix", "ISSUE.md", "--apply", "commit", "--json").document
    row = next(row for row in document["dropped"] if row["path"] == "stopwatch/report.py")
    assert agent("restore", document["run"], str(row["change"])).code == 0
    assert git(project, "status", "--porcelain") == ""
    assert git(project, "rev-list", "--count", "HEAD") == "3\n"
    assert agent("undo").code == 0
    assert git(project, "rev-parse", "HEAD") == head
    assert git(project, "status", "--porcelain") == ""


def test_several_runs_and_the_older_one_undone_first(agent: Agent, model: Model, project: Path) -> None:
    other = (
        "*** Begin Patch\n*** Update File: stopwatch/report.py\n@@\n-    width = max((len(lap.name) for lap in laps)"
    )
    other += ", default=5)\n+    width = max((len(lap.name) for lap in laps), default=6)\n*** End Patch\n"
    model(FIX, other)
    before = state_of(project)
    first = agent("fix", "ISSUE.md", "--json").document["run"]
    agent("fix", "make the default width 6 in `stopwatch/report.py`")
    assert agent("undo", first).code == 0
    assert FIXED not in source(project)
    assert "default=6" in (project / "stopwatch" / "report.py").read_text("utf-8")
    assert agent("undo", first).code == 2, "it is not applied any more"
    assert agent("undo").code == 0
    assert state_of(project) == before


def test_a_change_is_restored_beside_a_deleted_and_a_created_file(agent: Agent, tmp_path: Path) -> None:
    folder = tmp_path / "beside"
    folder.mkdir()
    (folder / "m.py").write_text("N = 'b'\n\n\ndef f(x):\n    return x - 1\n")
    (folder / "old.txt").write_text("gone\n")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "start")
    (tmp_path / "reply.diff").write_text(
        "diff --git a/m.py b/m.py\n--- a/m.py\n+++ b/m.py\n@@ -1,5 +1,5 @@\n-N = 'b'\n+N = \"b\"\n \n \n def f(x):\n"
        "-    return x - 1\n+    return x + 1\n"
        "diff --git a/old.txt b/old.txt\ndeleted file mode 100644\n--- a/old.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n"
        "diff --git a/run.sh b/run.sh\nnew file mode 100755\n--- /dev/null\n+++ b/run.sh\n@@ -0,0 +1 @@\n+exit 0\n"
    )
    applied = agent("vet", str(tmp_path / "reply.diff"), "--apply", cwd=folder)
    assert applied.code == 0, applied.err
    assert not (folder / "old.txt").exists()
    assert (folder / "run.sh").stat().st_mode & 0o111, "a diff may create an executable file"
    run = agent("runs", cwd=folder).out.split()[0]
    restored = agent("restore", run, "1", cwd=folder)
    assert restored.code == 0, restored.err
    assert (folder / "m.py").read_text().startswith('N = "b"\n')
    assert agent("undo", cwd=folder).code == 0
    assert git(folder, "status", "--porcelain") == ""
