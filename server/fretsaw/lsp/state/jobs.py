"""Runs under way: each in a thread of its own, reported as work-done progress, cancelled within half a second.

It is handed the work as a function.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from lsprotocol import types

from fretsaw.cancel import Cancel
from fretsaw.core.chat import Usage
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import Cancelled, FretsawError
from fretsaw.threads import in_thread, until_cancelled

if TYPE_CHECKING:
    from fretsaw.core.run import Draft, Event
    from fretsaw.session.task import FinishedRun

Work: TypeAlias = "Callable[[Callable[[Event], None]], FinishedRun]"
"""The work of a run, in a thread of its own; it is handed a function to report to."""
FASTEST, SLOWEST = 0.25, 1.0
"""Seconds: between two reports at least and at most, and what a run gets to stop in before we end it for the client."""
_PHASES = {
    "snapshot": "Reading the repository",
    "context": "Choosing what to show",
    "check-before": "Running the check before",
    "ask": "Asking the model",
    "place": "Placing the edits",
    "prune": "Dropping what was not asked for",
    "trial": "Trying the patch",
    "check-after": "Running the check after",
    "minimize": "Making it smaller",
    "deliver": "Delivering",
}


class JobListener(Protocol):
    """The receiver of a job's reports: what it is told goes to the client."""

    def report_progress(self, token: int | str, value: Any) -> None:
        """Send one progress notification."""

    async def create_progress(self, token: str) -> bool:
        """Ask for a progress of our own; False where the client has none."""
        ...

    def job_changed(self, job: Job) -> None:
        """The job changed."""

    def job_drafted(self, job: Job) -> None:
        """There is another draft of what the job will propose."""

    async def job_ended(self, job: Job, finished: FinishedRun | None) -> None:
        """The job ended, with this or without anything."""


@dataclass(slots=True)
class Job:
    """One run, as this server started it."""

    id: str
    root: str
    title: str
    source: str
    token: int | str
    request: dict[str, Any]
    """The command and argument that `agent.retry` asks again."""
    command: str
    client_token: bool = False
    state: str = "queued"
    phase: str | None = None
    text: str = ""
    percentage: int = 0
    usage: Usage = field(default_factory=Usage)
    error: str = ""
    hint: str = ""
    model: str = ""
    started: float = field(default_factory=time.time)
    clock: float = field(default_factory=time.monotonic)
    cancel: Cancel = field(default_factory=Cancel)
    draft: Draft | None = None
    """The part of the reply that can be looked at before the run has ended."""
    marks: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Relative path → (text, edit mark) of the open buffers when the run looked at them."""
    task: asyncio.Task[None] | None = None

    @property
    def active(self) -> bool:
        """Return True if it is queued or under way."""
        return self.state in ("queued", "running")

    @property
    def seconds(self) -> float:
        """Since it was asked for."""
        return time.monotonic() - self.clock

    def line(self) -> str:
        """Return the text of the progress: `Asking the model · 4 s · 1,204 tokens · $0.0031`."""
        if self.state == "queued":
            return "Waiting for the run before"
        parts = [_PHASES.get(self.phase or "", "Starting"), f"{self.seconds:.0f} s"]
        tokens = self.usage.input_tokens + self.usage.output_tokens
        if tokens:
            parts += [f"{tokens:,} tokens", self.usage.cost]
        return " · ".join(parts)


async def run_job(job: Job, turn: asyncio.Lock, begin: Callable[[], Work], listener: JobListener) -> None:
    """Drive one job to its end: progress is begun, reported and ended whatever happens; never raises.

    `turn`: held while it runs; until then a queued one waits, and says so. `begin`: looks at the texts, gives the work.
    """
    loop = asyncio.get_running_loop()
    work = begin() if job.state == "running" else None  # at once: what is typed from here on comes after
    has_token = job.client_token or await listener.create_progress(str(job.token))
    if has_token:
        listener.report_progress(
            job.token,
            types.WorkDoneProgressBegin(f"Agent: {job.title}", cancellable=True, message=job.line(), percentage=0),
        )
    listener.job_changed(job)

    def report(event: Event) -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_take, job, event, listener)

    finished: FinishedRun | None = None
    held = False
    beat = asyncio.ensure_future(_beat(job, listener, has_token))
    try:
        held = await until_cancelled(job.cancel, turn.acquire(), grace=0)
        job.state = "running"
        chosen = work or begin()
        finished = await until_cancelled(job.cancel, in_thread(lambda: chosen(report), "lsp-run"))
        job.state, job.error, job.usage = finished.run.state, finished.run.error, finished.run.usage
        job.model = finished.run.model
    except Cancelled:
        job.state = "cancelled"
    except FretsawError as error:
        job.state, job.error, job.hint = "failed", error.message, error.hint
    except Exception as error:
        job.state, job.error = "failed", f"a bug in Fretsaw ({type(error).__name__}: {error})"
    finally:
        beat.cancel()
    if job.cancel.is_set() and finished is None:
        job.state = "cancelled"
    job.percentage, job.draft = 100, None
    try:
        await listener.job_ended(job, finished)
    finally:
        if has_token:
            listener.report_progress(job.token, types.WorkDoneProgressEnd(message=outcome_line(job)))
        listener.job_changed(job)
        if held:
            turn.release()


def _take(job: Job, event: Event, listener: JobListener) -> None:
    if job.state != "running":
        return
    job.phase, job.text, job.usage = event.phase, safe_text(event.text), event.usage
    job.percentage = max(job.percentage, min(99, event.percentage))
    if event.draft is not None:
        job.draft = event.draft
        listener.job_drafted(job)


async def _beat(job: Job, listener: JobListener, has_token: bool) -> None:
    """Report when something changed, but not too often, and when nothing did, but not too seldom."""
    said, at = "", time.monotonic()
    while True:
        await asyncio.sleep(FASTEST)
        now = (job.state, job.phase, job.percentage, job.usage.output_tokens)
        if str(now) == said and time.monotonic() - at < SLOWEST:
            continue
        listener.job_changed(job)
        said, at = str(now), time.monotonic()
        if has_token:
            listener.report_progress(
                job.token, types.WorkDoneProgressReport(message=job.line(), percentage=job.percentage)
            )


def outcome_line(job: Job) -> str:
    """Say in one line how a job ended."""
    cost = f" ({job.usage.cost})" if job.usage.dollars else ""
    if job.state == "proposed":
        return f"Ready to review{cost}"
    if job.state == "no-change":
        return f"No change: {safe_text(job.error)}{cost}"
    if job.state == "cancelled":
        return f"Cancelled{cost}"
    return f"{safe_text(job.error) or job.state}{f' – {safe_text(job.hint)}' if job.hint else ''}{cost}"
