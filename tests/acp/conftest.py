"""A repository of five wrong files, a scripted model over HTTP, and an editor made of the protocol's own library."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import acp
import pytest
from acp import schema
from tests.cli.conftest import git

from fretsaw.acp.agent import Agent
from fretsaw.model.scripted import ScriptedServer, serve
from fretsaw.model.scripted.script import Script, as_reply

NAMES = ("a", "b", "c", "d", "e")
BEFORE = "def {0}():\n    return 1\n\n\ndef other_{0}():\n    return 1\n"
ISSUE = "a, b, c, d and e in a.py to e.py should return 2"


def edit(name: str, old: str = "return 1", new: str = "return 2") -> str:
    return f"*** Update File: {name}.py\n@@ def {name}():\n-    {old}\n+    {new}\n"


def reply(*parts: str) -> str:
    return "*** Begin Patch\n" + "".join(parts) + "*** End Patch\n"


FIVE = reply(*map(edit, NAMES))


def before(name: str) -> str:
    return BEFORE.format(name)


def after(name: str) -> str:
    return before(name).replace("return 1", "return 2", 1)


@pytest.fixture(autouse=True)
def _no_endpoint_of_ours(own_places: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "five"
    root.mkdir()
    for name in NAMES:
        (root / f"{name}.py").write_text(before(name), "utf-8")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Start")
    return root


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ScriptedServer]]:
    """Starts the scripted model with these replies and makes it the endpoint."""
    servers: list[ScriptedServer] = []

    def start(*replies: Any) -> ScriptedServer:
        server = serve([Script(tuple(map(as_reply, replies)), order="server")])
        server.__enter__()
        servers.append(server)
        monkeypatch.setenv("FRETSAW_BASE_URL", server.base_url)
        monkeypatch.setenv("FRETSAW_MODEL", "gpt-4.1")
        return server

    yield start
    for server in servers:
        server.__exit__(None, None, None)


@dataclass
class Editor:
    """A client that keeps buffers and answers permissions from a list; the last answer is given again."""

    answers: list[str] = field(default_factory=lambda: ["accept"])
    buffers: dict[str, str] = field(default_factory=dict)
    """Unsaved text by absolute path."""
    refuses_to_write: bool = False
    updates: list[Any] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    hold: asyncio.Event | None = None
    """Set by a person who takes his time over a permission."""

    async def request_permission(self, session_id: str, tool_call: Any, options: Any, **_: Any) -> Any:
        self.asked.append(tool_call)
        if self.hold is not None:
            await self.hold.wait()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == "cancelled":
            return schema.RequestPermissionResponse(outcome=schema.DeniedOutcome(outcome="cancelled"))
        assert answer in {option.option_id for option in options}
        return schema.RequestPermissionResponse(outcome=schema.AllowedOutcome(outcome="selected", option_id=answer))

    async def session_update(self, session_id: str, update: Any, **_: Any) -> None:
        self.updates.append(update)

    async def read_text_file(self, session_id: str, path: str, **_: Any) -> schema.ReadTextFileResponse:
        self.reads.append(path)
        if path in self.buffers:
            return schema.ReadTextFileResponse(content=self.buffers[path])
        if not Path(path).is_file():
            raise acp.RequestError.resource_not_found(path)
        return schema.ReadTextFileResponse(content=Path(path).read_text("utf-8"))

    async def write_text_file(self, session_id: str, path: str, content: str, **_: Any) -> None:
        if not self.refuses_to_write:
            self.buffers[path] = content
            Path(path).write_text(content, "utf-8")

    def of(self, kind: str) -> list[Any]:
        return [update for update in self.updates if update.session_update == kind]

    @property
    def said(self) -> str:
        return "".join(update.content.text for update in self.of("agent_message_chunk"))


@dataclass
class Wire:
    """A connection of an editor to the agent, and a session in a repository."""

    to_agent: Any
    session_id: str
    editor: Editor

    async def prompt(self, *blocks: Any) -> schema.PromptResponse:
        made = [acp.text_block(block) if isinstance(block, str) else block for block in blocks]
        answer: schema.PromptResponse = await self.to_agent.prompt(session_id=self.session_id, prompt=made)
        await asyncio.sleep(0.02)  # updates are handled in tasks of their own
        return answer


@asynccontextmanager
async def connected(
    editor: Editor, root: Path, per: Any = "file", flags: dict[str, Any] | None = None, **fs: bool
) -> AsyncIterator[Wire]:
    """The agent and the editor in one process, over a pair of sockets, both with the library's own connection."""
    ours, theirs = socket.socketpair()
    agent_reader, agent_writer = await asyncio.open_connection(sock=ours)
    reader, writer = await asyncio.open_connection(sock=theirs)
    agent: Any = Agent(flags or {}, per)
    serving = asyncio.ensure_future(acp.run_agent(agent, agent_writer, agent_reader))
    client: Any = editor
    to_agent = acp.connect_to_agent(client, writer, reader)
    can: Any = {"read_text_file": True, "write_text_file": True, **fs}
    await to_agent.initialize(
        protocol_version=acp.PROTOCOL_VERSION,
        client_capabilities=schema.ClientCapabilities(fs=schema.FileSystemCapabilities(**can)),
    )
    made = await to_agent.new_session(cwd=str(root), mcp_servers=[])
    try:
        yield Wire(to_agent, made.session_id, editor)
    finally:
        await to_agent.close()
        agent.stop()
        writer.close()
        agent_writer.close()
        await asyncio.wait_for(serving, 5)
