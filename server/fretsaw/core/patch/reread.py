"""The one door of unidiff: a second reader of every patch we render."""

from __future__ import annotations

from fretsaw.core.patch.patch_set import FilePatch, PatchSet
from fretsaw.core.patch.render import quoted, render, sections


def reread(patch: PatchSet, context: int = 3) -> str | None:
    """None when unidiff reads in the rendered text the hunks that the core means; else what differs, for a person."""
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet as Parsed

    try:
        parsed = Parsed(_without_ambiguous_headers(render(patch, context)))
    except UnidiffParseError as error:
        return f"unidiff cannot read the patch: {error}"
    # unidiff does not name files without hunks (mode only, empty): those are git's to judge, in the trial.
    theirs = {(file.source_file, file.target_file): file for file in parsed if len(file)}
    ours = {_names(file): file for file in patch.files if file.hunks}
    if theirs.keys() != ours.keys():
        return f"unidiff reads other files: {sorted(map(str, theirs))} instead of {sorted(map(str, ours))}"
    for key, file in ours.items():
        problem = _compare(file, _read(theirs[key]), context)
        if problem:
            return problem
    return None


def _without_ambiguous_headers(text: str) -> str:
    """The patch without git's own line for a file whose name holds ` b/`: unidiff takes that for the second name."""
    lines = text.splitlines(keepends=True) if " b/" in text else [text]
    return "".join(line for line in lines if not (line.startswith("diff --git ") and line.count(" b/") > 1))


def _names(file: FilePatch) -> tuple[str, str]:
    old = "/dev/null" if file.op == "create" else quoted("a/" + file.path)
    new = "/dev/null" if file.op == "delete" else quoted("b/" + file.path)
    return old, new


def _read(file: object) -> list[tuple[int, int, tuple[tuple[str, str], ...]]]:
    """unidiff's hunks as (old start, new start, tagged lines), with the no-newline marks taken in."""
    out = []
    for hunk in file:  # type: ignore[attr-defined]
        lines: list[tuple[str, str]] = []
        for line in hunk:
            if line.line_type == "\\":
                tag, text = lines[-1]
                lines[-1] = tag, text.removesuffix("\n")
            else:
                lines.append((line.line_type, line.value))
        out.append((hunk.source_start, hunk.target_start, tuple(lines)))
    return out


def _compare(file: FilePatch, theirs: list[tuple[int, int, tuple[tuple[str, str], ...]]], context: int) -> str | None:
    ours = [(part.old_start, part.new_start, part.lines) for part in sections(file, context)]
    if len(ours) != len(theirs):
        return f"{file.path}: unidiff reads {len(theirs)} hunks, not {len(ours)}"
    for mine, other in zip(ours, theirs, strict=True):
        if mine != other:
            return f"{file.path}: unidiff reads the hunk at line {mine[0]} differently"
    return None
