"""Read a pull or merge request, and post one review of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fretsaw.errors import ForgeError
from fretsaw.forge.address import Address, quoted_project
from fretsaw.forge.connection import Connection, Refusal
from fretsaw.forge.issues import explain

_MOST_PAGES = 30
"""Pages of 100 changed files: GitHub lists 3,000."""
MOST_COMMENTS = 40
"""Comments of one review. GitHub allows about 80 requests a minute that create something, GitLab needs one each."""
_MARKER = re.compile(r"<!-- fretsaw:([0-9a-f]{8,64}) -->")


@dataclass(frozen=True, slots=True)
class ForgeChange:
    """A pull or merge request as its forge has it."""

    title: str
    body: str
    is_open: bool
    base: str
    """Commit of the target branch; what changed is counted from where the two diverged."""
    head: str
    """Commit that is proposed."""
    start: str = ""
    """GitLab: the commit that the target branch had when the merge request was last pushed."""
    diffs: Mapping[str, str] = field(default_factory=dict)
    """Path -> the hunks that the forge shows; a file without an entry can have no comment on its lines."""


@dataclass(frozen=True, slots=True)
class ReviewComment:
    """A comment on lines of the proposed commit."""

    path: str
    first: int
    """From 1."""
    last: int
    replacement: str | None
    """Lines in place of those, offered for one click; None for a remark."""
    text: str
    """Markdown above the suggestion."""
    marker: str
    """Identity of the comment, in hex digits: one that is there already is not posted again."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The outcome of posting a review."""

    comments: int
    known: int
    """Comments that an earlier review has."""
    refused: int = 0
    """Comments whose lines the forge did not take."""


def read_change(connection: Connection, address: Address) -> ForgeChange:
    """The pull or merge request with the diffs that its page shows. ForgeError with the remedy."""
    is_gitlab = connection.host.kind == "gitlab"
    path = _path(connection, address)
    try:
        row = connection.get(path)
        files = connection.pages(f"{path}/{'diffs' if is_gitlab else 'files'}", _MOST_PAGES)
    except Refusal as refusal:
        raise explain(refusal, connection, address) from None
    if not isinstance(row, Mapping):
        raise ForgeError(f"{connection.host.name} did not answer with a pull request")
    refs = row.get("diff_refs") or {}
    base = refs.get("base_sha") if is_gitlab else (row.get("base") or {}).get("sha")
    head = refs.get("head_sha") if is_gitlab else (row.get("head") or {}).get("sha")
    if not (_is_commit(base) and _is_commit(head)):
        raise ForgeError(f"{address.place} has no commits to compare", hint="was its branch deleted?")
    return ForgeChange(
        str(row.get("title") or ""),
        str(row.get("description" if is_gitlab else "body") or ""),
        str(row.get("state")) in {"open", "opened"},
        str(base),
        str(head),
        str(refs.get("start_sha") or ""),
        dict(_diffs(files)),
    )


def post_review(
    connection: Connection,
    address: Address,
    change: ForgeChange,
    comments: Sequence[ReviewComment],
    summary: str,
    marker: str,
) -> Posted:
    """Post what is not there yet: one review with its comments on GitHub and Gitea, discussions and a note on GitLab.

    `marker`: the identity of the summary, in hex digits. ForgeError, and nothing posted, where the request was closed
    or pushed to since `change` was read.
    """
    now = read_change(connection, address)
    if not now.is_open:
        raise ForgeError(f"{address.place} is closed; nothing was posted", hint="reopen it, or leave out --post")
    if now.head != change.head:
        raise ForgeError(
            f"{address.place} was pushed to during the review; nothing was posted",
            hint=f"fetch {now.head[:12]} and review it again",
        )
    path = _path(connection, address)
    try:
        markers, summaries = _posted(connection, path)
        fresh = [comment for comment in comments if comment.marker not in markers][:MOST_COMMENTS]
        known = sum(comment.marker in markers for comment in comments)
        if not fresh and marker in summaries:
            return Posted(0, known)
        body = f"{summary.rstrip()}\n\n<!-- fretsaw:{marker} -->"
        if connection.host.kind == "gitlab":
            return _post_discussions(connection, path, change, fresh, body, known)
        return _post_one_review(connection, path, change, fresh, body, known)
    except Refusal as refusal:
        raise explain(refusal, connection, address) from None


def _path(connection: Connection, address: Address) -> str:
    kinds = ("projects", "merge_requests") if connection.host.kind == "gitlab" else ("repos", "pulls")
    return f"/{kinds[0]}/{quoted_project(address)}/{kinds[1]}/{address.number}"


def _is_commit(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{40,64}", value) is not None


def _diffs(rows: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for row in rows:
        if isinstance(row, Mapping):
            path, diff = row.get("filename") or row.get("new_path"), row.get("patch") or row.get("diff")
            if isinstance(path, str) and isinstance(diff, str):
                yield path, diff


def _posted(connection: Connection, path: str) -> tuple[frozenset[str], frozenset[str]]:
    """Markers of comments on lines, and of summaries, that are there already."""
    ours = _own_name(connection)
    if connection.host.kind == "gitlab":
        notes = _markers(connection.pages(f"{path}/notes", _MOST_PAGES), ours)
        return notes, notes
    reviews = connection.pages(f"{path}/reviews", _MOST_PAGES)
    if connection.host.kind == "gitea":  # the comments of each review are asked for by themselves
        rows = [
            row
            for review in reviews
            if isinstance(review, Mapping) and _MARKER.search(str(review.get("body")))
            for row in connection.pages(f"{path}/reviews/{review.get('id')}/comments", 1)
        ]
    else:
        rows = connection.pages(f"{path}/comments", _MOST_PAGES)
    return _markers(rows, ours), _markers(reviews, ours)


def _own_name(connection: Connection) -> str:
    """The name that we post under; "" where the token does not say, as those of GitHub's runners."""
    try:
        found = connection.get("/user")
    except Refusal:
        return ""
    return str(found.get("login") or found.get("username") or "") if isinstance(found, Mapping) else ""


def _markers(rows: Iterable[Any], ours: str) -> frozenset[str]:
    """The markers in comments of ours. A stranger could write one, to keep us from saying something."""
    bodies = (str(row.get("body") or "") for row in rows if isinstance(row, Mapping) and _is_ours(row, ours))
    return frozenset(marker for body in bodies for marker in _MARKER.findall(body))


def _is_ours(row: Mapping[str, Any], ours: str) -> bool:
    user = row.get("user") or row.get("author") or {}
    name = user.get("login") or user.get("username")
    return name == ours if ours else user.get("type") == "Bot"


def _post_one_review(
    connection: Connection,
    path: str,
    change: ForgeChange,
    comments: Sequence[ReviewComment],
    body: str,
    known: int,
) -> Posted:
    is_gitea = connection.host.kind == "gitea"
    rows = [_gitea_row(comment) if is_gitea else _github_row(comment) for comment in comments]
    review = {"commit_id": change.head, "event": "COMMENT", "body": body}
    try:
        connection.post(f"{path}/reviews", {**review, "comments": rows})
    except Refusal as refusal:
        if refusal.status != 422 or not rows:
            raise
        # One line that the forge does not take refuses all of them; the summary lists them too.
        connection.post(f"{path}/reviews", review)
        return Posted(0, known, len(rows))
    return Posted(len(rows), known)


def _github_row(comment: ReviewComment) -> dict[str, Any]:
    row: dict[str, Any] = {"path": comment.path, "line": comment.last, "side": "RIGHT"}
    if comment.first != comment.last:
        row |= {"start_line": comment.first, "start_side": "RIGHT"}
    return {**row, "body": _body(comment, "suggestion")}


def _gitea_row(comment: ReviewComment) -> dict[str, Any]:
    # Gitea knows no suggestions: the lines are shown as code.
    return {"path": comment.path, "new_position": comment.last, "body": _body(comment, "")}


def _post_discussions(
    connection: Connection,
    path: str,
    change: ForgeChange,
    comments: Sequence[ReviewComment],
    body: str,
    known: int,
) -> Posted:
    """One discussion a comment, then a note that sums up. One that GitLab refuses stops no other."""
    refused = 0
    for comment in comments:
        position = {
            "base_sha": change.base,
            "start_sha": change.start or change.base,
            "head_sha": change.head,
            "position_type": "text",
            "new_path": comment.path,
            "old_path": comment.path,
            "new_line": comment.last,
        }
        text = _body(comment, f"suggestion:-{comment.last - comment.first}+0")
        try:
            connection.post(f"{path}/discussions", {"body": text, "position": position})
        except Refusal as refusal:
            if refusal.status not in {400, 422}:
                raise
            refused += 1
    connection.post(f"{path}/notes", {"body": body})
    return Posted(len(comments) - refused, known, refused)


def _body(comment: ReviewComment, suggestion: str) -> str:
    parts = [comment.text]
    if comment.replacement is not None:
        fence = "```"
        while fence in comment.replacement:
            fence += "`"
        parts.append(f"{fence}{suggestion}\n{comment.replacement}{fence}")
    return "\n\n".join([*parts, f"<!-- fretsaw:{comment.marker} -->"])
