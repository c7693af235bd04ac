"""A patch as the text that git writes and reads. Encode with surrogateescape on the way out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fretsaw.core.patch.patch_set import FilePatch, Hunk, PatchSet
from fretsaw.core.text.lines import split_lines

NO_NEWLINE = "\\ No newline at end of file\n"
ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}


@dataclass(frozen=True, slots=True)
class Section:
    """One `@@` section: its first lines (from 1; from 0 where a side is empty) and its tagged lines."""

    old_start: int
    new_start: int
    lines: tuple[tuple[str, str], ...]
    """(" " | "-" | "+", the line with its ending)."""

    @property
    def header(self) -> str:
        """The `@@` line, counts derived."""
        old = sum(tag != "+" for tag, _ in self.lines)
        new = sum(tag != "-" for tag, _ in self.lines)
        return f"@@ -{_span(self.old_start, old)} +{_span(self.new_start, new)} @@\n"


def render(patch: PatchSet | FilePatch, context: int = 3) -> str:
    """A git-style unified diff with `context` lines around each hunk; "" for an empty patch set."""
    files = (patch,) if isinstance(patch, FilePatch) else patch.files
    return "".join("".join(_file(file, context)) for file in files)


def sections(patch: FilePatch, context: int = 3) -> tuple[Section, ...]:
    """The `@@` sections: hunks whose contexts touch share one."""
    before = split_lines(patch.before or "")
    groups: list[list[Hunk]] = []
    for hunk in patch.hunks:
        if groups and hunk.start - groups[-1][-1].end <= 2 * context:
            groups[-1].append(hunk)
        else:
            groups.append([hunk])
    out = []
    shift = 0
    for group in groups:
        out.append(_section(before, group, context, shift))
        shift += sum(len(hunk.added) - len(hunk.removed) for hunk in group)
    return tuple(out)


def quoted(path: str) -> str:
    """The path as git writes it: in C quotes where it holds a quote, a backslash or a control character."""
    if not any(char in '"\\' or char < " " or char == "\x7f" for char in path):
        return path
    return '"' + "".join(ESCAPES.get(c, f"\\{ord(c):03o}" if c < " " or c == "\x7f" else c) for c in path) + '"'


def _section(before: list[str], group: list[Hunk], context: int, shift: int) -> Section:
    first = max(group[0].start - context, 0)
    last = min(group[-1].end + context, len(before))
    lines: list[tuple[str, str]] = []
    at = first
    for hunk in group:
        lines += [(" ", line) for line in before[at : hunk.start]]
        lines += [("-", line) for line in hunk.removed]
        lines += [("+", line) for line in hunk.added]
        at = hunk.end
    lines += [(" ", line) for line in before[at:last]]
    old_empty = all(tag == "+" for tag, _ in lines)
    new_empty = all(tag == "-" for tag, _ in lines)
    return Section(first + (not old_empty), first + shift + (not new_empty), tuple(lines))


def _span(start: int, count: int) -> str:
    return str(start) if count == 1 else f"{start},{count}"


def _file(patch: FilePatch, context: int) -> Iterator[str]:
    old, new = quoted("a/" + patch.path), quoted("b/" + patch.path)
    yield f"diff --git {old} {new}\n"
    yield from _modes(patch)
    if not patch.hunks:
        return
    # git ends a name that holds a blank with a tab, so that a reader does not take the rest for a date.
    tail = "\t\n" if " " in patch.path else "\n"
    yield "--- " + ("/dev/null\n" if patch.op == "create" else old + tail)
    yield "+++ " + ("/dev/null\n" if patch.op == "delete" else new + tail)
    for section in sections(patch, context):
        yield section.header
        for tag, line in section.lines:
            yield tag + line if line.endswith("\n") else f"{tag}{line}\n{NO_NEWLINE}"


def _modes(patch: FilePatch) -> Iterator[str]:
    if patch.op == "create":
        yield f"new file mode {patch.mode[1] if patch.mode else '100644'}\n"
    elif patch.op == "delete":
        yield f"deleted file mode {patch.mode[0] if patch.mode else '100644'}\n"
    elif patch.mode:
        yield f"old mode {patch.mode[0]}\nnew mode {patch.mode[1]}\n"
