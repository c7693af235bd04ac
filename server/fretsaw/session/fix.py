"""Runs one fix: snapshot, world, loop, record. The user's tree is read, never written, here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import date, datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fretsaw import repo, run_store
from fretsaw.cancel import Cancel
from fretsaw.core.chat import Answer, Ask, Request, Usage
from fretsaw.core.issue import with_rules
from fretsaw.core.policy import judge_patch
from fretsaw.core.proof.check_result import Check, CheckResult
from fretsaw.core.run import Event, Outcome, Run, RunState
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import BudgetError, Cancelled, FretsawError, RepoError
from fretsaw.fix import Services
from fretsaw.fix import fix as run_the_loop
from fretsaw.model.budget import Budget
from fretsaw.model.client import warm
from fretsaw.model.live import Live, connect
from fretsaw.model.recorded import record_calls, replay_calls
from fretsaw.model.registry import ModelChoice, Row, load_registry
from fretsaw.repo import Delivery
from fretsaw.session.attachments import images_for, notices_about, rules_for
from fretsaw.session.deliver import deliver_proposal
from fretsaw.session.history import mark_delivered
from fretsaw.session.issue_source import read_issue, read_logs
from fretsaw.session.open import Session
from fretsaw.session.task import FinishedRun, Task

if TYPE_CHECKING:
    from fretsaw.check import CheckEnvironment

Reporter = Callable[[Event], None]


def fix_issue(
    opened: Session, argument: str, report: Reporter, cancel: Cancel, where: Path = Path()
) -> tuple[FinishedRun, Delivery | None]:
    """`agent fix`: read the issue (a path is relative to `where`), run, and deliver what was proved."""
    issue, folder = read_issue(argument, where)
    if opened.settings.apply != "none":
        # It would be refused at the end; now it costs nothing to find out.
        repo.refuse_operation(opened.repo)
    if opened.settings.apply == "commit" and opened.repo.branch is None:
        raise RepoError("HEAD is detached", hint="use --apply branch --branch NAME, or check a branch out")
    finished = run_fix(opened, Task(issue, folder=folder), report, cancel)
    try:
        delivery = deliver_proposal(opened, finished, report)
    except FretsawError as error:
        error.run_id = finished.run.id
        raise
    return replace(finished, run=mark_delivered(finished.run, delivery)), delivery


def replay_run(opened: Session, run_id: str | None, report: Reporter, cancel: Cancel) -> FinishedRun:
    """Repeat a run from its recorded answers, on the files as they are now. Sends and keeps nothing."""
    folder = opened.store.get(run_id)
    ask = replay_calls(folder.calls())
    task = Task(folder.issue())
    kept = folder.run()
    row = load_registry(opened.resolved.places.config / "models.toml").choose(opened.settings, _today()).row
    meter = _Meter(report)
    world, snapshot, _ = _world(opened, task, row, meter, cancel, ask, lambda request, answer: None)
    judged = tuple(folder.calls("judge"))
    if judged:
        world = replace(world, judge=replay_calls(judged))
    outcome = run_the_loop(with_rules(task.issue, world.rules), snapshot, world, opened.settings, task.focus)
    return FinishedRun(run_store.finished(kept, outcome), outcome, folder.path)


def run_fix(opened: Session, task: Task, report: Reporter, cancel: Cancel, run_id: str | None = None) -> FinishedRun:
    """One run from task to outcome, kept in its folder whatever happens. Never touches the user's tree.

    Raises ModelError, ConfigError, RepoError, BudgetError, CheckError, Cancelled; the run is recorded as failed then.
    """
    warm()
    settings = opened.settings
    choice = load_registry(opened.resolved.places.config / "models.toml").choose(settings, _today())
    folder = opened.store.new(run_id, lambda: repo.deliveries(opened.repo, opened.store.folder))
    begun = Run(
        folder.id,
        str(opened.root),
        task.issue.title,
        "running",
        model=choice.row.id,
        started=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    meter = _Meter(report)
    with folder.held():
        folder.write_issue(task.issue)
        folder.write_run(begun)
        try:
            with _within(settings.max_seconds, cancel) as limited:
                outcome = _outcome(opened, task, choice, meter, limited, folder)
        except FretsawError as error:
            state: RunState = "cancelled" if isinstance(error, Cancelled) else "failed"
            folder.write_run(replace(begun, state=state, error=str(error), usage=meter.usage))
            error.run_id = folder.id
            raise
        except BaseException as error:
            told = f"{type(error).__name__}: {error}"
            folder.write_run(replace(begun, state="failed", error=told, usage=meter.usage))
            raise
        ended = run_store.finished(begun, outcome)
        folder.write_outcome(outcome)
        folder.write_run(ended)
    return FinishedRun(ended, outcome, folder.path)


def _outcome(
    opened: Session, task: Task, choice: ModelChoice, meter: _Meter, cancel: Cancel, folder: run_store.RunFolder
) -> Outcome:
    """The loop in its world, with every notice."""
    settings = opened.settings
    budget = Budget(
        settings.max_usd,
        max_usd_day=settings.max_usd_day,
        day=lambda dollars: run_store.add_spent(opened.state, dollars),
    )
    with ExitStack() as stack:
        ask = stack.enter_context(closing(connect(settings, choice.row, cancel, budget=budget)))
        world, snapshot, notices = _world(opened, task, choice.row, meter, cancel, ask, folder.append_call)
        if settings.judge:
            live = stack.enter_context(closing(_judge(opened, cancel, budget)))
            keep = partial(folder.append_call, whom="judge")
            world = replace(world, judge=record_calls(live, keep))
        issue = with_rules(task.issue, world.rules)
        outcome = run_the_loop(issue, snapshot, world, settings, task.focus)
    notices = (*opened.resolved.notices, *choice.notices, *notices, *outcome.evidence.notices)
    return replace(outcome, evidence=replace(outcome.evidence, notices=notices))


@contextmanager
def _within(seconds: float, cancel: Cancel) -> Iterator[Cancel]:
    """A `Cancel` that is also set when the time is up (then BudgetError is raised), so that calls and checks end."""
    limited = Cancel()
    timer = threading.Timer(seconds, limited.set)
    timer.daemon = True
    timer.start()
    try:
        with cancel.on_set(limited.set):
            yield limited
    except Cancelled as error:
        if cancel.is_set():
            raise
        raise BudgetError(
            f"the run took longer than {seconds:g} s", hint="raise --max-seconds, or narrow the issue"
        ) from error
    finally:
        timer.cancel()


class _Meter:
    """Hands events on, with what was used so far and a percentage that never falls."""

    def __init__(self, report: Reporter) -> None:
        self._report = report
        self._percentage = 0
        self.usage = Usage()

    def __call__(self, event: Event) -> None:
        self._percentage = max(self._percentage, event.percentage)
        if event.usage.calls:
            self.usage = event.usage
        self._report(replace(event, percentage=self._percentage, usage=self.usage))


def _world(
    opened: Session,
    task: Task,
    row: Row,
    report: Reporter,
    cancel: Cancel,
    ask: Ask,
    record: Callable[[Request, Answer], None],
) -> tuple[Services, Snapshot, tuple[str, ...]]:
    """The world that the loop is handed, the snapshot, and notices."""
    settings = opened.settings
    report(Event("snapshot", "reading the repository", percentage=1))
    snapshot = repo.snapshot(opened.repo, task.overlay)
    checked = make_check(opened, snapshot, cancel)
    logs, notices = read_logs(task.issue, task.folder)
    images, more = images_for(task, row)
    secrets = (settings.api_key,) if settings.api_key else ()
    world = Services(
        ask=ask,
        form=row.edit_form if settings.edit_form == "auto" else settings.edit_form,
        check=checked,
        lint=_make_lint(opened, snapshot, cancel),
        steady=_steady(checked, settings.repeat) if checked else no_check,
        policy=lambda patch, asked: judge_patch(patch, snapshot, settings.allow, asked, secrets),
        trial=lambda patch: repo.trial(opened.repo, snapshot, patch),
        report=report,
        clock=time.monotonic,
        cancel=cancel,
        record=record,
        covered=_make_covered(opened, snapshot, cancel),
        drafts=task.drafts,
        images=images,
        logs=logs,
        rules=rules_for(opened, snapshot),
    )
    return world, snapshot, (*notices, *more, *notices_about(snapshot, task.issue.hidden, opened))


def _make_lint(opened: Session, snapshot: Snapshot, cancel: Cancel) -> Check | None:
    settings = opened.settings
    if not settings.lint:
        return None
    from fretsaw import check

    return check.make_check(opened.root, settings.lint, settings, cancel, _around(opened, snapshot))


def _steady(checked: Check, times: int) -> Check:
    from fretsaw import check

    return check.steady(checked, times)


def no_check(texts: Mapping[str, str | None]) -> CheckResult:
    """Stands where no check is set; it is never called."""
    raise AssertionError(f"there is no check to run on {len(texts)} files")


def make_check(opened: Session, snapshot: Snapshot, cancel: Cancel) -> Check | None:
    """The check of the settings over a snapshot, None when none is set."""
    settings = opened.settings
    if not settings.check:
        return None
    from fretsaw import check

    return check.make_check(opened.root, settings.check, settings, cancel, _around(opened, snapshot))


def _make_covered(
    opened: Session, snapshot: Snapshot, cancel: Cancel
) -> Callable[[Mapping[str, str | None]], dict[str, frozenset[int]] | None] | None:
    settings = opened.settings
    if not settings.check:
        return None
    from fretsaw import check

    return check.make_covered(opened.root, settings.check, settings, cancel, _around(opened, snapshot))


def _around(opened: Session, snapshot: Snapshot) -> CheckEnvironment:
    from fretsaw import check

    return check.CheckEnvironment(opened.state, unsaved=snapshot.overlay, secrets=snapshot.secrets)


def _judge(opened: Session, cancel: Cancel, budget: Budget) -> Live:
    """The triage model; no connection is made before it is asked."""
    settings = replace(opened.settings, role="triage", model=None)
    row = load_registry(opened.resolved.places.config / "models.toml").choose(settings, _today()).row
    return connect(settings, row, cancel, budget=budget)


def _today() -> date:
    return datetime.now(timezone.utc).date()
