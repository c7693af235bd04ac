"""Builds what a run is handed: the snapshot, and everything outside `fix` as functions (`fix.Services`)."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from fretsaw import repo
from fretsaw.cancel import Cancel
from fretsaw.core.chat import Answer, Ask, OnText, Request
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.policy import Judgement, Refusal, judge_patch
from fretsaw.core.proof.check_result import Check, Variation, VaryCheck
from fretsaw.core.run import Event
from fretsaw.core.secrets.mask import SecretMask
from fretsaw.core.secrets.masked import mask_check, mask_snapshot, misused_markers, reveal_value
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import UsageError
from fretsaw.fix.prove_diff import TreesUnder, lay_under
from fretsaw.fix.services import Services
from fretsaw.model.row import Row
from fretsaw.session.attachments import images_for, pdfs_for, rules_for
from fretsaw.session.code_index import with_index
from fretsaw.session.issue_source import read_logs
from fretsaw.session.notices import notices_about
from fretsaw.session.open import Session
from fretsaw.session.present import draft_against_present
from fretsaw.session.secret_mask import learn_local_secrets
from fretsaw.session.task import Task

if TYPE_CHECKING:
    from fretsaw.check import CheckEnvironment

Covered: TypeAlias = Callable[[Mapping[str, str | None]], "dict[str, frozenset[int]] | None"]


def make_services(
    session: Session,
    task: Task,
    row: Row,
    report: Callable[[Event], None],
    cancel: Cancel,
    ask: Ask,
    record: Callable[[Request, Answer], None],
) -> tuple[Services, Snapshot, tuple[str, ...]]:
    """The services of a run, the snapshot it works on, and what a person should know about them."""
    settings = session.settings
    report(Event("snapshot", "reading the repository", percentage=1))
    snapshot = repo.snapshot(session.repo, task.overlay, settings.reveal).with_texts(task.under)
    gone = TreesUnder(*[{path: None for path, text in task.under.items() if text is None}] * 2)
    mask = session.mask
    learn_local_secrets(session, snapshot)
    snapshot, index_notices = with_index(session, snapshot)
    shown = mask_snapshot(snapshot, mask)
    logs, log_notices = read_logs(task.issue, task.folder)
    images, image_notices = images_for(task, row)
    pdfs = pdfs_for(task, row, mask)
    secrets = (settings.api_key,) if settings.api_key else ()

    def policy(patch: PatchSet, named: Collection[str], asked: Collection[str]) -> Judgement:
        misused = tuple(Refusal(path, "text", why) for path, why in misused_markers(patch, mask))
        judged = judge_patch(reveal_value(patch, mask), snapshot, settings.allow, named, secrets, asked)
        return replace(judged, refusals=(*misused, *judged.refusals)) if misused else judged

    vary = _masked_vary(session, snapshot, cancel)
    vary = lay_under(vary, gone) if vary and gone.plain else vary
    lint = _masked_command(session, snapshot, cancel, settings.lint)
    covered = _make_covered(session, snapshot, cancel)
    services = Services(
        ask=ask,
        form=row.form_for(settings),
        check=vary(Variation()) if vary else None,
        vary=vary,
        lint=(lambda texts: lint(gone.with_texts(texts))) if lint and gone.plain else lint,
        policy=policy,
        trial=lambda patch: repo.trial(session.repo, snapshot, reveal_value(patch, mask)),
        report=lambda event: report(_with_draft(event, task, mask)),
        clock=time.monotonic,
        cancel=cancel,
        record=record,
        covered=_covered_by_revealed(
            (lambda texts: covered(gone.with_texts(texts))) if covered and gone.plain else covered, mask
        ),
        drafts=task.drafts,
        images=images,
        files=pdfs.files,
        logs=(*((name, mask.mask(text, name)) for name, text in logs), *pdfs.texts),
        rules=rules_for(session, shown),
    )
    notices = notices_about(session, snapshot, task.issue.hidden)
    return services, shown, (*index_notices, *log_notices, *image_notices, *pdfs.notices, *notices)


def _with_draft(event: Event, task: Task, mask: SecretMask) -> Event:
    """The event with its draft as a change of the files as they are, secrets in place."""
    if event.draft is None:
        return event
    return replace(event, draft=reveal_value(draft_against_present(event.draft, task, mask), mask))


def make_proof_services(
    session: Session, snapshot: Snapshot, under: TreesUnder, report: Callable[[Event], None], cancel: Cancel
) -> Services:
    """The services that prove changes which are made already: no model, no delivery.

    `snapshot`: the state that the changes began with. UsageError where no check is set.
    """
    plain = replace(snapshot, overlay=MappingProxyType({}))  # what is laid has deleted files too
    vary, covered = _make_varied(session, plain, cancel), _make_covered(session, plain, cancel)
    if vary is None:
        raise UsageError("no check is set", hint="give it: --check 'pytest -q', or see `agent check`")
    varied = lay_under(vary, under)
    return Services(
        ask=_ask_nobody,
        form="udiff",
        check=varied(Variation()),
        vary=varied,
        policy=lambda patch, named, asked: Judgement(),
        trial=lambda patch: repo.trial(session.repo, snapshot, patch),
        report=report,
        clock=time.monotonic,
        cancel=cancel,
        covered=None if covered is None else lambda texts: covered(under.with_texts(texts)),
    )


def _ask_nobody(_request: Request, _on_text: OnText) -> Answer:
    raise UsageError("no model is called to prove changes that are already made")


def _masked_command(session: Session, snapshot: Snapshot, cancel: Cancel, argv: tuple[str, ...] | None) -> Check | None:
    """A command over the real files, whose output is masked."""
    command = make_command(session, snapshot, cancel, argv)
    return mask_check(command, session.mask, f"the output of {argv[0]}") if command and argv else None


def _masked_vary(session: Session, snapshot: Snapshot, cancel: Cancel) -> VaryCheck | None:
    """The check over the real files, in whatever way, whose output is masked."""
    vary, argv = _make_varied(session, snapshot, cancel), session.settings.check
    if vary is None or not argv:
        return None
    return lambda variation: mask_check(vary(variation), session.mask, f"the output of {argv[0]}")


def _covered_by_revealed(covered: Covered | None, mask: SecretMask) -> Covered | None:
    if covered is None:
        return None
    return lambda texts: covered(reveal_value(texts, mask))


def make_command(session: Session, snapshot: Snapshot, cancel: Cancel, argv: tuple[str, ...] | None) -> Check | None:
    """A command of the user's (check, linter) over a snapshot, run as a check is; None where none is set."""
    if not argv:
        return None
    from fretsaw import check

    around = _around(session, snapshot)
    return check.make_check(session.root, argv, session.settings, cancel, around)


def _make_varied(session: Session, snapshot: Snapshot, cancel: Cancel) -> VaryCheck | None:
    """The check, to be run in more than one way."""
    if not session.settings.check:
        return None
    from fretsaw import check

    around = _around(session, snapshot)
    return check.make_varied_check(session.root, session.settings.check, session.settings, cancel, around)


def _make_covered(session: Session, snapshot: Snapshot, cancel: Cancel) -> Covered | None:
    """Make the function that tells which lines the check executes; None where there is no check."""
    if not session.settings.check:
        return None
    from fretsaw import check

    around = _around(session, snapshot)
    return check.make_covered(session.root, session.settings.check, session.settings, cancel, around)


def _around(session: Session, snapshot: Snapshot) -> CheckEnvironment:
    """The environment of a check on a snapshot."""
    from fretsaw import check, config

    return check.CheckEnvironment(
        session.state,
        unsaved=snapshot.overlay,
        on_disk=snapshot.all_on_disk,
        secrets=snapshot.secrets,
        confirmed=config.shown_folders(session.resolved.places, session.root),
    )
