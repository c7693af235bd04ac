"""Rules on Python code that works but was not asked for: unused things, guards, widened excepts. Not provable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.rules.questions import asks_for_guard, count, imported_elsewhere, is_alone, used_elsewhere, uses
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
        hunk = change.hunk
        old = _EXCEPT.match(text(hunk.removed)) if hunk and len(hunk.removed) == len(hunk.added) == 1 else None
        new = _EXCEPT.match(text(hunk.added)) if hunk and old else None
        if old and new and old[1] and (not new[1] or (_WIDE.search(new[1]) and not _WIDE.search(old[1]))):
            out[change.id] = f"catches {new[1] or 'everything'} instead of {old[1]}"
    return out


def _bound(names: str) -> list[str]:
    listed = [part.strip(" \\\n\t") for part in names.split(",")]
    return [part.split(" as ")[-1].strip().split(".")[0] for part in listed if part]


def _is_decorated(changes: tuple[Change, ...]) -> bool:
    last = changes[-1].hunk if changes else None
    return bool(last and last.added and last.added[-1].lstrip().startswith("@"))


def _body(changes: tuple[Change, ...], at: int) -> list[int]:
    """Ids of the header at this place and of the insertions after it that are indented or blank."""
    out = [changes[at].id]
    first = changes[at].hunk
    for change in changes[at + 1 :]:
        hunk = change.hunk
        if hunk is None or first is None or hunk.removed or hunk.start != first.start:
            break
        if any(line.strip() and not line[0].isspace() for line in hunk.added):
            break
        out.append(change.id)
    return out


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
    if same_line:
        return _EARLY_END.match(same_line) is not None
    body = pair[-1].hunk
    first, second = pair[0].hunk, pair[-1].hunk
    if body is None or first is None or second is None or body.removed or first.start != second.start:
        return False
    lines = [line for line in text(body.added).split("\n") if line.strip()]
    return bool(lines) and _EARLY_END.match(lines[-1]) is not None and len(lines) <= 2
