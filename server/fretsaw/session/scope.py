"""Keep the declared scope of a task for each repository, in the user's state folder: which paths it may change."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from fretsaw.core.issue import Constraint
from fretsaw.errors import UsageError

_FILE = "scope.json"


@dataclass(frozen=True, slots=True)
class Scope:
    """A person's word, before the work began, on what may change."""

    task: str
    allow: tuple[str, ...]
    """Globs of paths, relative to the repository's root; `*` also crosses `/`."""

    @property
    def rule(self) -> Constraint:
        """The scope as a rule of the ledger."""
        # A bare name is a file or a folder, be it there or not; without the slash the ledger takes it for a definition.
        places = tuple(name if set("/*!") & set(name) else f"{name}/" for name in self.allow)
        return Constraint("only", f"{self.task}: only {', '.join(self.allow)}", places)


def read_scope(folder: Path) -> Scope | None:
    """The scope that holds in the repository of which `folder` is the state, None where none is declared.

    UsageError for a file that cannot be read: a rule must not be dropped in silence.
    """
    path = folder / _FILE
    try:
        stored = json.loads(path.read_text("utf-8"))
        return Scope(str(stored["task"]), tuple(str(glob) for glob in stored["allow"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"the declared scope in {path} cannot be read: {error}", hint="to clear it: `agent scope --done`"
        ) from None


def write_scope(folder: Path, scope: Scope) -> None:
    """Declare the scope, in place of an earlier one."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = folder / f"{_FILE}.{os.getpid()}"
    new.write_text(json.dumps({"task": scope.task, "allow": list(scope.allow)}) + "\n", "utf-8")
    new.replace(folder / _FILE)


def clear_scope(folder: Path) -> bool:
    """Clear it; False where none was declared."""
    try:
        (folder / _FILE).unlink()
    except FileNotFoundError:
        return False
    return True


def check_globs(allow: tuple[str, ...]) -> tuple[str, ...]:
    """The globs without `./` in front. UsageError for one that can match no path of a repository."""
    globs = tuple(glob.strip().removeprefix("./") for glob in allow)
    for glob in globs:
        if not glob or glob.startswith("/") or ".." in glob.split("/"):
            raise UsageError(
                f"{glob!r} matches no path of the repository", hint="give a path or glob from its root: 'src/auth/**'"
            )
    return globs
