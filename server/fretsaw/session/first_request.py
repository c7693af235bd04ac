"""Build the first request of an issue without sending it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fretsaw import repo
from fretsaw.core import prompt, tools
from fretsaw.core.chat import Message
from fretsaw.core.context.parts import Context
from fretsaw.core.context.render import each_document
from fretsaw.core.context.traces import choose_for_traces
from fretsaw.core.issue import Issue
from fretsaw.core.prompt.cached_prefix import cached_tokens
from fretsaw.core.prompt.edit_forms import EditForm
from fretsaw.core.prompt.patch_grammar import PATCH_GRAMMAR
from fretsaw.core.secrets.mask import Withheld
from fretsaw.core.secrets.masked import mask_issue, mask_snapshot
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.tokens import count, estimate
from fretsaw.model.request_size import PAGE
from fretsaw.model.row import Row
from fretsaw.session.attachments import images_for, pdfs_for, rules_for
from fretsaw.session.code_index import with_index
from fretsaw.session.issue_source import read_issue, read_logs
from fretsaw.session.model_connection import adapt_row
from fretsaw.session.models import choose_model
from fretsaw.session.notices import notices_about
from fretsaw.session.open import Session
from fretsaw.session.pointed_files import Place
from fretsaw.session.rules_preview import RulesPreview
from fretsaw.session.secret_mask import learn_local_secrets
from fretsaw.session.task import Task


@dataclass(frozen=True, slots=True)
class RequestPreview:
    """The first request of a run."""

    issue: Issue
    context: Context
    messages: tuple[Message, ...]
    model: str
    tokens: int
    """Of messages and tool schemas."""
    dollars: float
    cached_dollars: float
    notices: tuple[str, ...]
    cached_again: int = 0
    """Tokens that a second run of the same issue on this commit would read from the prompt cache."""
    cached_other: int = 0
    """Tokens that a run of another issue on this commit would read from it."""
    cached_changed: int = 0
    """Tokens that a second run would read from it after the file that is shown last has changed."""
    rules: RulesPreview = field(default_factory=RulesPreview)
    """The rules files that hold for what is shown."""
    withheld: tuple[Withheld, ...] = ()
    """Secrets in whose place a marker would be sent."""

    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "model": self.model,
            "tokens": self.tokens,
            "dollars": round(self.dollars, 6),
            "dollars_cached": round(self.cached_dollars, 6),
            "cached_again": self.cached_again,
            "cached_other_issue": self.cached_other,
            "cached_after_change": self.cached_changed,
            "files": [
                {"path": part.path, "first": part.first, "last": part.last, "whole": part.whole, "why": part.why}
                for part in self.context.parts
            ],
            "stopped": self.context.stopped,
            "next": [
                {"path": part.path, "first": part.first, "last": part.last, "why": part.why}
                for part in self.context.following
            ],
            "next_tokens": self.context.following_tokens,
            "constraints": [
                {"kind": item.kind, "text": item.text} | ({"source": item.source} if item.source else {})
                for item in self.issue.constraints
            ],
            "rules_files": self.rules.document(),
            "messages": [{"role": message.role, "text": message.text} for message in self.messages],
            "notices": list(self.notices),
            "withheld": [
                {"place": item.source, "line": item.line, "rule": item.rule, "name": item.name}
                for item in self.withheld
            ],
        }


def preview_request(
    session: Session, argument: str, where: Path = Path(), places: tuple[Place, ...] = ()
) -> RequestPreview:
    """The first request of a fix of this issue (a path is relative to `where`), but for what the check says now."""
    issue, folder = read_issue(argument, where)
    issue = mask_issue(issue, session.mask)
    settings = session.settings
    choice = choose_model(session.resolved.places, settings)
    snapshot, index_notices = _masked_snapshot(session)
    logs, notices = read_logs(issue, folder)
    logs = tuple((name, session.mask.mask(text, name)) for name, text in logs)
    budget, mode = settings.context_tokens, settings.context
    context = choose_for_traces(issue, snapshot.readable(), budget, mode, estimate, places, logs)
    form = adapt_row(session.state, settings, choice.row).form_for(settings)
    task = Task(issue, folder=folder)
    (images, more), pdfs = images_for(task, choice.row), pdfs_for(task, choice.row, session.mask)
    rules = rules_for(session, snapshot)
    told = rules.told(context, estimate)
    shown_rules = RulesPreview(rules.files.chain(context.paths), rules.resolved(issue, context.paths))
    issue = rules.join(issue, context.paths)
    messages = prompt.first_messages(
        issue,
        context,
        form,
        images=images,
        files=pdfs.files,
        logs=(*logs, *pdfs.texts),
        rules=rules.settings,
        rules_files=told.texts,
        rounds=settings.steps if settings.tools else 0,
    )
    schemas = _schemas(form, tools_too=settings.tools, partial=not context.whole)
    tokens = count("".join(message.text for message in messages) + schemas) + sum(image.tokens for image in images)
    tokens += PAGE * sum(file.pages for file in pdfs.files)
    return RequestPreview(
        issue,
        context,
        messages,
        choice.row.id,
        tokens,
        choice.row.cost(tokens, 0, 0),
        choice.row.cost(tokens, tokens, 0),
        (
            *session.resolved.notices,
            *index_notices,
            *choice.notices,
            *notices,
            *more,
            *pdfs.notices,
            *notices_about(session, snapshot, issue.hidden),
            *context.notices,
            *told.cut,
            *shown_rules.resolved.conflicts,
        ),
        *_cached(messages, schemas, choice.row, context),
        shown_rules,
        _withheld(session, messages),
    )


def _masked_snapshot(session: Session) -> tuple[Snapshot, tuple[str, ...]]:
    """The snapshot as a model sees it, with the index behind it, and notices about that."""
    snapshot = repo.snapshot(session.repo, reveal=session.settings.reveal)
    learn_local_secrets(session, snapshot)
    snapshot, notices = with_index(session, snapshot)
    return mask_snapshot(snapshot, session.mask), notices


def _schemas(form: EditForm, *, tools_too: bool, partial: bool) -> str:
    """The text of the tools that are offered, and of the grammar."""
    offered = tools.tools_for(form, partial=partial) if tools_too else ()
    schemas = "".join(f"{tool.name}{tool.description}{tool.parameters}" for tool in offered)
    return schemas + (PATCH_GRAMMAR if form == "grammar-tool" else "")


def _withheld(session: Session, messages: tuple[Message, ...]) -> tuple[Withheld, ...]:
    """The secrets in whose place the messages have a marker."""
    sent = {marker for message in messages for marker in session.mask.markers_in(message.text)}
    return tuple(item for item in session.mask.findings if item.marker in sent)


def _cached(messages: tuple[Message, ...], schemas: str, row: Row, context: Context) -> tuple[int, int, int]:
    """Tokens of the prefix that a later run shares: of the same issue, of another one on the same commit, and of the
    same one after the file that is shown last has changed.

    Another issue shares the documents only where they are the whole repository.
    """
    if row.can.cache == "none":
        return 0, 0, 0
    system, user = messages[0].text, messages[1]
    text = schemas + system + user.text
    start = len(schemas) + len(system)
    ends = (start, *(start + end for end in user.cache_ends))
    by_breakpoints = row.can.cache == "breakpoints"
    documents_end = ends[-2]
    last = each_document(context.parts)[-1] if context.parts else ""

    def read(shared: int) -> int:
        return cached_tokens(text, shared, ends, by_breakpoints=by_breakpoints)

    return read(len(text)), read(documents_end if context.whole else start), read(documents_end - len(last))
