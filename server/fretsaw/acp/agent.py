"""The agent's side of the protocol: requests of the client, by session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from acp import PROTOCOL_VERSION, RequestError, interfaces, schema, update_user_message_text
from acp.helpers import update_available_commands

from fretsaw import __version__
from fretsaw.acp.client import Client
from fretsaw.acp.conversation import MODES, Conversation, became, new_id, stored_conversation
from fretsaw.acp.offers import Per
from fretsaw.acp.prompts import read_prompt, text_of
from fretsaw.acp.turn import Turn
from fretsaw.cancel import Cancel
from fretsaw.core.chat import Usage
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import Cancelled, FretsawError, UsageError
from fretsaw.session.deliver import proposal_of
from fretsaw.session.history import load_run
from fretsaw.session.open import open_session
from fretsaw.session.undo import undo_run
from fretsaw.threads import in_thread

Command: TypeAlias = Callable[[Turn], Coroutine[Any, Any, None]]


class Agent:
    """One process, one client, several sessions."""

    def __init__(self, flags: Mapping[str, Any], per: Per) -> None:
        self._flags, self._per = flags, per
        self._client: Client | None = None
        self._sessions: dict[str, Conversation] = {}
        self._locks: dict[Path, asyncio.Lock] = {}

    def on_connect(self, conn: interfaces.Client) -> None:
        """Take the connection."""
        self._client = Client(conn)

    def stop(self) -> None:
        """Stop every turn: the client is gone."""
        for conversation in self._sessions.values():
            if conversation.cancel is not None:
                conversation.cancel.set()

    # Requests

    async def initialize(
        self, protocol_version: int, client_capabilities: Any = None, **_: Any
    ) -> schema.InitializeResponse:
        """Say what both sides can. `protocol_version` is answered with ours, as the protocol wants."""
        assert self._client is not None, "the connection comes first"
        self._client.can = client_capabilities or schema.ClientCapabilities()
        prompts = schema.PromptCapabilities(image=True, audio=False, embedded_context=True)
        return schema.InitializeResponse(
            protocol_version=min(protocol_version, PROTOCOL_VERSION) or PROTOCOL_VERSION,
            agent_capabilities=schema.AgentCapabilities(load_session=True, prompt_capabilities=prompts),
            agent_info=schema.Implementation(name="fretsaw", title="Fretsaw", version=__version__),
            auth_methods=[
                schema.EnvVarAuthMethod(
                    type="env_var",
                    id="key",
                    name="The endpoint's API key in the environment",
                    vars=[schema.AuthEnvVar(name="OPENAI_API_KEY")],
                )
            ],
        )

    async def authenticate(self, **_: Any) -> schema.AuthenticateResponse:
        """Answer that nothing is left to do: the key is read from the environment when a model is asked."""
        return schema.AuthenticateResponse()

    async def new_session(self, cwd: str, **_: Any) -> schema.NewSessionResponse:
        """Begin a session in a repository. Servers of tools are accepted and not used: the model has none to call."""
        conversation = await self._blank(cwd, new_id())
        self._sessions[conversation.id] = conversation
        self._announce(conversation.id)
        return schema.NewSessionResponse(session_id=conversation.id, modes=_modes(conversation))

    async def load_session(self, cwd: str, session_id: str, **_: Any) -> schema.LoadSessionResponse:
        """Take up a session of an earlier process, and send its turns again."""
        assert self._client is not None, "the connection comes first"
        blank = await self._blank(cwd, session_id)
        try:
            conversation, runs = await in_thread(
                lambda: stored_conversation(open_session(blank.root, lenient=True), session_id, blank)
            )
        except KeyError:
            raise RequestError.invalid_params({"sessionId": "no such session in this repository"}) from None
        self._sessions[session_id] = conversation
        for run in runs:
            await self._client.update(session_id, update_user_message_text(safe_text(run.issue.text)))
            await self._client.say(session_id, f"{became(run)} (run {run.run.id})")
        self._announce(session_id)
        return schema.LoadSessionResponse(modes=_modes(conversation))

    async def set_session_mode(self, session_id: str, mode_id: str, **_: Any) -> schema.SetSessionModeResponse:
        """Choose what is dropped, from the next turn on."""
        if mode_id not in MODES:
            raise RequestError.invalid_params({"modeId": f"one of {', '.join(MODES)}"})
        self._session(session_id).mode = mode_id
        return schema.SetSessionModeResponse()

    async def cancel(self, session_id: str, **_: Any) -> None:
        """Stop the turn that is under way."""
        conversation = self._sessions.get(session_id)
        if conversation is not None and conversation.cancel is not None:
            conversation.cancel.set()

    async def prompt(self, session_id: str, prompt: list[Any], **_: Any) -> schema.PromptResponse:
        """Do one turn, whatever happens to it: a failure is told to the person, and nothing was changed."""
        conversation = self._session(session_id)
        if conversation.cancel is not None:
            raise RequestError.invalid_request({"details": "a turn of this session is under way"})
        conversation.cancel = cancel = Cancel()
        try:
            # One run at a time in a repository: the next one is to see what this one changes.
            async with self._locks.setdefault(conversation.root, asyncio.Lock()):
                usage = await self._turn(conversation, prompt, cancel)
            return schema.PromptResponse(stop_reason="end_turn", usage=_usage(usage))
        except Cancelled:
            return schema.PromptResponse(stop_reason="cancelled")
        except FretsawError as error:
            if cancel.is_set():
                return schema.PromptResponse(stop_reason="cancelled")
            await self._fail(session_id, error)
            return schema.PromptResponse(stop_reason="refusal" if isinstance(error, UsageError) else "end_turn")
        finally:
            conversation.cancel = None

    # Parts of them

    async def _turn(self, conversation: Conversation, prompt: list[Any], cancel: Cancel) -> Usage:
        cancel.check()
        assert self._client is not None, "the connection comes first"
        session = await in_thread(conversation.open)
        turn = Turn(self._client, conversation, session, cancel)
        command = _command_in(text_of(prompt))
        if command is not None:
            await command(turn)
            return Usage()
        return await turn.run(await in_thread(lambda: read_prompt(session, prompt)))

    async def _fail(self, session_id: str, error: FretsawError) -> None:
        assert self._client is not None, "the connection comes first"
        changed = error.changed or "Nothing was changed."
        hint = f"\n\nNext: {error.hint}" if error.hint else ""
        await self._client.say(session_id, f"{error.message}\n\n{changed}{hint}")

    async def _blank(self, cwd: str, session_id: str) -> Conversation:
        if not Path(cwd).is_absolute():
            raise RequestError.invalid_params({"cwd": "an absolute path"})
        try:
            session = await in_thread(lambda: open_session(Path(cwd), self._flags, lenient=True))
        except FretsawError as error:
            raise RequestError.invalid_params({"cwd": str(error)}) from None
        return Conversation(session_id, session.root, self._flags, session.settings.prune, self._per)

    def _session(self, session_id: str) -> Conversation:
        if session_id not in self._sessions:
            raise RequestError.invalid_params({"sessionId": "no such session"})
        return self._sessions[session_id]

    def _announce(self, session_id: str) -> None:
        """Tell of the commands, after the answer that brings the session into being."""
        assert self._client is not None, "the connection comes first"
        commands = [schema.AvailableCommand(name=name, description=told) for name, (told, _) in COMMANDS.items()]
        loop = asyncio.get_running_loop()
        update = self._client.update(session_id, update_available_commands(commands))
        loop.call_later(0.05, lambda: asyncio.ensure_future(update))


def _modes(conversation: Conversation) -> schema.SessionModeState:
    modes = [schema.SessionMode(id=mode, name=mode.capitalize(), description=told) for mode, told in MODES.items()]
    return schema.SessionModeState(current_mode_id=conversation.mode, available_modes=modes)


def _usage(usage: Usage) -> schema.Usage:
    return schema.Usage(
        total_tokens=usage.input_tokens + usage.output_tokens,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_read_tokens=usage.cached_tokens,
    )


def _command_in(words: str) -> Command | None:
    """The work of a command; None for a request. UsageError for a slip, which would be a request that costs money."""
    name, *more = (words[1:].split(maxsplit=1) if words.startswith("/") else []) or [""]
    if name in COMMANDS and not more:
        return COMMANDS[name][1]
    if name in COMMANDS or (name.isalpha() and not more):
        there_are = ", ".join(f"/{each}" for each in COMMANDS)
        raise UsageError(f"there is no command {words[:80]}", hint=f"there are {there_are}, with nothing behind")
    return None


def _last_run(turn: Turn) -> str:
    if not turn.conversation.runs:
        raise UsageError("there was no run in this session yet", hint="say what is wrong, and it is fixed")
    return turn.conversation.runs[-1]


async def _undo(turn: Turn) -> None:
    run_id = _last_run(turn)
    _, result = await in_thread(partial(undo_run, turn.session, run_id))
    left = [f"- not undone: {path}: {why}" for path, why in result.left]
    await turn.client.say(turn.conversation.id, "\n".join([result.message, *left, *result.notices]))


async def _apply(turn: Turn) -> None:
    run_id = _last_run(turn)
    stored = await in_thread(partial(load_run, turn.session, run_id))
    real = proposal_of(stored)
    if stored.run.state == "delivered":
        raise UsageError(f"run {run_id} is applied already", hint="`/undo` takes it back")
    await turn.offer(run_id, real)


COMMANDS: dict[str, tuple[str, Command]] = {
    "undo": ("Take back what the last run of this session applied", _undo),
    "apply": ("Offer the last run's proposal again, also where the check did not prove it", _apply),
}
"""The word behind a slash -> its sentence, and the work."""
