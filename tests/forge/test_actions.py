"""The steps of the GitHub Actions, run as a runner runs them, against the fake forge and a scripted model."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import CHECK, NOISY, Model, model
from tests.forge.fake_forge import TOKEN, FakeForge, git, serve_forge

__all__ = ["model"]

Forge = Callable[..., FakeForge]
ACTIONS = Path(__file__).parents[2] / "actions"
GH = """#!/bin/sh
# Stands in for GitHub's own program on a runner: writes down how it was called.
printf '%s\\n' "$@" >"$RUNNER_TEMP/gh-arguments"
for last; do :; done
cp "$last" "$RUNNER_TEMP/gh-body"
"""


def run_step(
    script: str, root: Path, forge: FakeForge, runner: Path, **inputs: str
) -> subprocess.CompletedProcess[str]:
    programs = runner / "bin"
    programs.mkdir(parents=True)
    (programs / "gh").write_text(GH)
    (programs / "gh").chmod(0o755)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    files = {name: str(runner / name.lower()) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH")}
    place = {"GITHUB_SERVER_URL": forge.url, "GITHUB_REPOSITORY": "owner/name", "RUNNER_TEMP": str(runner)}
    environ = {**os.environ, "PATH": path, **files, **place, "GITHUB_TOKEN": TOKEN, **inputs}
    command = ["bash", "-e", str(ACTIONS / script)]
    return subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=False)


def outputs(runner: Path) -> dict[str, str]:
    lines = (runner / "github_output").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


VET = {"NUMBER": "8", "IS_FORK": "false", "POST": "true", "PRUNE": "safe", "ALLOW": "", "FAIL": "false"}


@pytest.mark.slow
def test_a_pull_request_is_vetted_and_the_review_posted_once(forge: Forge, tmp_path: Path) -> None:
    found = forge("github", me="")
    done = run_step("vet-pull-request/vet.sh", found.root, found, tmp_path / "one", **VET)
    assert done.returncode == 0, done.stderr
    told = outputs(tmp_path / "one")
    assert told["verdict"] == "unasked"
    assert "suggestion" in found.comments[0]["body"]
    assert "Not asked for" in (tmp_path / "one" / "github_step_summary").read_text()
    subprocess.run(["git", "apply", "--check", told["patch-path"]], cwd=found.root, check=True)
    posts = found.posts
    again = run_step("vet-pull-request/vet.sh", found.root, found, tmp_path / "two", **{**VET, "FAIL": "true"})
    assert again.returncode == 1, "asked to fail"
    assert found.posts == posts


def test_a_fork_gets_a_summary_and_no_review(forge: Forge, tmp_path: Path) -> None:
    found = forge("github")
    done = run_step("vet-pull-request/vet.sh", found.root, found, tmp_path / "one", **{**VET, "IS_FORK": "true"})
    assert done.returncode == 0, done.stderr
    assert "from a fork" in done.stdout
    assert found.posts == 0
    assert outputs(tmp_path / "one")["verdict"] == "unasked"


@pytest.mark.parametrize("number", ["", "8; touch pwned", "$(touch pwned)", "-1"])
def test_no_number_no_run(number: str, forge: Forge, tmp_path: Path) -> None:
    found = forge("github")
    done = run_step("vet-pull-request/vet.sh", found.root, found, tmp_path / "one", **{**VET, "NUMBER": number})
    assert done.returncode == 1
    assert found.requests == []
    assert not (found.root / "pwned").exists()


ISSUE = {"title": "It says 60s; $(touch pwned)", "body": "Round `seconds` first.\n`touch pwned`", "state": "open"}
FIX = {"NUMBER": "7", "CHECK": CHECK, "MORE": "", "EVENT": "issues", "ASSOCIATION": ""}


def on_a_branch(project: Path, tmp_path: Path) -> Path:
    """The project with an `origin` that can be pushed to."""
    origin = tmp_path / "origin.git"
    git(tmp_path, "init", "-q", "--bare", str(origin))
    git(project, "remote", "add", "origin", str(origin))
    git(project, "push", "-q", "origin", "HEAD")
    return origin


@pytest.mark.slow
def test_an_issue_becomes_a_pull_request_with_its_proof(model: Model, project: Path, tmp_path: Path) -> None:
    model(NOISY)
    origin = on_a_branch(project, tmp_path)
    with serve_forge(FakeForge("github", project, issues={7: ISSUE})) as found:
        done = run_step("fix-issue/fix.sh", project, found, tmp_path / "one", **FIX)
        assert done.returncode == 0, done.stderr
        assert outputs(tmp_path / "one")["verdict"] == "opened"
        pushed = git(origin, "show", "--format=%an", "fretsaw/issue-7")
        assert pushed.startswith("fretsaw\n")
        assert "divmod(round(seconds), 3600)" in pushed
        body = (tmp_path / "one" / "gh-body").read_text()
        assert "red → green" in body and "Dropped as extraneous" in body and "$0.0" in body and "Fixes #7" in body
        assert "Fix #7" in (tmp_path / "one" / "gh-arguments").read_text().splitlines()
        assert not (project / "pwned").exists()
        again = run_step("fix-issue/fix.sh", project, found, tmp_path / "two", **FIX)
        assert again.returncode == 0
        assert outputs(tmp_path / "two")["verdict"] == "known"
        assert not (tmp_path / "two" / "gh-arguments").exists()


@pytest.mark.parametrize("association", ["NONE", "CONTRIBUTOR", "FIRST_TIMER", "", "MEMBERS"])
def test_a_comment_of_a_stranger_starts_nothing(association: str, project: Path, tmp_path: Path) -> None:
    on_a_branch(project, tmp_path)
    with serve_forge(FakeForge("github", project, issues={7: ISSUE})) as found:
        inputs = {**FIX, "EVENT": "issue_comment", "ASSOCIATION": association}
        done = run_step("fix-issue/fix.sh", project, found, tmp_path / "one", **inputs)
        assert done.returncode == 1
        assert "Only members" in done.stdout
        assert found.requests == []


@pytest.mark.slow
def test_a_fix_without_proof_opens_nothing(model: Model, project: Path, tmp_path: Path) -> None:
    wrong = NOISY.replace("divmod(round(seconds), 3600)", "divmod(seconds + 1, 3600)")
    model(*[wrong] * 4)
    origin = on_a_branch(project, tmp_path)
    with serve_forge(FakeForge("github", project, issues={7: ISSUE})) as found:
        done = run_step("fix-issue/fix.sh", project, found, tmp_path / "one", **FIX)
        assert done.returncode == 1
        assert outputs(tmp_path / "one")["verdict"] == "not-proved"
        assert "fretsaw/issue-7" not in git(origin, "branch", "--list", "--all")
        assert not (tmp_path / "one" / "gh-arguments").exists()
