"""Scenarios as data: a repository, what the model says, a person's steps, and the texts at the end.

`tests/cases/lsp/<name>/`: `scenario.toml`, `repo/`, `reply.md`, `expected/` (buffers), `disk/` (files). Each is played
by one of the profiles that it names (of all where it names none), in turn; with FRETSAW_ALL_PROFILES=1 by every one.
Its name is the claim.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.editors.editor import Editor
from tests.editors.profile import PROFILES
from tests.editors.wire import ServerError
from tests.lsp.conftest import World

from fretsaw.model.scripted import Reply

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CASES = Path(__file__).parent.parent / "cases" / "lsp"


def cases() -> list[Any]:
    found = []
    for turn, folder in enumerate(sorted(path for path in CASES.iterdir() if (path / "scenario.toml").is_file())):
        scenario = tomllib.loads((folder / "scenario.toml").read_text("utf-8"))
        named = scenario.get("profiles", list(PROFILES))
        for name in named if os.environ.get("FRETSAW_ALL_PROFILES") else [named[turn % len(named)]]:
            found.append(pytest.param(folder, scenario, name, id=f"{folder.name}-{name}"))
    return found


@pytest.mark.parametrize(("folder", "scenario", "name"), cases())
def test_scenario(world: World, folder: Path, scenario: dict[str, Any], name: str) -> None:
    replies = sorted(folder.glob("reply*.md"))
    if replies:
        texts = [path.read_bytes().decode("utf-8", "surrogateescape") for path in replies]
        world.model(*(Reply(text, delay=scenario.get("delay", 0), pause=scenario.get("pause", 0)) for text in texts))
    files: dict[str, str | bytes] = {
        str(path.relative_to(folder / "repo")): path.read_bytes()
        for path in (folder / "repo").rglob("*")
        if path.is_file()
    }
    editor = world.editor(world.repository(files), profile=PROFILES[name], **scenario.get("settings", {}))
    player = Player(world, editor)
    for number, step in enumerate(scenario["steps"]):
        try:
            player.play(dict(step))
        except Exception as error:
            log = player.editor.wire.log.read_text()[-1500:]
            raise AssertionError(f"step {number} {step}: {error}\n{player.editor.messages}\n{log}") from error
    for path in (folder / "expected").rglob("*"):
        if path.is_file():
            buffer = player.editor.buffer(str(path.relative_to(folder / "expected")))
            assert buffer.text == path.read_bytes().decode("utf-8", "surrogateescape"), path
    for path in (folder / "disk").rglob("*"):
        if path.is_file():
            assert player.editor.path(str(path.relative_to(folder / "disk"))).read_bytes() == path.read_bytes(), path


class Player:
    """Plays the steps of a scenario."""

    def __init__(self, world: World, editor: Editor) -> None:
        self.world, self.editor = world, editor
        self.token: Any = None
        self.run = ""
        self.file = ""

    def play(self, step: dict[str, Any]) -> None:
        getattr(self, step.pop("do").replace("-", "_"))(**step)

    @property
    def buffer(self) -> Any:
        return self.editor.buffer(self.file)

    def open(self, file: str, text: str | None = None) -> None:
        self.file = file
        self.editor.open(file, text)

    def on(self, file: str) -> None:
        self.file = file

    def action(
        self, at: str, title: str, problems: list[dict[str, Any]] | None = None, select: bool = False, **context: Any
    ) -> None:
        """Choose the one action whose title begins so, at the first place of a text."""
        chosen = self.offered(at, problems, select, **context)
        matching = [item for item in chosen if item["title"].startswith(title)]
        assert len(matching) == 1, [item["title"] for item in chosen]
        answer = self.editor.do(matching[0])
        if isinstance(answer, dict) and "progressToken" in answer:
            self.token, self.run = answer["progressToken"], answer["runId"]

    def offered(self, at: str, problems: list[dict[str, Any]] | None, select: bool, **context: Any) -> Any:
        start = self.buffer.text.index(at)
        made = [self.editor.problem(self.buffer, **item) for item in problems or []]
        return self.editor.actions(self.buffer, start, start + len(at) if select else None, made, **context)

    def no_action(self, at: str, title: str = "", problems: list[dict[str, Any]] | None = None, **context: Any) -> None:
        titles = [item["title"] for item in self.offered(at, problems, False, **context)]
        assert not [found for found in titles if found.startswith(title)], titles

    def command(self, name: str, error: int | None = None, **argument: Any) -> None:
        if "file" in argument:
            argument["uri"] = self.editor.uri(self.editor.path(argument.pop("file")))
        try:
            answer = self.editor.command(name, argument)
        except ServerError as refused:
            assert refused.code == error, refused
            if not self.editor.profile.tells_refusals:
                self.says(refused.message)
            return
        assert error is None, answer
        if isinstance(answer, dict) and "progressToken" in answer:
            self.token, self.run = answer["progressToken"], answer["runId"]

    def ended(self, message: str = "") -> None:
        if self.editor.profile.progress:
            end = self.editor.wait_progress(self.token)
            assert message in end["message"], end

    def cancel_progress(self) -> None:
        self.editor.wire.wait_until(lambda: bool(self.editor.progress.get(self.token)))
        self.editor.wire.notify("window/workDoneProgress/cancel", {"token": self.token})

    def waits(self, pending: int | None = None, stale: int | None = None, draft: int | None = None) -> None:
        for code, count in (("pending", pending), ("stale", stale), ("draft", draft)):
            if count is not None:
                self.editor.wait_hints(self.buffer, count, code)

    def becomes(self, text: str) -> None:
        self.editor.wire.wait_until(lambda: self.buffer.text == text, 10, f"{self.buffer.text!r}")

    def holds(self, text: str, absent: bool = False) -> None:
        self.editor.wire.wait_until(lambda: (text in self.buffer.text) != absent, 10, f"{text!r}: {self.buffer.text!r}")

    def says(self, text: str) -> None:
        said = lambda: any(text in message for message in self.editor.messages)  # noqa: E731
        self.editor.wire.wait_until(said, 10, f"{text!r} in {self.editor.messages}")

    def shows(self, text: str) -> None:
        """The file that the server had the editor show last holds a text."""

        def shown() -> bool:
            paths = [Path(uri.removeprefix("file://")) for uri in self.editor.shown[-1:]]
            return any(text in path.read_text("utf-8") for path in paths)

        self.editor.wire.wait_until(shown, 10, f"{text!r} in {self.editor.shown}")

    def type(self, find: str, replacement: str) -> None:
        self.editor.type(self.buffer, find, replacement)

    def undo(self) -> None:
        self.editor.undo(self.buffer)

    def save(self) -> None:
        self.editor.save(self.file)

    def close(self) -> None:
        self.editor.close(self.file)

    def disk(self, file: str, text: str | None) -> None:
        path = self.editor.path(file)
        there = lambda: (path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else None) == text  # noqa: E731
        self.editor.wire.wait_until(there, 10, f"{file} on disk")

    def states(self, states: dict[str, str]) -> None:
        """The states of changes by their numbers, as `listRuns` tells them."""

        def told() -> dict[str, str]:
            found: dict[str, str] = {}
            for proposal in self.editor.command("agent.listRuns", {})["proposals"]:
                for change in [*(item for file in proposal["files"] for item in file["changes"]), *proposal["dropped"]]:
                    found[str(change["id"])] = change["state"]
            return found

        last: dict[str, str] = {}
        for _ in range(100):
            last = told()
            if last == states:
                return
            time.sleep(0.05)
        raise AssertionError(last)

    def while_applying(self, find: str, replacement: str) -> None:
        """Have the person type just before the next edit is applied."""

        def once() -> None:
            self.editor.before_apply = None
            self.editor.type(self.buffer, find, replacement)

        self.editor.before_apply = once

    def undo_once_applied(self) -> None:
        """Have the person undo the next edit in the moment in which it is applied."""

        def once() -> None:
            self.editor.after_apply = None
            self.editor.undo(self.buffer)

        self.editor.after_apply = once

    def trust(self, trust: str) -> None:
        self.editor.wire.notify("agent/didChangeTrust", {"trust": trust})

    def disabled(self, at: str, title: str) -> None:
        """The action is shown with why it cannot be used where the editor has that, else not at all."""
        found = [item for item in self.offered(at, None, False) if item["title"] == title]
        assert bool(found) == self.editor.profile.disabled
        assert all("not trusted" in item["disabled"]["reason"] for item in found)

    def asked(self, **counts: int) -> None:
        seen = len(self.world.models[-1].requests)
        assert seen == counts["times"] if "times" in counts else seen >= counts["at-least"]

    def later(self) -> None:
        """Apply what the editor's own review held back."""
        self.editor._carry_out(self.editor.edits[-1]["edit"])

    def reviews_itself(self) -> None:
        self.editor.profile = replace(self.editor.profile, reviews_itself=True)

    def restart(self) -> None:
        """End the server and start another one; the buffers are opened again as they are."""
        old = self.editor
        old.quit()
        new = self.world.editor(*old.roots, profile=old.profile)
        for buffer in old.buffers.values():
            path = Path(buffer.uri.removeprefix("file://"))
            new.open(path, buffer.text)
        self.editor = new
