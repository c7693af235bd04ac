"""The task that a shell gives to a session, and the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from fretsaw.core.follow_up import FollowUp
from fretsaw.core.issue import Issue
from fretsaw.core.run import Outcome, Run


@dataclass(frozen=True, slots=True)
class Task:
    """An issue with the kind of shell that asks."""

    issue: Issue
    overlay: Mapping[str, str] = field(default_factory=dict)
    """Unsaved buffers: path -> text."""
    focus: tuple[tuple[str, int, int], ...] = ()
    """Places a person points at: (path, first line, last line), lines from 1."""
    source: Literal["issue", "diagnostics", "selection", "todo", "file"] = "issue"
    folder: Path | None = None
    """The folder of the issue's attachments."""
    drafts: bool = False
    """True if somebody looks at what is valid while the model still writes (`Event.draft`)."""
    under: Mapping[str, str | None] = field(default_factory=dict)
    """Path → text in place of what the file has now, for work on another state; None: there is no such file."""
    now: Mapping[str, str | None] = field(default_factory=dict)
    """Path → text that the files of `under` have now, against which the outcome is told."""
    follow: FollowUp | None = None
    """The thread so far, where a person talks back to a proposal; its texts as they are in the files."""
    said: Issue | None = None
    """The request of this turn alone, where `issue` joins those of a thread."""
    follows: Run | None = None
    """The run that the turn follows."""
    before: Path | None = None
    """The folder of that run."""


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run that has ended, kept in its folder."""

    run: Run
    outcome: Outcome
    """With markers for what is kept back."""
    folder: Path
    real: Outcome | None = None
    """The same as it is written into files: an editor's review and a patch to be piped need that."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as it is kept: also one that failed, or one that another process began."""

    run: Run
    outcome: Outcome | None
    issue: Issue
    states: Mapping[int, str]
    """State of each change a person decided on: pending, accepted, rejected, stale, restored."""
    delivery: Mapping[str, object] | None
    folder: Path
    real: Outcome | None = None
    """The outcome with the secrets in place that the files still hold."""
