"""`agent review`: findings on a change, or contradictions between texts, each with lines that stand there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path

from fretsaw import repo, run_store
from fretsaw.cancel import Cancel
from fretsaw.core.chat import Request, Usage
from fretsaw.core.findings.check import check_findings
from fretsaw.core.findings.citation import CheckedFindings, Citation, CitedFinding
from fretsaw.core.findings.request import review_request
from fretsaw.core.patch import render
from fretsaw.core.run import Event
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import ModelError, UsageError
from fretsaw.forge.address import Address
from fretsaw.forge.changes import ForgeChange, Posted, ReviewComment, post_review
from fretsaw.forge.connection import Connection
from fretsaw.key_command import with_key
from fretsaw.model.budget import Budget
from fretsaw.model.request_size import input_estimate
from fretsaw.model.row import Row
from fretsaw.repo.git.state_diff import read_states
from fretsaw.repo.git.states import find_states, is_range
from fretsaw.report.findings import Finding
from fretsaw.report.markdown import cell
from fretsaw.report.review import review_markdown
from fretsaw.review.suggestions import shown_lines
from fretsaw.session.issue_source import read_issue
from fretsaw.session.model_connection import open_model
from fretsaw.session.models import choose_model
from fretsaw.session.open import Session
from fretsaw.session.pull_request import open_request
from fretsaw.session.secret_mask import learn_local_secrets, withheld_notices

_MOST_FILES = 2_000


@dataclass(frozen=True, slots=True)
class Subject:
    """The texts to review, as they are on the disk or in the later state."""

    title: str
    texts: Mapping[str, str]
    diff: str = ""
    against: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    @property
    def all_texts(self) -> dict[str, str]:
        """Path -> text, of both sides."""
        return {**self.texts, **self.against}


@dataclass(frozen=True, slots=True)
class ReviewResult:
    """Findings whose citations stand in the texts."""

    title: str
    checked: CheckedFindings
    usage: Usage
    model: str
    scripted: bool
    notices: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings for a report, each at its first citation."""
        return tuple(map(_row, self.checked.findings))


def read_subject(session: Session, arguments: Sequence[str], against: Sequence[str], where: Path = Path()) -> Subject:
    """The texts that are meant: a range of commits, paths of tracked files or folders, else the working tree's changes.

    A path is relative to `where`. UsageError for what is not there.
    """
    spans = [each for each in arguments if is_range(each) and not (where / each).exists()]
    if spans and (len(arguments) > 1 or against):
        raise UsageError("a range of commits stands alone", hint="leave out the other paths and --against")
    if not arguments and against:
        raise UsageError("--against needs the paths that are held against it")
    if spans or not arguments:
        return _change(session, spans[0] if spans else None)
    snapshot = repo.snapshot(session.repo, reveal=session.settings.reveal)
    first, second = _texts(session, snapshot, arguments, where), _texts(session, snapshot, against, where)
    both = sorted(first.keys() & second.keys())
    if both:
        raise UsageError(f"{both[0]} is on both sides of --against")
    return Subject(", ".join(arguments), first, against=second)


@dataclass(frozen=True, slots=True)
class ReviewedRequest:
    """A pull request whose change is reviewed."""

    subject: Subject
    connection: Connection
    address: Address
    change: ForgeChange


def read_request(session: Session, argument: str, where: Path = Path()) -> ReviewedRequest:
    """The change of a pull request, whose commits have to be here. ForgeError, RepoError, UsageError."""
    connection, address, change = open_request(session, argument, where)
    subject = replace(_change(session, f"{change.base}...{change.head}"), title=change.title or address.place)
    return ReviewedRequest(subject, connection, address, change)


def post_findings(request: ReviewedRequest, result: ReviewResult) -> Posted | None:
    """Post one review: comments on lines that the diff shows, all findings in its summary; None without a finding.

    What an earlier review has is not posted again.
    """
    rows = result.findings
    if not rows:
        return None
    shown = {path: shown_lines(diff) for path, diff in request.change.diffs.items()}
    comments = [
        ReviewComment(row.path, row.first, row.last, None, f"**{cell(row.rule)}**: {cell(row.reason)}", row.key)
        for row in rows
        if any(row.first in run and row.last in run for run in shown.get(row.path, ()))
    ]
    marker = hashlib.sha256("".join(sorted(row.key for row in rows)).encode()).hexdigest()[:32]
    summary = review_markdown(result.checked, result.title)
    return post_review(request.connection, request.address, request.change, comments, summary, marker)


def _change(session: Session, span: str | None) -> Subject:
    diff = read_states(session.repo, find_states(session.repo, span=span))
    readable = repo.snapshot(session.repo, reveal=session.settings.reveal)
    files = [file for file in diff.patch.files if file.path not in readable.secrets]
    texts = {file.path: file.after for file in files if file.after is not None}
    notices = tuple(f"not reviewed: {path} ({why})" for path, why in diff.not_vetted)
    notices += tuple(f"never sent, because it may hold secrets: {path}" for path in readable.secrets)
    shown = render(replace(diff.patch, files=tuple(files)))
    if not shown:
        raise UsageError(f"{diff.states.title}: there is nothing to review")
    return Subject(diff.states.title, texts, shown, notices=notices)


def _texts(session: Session, snapshot: Snapshot, arguments: Sequence[str], where: Path) -> dict[str, str]:
    root = session.root.resolve()
    found: dict[str, str] = {}
    for argument in arguments:
        full = (where / argument).resolve()
        if not full.is_relative_to(root):
            raise UsageError(f"{argument} is outside of the repository {root}")
        path = full.relative_to(root).as_posix()
        inside = [each for each in snapshot.paths if path in (each, ".") or each.startswith(f"{path}/")]
        texts = {each: text for each in inside if (text := snapshot.read(each)) is not None}
        if not texts:
            reason = snapshot.left_out.get(path) or "no tracked text file is there"
            raise UsageError(f"{argument} cannot be reviewed: {reason}")
        found |= texts
    if len(found) > _MOST_FILES:
        raise UsageError(f"{len(found):,} files are too many for one review", hint="name fewer of them")
    return found


def review(
    session: Session,
    subject: Subject,
    wish: str | None,
    report: Callable[[Event], None],
    cancel: Cancel,
    where: Path = Path(),
) -> ReviewResult:
    """Ask once, over the whole of the texts, and check each citation.

    `wish`: the issue behind a change; a path is relative to `where`.

    UsageError where the texts are longer than the model takes: they are never cut. ModelError for an answer that is
    not of the asked form. BudgetError.
    """
    session = session.with_settings(api_key=with_key(session.settings).api_key)
    settings, mask = session.settings, session.mask
    learn_local_secrets(session, repo.snapshot(session.repo))
    shown = {path: mask.mask(text, path) for path, text in subject.texts.items()}
    held_against = {path: mask.mask(text, path) for path, text in subject.against.items()}
    asked = mask.mask(read_issue(wish, where)[0].text, "the issue") if wish else ""
    choice = choose_model(session.resolved.places, settings)
    request = review_request(shown, diff=mask.mask(subject.diff, "the diff"), against=held_against, wish=asked)
    _refuse_too_long(request, choice.row)
    budget = Budget(
        settings.max_usd,
        max_usd_day=settings.max_usd_day,
        day=lambda dollars: run_store.add_spent(session.state, dollars),
    )
    report(Event("ask", f"asking {choice.row.id} about {subject.title}", percentage=20))
    with open_model(session.state, settings, choice.row, cancel, budget) as ask:
        answer = ask(request, lambda piece: None)
        more = ask.notices
    masked = {**shown, **held_against}
    checked = check_findings(answer.text, masked) if answer.finish == "stop" else None
    if checked is None:
        reason = (
            f"it ended with {answer.finish}" if answer.finish != "stop" else "it is not the JSON that was asked for"
        )
        raise ModelError(
            f"the answer cannot be used: {reason}", hint=f"it cost {answer.usage.cost}; try another --model"
        )
    checked = _in_real_lines(checked, masked, subject.all_texts)
    notices = (*withheld_notices(mask.findings), *session.resolved.notices, *choice.notices, *subject.notices, *more)
    return ReviewResult(subject.title, checked, answer.usage, choice.row.id, answer.scripted, notices)


def _refuse_too_long(request: Request, row: Row) -> None:
    tokens, most = input_estimate(request, row), row.input or row.context - row.usual_output
    if tokens > most:
        raise UsageError(
            f"the texts are about {tokens:,} tokens, and {row.id} takes {most:,}; they are never cut into pieces",
            hint="name fewer files, or a model with a larger window",
        )


def _in_real_lines(checked: CheckedFindings, masked: Mapping[str, str], real: Mapping[str, str]) -> CheckedFindings:
    """The findings with lines of the files: a secret of several lines is one line where it is masked."""

    def moved(citation: Citation) -> Citation:
        before, after = masked[citation.path].split("\n"), real[citation.path].split("\n")
        if len(before) == len(after):
            return citation
        blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        shift = next((b.b - b.a for b in blocks if b.a <= citation.first - 1 < b.a + b.size), 0)
        return replace(citation, first=citation.first + shift, last=citation.last + shift)

    found = tuple(replace(each, citations=tuple(map(moved, each.citations))) for each in checked.findings)
    return replace(checked, findings=found)


def _row(finding: CitedFinding) -> Finding:
    place = finding.citations[0]
    others = ", ".join(each.place for each in finding.citations[1:])
    reason = finding.message + (f" (see {others})" if others else "")
    parts = (finding.kind, *(f"{each.path}\0{each.quote}" for each in finding.citations))
    key = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Finding(place.path, place.first, place.last, "finding", finding.kind, reason, key)
