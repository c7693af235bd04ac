"""Vet a pull or merge request: verdicts on its changes, and one review that offers to take out what nobody asked for.

Its title, its text and the issues that it closes are the request: data, which choose nothing.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fretsaw.core.issue import Issue
from fretsaw.core.patch import find_moves, render
from fretsaw.core.prune.verdict import why
from fretsaw.errors import ForgeError, RepoError
from fretsaw.forge.address import Address, is_address
from fretsaw.forge.changes import ForgeChange, Posted, ReviewComment, post_review, read_change
from fretsaw.forge.connection import Connection
from fretsaw.forge.issues import read_forge_issue
from fretsaw.repo.git.remotes import has_commit
from fretsaw.report.findings import Finding, findings_markdown
from fretsaw.report.markdown import cell, code
from fretsaw.review.suggestions import SuggestedRemoval, Suggestion, shown_lines, suggest_removal
from fretsaw.review.tree_review import TreeChange, tree_changes
from fretsaw.session.forge_issue import connect
from fretsaw.session.issue_source import MAX_ISSUE, parse_issue
from fretsaw.session.open import Session
from fretsaw.session.vet_tree import Question, VettedTree, vet_tree

_CLOSES = re.compile(r"(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d{1,12})\b")
_MOST_CLOSED = 3
"""Issues that a request closes and that are read."""


@dataclass(frozen=True, slots=True)
class VettedRequest:
    """A pull or merge request with the verdicts on its changes."""

    address: Address
    change: ForgeChange
    vetted: VettedTree
    removal: SuggestedRemoval
    findings: tuple[Finding, ...]
    connection: Connection

    @property
    def summary(self) -> str:
        """The verdicts as Markdown, with the patch of what no suggestion takes out."""
        remainder = render(self.removal.remainder)
        title = f"Fretsaw: {self.change.title or self.address.place}"
        text = findings_markdown(title, self.findings, len(self.vetted.verdicts), remainder)
        told = [f"> {cell(sentence)}" for sentence in self.vetted.broken]
        told += [f"> not vetted: `{code(path)}` ({cell(reason)})" for path, reason in self.vetted.diff.not_vetted[:20]]
        return text + ("\n" + "\n".join(told) + "\n" if told else "")


def vet_request(session: Session, argument: str, allow: tuple[str, ...], where: Path) -> VettedRequest:
    """Give each change of a pull request its verdict. Its commits have to be here already: nothing is fetched.

    `argument`: its address, or `#7`. ForgeError, UsageError, RepoError.
    """
    connection, address, change = open_request(session, argument, where)
    issue = _request(connection, address, change)
    span = f"{change.base}...{change.head}"
    question = Question(span=span, request=issue, allow=allow, declared_scope=False, where=where)
    vetted = vet_tree(session, question)
    placed = tree_changes(vetted.proposed, vetted.verdicts)
    dropped = [each for each in placed if each.verdict.decision == "drop"]
    shown = {path: shown_lines(diff) for path, diff in change.diffs.items()}
    moves = find_moves(vetted.proposed, [item.change for item in vetted.verdicts])
    removal = suggest_removal(vetted.reverse, dropped, shown, moves)
    return VettedRequest(address, change, vetted, removal, _findings(vetted, placed), connection)


def open_request(session: Session, argument: str, where: Path) -> tuple[Connection, Address, ForgeChange]:
    """A pull request whose commits are here, with its connection. ForgeError, RepoError."""
    connection, address = _request_address(argument, where)
    change = read_change(connection, address)
    _refuse_missing_commits(session, address, change)
    return connection, address, change


def _request_address(argument: str, where: Path) -> tuple[Connection, Address]:
    text = argument.strip()
    text = f"!{text}" if text.isdigit() else text.replace("#", "!") if re.fullmatch(r"#\d+", text) else text
    if not is_address(text):
        raise ForgeError(
            f"{argument!r} is not the address of a pull request",
            hint="give the address as the browser shows it, or #7 for one of the project that `origin` names",
        )
    connection, address = connect(text, where)
    if not address.is_change:
        raise ForgeError(f"{address.place} is an issue", hint=f"to vet against it: `agent vet --issue {argument}`")
    return connection, address


def post(request: VettedRequest) -> Posted | None:
    """Post the review, or what of it is not there yet; None where there is nothing to say."""
    if not request.findings and not request.vetted.broken:
        return None
    comments = [_comment(each) for each in request.removal.suggestions]
    marker = _digest(*sorted(finding.key for finding in request.findings), *request.vetted.broken)
    return post_review(request.connection, request.address, request.change, comments, request.summary, marker)


def _refuse_missing_commits(session: Session, address: Address, change: ForgeChange) -> None:
    refs = {"gitlab": "merge-requests/{}/head"}.get(address.host.kind or "", "pull/{}/head").format(address.number)
    for commit, how in ((change.head, f"git fetch origin {refs}"), (change.base, "git fetch origin")):
        if not has_commit(session.repo, commit):
            raise RepoError(
                f"commit {commit[:12]} of {address.place} is not in this repository",
                hint=f"run `{how}` (in a shallow clone with --unshallow); Fretsaw fetches nothing itself",
            )


def _request(connection: Connection, address: Address, change: ForgeChange) -> Issue:
    """The request's own words, with those of the issues of the same project that it closes."""
    parts = [f"# {' '.join(change.title.split()) or address.place}", change.body.strip()]
    numbers = dict.fromkeys(int(number) for number in _CLOSES.findall(f"{change.title}\n{change.body}"))
    for number in list(numbers)[:_MOST_CLOSED]:
        try:
            closed = read_forge_issue(connection, Address(address.host, address.project, number))
        except ForgeError:
            continue  # a number that names nothing asks for nothing
        parts.append(closed.text)
    text = "\n\n".join(part for part in parts if part)
    return parse_issue(text.encode("utf-8", "replace")[:MAX_ISSUE], address.place)


def _findings(vetted: VettedTree, placed: tuple[TreeChange, ...]) -> tuple[Finding, ...]:
    found = []
    for each in placed:
        item = each.verdict
        if item.decision == "keep":
            continue
        has_lines = item.change.kind == "lines"
        first = max(each.line + (1 if each.added else 0), 1) if has_lines else 0
        last = first + max(len(each.added) - 1, 0)
        level: Literal["unasked", "doubtful"] = "unasked" if item.decision == "drop" else "doubtful"
        reason = why(item.reason, item.needed_by)
        found.append(Finding(each.path, first, last, level, item.rule, reason, each.key))
    outside = [
        Finding(path, 0, 0, "unasked", "scope", "outside the declared scope", _digest(path)) for path in vetted.outside
    ]
    return (*found, *outside)


def _comment(suggestion: Suggestion) -> ReviewComment:
    reasons = dict.fromkeys(why(each.verdict.reason, each.verdict.needed_by) for each in suggestion.changes)
    rules = dict.fromkeys(each.verdict.rule for each in suggestion.changes)
    told = "; ".join(map(cell, reasons))
    text = f"**Not asked for**: {told}. The suggestion takes it out.\n\n<sub>rule: {', '.join(map(cell, rules))}</sub>"
    marker = _digest(suggestion.path, suggestion.text, *(each.key for each in suggestion.changes))
    return ReviewComment(suggestion.path, suggestion.first, suggestion.last, suggestion.text, text, marker)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
