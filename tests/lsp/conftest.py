"""A repository, the scripted model and a fake editor, all real but the person."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.editors.editor import Editor
from tests.editors.profile import VSCODE, Profile
from tests.known_sandboxes import note_sandboxes, recall_sandboxes

from fretsaw.model.scripted import Reply, Script, ScriptedServer

Replies = Callable[..., ScriptedServer]


def git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words],
        cwd=root, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout


def repository(root: Path, files: dict[str, str | bytes]) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "base")
    return root


@dataclass
class World:
    """Everything around one test."""

    folder: Path
    stack: ExitStack
    editors: list[Editor] = field(default_factory=list)
    models: list[ScriptedServer] = field(default_factory=list)

    @property
    def env(self) -> dict[str, str]:
        return {
            "FRETSAW_STATE_DIR": str(self.folder / "state"),
            "FRETSAW_CONFIG_DIR": str(self.folder / "config"),
            "OPENAI_API_KEY": "sk-test-0123456789abcdef",
            "HOME": str(self.folder),
        }

    def model(self, *replies: str | Reply, delay: float = 0.0, order: Any = "server") -> ScriptedServer:
        made = tuple(item if isinstance(item, Reply) else Reply(item, delay=delay) for item in replies)
        server = self.stack.enter_context(ScriptedServer((Script(made, order),)))
        self.models.append(server)
        return server

    def repository(self, files: dict[str, str | bytes], name: str = "repo") -> Path:
        return repository(self.folder / name, files)

    def editor(self, *roots: Path, profile: Profile = VSCODE, start: bool = True, **settings: Any) -> Editor:
        if self.models and "baseUrl" not in settings:
            settings["baseUrl"] = self.models[-1].base_url
        cwd = self.folder / f"editor{len(self.editors)}"
        cwd.mkdir()
        editor = Editor(list(roots), self.env, cwd, profile, **settings)
        self.editors.append(editor)
        if start:
            editor.start()
        return editor


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    recall_sandboxes(tmp_path / "state")
    with ExitStack() as stack:
        stack.callback(note_sandboxes, tmp_path / "state")
        made = World(tmp_path, stack)
        try:
            yield made
        finally:
            problems = []
            for editor in made.editors:
                if editor.wire.process.stdin is not None and editor.wire.process.stdin.closed:
                    continue
                try:
                    editor.quit()
                except Exception as error:
                    problems.append((error, editor.wire.log.read_text()[-2000:]))
            if problems:
                raise AssertionError(problems) from problems[0][0]
