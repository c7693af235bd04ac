"""Judges paths and whole patches by the lists and the rules."""

from __future__ import annotations

from collections.abc import Collection

from fretsaw.core.languages import is_test
from fretsaw.core.patch.patch_set import FilePatch, PatchSet
from fretsaw.core.policy.added_lines import judge_lines
from fretsaw.core.policy.file_names import escape_of, oddity_of, twin_key
from fretsaw.core.policy.path_lists import is_allowed, is_ask, is_ci, is_conftest, is_hard
from fretsaw.core.policy.refusal import Judgement, Refusal
from fretsaw.core.policy.secret_paths import is_secret
from fretsaw.core.policy.shadows import shadowed_module
from fretsaw.core.snapshot import Snapshot

MOST_FILES = 50
MOST_LINES = 5_000
MOST_BYTES = 200_000
"""Of removed and added lines together: more is no answer to an issue."""


def judge_path(
    path: str,
    tracked: Collection[str],
    allow: Collection[str] = (),
    asked: Collection[str] = (),
    requested: Collection[str] = (),
) -> Refusal | None:
    """Say why a path is not written, None when it may be.

    `tracked`: paths that exist (an edit keeps whatever name its file has); `allow`: the user's globs for the list of
    paths that need leave; `asked`: paths that the issue names, which is leave enough for tests; `requested`: paths of
    which a sentence of the issue asks for the change, which is leave enough for all but what steers tools.
    """
    escape = escape_of(path)
    if escape:
        return Refusal(path, "path", escape)
    if is_secret(path) or (is_hard(path) and not (path in requested and is_ci(path))):
        return Refusal(path, "hard", "Fretsaw never edits a file that runs code, steers tools or holds keys")
    odd = "" if path in tracked else oddity_of(path) or _clash(path, tracked)
    if odd:
        return Refusal(path, "path", odd)
    why = _why_ask(path, tracked, asked)
    if why and path not in requested and not is_allowed(path, allow):
        return Refusal(path, "ask", why, hint=f"to allow it: --allow {path}")
    return None


def _why_ask(path: str, tracked: Collection[str], asked: Collection[str]) -> str:
    """Say why a path is written only with leave, "" where none is needed."""
    if is_conftest(path):
        return "" if path in asked else "pytest runs it before any test"
    if is_ask(path):
        return "it decides what is built, installed or tested"
    module = "" if path in tracked else shadowed_module(path)
    return f"it would take the place of {module}, which the check runs on" if module else ""


def judge_patch(
    patch: PatchSet,
    snapshot: Snapshot,
    allow: Collection[str] = (),
    asked: Collection[str] = (),
    secrets: Collection[str] = (),
    requested: Collection[str] = (),
) -> Judgement:
    """All refusals of a patch made against a snapshot, and what to tell of it when there are none.

    `secrets` are values (not paths) that must not appear in added lines.
    """
    refusals = list(_too_much(patch))
    tracked = frozenset(snapshot.paths)
    for file in patch.files:
        beside = tracked - _renamed_to(file, patch)
        refusal = _unreachable(file, snapshot, tracked) or judge_path(file.path, beside, allow, asked, requested)
        if refusal is None and _deletes_test(file, patch) and file.path not in {*asked, *requested}:
            refusal = None if is_allowed(file.path, allow) else _deleted_test(file.path)
        if refusal is not None:
            refusals.append(refusal)
            continue
        added = [line for hunk in file.hunks for line in hunk.added]
        refusals += [Refusal(file.path, "text", reason) for reason in judge_lines(file.before, added, secrets)]
    tests = [file.path for file in patch.files if is_test(file.path)]
    notices = (f"the patch changes tests: {', '.join(tests)}",) if tests else ()
    return Judgement(tuple(refusals), notices)


def _renamed_to(file: FilePatch, patch: PatchSet) -> frozenset[str]:
    """Deleted paths that a new one differs from in case or Unicode form only: that is another spelling, no twin."""
    if file.op != "create":
        return frozenset()
    return frozenset(
        other.path for other in patch.files if other.deleted and twin_key(other.path) == twin_key(file.path)
    )


def _deletes_test(file: FilePatch, patch: PatchSet) -> bool:
    """Return True if a test's file goes away, and the same text is not created under the name of another test."""
    return (
        file.deleted
        and is_test(file.path)
        and not any(
            other.op == "create" and is_test(other.path) and other.after == file.before and file.before
            for other in patch.files
        )
    )


def _deleted_test(path: str) -> Refusal:
    return Refusal(path, "ask", "the patch deletes a test", hint=f"to allow it: --allow {path}")


def _too_much(patch: PatchSet) -> list[Refusal]:
    lines = [line for file in patch.files for hunk in file.hunks for line in (*hunk.removed, *hunk.added)]
    size = sum(map(len, lines))
    limits = (
        (len(patch.files), MOST_FILES, "files"),
        (len(lines), MOST_LINES, "changed lines"),
        (size, MOST_BYTES, "changed characters"),
    )
    return [
        Refusal("", "size", f"the patch has {count:,} {what}; at most {most:,} are accepted")
        for count, most, what in limits
        if count > most
    ]


def _unreachable(file: FilePatch, snapshot: Snapshot, tracked: Collection[str]) -> Refusal | None:
    """Refusal of a path that is no editable file of the snapshot, nor a free place for a new one."""
    path = file.path
    if file.mode is not None and not set(file.mode) <= {"100644", "100755"}:
        return Refusal(path, "path", f"it is not a regular file (mode {file.mode[1]})")
    if path in snapshot.secrets:
        return Refusal(path, "hard", "it may hold keys")
    for place in (path, *_folders_of(path)):
        why = snapshot.left_out.get(place)
        if why:
            what = "it is" if place == path else f"it would be inside {place}, which is"
            return Refusal(path, "path", f"it is not editable: {what} {why}")
    if path not in tracked and file.before is not None and path not in snapshot.overlay:
        return Refusal(path, "path", "it is not a tracked file")
    if path in tracked and file.before is None:
        return Refusal(path, "path", "it cannot be created: it exists already")
    return None


def _clash(path: str, tracked: Collection[str]) -> str:
    """Say why a new path cannot stand beside the tracked ones on some disk, empty when it can."""
    above = _folders_of(path)
    if any(folder in tracked for folder in above):
        return "a file stands where its folder would be"
    wanted = {twin_key(folder): folder for folder in (*above, path)}
    for other in tracked:
        key = twin_key(other)
        if key == twin_key(path):
            return "it differs from a tracked file only in case or Unicode form"
        if key.startswith(f"{twin_key(path)}/"):
            return "a folder stands where it would be"
        if above and (spelled := _other_spelling(other, key, wanted)):
            return f"its folder differs from {spelled} only in case or Unicode form"
    return ""


def _folders_of(path: str) -> list[str]:
    """The folders that a path lies in, outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _other_spelling(other: str, key: str, wanted: dict[str, str]) -> str:
    """A folder of the tracked path `other` that `wanted` has in another spelling."""
    if not any(key.startswith(f"{folder}/") for folder in wanted):
        return ""
    for folder in _folders_of(other):
        meant = wanted.get(twin_key(folder))
        if meant is not None and meant != folder:
            return folder
    return ""
