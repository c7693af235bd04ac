"""Runs one fix: snapshot, world, loop, record. The user's tree is read, never written, here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from fretsaw import model, repo, runs
from fretsaw.cancel import Cancel
from fretsaw.core.ask import Answer, Ask, Image, Request, Usage
from fretsaw.core.check import Check, CheckResult
from fretsaw.core.policy import judge_patch
from fretsaw.core.run import Event, Run
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import Cancelled, FretsawError, UsageError
from fretsaw.fix import World
from fretsaw.fix import fix as run_the_loop
from fretsaw.repo import Delivery
from fretsaw.session.after import as_delivered, deliver
from fretsaw.session.issues import MAX_IMAGE, read_beside, read_issue, read_logs
from fretsaw.session.opening import Opened
from fretsaw.session.values import Finished, Task

if TYPE_CHECKING:
    from fretsaw.check import Surroundings

Reporter = Callable[[Event], None]

_MOST_RULES = 4_000
"""Characters of AGENTS.md that are sent at most."""


def fix(opened: Opened, argument: str, report: Reporter, cancel: Cancel) -> tuple[Finished, Delivery | None]:
    """`agent fix`: read the issue, run, and deliver what was proved."""
    issue, folder = read_issue(argument)
    if opened.settings.apply != "none":
        # It would be refused at the end; now it costs nothing to find out.
        repo.refuse_operation(opened.repo)
    finished = run(opened, Task(issue, folder=folder), report, cancel)
    delivery = deliver(opened, finished, report)
    return replace(finished, run=as_delivered(finished.run, delivery)), delivery


def new_run_id() -> str:
    """A name for a run that is about to start."""
    return runs.new_id()


def replay(opened: Opened, run_id: str | None, report: Reporter, cancel: Cancel) -> Finished:
    """Repeat a run from its recorded answers, on the files as they are now. Sends and keeps nothing."""
    folder = opened.store.get(run_id)
    ask = model.replay(folder.calls())
    task = Task(folder.issue())
    kept = folder.run()
    row = model.load(opened.resolved.places.config / "models.toml").choose(opened.settings, _today()).row
    meter = _Meter(report)
    world, snapshot, _ = _world(opened, task, row, meter, cancel, ask, lambda request, answer: None)
    outcome = run_the_loop(task.issue, snapshot, world, opened.settings, task.focus)
    return Finished(runs.finished(kept, outcome), outcome, folder.path)


def run(opened: Opened, task: Task, report: Reporter, cancel: Cancel, run_id: str | None = None) -> Finished:
    """One run from task to outcome, kept in its folder whatever happens. Never touches the user's tree.

    Raises ModelError, ConfigError, RepoError, BudgetError, CheckError, Cancelled; the run is recorded as failed then.
    """
    model.warm()
    settings = opened.settings
    choice = model.load(opened.resolved.places.config / "models.toml").choose(settings, _today())
    folder = opened.store.new(run_id)
    begun = Run(
        folder.id,
        str(opened.root),
        task.issue.title,
        "running",
        model=choice.row.id,
        started=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    folder.write_issue(task.issue)
    folder.write_run(begun)
    meter = _Meter(report)
    try:
        budget = model.Budget(
            settings.max_usd,
            max_usd_day=settings.max_usd_day,
            day=lambda dollars: runs.add_spent(opened.state, dollars),
        )
        with ExitStack() as stack:
            ask = stack.enter_context(closing(model.connect(settings, choice.row, cancel, budget=budget)))
            world, snapshot, notices = _world(opened, task, choice.row, meter, cancel, ask, folder.append_call)
            if settings.judge:
                world = replace(world, judge=stack.enter_context(closing(_judge(opened, cancel, budget))))
            outcome = run_the_loop(task.issue, snapshot, world, settings, task.focus)
    except FretsawError as error:
        begun = replace(begun, error=str(error), usage=meter.usage)
        folder.write_run(replace(begun, state="cancelled" if isinstance(error, Cancelled) else "failed"))
        raise
    except BaseException as error:
        folder.write_run(replace(begun, state="failed", error=f"{type(error).__name__}: {error}", usage=meter.usage))
        raise
    notices = (*opened.resolved.notices, *choice.notices, *notices, *outcome.evidence.notices)
    outcome = replace(outcome, evidence=replace(outcome.evidence, notices=notices))
    ended = runs.finished(begun, outcome)
    folder.write_outcome(outcome)
    folder.write_run(ended)
    return Finished(ended, outcome, folder.path)


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
    opened: Opened,
    task: Task,
    row: model.Row,
    report: Reporter,
    cancel: Cancel,
    ask: Ask,
    record: Callable[[Request, Answer], None],
) -> tuple[World, Snapshot, tuple[str, ...]]:
    """The world that the loop is handed, the snapshot, and notices."""
    settings = opened.settings
    report(Event("snapshot", "reading the repository", percentage=1))
    snapshot = repo.snapshot(opened.repo, task.overlay)
    checked = make_check(opened, snapshot, cancel)
    logs, notices = read_logs(task.issue, task.folder)
    images, more = _images(task, row)
    secrets = (settings.api_key,) if settings.api_key else ()
    world = World(
        ask=ask,
        form=row.edit_form if settings.edit_form == "auto" else settings.edit_form,
        check=checked,
        steady=_steady(checked, settings.repeat) if checked else no_check,
        policy=lambda patch, asked: judge_patch(patch, snapshot, settings.allow, asked, secrets),
        trial=lambda patch: repo.trial(opened.repo, snapshot, patch),
        report=report,
        clock=time.monotonic,
        cancel=cancel,
        record=record,
        covered=_make_covered(opened, snapshot, cancel),
        images=images,
        logs=logs,
        rules=(*opened.resolved.rules, *_agents_rules(snapshot)),
    )
    return world, snapshot, (*notices, *more, *_about(snapshot, task.issue.hidden, opened))


def _steady(checked: Check, times: int) -> Check:
    from fretsaw import check

    return check.steady(checked, times)


def no_check(texts: Mapping[str, str | None]) -> CheckResult:
    """Stands where no check is set; it is never called."""
    raise AssertionError(f"there is no check to run on {len(texts)} files")


def _agents_rules(snapshot: Snapshot) -> tuple[str, ...]:
    """The rules that the repository's own AGENTS.md gives, as data for the model."""
    text = snapshot.read("AGENTS.md") if "AGENTS.md" in snapshot.paths else None
    return (text[:_MOST_RULES],) if text else ()


def make_check(opened: Opened, snapshot: Snapshot, cancel: Cancel) -> Check | None:
    """The check of the settings over a snapshot, None when none is set."""
    settings = opened.settings
    if not settings.check:
        return None
    from fretsaw import check

    return check.make_check(opened.root, settings.check, settings, cancel, _around(opened, snapshot))


def _make_covered(
    opened: Opened, snapshot: Snapshot, cancel: Cancel
) -> Callable[[Mapping[str, str | None]], dict[str, frozenset[int]] | None] | None:
    settings = opened.settings
    if not settings.check:
        return None
    from fretsaw import check

    return check.make_covered(opened.root, settings.check, settings, cancel, _around(opened, snapshot))


def _around(opened: Opened, snapshot: Snapshot) -> Surroundings:
    from fretsaw import check

    return check.Surroundings(opened.state, unsaved=snapshot.overlay, secrets=snapshot.secrets)


def _judge(opened: Opened, cancel: Cancel, budget: model.Budget) -> model.Live:
    """The triage model; no connection is made before it is asked."""
    settings = replace(opened.settings, role="triage", model=None)
    row = model.load(opened.resolved.places.config / "models.toml").choose(settings, _today()).row
    return model.connect(settings, row, cancel, budget=budget)


def _images(task: Task, row: model.Row) -> tuple[tuple[Image, ...], tuple[str, ...]]:
    """The issue's images, ready to send, and a notice for each that is not."""
    images, notices = [], []
    for attachment in task.issue.attachments:
        if attachment.kind != "image":
            continue
        name = attachment.source if not attachment.source.startswith("data:") else attachment.alt or "a data URI"
        try:
            images.append(model.image(_image_bytes(attachment.source, task.folder), row.image, name=name))
        except UsageError as error:
            notices.append(f"{name} is not attached: {error}")
    return tuple(images), tuple(notices)


def _image_bytes(source: str, folder: Path | None) -> bytes:
    if source.startswith("data:"):
        return model.from_data_uri(source)
    data, why = read_beside(source, folder, MAX_IMAGE)
    if data is None:
        raise UsageError(why)
    return data


def _about(snapshot: Snapshot, hidden: int, opened: Opened) -> tuple[str, ...]:
    """What a person should know about what is and is not sent."""
    notices = []
    if snapshot.secrets:
        names = ", ".join(snapshot.secrets[:5]) + (" …" if len(snapshot.secrets) > 5 else "")
        notices.append(f"never sent, since they may hold secrets: {names}")
    if hidden:
        notices.append(f"{hidden} hidden characters or comments were removed from the issue")
    if opened.resolved.proposed_check:
        argv = " ".join(opened.resolved.proposed_check)
        notices.append(f"the repository proposes the check {argv!r}: approve it with `agent check --approve`")
    return tuple(notices)


def _today() -> date:
    return datetime.now(timezone.utc).date()
