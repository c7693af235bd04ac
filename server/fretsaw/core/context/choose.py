"""`choose`: issue × snapshot → the files and excerpts worth their tokens, within a hard budget. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from fretsaw.core.context.candidates import Candidates, candidates
from fretsaw.core.context.joins import joins_of
from fretsaw.core.context.pack import Packed, pack
from fretsaw.core.context.parts import Context, Part
from fretsaw.core.context.render import document
from fretsaw.core.context.value import values_of
from fretsaw.core.issue.issue import Issue
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.lines import is_binary, split_lines

Estimate = Callable[[str], int]

_SMALL_REPOSITORY = 1_500
"""Tokens up to which `auto` sends everything: it costs no more than choosing would."""
_LONGEST_FILE = 1_000_000
_LONGEST_LINE = 20_000
_LEAST_FILES, _MOST_FILES, _TOKENS_A_FILE = 30, 110, 1_000
"""Files that are looked at closely: the more the larger the budget is."""
_JOINS_SHARE = 12
"""The part of the budget, as a divisor, that sentences on uses may take."""
_FOREMOST = 14
"""Best files of which it is said when they cannot be shown."""
_LATELY = 10
"""Commits within which a file is likely to change again. Of 1 to 100, the one at which most is read from a cache that
keeps whole prefixes alone (`bench/cache_share.py`)."""
_LONG_AGO = 1 << 30


def choose(
    issue: Issue,
    snapshot: Snapshot,
    budget_tokens: int,
    mode: Literal["auto", "whole", "files"],
    estimate: Estimate,
    focus: tuple[tuple[str, int, int], ...] = (),
) -> Context:
    """Choose the parts of a repository to show. `focus`: (path, first line, last line) that a person pointed to.

    The parts never cost more than `budget_tokens` by `estimate`; the same input gives the same bytes.
    """
    return _by_rarity(_choose(issue, snapshot, budget_tokens, mode, estimate, focus), snapshot)


def _by_rarity(context: Context, snapshot: Snapshot) -> Context:
    """Put what changed long ago first: a prompt of a later commit then begins like this one up to what has changed."""
    if len(context.paths) < 2:
        return context
    ages = {**snapshot.last_changes(), **dict.fromkeys(snapshot.overlay, 0)}

    def age(part: Part) -> int:
        return ages.get(part.path, _LONG_AGO)

    parts = tuple(sorted(context.parts, key=lambda part: (-age(part), part.path, part.first)))
    return replace(context, parts=parts, settled=sum(age(part) > _LATELY for part in parts) if ages else 0)


def _choose(
    issue: Issue,
    snapshot: Snapshot,
    budget_tokens: int,
    mode: Literal["auto", "whole", "files"],
    estimate: Estimate,
    focus: tuple[tuple[str, int, int], ...],
) -> Context:
    notices = _left_out(snapshot)
    for path, _, _ in focus:
        if path not in snapshot.paths:
            why = snapshot.why_hidden(path) or "git does not track it"
            notices.append(f"{path}, which you point to, is not shown to the model: {why}")
    if mode != "files":
        limit = budget_tokens if mode == "whole" else min(budget_tokens, _SMALL_REPOSITORY)
        everything = _whole(snapshot, limit, estimate, notices)
        if everything is not None:
            return everything
        if mode == "whole":
            notices.append(f"the whole repository does not fit into {budget_tokens} tokens: only chosen files are sent")
    return _chosen(issue, snapshot, budget_tokens, estimate, focus, notices)


def _left_out(snapshot: Snapshot) -> list[str]:
    out = []
    if snapshot.secrets:
        out.append(
            f"{len(snapshot.secrets)} file(s) that look like secrets are not shown to the model: "
            + _some(snapshot.secrets)
        )
    if snapshot.left_out:
        rows = tuple(f"{path} ({why})" for path, why in sorted(snapshot.left_out.items()))
        out.append(f"{len(rows)} file(s) are not shown to the model: " + _some(rows))
    return out


def _some(rows: tuple[str, ...]) -> str:
    return ", ".join(rows[:5]) + (", …" if len(rows) > 5 else "")


def _whole(snapshot: Snapshot, limit: int, estimate: Estimate, told: list[str]) -> Context | None:
    """Every text of the repository, None when that costs more than the limit; stops reading as soon as it does."""
    if len(snapshot.paths) * 6 > limit:
        return None
    parts: list[Part] = []
    tokens = 0
    notices = list(told)
    for path in sorted(snapshot.paths):
        text = snapshot.read(path)
        reason = unfit(text)
        if text is None or reason:
            if text is not None and "binary" not in reason:
                notices.append(f"{path} is not shown to the model: {reason}")
            continue
        # Eight characters a token is more than any text but blanks has.
        if len(text) > 8 * limit + 64:
            return None
        part = Part(path, 1, _count(text), text, "the whole repository")
        tokens += estimate(document(part, text))
        if tokens > limit:
            return None
        parts.append(part)
    return Context(tuple(parts), tokens, whole=True, notices=tuple(notices), ranking=tuple(part.path for part in parts))


def unfit(text: str | None) -> str:
    """Say why a text is not shown, empty when it may be."""
    if text is None:
        return "it cannot be read as text"
    if is_binary(text):
        return "it is binary"
    if len(text) > _LONGEST_FILE:
        return "it is larger than 1 MB"
    if len(text) > _LONGEST_LINE and max(map(len, text.split("\n"))) > _LONGEST_LINE:
        return f"it has a line of more than {_LONGEST_LINE} characters"
    return ""


def _chosen(
    issue: Issue,
    snapshot: Snapshot,
    budget: int,
    estimate: Estimate,
    focus: tuple[tuple[str, int, int], ...],
    notices: list[str],
) -> Context:
    most = min(_MOST_FILES, _LEAST_FILES + budget // _TOKENS_A_FILE)
    found = candidates(issue, snapshot, focus, most, unfit)
    foremost = set(found.order[:_FOREMOST])
    notices += [
        f"{path} is not shown to the model: {why}" for path, why in found.texts.unread.items() if path in foremost
    ]
    if found.cut:
        notices.append("the repository is too large to be searched to its end: files late in it may be missing")
    valued = values_of(found)
    joins = joins_of(valued, found.texts, found.credit.query.names)
    joined = estimate("\n".join(joins)) if joins else 0
    if joined > budget // _JOINS_SHARE:
        joins, joined = (), 0
    packed = pack(valued, found.texts, budget - joined, estimate)
    missing = sorted({f"{each.path}:{each.first}-{each.last}" for each in packed.unfit})
    if missing:
        lacking = _some(tuple(missing))
        notices.append(f"the budget of {budget:,} tokens is too small for all that you point to: without {lacking}")
    return Context(
        packed.parts,
        packed.tokens + joined,
        whole=False,
        notices=tuple(notices),
        ranking=found.order,
        following=packed.following,
        following_tokens=packed.following_tokens,
        joins=joins,
        stopped=_why_stopped(packed, found, budget),
    )


def _why_stopped(packed: Packed, found: Candidates, budget: int) -> str:
    if not found.texts:
        return "nothing in the repository fits the issue"
    if packed.worthless:
        return "what is left hardly fits the issue"
    if packed.following:
        return f"the budget of {budget:,} tokens is used"
    return f"all of the {len(found.texts)} files that fit the issue best is shown"


def _count(text: str) -> int:
    return max(1, len(split_lines(text)))
