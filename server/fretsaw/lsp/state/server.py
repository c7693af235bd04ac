"""The server's parts in one object, and the table of what it answers.

Handlers take this object, the session does the work.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from fretsaw import __version__
from fretsaw.cancel import Cancel
from fretsaw.lsp.state.capabilities import ClientCapabilities
from fretsaw.lsp.state.documents import Documents
from fretsaw.lsp.state.editor_settings import EditorSettings
from fretsaw.lsp.state.jobs import Job
from fretsaw.lsp.state.status import StatusFacts
from fretsaw.lsp.state.workspace import Workspace
from fretsaw.lsp.transport.jsonrpc import Protocol
from fretsaw.threads import in_thread

if TYPE_CHECKING:
    from fretsaw.review.review import Review
    from fretsaw.review.tree_review import TreeReview
    from fretsaw.session.task import FinishedRun

log = logging.getLogger("fretsaw.lsp")
_ASK_SECONDS = 5.0
UNTRUSTED = "this workspace is not trusted: nothing is run and nothing is sent"


class Server(LanguageServer):
    """One client's server."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__("fretsaw", __version__, protocol_cls=Protocol)
        self.client = ClientCapabilities()
        self.documents = Documents()
        self.roots = Workspace()
        self.trusted = True
        self.api_key: str | None = None
        self.pushed: dict[str, Any] = {}
        """Settings of `didChangeConfiguration` or `initializationOptions`."""
        self.pulled: dict[str | None, dict[str, Any]] = {}
        """Settings by workspace folder, where the client is asked for them."""
        self.jobs: dict[str, Job] = {}
        self.reviews: dict[str, Review] = {}
        self.locks: dict[str, asyncio.Lock] = {}
        self.published: dict[str, tuple[int | None, list[types.Diagnostic]]] = {}
        """Version and hints that were sent last, for files that have some."""
        self.last_sent: dict[str, Any] = {}
        """The last notification of each run, by its id; "" for the status."""
        self.stored_runs: dict[str, dict[str, Any]] = {}
        """Stored runs of before, as `agent/run` shows them."""
        self.check_offers: dict[str, tuple[str, ...]] = {}
        self.exit_code_offers: dict[str, tuple[str, ...]] = {}
        """By repository, the command that looks like its check; empty: nothing to offer."""
        self.tree_reviews: dict[str, TreeReview] = {}
        """By repository, the working tree under review."""
        self.stale_trees: set[str] = set()
        """Repositories with such a review that will soon be looked at again."""
        self.watches_files = False
        """True once the client was asked to tell of every file that changes."""
        self.dirty = False
        self.status_facts: StatusFacts | None = None
        self.completing: Cancel | None = None
        """The completion that is asked for right now; there is one at most."""
        self.prewarmed: dict[str, float] = {}
        """By repository, when its prompts were last prewarmed (monotonic seconds)."""
        self.on_job_changed: Callable[[Server, Job], None] = lambda _server, _job: None
        self.on_job_drafted: Callable[[Server, Job], Coroutine[Any, Any, None]] = _nothing
        self.on_job_ended: Callable[[Server, Job, FinishedRun | None], Awaitable[None]] = _nothing
        self.warm: asyncio.Task[None] | None = None
        self.warm_up: Callable[[], None] = lambda: None
        """Imports what the first command needs."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._writing: set[asyncio.Task[Any]] = set()

    # Work

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Do something beside the conversation; what goes wrong is logged."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await work
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.error("%s: %s", type(error).__name__, error, exc_info=log.isEnabledFor(logging.DEBUG))
            return None

    def spawn_writing(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something that the end of the server waits for: it writes."""
        task = self.spawn(work)
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    def active(self) -> list[Job]:
        """Runs that are queued or under way."""
        return [job for job in self.jobs.values() if job.active]

    async def stop(self, seconds: float = 1.0) -> None:
        """Cancel everything and wait for it, but not for ever."""
        for job in self.active():
            job.cancel.set()
        waiting = {job.task for job in self.jobs.values() if job.task is not None and not job.task.done()}
        waiting |= self._writing
        if waiting:
            await asyncio.wait(waiting, timeout=seconds)

    # Settings

    def editor_settings(self, root: Path | str) -> EditorSettings:
        """The settings that hold in a repository."""
        uri = self.roots.folder_uri(str(root))
        return EditorSettings(self.pulled.get(uri) or self.pulled.get(None) or self.pushed, self.api_key)

    def option(self, name: str, default: str) -> str:
        """One of the server's own two-valued settings: from the settings, else the initialization options."""
        for source in (*self.pulled.values(), self.pushed, self.client.options):
            if isinstance(source.get(name), str):
                return str(source[name])
        return default

    # Talking to the client

    async def request_client(self, method: str, params: Any, seconds: float = _ASK_SECONDS) -> Any:
        """Ask the client; None when it refuses or does not answer in time."""
        try:
            return await asyncio.wait_for(asyncio.shield(_quiet(self.protocol.ask(method, params))), seconds)
        except asyncio.TimeoutError:
            log.warning("the editor did not answer %s within %.0f s", method, seconds)
        except Exception as error:
            log.warning("%s: %s", method, error)
        return None

    def show_message(self, message: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """Show a line to the person."""
        self.window_show_message(types.ShowMessageParams(kind, message))

    def notify_client(self, method: str, params: dict[str, Any]) -> None:
        """Send one of our own notifications to a client that asked for them (`agent/run`: "run")."""
        if method.partition("/")[2] in self.client.notify:
            self.protocol.notify(method, cast("Any", params))

    # What jobs say (`JobListener`)

    def report_progress(self, token: int | str, value: Any) -> None:
        """Send one progress notification."""
        # lsprotocol's ProgressParams takes any value and would not omit what is absent from ours.
        self.protocol.notify("$/progress", types.ProgressParams(token, value))

    async def create_progress(self, token: str) -> bool:
        """Ask for a progress of our own; False where the client has none."""
        if not self.client.progress:
            return False
        params = types.WorkDoneProgressCreateParams(token)
        with contextlib.suppress(Exception):
            await asyncio.wait_for(
                asyncio.shield(_quiet(self.protocol.ask("window/workDoneProgress/create", params))), 2
            )
            return True
        return False

    def job_changed(self, job: Job) -> None:
        """A job changed."""
        self.on_job_changed(self, job)

    def job_drafted(self, job: Job) -> None:
        """There is another draft of what the job will propose: it can be looked at."""
        self.spawn(self.on_job_drafted(self, job))

    async def job_ended(self, job: Job, finished: FinishedRun | None) -> None:
        """A job ended: what it proposes, if anything, can be accepted."""
        await self.on_job_ended(self, job, finished)

    # What reviews say

    def store_decisions(self, review: Review) -> None:
        """Store what was decided on a proposal, in the order it was decided."""
        if review.draft:
            return
        states = {number: state for number, state in review.chosen.items() if state != "handed-off"}
        if states != review.kept:
            review.kept = states
            self.spawn_writing(self._store_decisions(review, states))

    async def _store_decisions(self, review: Review, states: dict[int, str]) -> None:
        settings = self.editor_settings(review.root)
        async with self.locks.setdefault(f"states of {review.run_id}", asyncio.Lock()):
            await in_thread(lambda: _write_decisions(settings, review, states))


def _write_decisions(settings: EditorSettings, review: Review, states: dict[int, str]) -> None:
    from fretsaw.session.history import set_states

    set_states(settings.open(review.root, lenient=True), review.run_id, states)


async def _nothing(_server: Server, _job: Job, _finished: FinishedRun | None = None) -> None:
    """Until the parts are wired."""


async def _quiet(waiting: Any) -> Any:
    """Await an answer that nobody may be waiting for any more."""
    return await waiting
