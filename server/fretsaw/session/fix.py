"""Runs one fix: snapshot, services, loop, record. The user's tree is read, never written, here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime, timezone
from functools import partial
from pathlib import Path

from fretsaw import repo, run_store
from fretsaw.cancel import Cancel
from fretsaw.core.chat import Usage
from fretsaw.core.follow_up import FollowUp
from fretsaw.core.prompt.edit_forms import EditForm
from fretsaw.core.run import Event, Outcome, Proposal, Run, RunState
from fretsaw.core.secrets.masked import mask_issue, reveal_value
from fretsaw.errors import BudgetError, Cancelled, ConfigError, FretsawError, ModelError, RepoError
from fretsaw.fix.loop import fix as run_loop
from fretsaw.fix.work import Work
from fretsaw.key_command import with_key
from fretsaw.model.budget import Budget
from fretsaw.model.client import warm
from fretsaw.model.live import Live
from fretsaw.model.recorded import record_calls, replay_calls
from fretsaw.model.registry import ModelChoice
from fretsaw.model.row import Row
from fretsaw.repo import Delivery
from fretsaw.repo.index.child import ended
from fretsaw.session.code_index import begin_with, make_builder
from fretsaw.session.deliver import deliver_proposal
from fretsaw.session.history import mark_delivered
from fretsaw.session.issue_source import read_issue
from fretsaw.session.model_connection import adapt_row, open_model
from fretsaw.session.models import choose_model, read_registry, today
from fretsaw.session.notices import notices_about_commit
from fretsaw.session.open import RECORD, Session
from fretsaw.session.pointed_files import Place
from fretsaw.session.present import against_present, masked_follow
from fretsaw.session.recorded_state import record_state, recorded_task
from fretsaw.session.retirement import mark_told, untold_notices
from fretsaw.session.secret_mask import withheld_notices
from fretsaw.session.services import make_services
from fretsaw.session.task import FinishedRun, Task
from fretsaw.session.thread import ASKED, SAID, conversation_of
from fretsaw.settings import Settings

Reporter = Callable[[Event], None]


def read_task(argument: str, where: Path = Path(), places: tuple[Place, ...] = ()) -> Task:
    """The task of an issue (a path is relative to `where`). `places`: what is pointed to and shown in any case."""
    issue, folder = read_issue(argument, where)
    return Task(issue, focus=places, folder=folder)


def fix_task(session: Session, task: Task, report: Reporter, cancel: Cancel) -> tuple[FinishedRun, Delivery | None]:
    """Run a task, and deliver what was proved. What could not be delivered is found before anything is spent."""
    if session.settings.apply != "none":
        # It would be refused at the end; now it costs nothing to find out.
        repo.refuse_operation(session.repo)
    if session.settings.apply == "commit" and session.repo.branch is None:
        raise RepoError("HEAD is detached", hint="use --apply branch --branch NAME, or check out a branch")
    if session.settings.apply in ("commit", "branch"):
        repo.refuse_unknown_committer(session.repo)
    for text in notices_about_commit(session):
        report(Event("context", text, lasting=True))
    finished = run_fix(session, task, report, cancel)
    try:
        delivery = deliver_proposal(session, finished, report, cancel)
    except FretsawError as error:
        error.run_id = finished.run.id
        if finished.run.id not in error.hint:  # the run was paid for: nothing of it is lost
            how = f" --apply {session.settings.apply}" if session.settings.apply != "worktree" else ""
            later = f"the proposal is kept: `agent apply {finished.run.id}{how}` delivers it later"
            error.hint = f"{error.hint}; {later}" if error.hint else later
        raise
    return replace(finished, run=mark_delivered(finished.run, delivery)), delivery


def replay_run(session: Session, run_id: str | None, report: Reporter, cancel: Cancel) -> FinishedRun:
    """Repeat a run from its recorded answers, on the files as it saw them. Sends and keeps nothing."""
    folder = session.store.get(run_id)
    calls = tuple(folder.calls())
    task = recorded_task(session, folder, calls)
    task = replace(
        task,
        issue=mask_issue(task.issue, session.mask),
        follow=masked_follow(task.follow, session.mask) if task.follow else None,
    )
    kept = folder.run()
    row = _row_of(session, kept)
    meter = _Meter(report)
    ask = replay_calls(calls)
    services, snapshot, _ = make_services(session, task, row, meter, cancel, ask, lambda request, answer: None)
    judged = tuple(folder.calls("judge"))
    if judged:
        services = replace(services, judge=replay_calls(judged))
    settings = _held_settings(session.settings, task.follow)
    outcome = run_loop(Work(task.issue, snapshot, settings, services, task.focus, services.rules, task.follow))
    outcome = against_present(outcome, task, session.mask)
    return FinishedRun(run_store.finished(kept, outcome), outcome, folder.path, outcome)


def _row_of(session: Session, run: Run) -> Row:
    """The row of a run's model. Nothing is sent to it, so it does not matter whether it is still served."""
    registry = read_registry(session.resolved.places, session.settings)
    return registry.find(run.model) or registry.generic(run.model)


def run_fix(session: Session, task: Task, report: Reporter, cancel: Cancel, run_id: str | None = None) -> FinishedRun:
    """One run from task to outcome, kept in its folder whatever happens. Never touches the user's tree.

    Raises ModelError, ConfigError, RepoError, BudgetError, CheckError, Cancelled; the run is recorded as failed then.
    """
    warm()
    session = session.with_settings(api_key=with_key(session.settings).api_key)
    settings = session.settings
    task = replace(
        task,
        issue=mask_issue(task.issue, session.mask),
        follow=masked_follow(task.follow, session.mask) if task.follow else None,
    )
    now = today()
    choice = choose_model(session.resolved.places, settings, now)
    if settings.judge:
        # That the judge's model moves is told as well.
        moves = _choose_judge(session, now).retirements
        choice = replace(choice, retirements=(*choice.retirements, *moves))
    folder = session.store.new(run_id, lambda: repo.deliveries(session.repo, session.store.folder))
    begun = Run(
        folder.id,
        str(session.root),
        (task.said or task.issue).title,
        "running",
        model=choice.row.id,
        started=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        thread=(task.follows.thread or task.follows.id) if task.follows else "",
        request=task.issue.requests,
    )
    meter = _Meter(report)
    with folder.held():
        folder.write_issue(task.issue)
        if task.said:
            folder.write_note(SAID, run_store.to_plain(task.said))
        folder.write_run(begun)
        untold = untold_notices(session.state, choice, now)
        try:
            with _within(settings.max_seconds, cancel) as limited:
                outcome = _outcome(
                    session, task, replace(choice, notices=choice.notices + untold), meter, limited, folder
                )
            mark_told(session.state, choice, now)
        except FretsawError as error:
            for text in untold:
                # Perhaps it failed for just this reason; it is told again at the next run, with its outcome.
                report(Event("ask", text, lasting=True))
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
    real = reveal_value(outcome, session.mask) if isinstance(outcome, Proposal) else outcome
    return FinishedRun(ended, outcome, folder.path, real)


def _outcome(
    session: Session, task: Task, choice: ModelChoice, meter: _Meter, cancel: Cancel, folder: run_store.RunFolder
) -> Outcome:
    """The loop in its services, with every notice."""
    settings = session.settings
    budget = Budget(
        settings.max_usd,
        max_usd_day=settings.max_usd_day,
        day=lambda dollars: run_store.add_spent(session.state, dollars),
    )
    with ExitStack() as stack:
        ask = stack.enter_context(open_model(session.state, settings, choice.row, cancel, budget))
        row = adapt_row(session.state, settings, choice.row)
        services, snapshot, notices = make_services(session, task, row, meter, cancel, ask, folder.append_call)
        builder = make_builder(session, snapshot)
        stack.enter_context(ended(builder))
        services = replace(services, ask=begin_with(builder, services.ask))
        if settings.judge:
            live = stack.enter_context(_judge(session, cancel, budget))
            keep = partial(folder.append_call, whom="judge")
            services = replace(services, judge=record_calls(live, keep))
        try:
            record_state(session, folder, task, snapshot)
            folder.write_note(ASKED, {"model": row.id, "form": services.form})
            follow = _continued(session, task, services.form, row)
            settings = _held_settings(settings, follow)
            outcome = run_loop(Work(task.issue, snapshot, settings, services, task.focus, services.rules, follow))
        except BaseException as error:
            meter.usage += ask.lost
            if ask.unfinished is not None:
                folder.append_call(*ask.unfinished, whom="unfinished")
                if isinstance(error, ModelError):
                    kept = f"what had arrived is kept in {folder.path / 'unfinished.jsonl'}"
                    error.hint = f"{error.hint}; {kept}" if error.hint else kept
            raise
    if budget.spent > settings.max_usd * 1.0001:
        notices = (
            *notices,
            f"${budget.spent:.4f} was spent or may have been, more than --max-usd {settings.max_usd:g}",
        )
    outcome = against_present(outcome, task, session.mask)
    withheld = withheld_notices(item for item in session.mask.findings if item.source != RECORD)
    notices = (*withheld, *session.resolved.notices, *choice.notices, *notices, *ask.notices, *outcome.evidence.notices)
    return replace(outcome, evidence=replace(outcome.evidence, notices=notices))


def _continued(session: Session, task: Task, form: EditForm, row: Row) -> FollowUp | None:
    """The thread with the conversation that its last turn had."""
    if task.follow is None or task.before is None:
        return task.follow
    return replace(task.follow, earlier=conversation_of(session.store.at(task.before), form, row.id))


def _held_settings(settings: Settings, follow: FollowUp | None) -> Settings:
    """The settings, where changes are to stay whatever the check says of them."""
    return replace(settings, minimize="flagged") if follow and follow.held and settings.minimize == "all" else settings


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
        raise BudgetError.run_time(seconds) from error
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


def _judge(session: Session, cancel: Cancel, budget: Budget) -> AbstractContextManager[Live]:
    """The triage model; no connection is made before it is asked."""
    settings = replace(session.settings, role="triage", model=None)
    return open_model(session.state, settings, _choose_judge(session, today()).row, cancel, budget)


def _choose_judge(session: Session, now: date) -> ModelChoice:
    """The triage model. At an endpoint with models of its own nobody has the role: the model that was named judges."""
    settings = replace(session.settings, role="triage", model=None)
    try:
        return choose_model(session.resolved.places, settings, now)
    except ConfigError:
        return replace(choose_model(session.resolved.places, session.settings, now), retirements=())
