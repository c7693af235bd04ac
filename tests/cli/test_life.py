"""The life of a run after its fix: apply in part, restore, undo, prune, and what a killed process leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from tests.cli.conftest import CHECK, FIX, Agent, Ended, git, state_of

from fretsaw import run_store
from fretsaw.model.scripted import ScriptedServer
from fretsaw.model.scripted.faults import Fault
from fretsaw.user_dirs import user_dirs

Model = Callable[..., ScriptedServer]
ROOT = Path(__file__).parents[2]
NOISY = (ROOT / "examples" / "first-fix-replies" / "2.md").read_text("utf-8")
SCHEMA = json.loads((ROOT / "docs" / "fix.schema.json").read_text("utf-8"))
FIXED = "divmod(round(seconds), 3600)"


def source(project: Path) -> str:
    return (project / "stopwatch" / "duration.py").read_text("utf-8")


def store_of(project: Path) -> run_store.RunStore:
    return run_store.store(user_dirs().state, project)


def flat(ended: Ended) -> str:
    return " ".join(ended.err.split())


# -- paths -----------------------------------------------------------------------------------------


def test_paths_are_relative_to_the_folder_of_dash_c(agent: Agent, model: Model, project: Path, tmp_path: Path) -> None:
    model(FIX)
    (project / "reply.md").write_text(FIX, "utf-8")
    for arguments in (
        ("fix", "../ISSUE.md", "--apply", "none", "-C", str(project / "tests")),
        ("context", "../ISSUE.md", "-C", str(project / "tests")),
        ("vet", "../reply.md", "--issue", "../ISSUE.md", "-C", str(project / "tests")),
    ):
        ended = agent(*arguments, cwd=tmp_path)
        assert ended.code == 0, ended.err
    assert agent("fix", "../ISSUE.md", "--apply", "none", cwd=project / "stopwatch").code == 0


@pytest.mark.parametrize(("argument", "word"), [("", "empty"), ("   ", "empty"), ("stopwatch", "not a regular file")])
def test_what_is_no_issue_is_a_usage_error(agent: Agent, model: Model, argument: str, word: str) -> None:
    model(FIX)
    ended = agent("fix", argument)
    assert ended.code == 2
    assert word in ended.err
    assert "Nothing was changed" in ended.err


# -- apply a part ----------------------------------------------------------------------------------


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
    assert "takes it, unproved" in flat(ended)
    assert state_of(project) == before
    ended = agent("apply")
    assert ended.code == 0
    assert "UNVERIFIED: 1 test fails after the patch" in flat(ended)
    assert "int(seconds)" in (project / "stopwatch" / "duration.py").read_text("utf-8")
    assert agent("undo").code == 0
    assert state_of(project) == before


# -- restore and undo after a branch or a commit ------------------------------------------------------


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


# -- what time and crashes do -----------------------------------------------------------------------


def aged(project: Path, days: int = 40) -> str:
    """Give the newest run a date long ago; its new name."""
    folder = store_of(project).get(None).path
    name = f"20200101-000000-{folder.name[-4:]}"
    record = json.loads((folder / "run.json").read_text("ascii"))
    (folder / "run.json").write_text(json.dumps({**record, "id": name}), "ascii")
    delivery = json.loads((folder / "delivery.json").read_text("ascii"))
    (folder / "delivery.json").write_text(json.dumps(delivery).replace(folder.name, name), "ascii")
    for manifest in store_of(project).folder.rglob("manifest*"):
        manifest.write_bytes(manifest.read_bytes().replace(folder.name.encode(), name.encode()))
    folder.rename(folder.parent / name)
    return name


def test_an_old_run_that_can_be_undone_is_kept(agent: Agent, model: Model, project: Path) -> None:
    model(FIX)
    agent("fix", "ISSUE.md")
    applied = aged(project)
    stale = store_of(project).folder / "runs" / "20200102-000000-abcd"
    stale.mkdir()
    (stale / "run.json").write_text("{}", "ascii")
    agent("fix", "ISSUE.md", "--apply", "none")
    assert not stale.exists(), "what is old is forgotten"
    assert agent("undo", applied).code == 0
    assert FIXED not in source(project)


def test_an_undo_whose_record_is_gone_says_so(agent: Agent, model: Model, project: Path) -> None:
    import shutil

    model(FIX)
    agent("fix", "ISSUE.md")
    for folder in store_of(project).folder.rglob("undo"):
        shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
    ended = agent("undo")
    assert ended.code == 5
    assert "way back" in ended.err
    assert "delivered" in agent("runs").out


@pytest.mark.parametrize("text", ["", "{", '{"id": 1}', "[]", '{"id":"x","root":"/","title":"t","state":"new-in-v9"}'])
def test_a_damaged_run_is_named_and_harms_no_other(agent: Agent, model: Model, project: Path, text: str) -> None:
    model(FIX)
    agent("fix", "ISSUE.md")
    good = store_of(project).get(None).id
    bad = store_of(project).folder / "runs" / "99990101-000000-abcd"
    bad.mkdir()
    (bad / "run.json").write_text(text, "ascii")
    listed = agent("runs")
    assert listed.code == 0
    assert good in listed.out
    assert "99990101" in listed.err
    assert [row["run"] for row in agent("runs", "--json").document] == [good]  # type: ignore[index]
    for command in ("show", "apply", "undo", "replay"):
        ended = agent(command, bad.name)
        assert ended.code == 5, (command, ended.err)
        assert "damaged or of another version" in ended.err
    assert agent("undo").code == 0, "the newest that can be read"


@pytest.mark.parametrize("name", ["outcome.json", "issue.json", "states.json", "delivery.json"])
def test_a_damaged_part_of_a_run_is_no_bug(agent: Agent, model: Model, project: Path, name: str) -> None:
    model(FIX)
    agent("fix", "ISSUE.md", "--apply", "none")
    (store_of(project).get(None).path / name).write_text('{"a": [', "ascii")
    for command in ("show", "apply"):
        assert agent(command).code == 5


def test_a_run_that_was_killed_does_not_run_for_ever(project: Path, agent: Agent, model: Model) -> None:
    model({"text": FIX, "delay": 30})
    before = state_of(project)
    process = subprocess.Popen(
        [sys.executable, "-m", "fretsaw", "fix", "ISSUE.md"], cwd=project, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    for line in process.stderr:
        if line.strip().startswith("ask"):
            break
    assert "running" in agent("runs").out
    process.kill()
    process.wait()
    process.stderr.close()
    assert "failed" in agent("runs").out
    assert "interrupted" in agent("show").err
    assert state_of(project) == before


def test_a_process_that_died_after_the_apply_can_still_be_undone(agent: Agent, model: Model, project: Path) -> None:
    model(FIX)
    before = state_of(project)
    agent("fix", "ISSUE.md")
    folder = store_of(project).get(None)
    record = json.loads((folder.path / "run.json").read_text("ascii"))
    (folder.path / "run.json").write_text(json.dumps({**record, "state": "proposed", "delivered_to": ""}), "ascii")
    (folder.path / "delivery.json").unlink()
    folder.write_note("delivering", {"tag": folder.id})
    assert "delivered" in agent("runs").out
    assert agent("apply").code == 2, "it is applied already"
    assert agent("undo").code == 0
    assert state_of(project) == before


def test_a_record_that_cannot_be_written_does_not_unsay_the_change(
    agent: Agent, model: Model, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    from fretsaw.session import deliver

    model(FIX)
    agent("fix", "ISSUE.md", "--apply", "none")
    monkeypatch.setattr(deliver, "keep_delivery", full)
    ended = agent("apply")
    monkeypatch.undo()
    assert ended.code == 5
    assert "Nothing was changed" not in ended.err
    assert "Applied to stopwatch/duration.py" in ended.err
    assert FIXED in source(project)


def test_two_agents_at_once_apply_one_after_the_other(project: Path, agent: Agent, model: Model) -> None:
    model(FIX, FIX)
    argv = [sys.executable, "-m", "fretsaw", "fix", "ISSUE.md", "-q"]
    both = [subprocess.Popen(argv, cwd=project, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=60)[1] for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes[0] == 0, said
    assert codes[1] in {0, 1, 5}, said
    assert source(project).count(FIXED) == 1
    assert agent("undo").code == 0
    assert git(project, "status", "--porcelain") == ""


# -- the document of a failure ------------------------------------------------------------------------


def failed(ended: Ended, code: int) -> dict[str, object]:
    assert ended.code == code, ended.err
    document = ended.document
    jsonschema.validate(document, SCHEMA)
    assert document["outcome"] == "failed"
    assert document["reason"]
    assert str(document["reason"]).split(" (")[0] in " ".join(ended.err.split())
    return document


def test_a_failure_is_a_document_too(agent: Agent, model: Model, project: Path, tmp_path: Path) -> None:
    model(FIX, faults=[Fault("html")] * 4)
    assert failed(agent("fix", "ISSUE.md", "--json"), 4)["state"] == "failed"
    assert failed(agent("fix", "ISSUE.md", "--json", "--max-usd", "0.000001"), 6)["run"]
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("prune = 'hard'", "utf-8")
    assert failed(agent("fix", "ISSUE.md", "--json"), 3)["run"] == ""
    (tmp_path / "config" / "config.toml").unlink()
    assert failed(agent("fix", "none.md", "--json"), 2)["run"] == ""
    assert failed(agent("fix", "ISSUE.md", "--json", "--check", "no-such-program"), 7)["run"]
    assert failed(agent("fix", "it is broken", "--json", cwd=project.parent), 5)["root"] == ""


def test_a_conflict_is_a_document_with_the_patch(agent: Agent, model: Model, project: Path) -> None:
    server = model({"text": FIX, "delay": 0.5})
    process = subprocess.Popen(
        [sys.executable, "-m", "fretsaw", "fix", "ISSUE.md", "--json"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not server.requests:
        time.sleep(0.01)
    path = project / "stopwatch" / "duration.py"
    path.write_text("# mine\n" + source(project).replace("divmod(seconds, 3600)", "divmod(mine, 3600)"), "utf-8")
    out, err = process.communicate(timeout=30)
    document = failed(Ended(process.returncode, out, err), 5)
    assert FIXED in str(document["patch"]), "the work is not lost"
    assert FIXED not in source(project)
    assert source(project).startswith("# mine\n")


# -- signals -----------------------------------------------------------------------------------------


def catches(pid: int, number: int) -> bool:
    """Whether a process has a handler for a signal: SIGTERM has one from when `agent` listens to both."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    mask = next(line.split()[1] for line in lines if line.startswith("SigCgt:"))
    return bool(int(mask, 16) >> (number - 1) & 1)


def test_two_interrupts_end_at_once_and_claim_nothing(project: Path, model: Model) -> None:
    model({"text": FIX, "delay": 30})
    process = subprocess.Popen(
        [sys.executable, "-m", "fretsaw", "fix", "-"], cwd=project, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while not catches(process.pid, signal.SIGTERM):
        time.sleep(0.01)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert b"interrupted" in said
    assert b"Traceback" not in said


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


def test_asking_the_same_again_and_again_ends_the_run(
    agent: Agent, project: Path, model: Callable[..., ScriptedServer]
) -> None:
    from fretsaw.model.scripted.script import Call, Reply

    same = Reply(calls=(Call("read_file", json.dumps({"path": "stopwatch/duration.py"})),))
    server = model(*[same] * 12)
    ended = agent("fix", "ISSUE.md")
    assert ended.code == 1
    assert len(server.requests) == 3
    assert "asked for the same again and again (read_file" in ended.err
    assert "You have this already" in json.dumps(server.requests[-1].body)


def test_a_thousand_tool_calls_in_one_answer_meet_a_limit(
    agent: Agent, project: Path, model: Callable[..., ScriptedServer]
) -> None:
    from fretsaw.model.scripted.script import Call, Reply

    many = Reply(calls=tuple(Call("search", json.dumps({"words": f"w{number}"})) for number in range(1000)))
    server = model(many, FIX)
    assert agent("fix", "ISSUE.md").code == 0
    results = [message for message in server.requests[1].body["messages"] if message["role"] == "tool"]
    assert len(results) == 32
