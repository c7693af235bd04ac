"""Build the first request of an issue without sending it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fretsaw import repo
from fretsaw.core import prompt, tools
from fretsaw.core.chat import Message
from fretsaw.core.context.choose import choose
from fretsaw.core.context.parts import Context
from fretsaw.core.context.render import each_document
from fretsaw.core.issue import Issue
from fretsaw.core.prompt.cached_prefix import cached_tokens
from fretsaw.core.prompt.patch_grammar import PATCH_GRAMMAR
from fretsaw.core.secrets.mask import Withheld
from fretsaw.core.secrets.masked import mask_issue, mask_snapshot
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
            "constraints": [{"kind": item.kind, "text": item.text} for item in self.issue.constraints],
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
    snapshot = repo.snapshot(session.repo, reveal=settings.reveal)
    learn_local_secrets(session, snapshot)
    snapshot, index_notices = with_index(session, snapshot)
    snapshot = mask_snapshot(snapshot, session.mask)
    context = choose(issue, snapshot.readable(), settings.context_tokens, settings.context, estimate, places)
    logs, notices = read_logs(issue, folder)
    logs = tuple((name, session.mask.mask(text, name)) for name, text in logs)
    form = adapt_row(session.state, settings, choice.row).form_for(settings)
    images, more = images_for(Task(issue, folder=folder), choice.row)
    pdfs = pdfs_for(Task(issue, folder=folder), choice.row, session.mask)
    rules = rules_for(session, snapshot)
    messages = prompt.first_messages(
        issue,
        context,
        form,
        images=images,
        files=pdfs.files,
        logs=(*logs, *pdfs.texts),
        rules=rules,
        rounds=settings.steps if settings.tools else 0,
    )
    offered = tools.tools_for(form, partial=not context.whole) if settings.tools else ()
    schemas = "".join(f"{tool.name}{tool.description}{tool.parameters}" for tool in offered)
    schemas += PATCH_GRAMMAR if form == "grammar-tool" else ""
    sent = {marker for message in messages for marker in session.mask.markers_in(message.text)}
    withheld = tuple(item for item in session.mask.findings if item.marker in sent)
    tokens = count("".join(message.text for message in messages) + schemas) + sum(image.tokens for image in images)
    tokens += PAGE * sum(file.pages for file in pdfs.files)
    row = choice.row
    again, other, changed = _cached(messages, schemas, row, context)
    return RequestPreview(
        issue,
        context,
        messages,
        row.id,
        tokens,
        row.cost(tokens, 0, 0),
        row.cost(tokens, tokens, 0),
        (
            *session.resolved.notices,
            *index_notices,
            *choice.notices,
            *notices,
            *more,
            *pdfs.notices,
            *notices_about(session, snapshot, issue.hidden),
            *context.notices,
        ),
        again,
        other,
        changed,
        withheld,
    )


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
