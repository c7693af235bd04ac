"""The places of a trace's frames in the repository, in the issue and in its logs: they are opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Literal

from fretsaw.core.context.choose import choose
from fretsaw.core.context.parts import Context
from fretsaw.core.context.paths import Paths
from fretsaw.core.issue.issue import Issue, Mention
from fretsaw.core.issue.mentions import mentions
from fretsaw.core.snapshot import Snapshot

_MOST = 8
_TOKENS_A_FRAME = 2_000
"""Tokens of the whole budget for each frame that is opened in any case."""

Place = tuple[str, int, int]


def choose_for_traces(
    issue: Issue,
    snapshot: Snapshot,
    budget: int,
    mode: Literal["auto", "whole", "files"],
    estimate: Callable[[str], int],
    focus: tuple[Place, ...],
    logs: Iterable[tuple[str, str]],
) -> Context:
    """`choose`, with the frames of the issue and of its logs, (name, text), as places that are shown in any case."""
    traced = _with_frames(issue, logs)
    return choose(traced, snapshot, budget, mode, estimate, (*focus, *_frame_places(traced, snapshot, budget)))


def _with_frames(issue: Issue, logs: Iterable[tuple[str, str]]) -> Issue:
    """The issue with the frames of its logs among what it names."""
    own = set(issue.mentions)
    found = [each for _, text in logs for each in mentions(text) if each.kind == "frame" and each not in own]
    return replace(issue, mentions=(*issue.mentions, *found)) if found else issue


def _frame_places(issue: Issue, snapshot: Snapshot, budget: int) -> tuple[Place, ...]:
    """The lines of the frames that lie in the repository; of many the first two and the last."""
    frames = [each for each in issue.mentions if each.kind == "frame" and each.line]
    if not frames:
        return ()
    paths = Paths(snapshot.paths)
    places = dict.fromkeys(place for each in frames if (place := _place(each, paths)))
    most = min(_MOST, budget // _TOKENS_A_FRAME)
    kept = list(places)
    if len(kept) > most:
        kept = [*kept[:2], *kept[len(kept) - most + 2 :]] if most > 2 else kept[len(kept) - most :]
    return tuple(kept)


def _place(frame: Mention, paths: Paths) -> Place | None:
    meant = paths.meant(frame.text)
    return (meant[0], frame.line or 1, frame.line or 1) if len(meant) == 1 else None
