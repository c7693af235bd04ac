"""Write a patch in the V4A form (`*** Begin Patch`), each part with as many lines around it as find its place."""

from __future__ import annotations

from fretsaw.core.patch.patch_set import FilePatch, Hunk, PatchSet
from fretsaw.core.text.lines import split_lines

_AROUND = 3


def render_v4a(patch: PatchSet) -> str | None:
    """The patch; None where the form cannot say it (a changed mode, an empty new file)."""
    parts = []
    for file in patch.files:
        part = _section(file)
        if part is None:
            return None
        parts.append(part)
    return "*** Begin Patch\n" + "".join(parts) + "*** End Patch"


def _section(file: FilePatch) -> str | None:
    if file.mode is not None:
        return None
    if file.op == "delete":
        return f"*** Delete File: {file.path}\n"
    if file.op == "create":
        lines = split_lines(file.after or "")
        return f"*** Add File: {file.path}\n" + _signed("+", lines) if lines else None
    out = [f"*** Update File: {file.path}\n"]
    before = split_lines(file.before or "")
    at = 0
    for group in _groups(file.hunks):
        start, end = _span(before, group, at)
        out.append("@@\n" + _body(before, group, start, end))
        at = group[-1].end
    return "".join(out)


def _groups(hunks: tuple[Hunk, ...]) -> list[list[Hunk]]:
    """Hunks that are near, together: what follows is looked for after them."""
    groups: list[list[Hunk]] = []
    for hunk in hunks:
        if groups and hunk.start - groups[-1][-1].end <= 2 * _AROUND:
            groups[-1].append(hunk)
        else:
            groups.append([hunk])
    return groups


def _span(before: list[str], group: list[Hunk], at: int) -> tuple[int, int]:
    """The lines of a part: as many more as make its first place from `at` on the right one."""
    first, last = group[0].start, group[-1].end
    around = _AROUND
    while True:
        start, end = max(at, first - around), min(len(before), last + around)
        block = before[start:end]
        is_first = not any(before[i : i + len(block)] == block for i in range(at, start))
        if (block and is_first) or (start == at and end == len(before)):
            return start, end
        around *= 2


def _body(before: list[str], group: list[Hunk], start: int, end: int) -> str:
    out, at = [], start
    for hunk in group:
        out.append(_signed(" ", before[at : hunk.start]))
        out.append(_signed("-", hunk.removed) + _signed("+", hunk.added))
        at = hunk.end
    return "".join(out) + _signed(" ", before[at:end])


def _signed(sign: str, lines: list[str] | tuple[str, ...]) -> str:
    return "".join(f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n" for line in lines)
