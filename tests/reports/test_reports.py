"""Case folders of what people report about coding agents: a reply, the files before and after, or why it is refused.

`tests/cases/reports/<name>/`: `files/` (tracked, byte for byte), `reply.md`, `expected/` (files that change or come),
`gone` (paths, one a line), `expected.txt` (`refused`, then words that the message holds, alternatives parted by `|`),
`ISSUE.md` and `config` (`key=value` for git) where needed. Its name is the claim. A name with `control` looks alike and
is right as it stands.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.golden import folders

from fretsaw.errors import FretsawError
from fretsaw.session.open import open_session
from fretsaw.session.vet import vet_reply


def texts(folder: Path) -> dict[str, bytes]:
    """Path → bytes of every file in a folder; none where there is no such folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def make_repository(folder: Path, root: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)

    for path, data in texts(folder / "files").items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    git("init", "-q")
    if (folder / "config").exists():
        for line in (folder / "config").read_text("utf-8").splitlines():
            git("config", *line.split("=", 1))
    git("add", "-A", "-f")
    git("-c", "user.name=Ada", "-c", "user.email=ada@example.invalid", "commit", "-qm", "start")


@pytest.mark.parametrize("folder", folders("reports"), ids=lambda path: path.name)
def test_report(folder: Path, tmp_path: Path, own_places: None) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    make_repository(folder, root)
    before = texts(root)
    said = vet(folder, root)
    after = texts(root)
    refused = folder / "expected.txt"
    if refused.exists() and after == before:
        assert said, "nothing changed, and nothing was said"
        for words in refused.read_text("utf-8").splitlines()[1:]:
            assert any(word.lower() in said.lower() for word in words.split("|")), said
        return
    assert (folder / "expected").exists() or (folder / "gone").exists(), "it is to be refused, and changed files"
    gone = (folder / "gone").read_text("utf-8").split("\n") if (folder / "gone").exists() else []
    expected = {**before, **texts(folder / "expected")}
    assert after == {path: data for path, data in expected.items() if path not in gone}, said


def vet(folder: Path, root: Path) -> str:
    """Vet and apply the reply as the command does; what is said where it is not applied."""
    issue = folder / "ISSUE.md"
    reply = (folder / "reply.md").read_bytes().decode("utf-8", "surrogateescape")
    try:
        vetted, applied = vet_reply(open_session(root, {}), reply, str(issue) if issue.exists() else None, True)
    except FretsawError as error:
        return str(error)
    if applied is not None:
        return ""
    reasons = [misfit.for_person for misfit in vetted.misfits] + [verdict.reason for verdict in vetted.verdicts]
    return " ".join(reasons) or "no edit found"
