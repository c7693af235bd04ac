"""The virtual documents `agent:/…`: diffs, reports, texts before and after. Reads nothing but what is in review."""

from __future__ import annotations

import re
from urllib.parse import unquote

from fretsaw.core.patch import render, select
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import UsageError
from fretsaw.lsp.features import to_json
from fretsaw.lsp.state.server import Server
from fretsaw.review.review import UNDECIDED, Review

_URI = re.compile(r"agent:/+runs/(?P<run>[\w-]+)/(?P<rest>.+)")


def document_side(uri: str) -> tuple[str, str] | None:
    """Run and path of a file's text before or after; None for other documents."""
    found = _URI.fullmatch(unquote(uri))
    kind, _, path = found["rest"].partition("/") if found else ("", "", "")
    return (found["run"], path) if found and kind in ("before", "after") else None


def document_text(server: Server, uri: str) -> str:
    """The text of a virtual document. Raises UsageError for one that there is not."""
    found = _URI.fullmatch(unquote(uri))
    review = server.reviews.get(found["run"]) if found else None
    if found is None or review is None:
        raise UsageError(
            f"there is no document {uri[:200]}", hint="the proposal may already be accepted, rejected or removed"
        )
    kind, _, rest = found["rest"].partition("/")
    if kind == "proposal.diff":
        return _diff(review, review.numbers(*UNDECIDED, "accepted"))
    if kind == "report.md":
        return report(review)
    if kind == "changes":
        for number in review.verdicts:
            if rest == f"{number}.diff":
                return _diff(review, [number])
            if rest == f"{number}.md":
                return _why(review, number)
    if kind in ("before", "after") and rest in review.files:
        return _side(review, rest, kind)
    raise UsageError(f"there is no document {uri[:200]}")


def _side(review: Review, path: str, side: str) -> str:
    patch = review.files[path].patch
    if side == "before":
        return patch.before or ""
    wanted = frozenset(n for n in review.verdicts if review.state(n) not in ("dropped", "rejected"))
    chosen = select(review.proposal.proposed, wanted)
    return next((file.after or "" for file in chosen.files if file.path == path), patch.before or "")


def _diff(review: Review, numbers: list[int]) -> str:
    return safe_text(render(select(review.proposal.proposed, frozenset(numbers))))


_DECIDED = {"keep": "Kept", "drop": "Dropped", "flag": "Flagged"}


def _why(review: Review, number: int) -> str:
    """Say why a change stands where it stands, the reason first, as Markdown."""
    verdict = review.verdicts[number]
    rule = f" by the rule `{verdict.rule}`" if verdict.rule else ""
    reason = safe_text(verdict.reason) or "no rule speaks against it"
    lines = [
        f"# Change {number}: {to_json.label(review, number)}",
        "",
        f"{_DECIDED[verdict.decision]}{rule}: {reason}",
        "",
        f"- state: {review.state(number)}",
    ]
    if verdict.needed_by:
        lines.append(f"- needed by: {safe_text(verdict.needed_by)}")
    if verdict.unverified:
        lines.append("- unverified: the check does not show that it is needed")
    lines += [f"- {line}" for line in _checks(review)] or [
        f"- {to_json.UNPROVED if review.draft else 'no check was run'}"
    ]
    diff = _diff(review, [number])
    fence = "```"
    while fence in diff:
        fence += "`"
    lines += [f"- file: {safe_text(verdict.change.path)}", f"- of: {safe_text(review.title)}"]
    return "\n".join([*lines, "", f"{fence}diff", diff.rstrip("\n"), fence, ""])


def _checks(review: Review) -> list[str]:
    """The checks of a proposal, a line each."""
    evidence = review.proposal.evidence
    return [
        f"Check {name}: **{told.state}** in {told.seconds:.1f} s (`{safe_text(' '.join(told.argv))}`, "
        f"isolation {told.isolation}) {safe_text(told.reason)}".rstrip()
        for name, told in (("before", evidence.before), ("after", evidence.after))
        if told is not None
    ]


def report(review: Review) -> str:
    """Render a proposal for a person, as Markdown."""
    proposal, evidence = review.proposal, review.proposal.evidence
    lines = [
        f"# {safe_text(review.title)}",
        "",
        safe_text(proposal.summary),
        "",
        "| | change | file | state | verdict |",
        "|---|---|---|---|---|",
    ]
    for number, verdict in review.verdicts.items():
        why = safe_text(verdict.reason).replace("|", "\\|").replace("\n", " ")
        rule = f" `{verdict.rule}`" if verdict.rule else ""
        path = safe_text(verdict.change.path)
        what = to_json.label(review, number)
        decided = " ".join(filter(None, (verdict.decision + rule, why)))
        lines.append(f"| {number} | {what} | {path} | {review.state(number)} | {decided} |")
    lines.append("")
    lines += _checks(review)
    usage = evidence.usage
    tokens = f"{usage.input_tokens:,} + {usage.output_tokens:,} tokens"
    lines += ["", f"{evidence.model or 'model'}: {usage.calls} calls, {tokens}, {usage.cost}"]
    lines += [f"- {safe_text(notice)}" for notice in evidence.notices]
    return "\n".join(lines).rstrip() + "\n"
