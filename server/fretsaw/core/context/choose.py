"""`choose`: issue × snapshot → the files and excerpts worth their tokens, within a hard budget. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from fretsaw.core.context.excerpt import excerpt
from fretsaw.core.context.outline import Definition, outline
from fretsaw.core.context.parts import Context, Part
from fretsaw.core.context.rank import Found, Ranking, rank
from fretsaw.core.context.render import document
from fretsaw.core.issue.issue import Issue
from fretsaw.core.languages import is_test
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.lines import is_binary, split_lines

Estimate = Callable[[str], int]

_SMALL_REPOSITORY = 1_500
"""Tokens up to which `auto` sends everything: it costs no more than choosing would."""
_LONGEST_FILE = 1_000_000
_LONGEST_LINE = 20_000
_MOST_FILES = 14
_SHARES = (0.45, 0.3, 0.25)
"""Shares of the remaining budget that the first, the second and every further file may take."""
_WHOLE_FILE = 6_000
_MOST_USED = 12
_FOR_USED = 5
"""A fifth of the budget is kept for definitions that the chosen ones use."""
_USED_FILE, _USED_EXCERPT, _USED_POINT = 1_800, 700, 8.0
_FLOOR = 0.12
"""Files below this share of the best score are not shown."""
_FLOOR_WHEN_SURE = 0.3
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
    if mode != "files":
        limit = budget_tokens if mode == "whole" else min(budget_tokens, _SMALL_REPOSITORY)
        everything = _whole(snapshot, limit, estimate)
        if everything is not None:
            return everything
        if mode == "whole":
            notices.append(f"the whole repository does not fit into {budget_tokens} tokens: only chosen files are sent")
    return _chosen(rank(issue, snapshot, focus), snapshot, budget_tokens, estimate, notices)


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


def _whole(snapshot: Snapshot, limit: int, estimate: Estimate) -> Context | None:
    """Every text of the repository, None when that costs more than the limit; stops reading as soon as it does."""
    if len(snapshot.paths) * 6 > limit:
        return None
    parts: list[Part] = []
    tokens = 0
    notices = _left_out(snapshot)
    for path in sorted(snapshot.paths):
        text = snapshot.read(path)
        reason = _unfit(text)
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


def _unfit(text: str | None) -> str:
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


class _Room(NamedTuple):
    """Tokens that one file may take."""

    whole: int
    """As a whole."""
    excerpt: int
    """In excerpts, where the whole costs more."""


@dataclass(slots=True)
class _Basket:
    """Parts so far and what is left of the budget."""

    left: int
    estimate: Estimate
    parts: list[Part] = field(default_factory=list)

    def cost(self, part: Part) -> int:
        return self.estimate(document(part, part.text))

    def add(self, parts: list[Part]) -> bool:
        """Takes the parts that fit, in their order; False when there is none."""
        taken = False
        for part in parts:
            cost = self.cost(part)
            if cost <= self.left:
                self.left -= cost
                self.parts.append(part)
                taken = True
        return taken


def _chosen(ranking: Ranking, snapshot: Snapshot, budget: int, estimate: Estimate, notices: list[str]) -> Context:
    basket = _Basket(budget - budget // _FOR_USED, estimate)
    order = ranking.order
    floor = (_FLOOR_WHEN_SURE if ranking.sure else _FLOOR) * (ranking.found[order[0]].score if order else 0.0)
    shown = tests = 0
    for path in order:
        if shown >= _MOST_FILES or ranking.found[path].score < floor:
            break
        if is_test(path) and tests >= 2:
            continue
        text = snapshot.read(path)
        reason = _unfit(text)
        if text is None or reason:
            if text is not None:
                notices.append(f"{path} is not shown to the model: {reason}")
            continue
        share = int(basket.left * _SHARES[min(shown, len(_SHARES) - 1)])
        room = _Room(max(400, min(share, _WHOLE_FILE)), share)
        if basket.add(_parts(_sheet(ranking, path, text, ranking.found[path]), basket, room)):
            shown += 1
            tests += is_test(path)
    basket.left += budget // _FOR_USED
    _add_used(ranking, snapshot, basket)
    parts = tuple(sorted(basket.parts, key=lambda part: (part.path, part.first)))
    return Context(parts, budget - basket.left, whole=False, notices=tuple(notices), ranking=order)


def _add_used(ranking: Ranking, snapshot: Snapshot, basket: _Basket) -> None:
    """Definitions of what the best definitions use, from files that are not shown yet; small files as a whole."""
    shown = {part.path for part in basket.parts}
    wanted: dict[str, list[tuple[str, str]]] = {}
    for path, name, user in ranking.uses:
        if path not in shown:
            wanted.setdefault(path, []).append((name, user))
    for path, names in list(wanted.items())[:_MOST_USED]:
        text = snapshot.read(path)
        if text is None or _unfit(text):
            continue
        why = f"{names[0][1]} uses {names[0][0]}"
        sheet = _sheet(ranking, path, text, Found(why=why))
        if sheet.points:
            basket.add(_parts(sheet, basket, _Room(_USED_FILE, _USED_EXCERPT)))


class _Sheet(NamedTuple):
    """One file to take parts of."""

    path: str
    text: str
    why: str
    points: dict[int, dict[str, float]]
    definitions: tuple[Definition, ...]


def _sheet(ranking: Ranking, path: str, text: str, found: Found) -> _Sheet:
    """A file with what points to it, and to the definitions of it that the best definitions of others use."""
    definitions = ranking.definitions.get(path)
    if definitions is None:
        definitions = outline(path, [line.rstrip("\r") for line in text.split("\n")])
    names = {name for target, name, _ in ranking.uses if target == path}
    both = Found(points={line: dict(reasons) for line, reasons in found.points.items()})
    for each in definitions:
        if each.name in names:
            both.point(each.header, f"{each.name} is used", _USED_POINT)
    return _Sheet(path, text, found.why, both.points, definitions)


def _parts(sheet: _Sheet, basket: _Basket, room: _Room) -> list[Part]:
    """A file as a whole when it is small enough for its share of the budget, else excerpts around what points to it."""
    path, text, why = sheet.path, sheet.text, sheet.why
    whole = Part(path, 1, _count(text), text, why)
    cost = basket.cost(whole)
    if cost <= min(room.whole, basket.left):
        return [whole]
    lines = split_lines(text)
    bare = [line.rstrip("\r\n") for line in lines]
    overhead = basket.estimate(document(Part(path, 99999, 99999, "", "", whole=False), ""))
    per_character = cost / max(1, len(text))  # near enough to choose by; what is taken is counted exactly

    def price(size: int) -> int:
        return overhead + int(size * per_character) + 1

    ranges = excerpt(sheet.definitions, bare, sheet.points, room.excerpt, price)
    return [Part(path, first, last, "".join(lines[first - 1 : last]), why, whole=False) for first, last in ranges]


def _count(text: str) -> int:
    return max(1, len(split_lines(text)))
