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
    from fretsaw.session import Finished, Opened, Stored, Task


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an editor says of settings."""

    editor: Mapping[str, Any] = field(default_factory=dict)
    """Options by their editor names."""
    api_key: str | None = field(default=None, repr=False)


def complete(root: Path, wishes: Wishes, path: str, texts: tuple[str, str], cancel: Cancel) -> str:
    """A completion; see `session.complete`."""
    from fretsaw import session

    return session.complete(opened(root, wishes), path, texts, cancel)


def new_id() -> str:
    """A name for a new run."""
    from fretsaw import runs

    return runs.new_id()


def warm() -> None:
    """Import what the first command needs, so that its answer is quick."""
    import fretsaw.lsp.handlers.actions
    import fretsaw.lsp.handlers.commands
    import fretsaw.lsp.handlers.sync
    import fretsaw.runs
    import fretsaw.session  # noqa: F401


def opened(root: Path, wishes: Wishes) -> Opened:
    """The repository with its settings. Raises RepoError, ConfigError."""
    from fretsaw import session

    found = session.open_session(root, editor=wishes.editor)
    return found.with_settings(api_key=wishes.api_key) if wishes.api_key else found


def run(
    root: Path, wishes: Wishes, task: Task, report: Callable[[Event], None], cancel: Cancel, run_id: str
) -> Finished:
    """One run; see `session.run`."""
    from fretsaw import session

    return session.run(opened(root, wishes), task, report, cancel, run_id)


def stored(root: Path, wishes: Wishes, most: int = 50) -> tuple[Stored, ...]:
    """The newest runs of a repository."""
    from fretsaw import session

    return tuple(session.runs_of(opened(root, wishes))[:most])


def decide(root: Path, wishes: Wishes, run_id: str, states: Mapping[int, str]) -> None:
    """Keep what a person decided."""
    from fretsaw import session

    session.set_states(opened(root, wishes), run_id, states)


def view(root: Path, wishes: Wishes, run_id: str, name: str, text: str) -> Path:
    """A file with a diff or a report, to be looked at."""
    from fretsaw import session

    return session.view(opened(root, wishes), run_id, name, text)


def deliver(
    root: Path,
    wishes: Wishes,
    run_id: str,
    texts: Mapping[str, tuple[str | None, str | None]],
    modes: Mapping[str, tuple[str, str]],
) -> None:
    """Put texts and modes (path → before, after) into files, by the journal. Raises ConflictError."""
    from fretsaw import session

    before = {path: pair[0] for path, pair in texts.items()}
    after = {path: pair[1] for path, pair in texts.items()}
    session.apply_texts(opened(root, wishes).with_settings(apply="worktree"), run_id, before, after, modes)


def undo(root: Path, wishes: Wishes, run_id: str) -> tuple[str, ...]:
    """Take back what was delivered by the journal; the paths that were left since they were edited again."""
    from fretsaw import session

    return tuple(path for path, _ in session.undo(opened(root, wishes), run_id)[1].left)


def check_offer(root: Path, wishes: Wishes) -> tuple[str, ...]:
    """The command to offer as the repository's check; empty where one is set, none is found, or the user said none."""
    from fretsaw import session

    here = opened(root, wishes)
    if here.resolved.asked:
        return ()
    found = session.check_candidates(here)
    return here.resolved.proposed_check or (found[0].argv if found else ())


def set_check(root: Path, wishes: Wishes, argv: tuple[str, ...]) -> None:
    """Remember the user's choice for this repository."""
    from fretsaw import session

    session.take_check(opened(root, wishes), argv)


def interactive(wishes: Wishes, source: str) -> Wishes:
    """The wishes of a run: what a person waits for goes to the quick model, unless the settings say otherwise."""
    if source == "issue" or "role" in wishes.editor or "model" in wishes.editor:
        return wishes
    return replace(wishes, editor={**wishes.editor, "role": "quick"})


@dataclass(frozen=True, slots=True)
class Standing:
    """What a status line shows."""

    model: str
    dollars_today: float
    has_key: bool


def standing(root: Path | None, wishes: Wishes) -> Standing:
    """The model that an interactive run would ask, the day's dollars, and whether there is a key."""
    from datetime import datetime, timezone

    from fretsaw import config, model, runs

    resolved = config.resolve({}, root, editor=interactive(wishes, "diagnostics").editor)
    models = model.load(resolved.places.config / "models.toml")
    row = models.choose(resolved.settings, datetime.now(timezone.utc).date()).row
    key = bool(wishes.api_key or resolved.settings.api_key)
    return Standing(row.id, round(runs.spent_today(resolved.places.state), 6), key)


def read_text(path: Path) -> str | None:
    """A file's text as the core reads it, None when there is none."""
    try:
        if not path.is_file() or path.is_symlink():
            return None
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return None
