"""Read an issue, or the text of a pull or merge request, from its forge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fretsaw.errors import ForgeError
from fretsaw.forge.address import Address, Host, quoted_project
from fretsaw.forge.connection import Connection, Refusal
from fretsaw.forge.login import how_to_log_in

_MOST_PAGES = 3
"""Pages of comments that are read."""
_MEMBERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


@dataclass(frozen=True, slots=True)
class ForgeComment:
    """One comment that is part of the request."""

    author: str
    text: str


@dataclass(frozen=True, slots=True)
class ForgeIssue:
    """An issue as its forge has it."""

    title: str
    body: str
    is_open: bool
    comments: tuple[ForgeComment, ...] = ()
    """Those of the issue's author and of members of the project, in order."""
    left_out: int = 0
    """Comments by others."""

    @property
    def text(self) -> str:
        """The issue as Markdown, as a person would save it."""
        parts = [f"# {' '.join(self.title.split())}", self.body.strip()]
        parts += [f"## Comment by {comment.author}\n\n{comment.text.strip()}" for comment in self.comments]
        return "\n\n".join(part for part in parts if part) + "\n"


def read_forge_issue(connection: Connection, address: Address) -> ForgeIssue:
    """The issue at an address with its comments. ForgeError with the remedy where it cannot be read."""
    kind = connection.host.kind
    base = f"/{'projects' if kind == 'gitlab' else 'repos'}/{quoted_project(address)}"
    kinds = ("merge_requests" if address.is_change else "issues") if kind == "gitlab" else "issues"
    path = f"{base}/{kinds}/{address.number}"
    notes = "notes" if kind == "gitlab" else "comments"
    try:
        found = connection.get(path)
        rows = connection.pages(f"{path}/{notes}", _MOST_PAGES, **({"sort": "asc"} if kind == "gitlab" else {}))
    except Refusal as refusal:
        raise explain(refusal, connection, address) from None
    if not isinstance(found, Mapping):
        raise ForgeError(f"{connection.host.name} did not answer with an issue")
    author = _login(found)
    comments = [row for row in rows if isinstance(row, Mapping) and not row.get("system")]
    kept = tuple(_comments(comments, author))
    return ForgeIssue(
        str(found.get("title") or ""),
        str(found.get("description" if kind == "gitlab" else "body") or ""),
        str(found.get("state")) in {"open", "opened"},
        kept,
        len(comments) - len(kept),
    )


def _comments(rows: Iterable[Mapping[str, Any]], author: str) -> Iterable[ForgeComment]:
    """The comments that may say what is wanted: a stranger's could widen what the fix may touch."""
    for row in rows:
        by = _login(row)
        if by and (by == author or row.get("author_association") in _MEMBERS):
            yield ForgeComment(by, str(row.get("body") or ""))


def _login(row: Mapping[str, Any]) -> str:
    user = row.get("user") or row.get("author")
    return str(user.get("login") or user.get("username") or "") if isinstance(user, Mapping) else ""


def ask_kind(connection: Connection) -> Host:
    """The host with its kind, where neither name nor path told it: only Gitea has a version at this place."""
    if connection.host.kind is not None:
        return connection.host
    asked = Connection(replace(connection.host, kind="gitea"), "", connection.sleep)
    try:
        found = asked.get("/version")
    except (Refusal, ForgeError):
        found = None
    is_gitea = isinstance(found, Mapping) and "version" in found
    return replace(connection.host, kind="gitea" if is_gitea else "github")


def explain(refusal: Refusal, connection: Connection, address: Address) -> ForgeError:
    """A host's refusal in words, with what to do."""
    host = connection.host
    if refusal.status in {404, 410}:
        why = "" if connection.token else ", or it is private and no token was found"
        hint = "check the number" if connection.token else how_to_log_in(host)
        return ForgeError(f"{address.place} does not exist{why}", hint=hint)
    if refusal.wait is not None:
        hint = f"try again in {round(refusal.wait)} s" + ("" if connection.token else f", or {how_to_log_in(host)}")
        return ForgeError(f"{host.name} allows no more requests for now: {refusal.message}", hint=hint)
    if refusal.status == 403:
        return ForgeError(f"{host.name} does not allow this: {refusal.message}", hint="see the token's permissions")
    return ForgeError(f"{host.name} answered {refusal.status}: {refusal.message}", hint="try again later")
