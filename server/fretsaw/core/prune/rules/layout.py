"""Rules on what has no effect: blanks, line endings, blank lines, formatting. Each finding is proved by a parser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import filterfalse

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.followers import followers, is_shifted
from fretsaw.core.prune.lexer import words
from fretsaw.core.prune.rules.conditions import unless_issue_mentions, unless_title_mentions
from fretsaw.core.prune.rules.data_layout import changes_without_data
from fretsaw.core.prune.rules.line_change import (
    LineChange,
    among,
    ids_of,
    line_changes,
    of_kind,
    sides_of,
    with_reason,
    without,
)
from fretsaw.core.prune.rules.questions import opens_block
from fretsaw.core.prune.rules.same_words import alike_parts
from fretsaw.core.prune.same_meaning import harmless, has_witness
from fretsaw.core.prune.scene import Scene, is_code
from fretsaw.core.text.lines import body

_CONFIGURATION = re.compile(r"\.(?:toml|ini|cfg|conf|ya?ml|properties|css|scss|sh|sql)$|(?:^|/)(?:Make|Docker)file$")
_MARKUP = re.compile(r"\.(?:md|markdown|mdx|csv|tsv|snap|golden|expected|out|patch|diff|properties|env)$")
"""Files in which blanks at the end of a line mean something."""
_PROSE = re.compile(r"\.(?:txt|rst|adoc)$|(?:^|/)[A-Z]+$")
_HOLDS_TEXT = re.compile(
    r"""<<[-~<]?\s*['"\\]?\w|[:\-]\s+(?:[&!]\S+\s+)?[|>][-+\d]*\s*$|\"{3}|'{3}|^[^`\n]*`(?:[^`\n]*`[^`\n]*`)*[^`\n]*$|<(?:pre|textarea)\b""",
    re.MULTILINE | re.IGNORECASE,
)
"""In a file of no known language: what may begin a text over several lines, whose blanks are its own."""
_ESCAPED_BLANKS = re.compile(r"\\\s*\Z")
_CONTINUED = re.compile(r"\\[\r\n]*\Z")
"""Lines that end in a backslash, with blanks after it or without."""


@unless_issue_mentions("endings")
def endings(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """The whole file's line endings converted, or those of some lines; the final newline lost."""
    converted = of_kind("endings", changes)
    cut_off = [] if _writes_last_line(scene) else of_kind("eof", changes)
    rewritten = filter(_changes_endings_only, line_changes(changes))
    return {
        **with_reason(converted, "converts the file's line endings"),
        **with_reason(cut_off, "takes the file's final newline away"),
        **with_reason(rewritten, "changes line endings only"),
    }


def _writes_last_line(scene: Scene) -> bool:
    """Return True if the last line is one that the patch writes anew."""
    at_end = [change for change in line_changes(scene.changes) if change.hunk.end == len(scene.before)]
    _, last_lines = sides_of(at_end)
    return bool(last_lines.strip())


def _changes_endings_only(change: LineChange) -> bool:
    """Return True if both sides are the same but for the ends of the lines: `x\\r\\n` and `x\\n`."""
    return list(map(body, change.hunk.removed)) == list(map(body, change.hunk.added))


@unless_title_mentions("tidy")
def blanks(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Lines that differ in blanks at their ends only."""
    if _MARKUP.search(scene.path):
        return {}
    candidates = [change for change in line_changes(changes) if _is_blanks_at_ends(scene, change)]
    if has_witness(scene.language):
        harmless_changes = _without_effect(scene, candidates)
    else:
        harmless_changes = list(filterfalse(partial(_may_be_text, scene), candidates))
    return with_reason(harmless_changes, "changes blanks at line ends only")


def _is_blanks_at_ends(scene: Scene, change: LineChange) -> bool:
    """Return True if both sides are the same but for blanks at line ends, and nobody asked for that change."""
    if list(map(str.rstrip, change.hunk.removed)) != list(map(str.rstrip, change.hunk.added)):
        return False
    if "endings" in scene.asked.topics and _changes_endings_only(change):
        return False
    return not _empties_blank_lines(change)


def _empties_blank_lines(change: LineChange) -> bool:
    """Return True if it takes the blanks out of blank lines, as every style wants it."""
    return change.is_blank() and any(map(body, change.hunk.removed))


def _may_be_text(scene: Scene, change: LineChange) -> bool:
    """In a file of no known language: whether a text may hold the blanks, or a backslash stands before them."""
    if _PROSE.search(scene.path):
        return False
    is_escaped = any(map(_ESCAPED_BLANKS.search, change.lines))
    return is_escaped or _HOLDS_TEXT.search("".join(scene.before)) is not None


def _without_effect(scene: Scene, candidates: Sequence[LineChange]) -> list[LineChange]:
    """Those of the changes of which a parser proves that the text means the same without them."""
    proved = harmless(scene, [change.change for change in candidates])
    return among(candidates, proved)


@unless_title_mentions("format")
@unless_title_mentions("tidy")
def formatting(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Lines that say the same words: quotes, wrapping, trailing commas, redundant brackets, alignment."""
    if scene.asks_for_data_layout:
        return {}
    if scene.data_in_old_layout is not None:
        idle = changes_without_data(scene, changes, wanted=scene.data_in_old_layout)
        return dict.fromkeys(idle, "changes layout only: the data is the same without it")
    if not has_witness(scene.language):
        return {}
    layout = reworded(scene, changes)
    staying = ids_of(changes) - ids_of(_blank_changes(changes)) - ids_of(layout)
    following = followers(scene, layout, staying)
    candidates = list(line_changes(without(layout, following)))
    return {change.id: _how(change, scene.language) for change in _without_effect(scene, candidates)}


@unless_title_mentions("format")
@unless_title_mentions("tidy")
def rewrapped(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Lines wrapped otherwise beside a change that stays: it may be why."""
    if not has_witness(scene.language):
        return {}
    candidates = [change for change in line_changes(reworded(scene, changes)) if not is_shifted(change.change)]
    proved = _without_effect(scene, candidates)
    return {change.id: f"{_how(change, scene.language)}, beside a change that stays" for change in proved}


def _blank_changes(changes: Iterable[Change]) -> list[LineChange]:
    """The changes of nothing but blank lines."""
    return list(filter(LineChange.is_blank, line_changes(changes)))


@unless_title_mentions("tidy")
def blank_lines(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Blank lines added or removed away from every change that stays."""
    blank = _blank_changes(changes)
    staying = ids_of(changes) - ids_of(blank)
    idle_changes = [change for change in blank if _is_idle_blank(scene, change, staying=staying, blank=blank)]
    return with_reason(_without_effect(scene, idle_changes), "changes blank lines only")


def _is_idle_blank(scene: Scene, change: LineChange, staying: set[int], blank: list[LineChange]) -> bool:
    """Tell whether a change of blank lines parts nothing that stays from anything else."""
    is_beside_staying = not staying.isdisjoint(_beside_run(scene, change))
    if is_beside_staying:
        return False
    if not has_witness(scene.language) and _may_part_paragraphs(scene, change):
        return False
    if not all(map(scene.provable, scene.beside(change.change))):
        return False
    if _is_continued(scene, change) or _is_tidying(scene, change):
        return False
    return not _is_moved_blank(change, blank) and not _parts_header(scene, change, staying=staying)


def _beside_run(scene: Scene, change: LineChange) -> set[int]:
    """Ids of the changes beside the run of blank lines that it stands in: which of them it takes away, nobody can tell.

    `-` (blank), a blank line that stays, `-x = 1`: the other blank line may as well be the one that goes.
    """
    near = line_changes(scene.neighbours(change.change))
    return {other.id for other in near if not is_code(_lines_between(scene, change, other=other))}


def _lines_between(scene: Scene, one: LineChange, other: LineChange) -> list[str]:
    """The lines before that stay between two changes, in whatever order these are."""
    first, last = sorted((one.hunk, other.hunk), key=lambda hunk: hunk.start)
    return scene.before[first.end : last.start]


def _may_part_paragraphs(scene: Scene, change: LineChange) -> bool:
    """In prose and data: whether the blank lines are part of a text, or the only ones between two paragraphs."""
    if _may_be_text(scene, change):
        return True
    return not _CONFIGURATION.search(scene.path) and not _has_blank_line_beside(scene, change)


def _has_blank_line_beside(scene: Scene, change: LineChange) -> bool:
    """Tell whether the line above a change or the one below it is blank, in the text before."""
    around = _line_above(scene.before, change.hunk.start) + scene.before[change.hunk.end : change.hunk.end + 1]
    return not all(map(str.strip, around))


def _line_above(lines: list[str], row: int) -> list[str]:
    """The line above a row; none above the first one."""
    return lines[max(row - 1, 0) : row]


def beside_finding(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Blank lines that stand beside what another rule found only, and so go with it."""
    blank = _blank_changes(changes)
    staying = ids_of(changes) - ids_of(blank)
    idle_changes = [change for change in blank if _is_beside_findings(scene, change, staying=staying)]
    return with_reason(idle_changes, "blank lines that go with what is beside them")


def _is_beside_findings(scene: Scene, change: LineChange, staying: set[int]) -> bool:
    """Tell whether something that a rule spoke of is right beside a change, and nothing that stays."""
    near = ids_of(scene.beside(change.change))
    return near.isdisjoint(staying) and not near.isdisjoint(scene.judged)


def _is_moved_blank(change: LineChange, blank: Iterable[LineChange]) -> bool:
    """Tell whether the blank lines are moved by a line or two: as many go in one place as come in another."""
    return any(_is_other_half(change, other) for other in blank)


def _is_other_half(one: LineChange, other: LineChange) -> bool:
    """Tell whether one change adds as many lines as the other removes, at most two lines apart."""
    is_opposite = bool(one.hunk.added) != bool(other.hunk.added)
    distance = min(abs(other.hunk.start - one.hunk.end), abs(one.hunk.start - other.hunk.end))
    return is_opposite and distance <= 2 and len(one.lines) == len(other.lines)


def _parts_header(scene: Scene, change: LineChange, staying: set[int]) -> bool:
    """Tell whether blank lines stand above the header of a block whose first line changes and stays."""
    header = change.hunk.end
    if not opens_block(scene.before, header):
        return False
    below = [other for other in line_changes(scene.changes) if other.hunk.start == header + 1]
    return not staying.isdisjoint(ids_of(below))


_BEFORE_DEFINITION = ("def ", "class ", "@", "async def ")
"""Beginnings of lines above which a style wants more than one blank line."""
_MOST_REFORMATTED = 2
"""Changes of layout in a file up to which it is not reformatted all over."""


def _is_tidying(scene: Scene, change: LineChange) -> bool:
    """Return True if it takes away what no style wants: blanks on a blank line, a blank line too many. In a file that
    is reformatted all over it is part of that."""
    hunk = change.hunk
    if sum(rule == "formatting" for rule, _ in scene.judged.values()) > _MOST_REFORMATTED:
        return False
    if hunk.added:
        return len(hunk.added) == len(hunk.removed) and _empties_blank_lines(change)
    next_line = next(filter(str.strip, scene.before[hunk.end :]), "")
    return _has_blank_line_beside(scene, change) and not next_line.startswith(_BEFORE_DEFINITION)


def reworded(scene: Scene, changes: Iterable[Change]) -> list[Change]:
    """Changes (alone, or with those they touch) whose two sides say the same words."""
    written = filterfalse(LineChange.is_blank, line_changes(changes))
    alike: list[Change] = []
    for run in _over_blanks(scene, written):
        for part in alike_parts(run, scene.language):
            if not _changes_meaning(scene, part):
                alike += [change.change for change in part]
    return alike


def _over_blanks(scene: Scene, changes: Iterable[LineChange]) -> list[list[LineChange]]:
    """`runs`, joined where blank lines alone lie between: a statement may be gone above them and stand below."""
    groups: list[list[LineChange]] = []
    for change in changes:
        if groups and not is_code(_lines_between(scene, groups[-1][-1], other=change)):
            groups[-1].append(change)
        else:
            groups.append([change])
    return groups


_ARROW_BODY = re.compile(r"=>\s*(\(*)\s*\{")
_BRACKETED_DEFAULT = re.compile(r"\bexport\s+default\s*\(")
_RETURNED = re.compile(r"\breturn\s*\(")
_SCRIPTS = frozenset({"javascript", "typescript", "tsx"})
_PREPROCESSED = frozenset({"c", "cpp"})


def _changes_meaning(scene: Scene, run: Iterable[LineChange]) -> bool:
    """Tell whether words that look like layout mean something in the language, though the syntax tree hides it."""
    old, new = sides_of(run)
    if scene.language in _SCRIPTS:
        return _changes_script(old, new)
    if scene.language in _PREPROCESSED:
        return _changes_preprocessed(old, new, file="".join(scene.after))
    return False


def _changes_script(old: str, new: str) -> bool:
    """Tell whether brackets mean something in a script.

    `x => ({a: x})` gives an object, `x => {a: x}` runs a block; `export default (function f() {})` is not hoisted.
    """
    bracketed_before = list(map(bool, _ARROW_BODY.findall(old)))
    bracketed_after = list(map(bool, _ARROW_BODY.findall(new)))
    is_other_body = bracketed_before != bracketed_after
    return is_other_body or _differ_in_number(_BRACKETED_DEFAULT, old, new=new)


def _changes_preprocessed(old: str, new: str, file: str) -> bool:
    """Tell whether brackets or line breaks mean something in C.

    With `decltype(auto)` brackets make a reference; a backslash at the end of a line joins the next one to it.
    """
    if "decltype" in file and _differ_in_number(_RETURNED, old, new=new):
        return True
    return old.count("\\\n") != new.count("\\\n")


def _differ_in_number(pattern: re.Pattern[str], old: str, new: str) -> bool:
    """Tell whether the pattern is found more often in one text than in the other."""
    return len(pattern.findall(old)) != len(pattern.findall(new))


def _is_continued(scene: Scene, change: LineChange) -> bool:
    """C: whether a backslash joins the first line of a change to the one above, before or after."""
    if scene.language not in _PREPROCESSED:
        return False
    start = scene.after_starts[change.id]
    above = _line_above(scene.before, change.hunk.start) + _line_above(scene.after, start)
    return any(map(_CONTINUED.search, above))


def _how(change: LineChange, language: str) -> str:
    """Say in words for a person which kind of layout a change is."""
    if not change.is_replacement():
        return "rewraps lines only: the syntax tree is the same without it"
    return f"changes {_kind_of_layout(change, language)} only: the syntax tree is the same without it"


def _kind_of_layout(change: LineChange, language: str) -> str:
    """Name what differs between two sides that say the same words."""
    old, new = change.removed, change.added
    if "".join(old.split()) == "".join(new.split()):
        return "alignment" if len(change.hunk.removed) == len(change.hunk.added) else "wrapping"
    if words(old, "") != words(new, "") and words(old, language) == words(new, language):
        return "quote style"
    return "brackets, commas or wrapping"
