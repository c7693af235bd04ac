"""Rules on Python code that works but was not asked for: unused things, guards, widened excepts. Not provable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fretsaw.core.patch.patch_set import Change, Hunk
from fretsaw.core.prune.rules.questions import (
    asks_for_guard,
    count,
    imported_elsewhere,
    is_alone,
    takes_place_of_import,
    used_elsewhere,
    uses,
)
from fretsaw.core.prune.scene import Scene, text

_IMPORT = re.compile(r"\s*(?:from\s+[\w.]+\s+)?import\s+\(?(?P<names>[^)#]+)\)?")
_HEADER = re.compile(r"(?:async\s+)?(?:def|class)\s+(\w+)")
_CALLED_BY_NAME = re.compile(
    r"pytest_|visit_|depart_|test|Test|setup|teardown|setUp|tearDown|main$|handle_|on_|do_|_print_|_eval_|__"
)
_GUARD = re.compile(r"\s*if\s+(?:not\s+([\w.]+)|([\w.\[\]'\"]+)\s+is\s+None|([\w.]+)\s*==\s*None)\s*:\s*(.*)$")
_EARLY_END = re.compile(r"\s*(?:return\b|continue\s*$|break\s*$|pass\s*$)")
_EXCEPT = re.compile(r"\s*except\b\s*([^:]*?)(?:\s+as\s+\w+)?\s*:")
_WIDE = re.compile(r"\b(?:Base)?Exception\b")


def unused_import(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An import whose names nothing in the file uses."""
    if scene.path.endswith("__init__.py") or "imports" in scene.asked.title_topics:
        return {}
    out = {}
    for change in changes:
        statement = _added_import(change)
        if change.kind != "lines" or "noqa" in statement or "__future__" in statement:
            continue
        names = _imported_names(statement)
        unused = names and all(uses(scene, name, statement) == 0 for name in names)
        unused = unused and not takes_place_of_import(scene, change.id, statement)
        if unused and not any(imported_elsewhere(scene, name) for name in names):
            out[change.id] = f"imports {', '.join(names)}, which nothing uses"
    return out


def import_for_findings(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An import that only what other rules found makes use of: it goes with them."""
    if not scene.judged:
        return {}
    found = "".join(text(c.hunk.added) for c in scene.changes if c.hunk and c.id in scene.judged)
    out = {}
    for change in changes:
        statement = _added_import(change)
        names = _imported_names(statement)
        if names and all(0 < count(found, name) == uses(scene, name, statement) for name in names):
            out[change.id] = f"imports {', '.join(names)} for what is not needed either"
    return out


def _added_import(change: Change) -> str:
    """The lines that a change only adds, where they speak of importing; else ""."""
    added = text(change.hunk.added) if change.hunk and not change.hunk.removed else ""
    return added if "import" in added else ""


def _imported_names(statement: str) -> list[str]:
    """The names that an import statement binds; none for any other text."""
    found = _IMPORT.fullmatch(statement.strip()) if statement else None
    return _bound(found["names"]) if found else []


def unused_helper(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A new function or class at top level that nothing in the patch uses and the issue does not name."""
    if re.search(r"(?:^|/)(?:test|conftest)", scene.path):
        return {}
    out: dict[int, str] = {}
    for at, change in enumerate(changes):
        said = text(change.hunk.added) if change.hunk and not change.hunk.removed else ""
        found = _HEADER.match(said)
        if not found or _CALLED_BY_NAME.match(found[1]) or scene.asked.names(found[1]) or _is_decorated(changes[:at]):
            continue
        if uses(scene, found[1], said.split("\n", 1)[0]) == 0 and not used_elsewhere(scene, found[1]):
            body = _body(changes, at)
            if not _goes_on(scene, body):
                out |= dict.fromkeys(body, f"adds {found[1]}, which nothing uses")
    return out


def none_guard(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An early end for a missing value, away from the fix."""
    guards = list(_guards(scene, changes))
    alike = {change.id for _, part in guards for change in part}
    out: dict[int, str] = {}
    for name, part in guards:
        if is_alone(scene, part, changes, alike):
            out |= {change.id: f"guards against a missing {name}, which the issue does not mention" for change in part}
    return out


def _guards(scene: Scene, changes: tuple[Change, ...]) -> Iterator[tuple[str, list[Change]]]:
    """The name of a value and the changes that only add an early end where it is missing."""
    for at, change in enumerate(changes):
        said = text(change.hunk.added) if change.hunk and not change.hunk.removed else ""
        found = _GUARD.match(said.rstrip("\n").split("\n")[0]) if said else None
        if not found:
            continue
        part = [change] if found[4] or said.count("\n") > 1 else list(changes[at : at + 2])
        name = (found[1] or found[2] or found[3]).split(".")[-1]
        if _ends_early(part, found[4]) and not asks_for_guard(scene, name):
            yield name, part


def widened_except(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An except clause that catches more than before, with the same body."""
    if "except" in scene.asked.title_topics:
        return {}
    out = {}
    for change in changes:
        caught = _caught(change.hunk) if change.hunk is not None else None
        if caught is not None and _is_wider(*caught):
            before, now = caught
            out[change.id] = f"catches {now or 'everything'} instead of {before}"
    return out


def _caught(hunk: Hunk) -> tuple[str, str] | None:
    """Errors that one rewritten except line catches, before and after; "" for all of them. None for any other hunk."""
    if len(hunk.removed) != 1 or len(hunk.added) != 1:
        return None
    old, new = _EXCEPT.match(hunk.removed[0]), _EXCEPT.match(hunk.added[0])
    return None if old is None or new is None else (old[1] or "", new[1] or "")


def _is_wider(before: str, now: str) -> bool:
    """Return True if `now` catches all errors, or a wide class such as Exception that `before` does not name."""
    if not before:
        return False
    return not now or (_WIDE.search(now) is not None and _WIDE.search(before) is None)


def _bound(names: str) -> list[str]:
    listed = [part.strip(" \\\n\t") for part in names.split(",")]
    return [part.split(" as ")[-1].strip().split(".")[0] for part in listed if part]


def _is_decorated(changes: tuple[Change, ...]) -> bool:
    last = changes[-1].hunk if changes else None
    return bool(last and last.added and last.added[-1].lstrip().startswith("@"))


def _body(changes: tuple[Change, ...], at: int) -> list[int]:
    """Ids of the header at this place and of the insertions after it that are indented or blank."""
    header = changes[at]
    out = [header.id]
    for change in changes[at + 1 :]:
        if header.hunk is None or change.hunk is None or not _goes_below(header.hunk, change.hunk):
            break
        out.append(change.id)
    return out


def _goes_below(header: Hunk, hunk: Hunk) -> bool:
    """Return True if a hunk only inserts, at the header's place, lines that are indented or blank."""
    if hunk.removed or hunk.start != header.start:
        return False
    return all(line[0].isspace() for line in hunk.added if line.strip())


def _goes_on(scene: Scene, body: list[int]) -> bool:
    """Return True if what these insertions begin has lines below them that were there before, or that other changes
    write.

    A new name above an old body: to drop `class New:` would leave its methods to whatever stands above.
    """
    ends = (
        scene.after_starts[change.id] + len(change.hunk.added)
        for change in scene.changes
        if change.hunk and change.id in body
    )
    following = (line for line in scene.after[max(ends) :] if line.strip())
    return next(following, "x")[0].isspace()


def _ends_early(pair: list[Change], same_line: str) -> bool:
    """Return True if the guard's body has two lines at most and ends in `return`, `continue`, `break` or `pass`."""
    if same_line:
        return _EARLY_END.match(same_line) is not None
    header, body = pair[0].hunk, pair[-1].hunk
    if header is None or body is None:
        return False
    if body.removed or header.start != body.start:
        return False
    lines = [line for line in text(body.added).split("\n") if line.strip()]
    if len(lines) not in (1, 2):
        return False
    return _EARLY_END.match(lines[-1]) is not None
