"""One session of a client: the repository, its mode, and the turns that there were."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fretsaw.acp.offers import Per
from fretsaw.cancel import Cancel
from fretsaw.core.issue import Issue
from fretsaw.core.issue.thread_rules import standing_rules
from fretsaw.errors import FretsawError
from fretsaw.session.history import load_run
from fretsaw.session.open import Session, open_session
from fretsaw.session.state_file import read_state, write_state
from fretsaw.session.task import StoredRun

MODES = {
    "safe": "Drop changes without effect, flag doubtful ones",
    "strict": "Drop what nobody asked for, doubtful changes too",
    "off": "Keep every change that the model makes",
}
"""Pruning (`--prune`) as the modes of a session."""
_MOST_EARLIER, _LONGEST_EARLIER = 5, 4_000
"""Turns, and characters of each, that a later one shows to the model."""
_ID = re.compile(r"acp-[0-9a-f]{16}")


@dataclass(slots=True)
class Conversation:
    """A session, as the protocol calls it."""

    id: str
    root: Path
    flags: Mapping[str, Any]
    mode: str
    per: Per
    runs: list[str] = field(default_factory=list)
    """Run ids, the oldest first."""
    turns: list[tuple[Issue, str]] = field(default_factory=list)
    """Each request with what became of it."""
    cancel: Cancel | None = None
    """Stops the turn that is under way."""
    calls: int = 0
    """Tool calls that were shown so far."""

    def next_call(self) -> str:
        """An id for another tool call."""
        self.calls += 1
        return f"{self.id}-{self.calls}"

    def open(self) -> Session:
        """Open the repository with the settings as they are now. Blocks. Raises RepoError, ConfigError."""
        session = open_session(self.root, {**self.flags, "prune": self.mode})
        return session.with_settings(apply="worktree")

    def follow_up(self, issue: Issue) -> Issue:
        """The request with the earlier ones of this session.

        What any of them forbade stays forbidden until a later one asks for just that; what they limited themselves to
        does not limit this one.
        """
        earlier = self.turns[-_MOST_EARLIER:]
        if not earlier:
            return issue
        told = [f"> {_quoted(past.text)}\n\n{became}" for past, became in earlier]
        body = "\n\n".join([issue.body, "Earlier in this conversation:", *told]).strip()
        rules = standing_rules([*(past for past, _ in self.turns), issue])
        lasting = [rule.effective for rule in rules if rule.lifted is None and rule.constraint.kind != "only"]
        mentions = [mention for past, _ in reversed(earlier) for mention in past.mentions]
        return replace(
            issue,
            body=body,
            constraints=tuple(dict.fromkeys((*issue.constraints, *lasting))),
            mentions=tuple(dict.fromkeys((*issue.mentions, *mentions))),
        )

    def keep(self, session: Session) -> None:
        """Write down which runs belong to it, for a client that loads it again."""
        write_state(session.store.folder, f"{self.id}.json", {"runs": self.runs, "mode": self.mode})


def new_id() -> str:
    """An id that nobody guesses."""
    return f"acp-{secrets.token_hex(8)}"


def stored_conversation(session: Session, session_id: str, blank: Conversation) -> tuple[Conversation, list[StoredRun]]:
    """A session as it was kept, with those of its runs that can still be read. KeyError where there is none."""
    kept = read_state(session.store.folder, f"{session_id}.json") if _ID.fullmatch(session_id) else {}
    names = kept.get("runs")
    if not isinstance(names, list):
        raise KeyError(session_id)
    runs: list[StoredRun] = []
    for name in map(str, names):
        try:
            runs.append(load_run(session, name))
        except FretsawError:  # old runs are forgotten
            continue
    mode = kept.get("mode") if kept.get("mode") in MODES else blank.mode
    turns = [(run.issue, became(run)) for run in runs]
    return replace(blank, id=session_id, mode=str(mode), runs=[run.run.id for run in runs], turns=turns), runs


def became(run: StoredRun) -> str:
    """Say in a sentence what became of a run."""
    return f"It ended as: {run.run.state}. {run.run.error}".strip()


def _quoted(text: str) -> str:
    return text[:_LONGEST_EARLIER].replace("\n", "\n> ")
