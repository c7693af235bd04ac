"""The session as the language server calls it: everything here blocks and is called in a thread.

Knows no protocol. Imports the session when first called: git, unidiff and openai cost nothing before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fretsaw.cancel import Cancel

if TYPE_CHECKING:
    from fretsaw.core.run import Event
    from fretsaw.session.open import Session
    from fretsaw.session.task import FinishedRun, StoredRun, Task


@dataclass(frozen=True, slots=True)
class EditorSettings:
    """What an editor says of settings."""

    editor: Mapping[str, Any] = field(default_factory=dict)
    """Options by their editor names."""
    api_key: str | None = field(default=None, repr=False)


def complete(root: Path, wishes: EditorSettings, path: str, texts: tuple[str, str], cancel: Cancel) -> str:
    """A completion; see `session.complete`."""
    from fretsaw.session.complete import complete_text

    return complete_text(open_repository(root, wishes), path, texts, cancel)


def new_id() -> str:
    """A name for a new run."""
    from fretsaw import run_store

    return run_store.new_id()


def warm() -> None:
    """Import what the first command needs, so that its answer is quick."""
    import fretsaw.lsp.handlers.code_action
    import fretsaw.lsp.handlers.execute_command
    import fretsaw.lsp.handlers.text_sync
    import fretsaw.run_store
    import fretsaw.session  # noqa: F401


def open_repository(root: Path, wishes: EditorSettings) -> Session:
    """The repository with its settings. Raises RepoError, ConfigError."""
    from fretsaw.session.open import open_session

    found = open_session(root, editor=wishes.editor)
    return found.with_settings(api_key=wishes.api_key) if wishes.api_key else found


def run(
    root: Path, wishes: EditorSettings, task: Task, report: Callable[[Event], None], cancel: Cancel, run_id: str
) -> FinishedRun:
    """One run; see `session.run`."""
    from fretsaw.session.fix import run_fix

    return run_fix(open_repository(root, wishes), task, report, cancel, run_id)


def stored(root: Path, wishes: EditorSettings, most: int = 50) -> tuple[StoredRun, ...]:
    """The newest runs of a repository."""
    from fretsaw.session.history import runs_of

    return tuple(runs_of(open_repository(root, wishes))[:most])


def decide(root: Path, wishes: EditorSettings, run_id: str, states: Mapping[int, str]) -> None:
    """Keep what a person decided."""
    from fretsaw.session.deliver import set_states

    set_states(open_repository(root, wishes), run_id, states)


def view(root: Path, wishes: EditorSettings, run_id: str, name: str, text: str) -> Path:
    """A file with a diff or a report, to be looked at."""
    from fretsaw.session.history import write_view

    return write_view(open_repository(root, wishes), run_id, name, text)


def deliver(
    root: Path, wishes: EditorSettings, run_id: str, texts: Mapping[str, tuple[str | None, str | None]]
) -> None:
    """Put texts (path → before, after) into files that no editor has open, by the journal. Raises ConflictError."""
    from fretsaw.session.deliver import apply_texts

    before = {path: pair[0] for path, pair in texts.items()}
    after = {path: pair[1] for path, pair in texts.items()}
    apply_texts(open_repository(root, wishes).with_settings(apply="worktree"), run_id, before, after)


def undo(root: Path, wishes: EditorSettings, run_id: str) -> tuple[str, ...]:
    """Take back what was delivered by the journal; the paths that were left since they were edited again."""
    from fretsaw.session.deliver import undo_run

    return tuple(path for path, _ in undo_run(open_repository(root, wishes), run_id)[1].left)


def check_offer(root: Path, wishes: EditorSettings) -> tuple[str, ...]:
    """The command to offer as the repository's check; empty where one is set, none is found, or the user said none."""
    from fretsaw.session.doctor import find_checks

    here = open_repository(root, wishes)
    if here.resolved.asked:
        return ()
    found = find_checks(here)
    return here.resolved.proposed_check or (found[0].argv if found else ())


def set_check(root: Path, wishes: EditorSettings, argv: tuple[str, ...]) -> None:
    """Remember the user's choice for this repository."""
    from fretsaw.session.doctor import answer_check

    answer_check(open_repository(root, wishes), argv)


def interactive(wishes: EditorSettings, source: str) -> EditorSettings:
    """The wishes of a run: what a person waits for goes to the quick model, unless the settings say otherwise."""
    if source == "issue" or "role" in wishes.editor or "model" in wishes.editor:
        return wishes
    return replace(wishes, editor={**wishes.editor, "role": "quick"})


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What a status line shows."""

    model: str
    dollars_today: float
    has_key: bool


def read_status(root: Path | None, wishes: EditorSettings) -> StatusFacts:
    """The model that an interactive run would ask, the day's dollars, and whether there is a key."""
    from datetime import datetime, timezone

    from fretsaw import config, run_store
    from fretsaw.model.registry import load_registry

    resolved = config.resolve({}, root, editor=interactive(wishes, "diagnostics").editor)
    models = load_registry(resolved.places.config / "models.toml")
    row = models.choose(resolved.settings, datetime.now(timezone.utc).date()).row
    key = bool(wishes.api_key or resolved.settings.api_key)
    return StatusFacts(row.id, round(run_store.spent_today(resolved.places.state), 6), key)


def read_text(path: Path) -> str | None:
    """A file's text as the core reads it, None when there is none."""
    try:
        if not path.is_file() or path.is_symlink():
            return None
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return None
