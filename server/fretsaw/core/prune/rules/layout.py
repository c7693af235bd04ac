"""Rules on what has no effect: blanks, line endings, blank lines, formatting. Each finding is proved by a parser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from fretsaw.core.patch.patch_set import Change, Hunk
from fretsaw.core.prune.followers import followers, is_shifted
from fretsaw.core.prune.lexer import extended, loose, words
from fretsaw.core.prune.same_meaning import harmless, has_witness
from fretsaw.core.prune.scene import Scene, hunks_of, is_blank, runs, text
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
LONGEST_READ, LONGEST_RUN = 12, 60
"""Neighbouring changes that are read as one text, and word after word each by itself, to find words that only moved to
another line."""


def endings(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """The whole file's line endings converted, or those of some lines; the final newline lost."""
    if "endings" in scene.asked.topics:
        return {}
    out = {}
    for change in changes:
        if change.kind == "endings":
            out[change.id] = "converts the file's line endings"
        elif change.kind == "eof" and not _ends_file(scene):
            out[change.id] = "takes the file's final newline away"
        elif change.hunk and _bodies(change.hunk.removed) == _bodies(change.hunk.added):
            out[change.id] = "changes line endings only"
    return out


def _ends_file(scene: Scene) -> bool:
    """Return True if the last line is one that the patch writes anew."""
    return any(c.hunk and c.hunk.end == len(scene.before) and text(c.hunk.added).strip() for c in scene.changes)


def blanks(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Lines that differ in blanks at their ends only."""
    if _MARKUP.search(scene.path):
        return {}
    found = [change for change in changes if _is_blanks_at_ends(scene, change)]
    if has_witness(scene.language):
        proved = harmless(scene, found)
    else:
        proved = {change.id for change in found if not _may_be_text(scene, change)}
    return {change.id: "changes blanks at line ends only" for change in found if change.id in proved}


def _is_blanks_at_ends(scene: Scene, change: Change) -> bool:
    """Return True if both sides are the same but for blanks at line ends, and nobody asked for that change."""
    hunk = change.hunk
    if hunk is None or not _same_but_ends(hunk.removed, hunk.added):
        return False
    return not _takes_blanks(hunk) and not _is_asked_ending(scene, change)


def _takes_blanks(hunk: Hunk) -> bool:
    """Return True if it takes the blanks out of blank lines, as every style wants it, or is no change of blanks
    alone."""
    return is_blank(hunk) and any(body(line) for line in hunk.removed)


def _is_asked_ending(scene: Scene, change: Change) -> bool:
    """Return True if nothing but the end of a line changes, which the issue speaks of."""
    hunk = change.hunk
    return "endings" in scene.asked.topics and hunk is not None and _bodies(hunk.removed) == _bodies(hunk.added)


def _may_be_text(scene: Scene, change: Change) -> bool:
    """In a file of no known language: whether a text may hold the blanks, or a backslash stands before them."""
    lines = change.hunk.removed + change.hunk.added if change.hunk else ()
    if _PROSE.search(scene.path):
        return False
    escaped = any(line.rstrip().endswith("\\") for line in lines)
    return escaped or _HOLDS_TEXT.search("".join(scene.before)) is not None


def formatting(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Lines that say the same words: quotes, wrapping, trailing commas, redundant brackets, alignment."""
    if "format" in scene.asked.title_topics or not has_witness(scene.language):
        return {}
    layout = reworded(scene, changes)
    staying = {c.id for c in changes if not (c.hunk and is_blank(c.hunk))} - {c.id for c in layout}
    following = followers(scene, layout, staying)
    found = [change for change in layout if change.id not in following]
    kept = harmless(scene, found)
    return {change.id: _how(change, scene.language) for change in found if change.id in kept}


def rewrapped(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Lines wrapped otherwise beside a change that stays: it may be why."""
    if not has_witness(scene.language):
        return {}
    found = [change for change in reworded(scene, changes) if not is_shifted(change)]
    kept = harmless(scene, found)
    return {c.id: f"{_how(c, scene.language)}, beside a change that stays" for c in found if c.id in kept}


def blank_lines(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Blank lines added or removed away from every change that stays."""
    blank = [change for change in changes if change.hunk and is_blank(change.hunk)]
    staying = {change.id for change in changes} - {change.id for change in blank}
    found = [change for change in blank if _is_idle_blank(scene, change, staying, changes)]
    if scene.language in _PREPROCESSED:
        is_continued = _is_continued(scene)
        found = [change for change in found if not is_continued(change)]
    kept = harmless(scene, found)
    return {change.id: "changes blank lines only" for change in found if change.id in kept}


def _is_idle_blank(scene: Scene, change: Change, staying: set[int], changes: tuple[Change, ...]) -> bool:
    """Tell whether a change of blank lines parts nothing that stays from anything else."""
    if any(other.id in staying for other in _beside_run(scene, change)):
        return False
    if not has_witness(scene.language) and (_may_be_text(scene, change) or not _leaves_paragraphs(scene, change)):
        return False
    if not all(scene.provable(other) for other in scene.beside(change)):
        return False
    return not tidy(scene, change) and not _regroups(scene, change, staying, changes)


def _leaves_paragraphs(scene: Scene, change: Change) -> bool:
    """In prose and data, where a blank line parts paragraphs: whether there is one beside it anyway."""
    hunk = change.hunk
    if hunk is None or _CONFIGURATION.search(scene.path):
        return hunk is not None
    around = scene.before[max(hunk.start - 1, 0) : hunk.start] + scene.before[hunk.end : hunk.end + 1]
    return any(not line.strip() for line in around)


def beside_finding(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Blank lines that stand beside what another rule found only, and so go with it."""
    blank = {change.id for change in changes if change.hunk is not None and is_blank(change.hunk)}
    staying = {change.id for change in changes} - blank
    out = {}
    for change in changes:
        if change.id not in blank:
            continue
        near = {other.id for other in scene.beside(change)}
        if near.isdisjoint(staying) and not near.isdisjoint(scene.judged):
            out[change.id] = "blank lines that go with what is beside them"
    return out


def _beside_run(scene: Scene, change: Change) -> list[Change]:
    """The changes beside the run of blank lines that it stands in: which of them it takes away, nobody can tell."""
    near = scene.beside(change)
    hunk = change.hunk
    for other in scene.neighbours(change):
        if hunk is None or other.hunk is None or other in near:
            continue
        first, last = sorted((hunk, other.hunk), key=lambda one: one.start)
        if not any(line.strip() for line in scene.before[first.end : last.start]):
            near = [*near, other]
    return near


def _regroups(scene: Scene, change: Change, staying: set[int], changes: tuple[Change, ...]) -> bool:
    """Return True if blank lines are moved by a line or two, or part the statement that a change stands in from the
    rest."""
    hunk = change.hunk
    if hunk is None:
        return False
    if any(_is_moved_by_little(hunk, other) for other in hunks_of(changes)):
        return True
    if hunk.end >= len(scene.before):
        return False
    header = scene.before[hunk.end].rstrip()
    if not header.endswith((":", "{")):
        return False
    below = hunks_of(other for other in changes if other.id in staying)
    return any(other.start == hunk.end + 1 for other in below)


def _is_moved_by_little(hunk: Hunk, other: Hunk) -> bool:
    """Return True if as many blank lines go in one place as come in the other, at most two lines apart."""
    if not is_blank(other) or bool(other.added) == bool(hunk.added):
        return False
    distance = min(abs(other.start - hunk.end), abs(hunk.start - other.end))
    return distance <= 2 and len(other.added) + len(other.removed) == len(hunk.added) + len(hunk.removed)


def tidy(scene: Scene, change: Change) -> bool:
    """Return True if it takes away what no style wants: blanks on a blank line, a blank line too many. In a file that
    is reformatted all over it is part of that."""
    hunk = change.hunk
    if hunk is None or sum(rule == "formatting" for rule, _ in scene.judged.values()) > 2:
        return False
    if hunk.added:
        return len(hunk.added) == len(hunk.removed) and any(body(line) for line in hunk.removed)
    around = scene.before[max(hunk.start - 1, 0) : hunk.start] + scene.before[hunk.end : hunk.end + 1]
    left = sum(not line.strip() for line in around)
    next_line = next((line for line in scene.before[hunk.end :] if line.strip()), "")
    return left > 0 and not next_line.startswith(("def ", "class ", "@", "async def "))


def reworded(scene: Scene, changes: tuple[Change, ...]) -> list[Change]:
    """Changes (alone, or with those they touch) whose two sides say the same words."""
    out: list[Change] = []
    for run in _over_blanks(scene, [c for c in changes if c.hunk is not None and not is_blank(c.hunk)]):
        at = 0
        while at < len(run):
            size = _equal_run(run[at : at + LONGEST_RUN], scene.language) or _only_brackets(run[at], scene.language)
            found = run[at : at + size]
            out += [] if changes_meaning(scene, found) else found
            at += size or 1
    return out


_ARROW_BODY = re.compile(r"=>\s*(\(*)\s*\{")
_BRACKETED_DEFAULT = re.compile(r"\bexport\s+default\s*\(")
_RETURNED = re.compile(r"\breturn\s*\(")


def changes_meaning(scene: Scene, run: list[Change]) -> bool:
    """Tell whether words that look like layout mean something in the language, though the syntax tree hides it.

    `x => ({a: x})` gives an object, `x => {a: x}` runs a block; `export default (function f() {})` is not hoisted;
    with `decltype(auto)` brackets make a reference; a backslash at the end of a line joins the next one to it.
    """
    old = "".join(text(hunk.removed) for hunk in hunks_of(run))
    new = "".join(text(hunk.added) for hunk in hunks_of(run))
    if scene.language in _SCRIPTS:
        same_bodies = list(map(bool, _ARROW_BODY.findall(old))) == list(map(bool, _ARROW_BODY.findall(new)))
        return not same_bodies or len(_BRACKETED_DEFAULT.findall(old)) != len(_BRACKETED_DEFAULT.findall(new))
    if scene.language not in _PREPROCESSED:
        return False
    if len(_RETURNED.findall(old)) != len(_RETURNED.findall(new)) and "decltype" in "".join(scene.after):
        return True
    return old.count("\\\n") != new.count("\\\n")


_SCRIPTS = frozenset({"javascript", "typescript", "tsx"})
_PREPROCESSED = frozenset({"c", "cpp"})


def _is_continued(scene: Scene) -> Callable[[Change], bool]:
    """Tell of a change whether a backslash joins its first line to the one above, before or after."""

    def joined(change: Change) -> bool:
        hunk, start = change.hunk, scene.after_starts.get(change.id, 0)
        above = [scene.before[hunk.start - 1]] if hunk and hunk.start else []
        above += [scene.after[start - 1]] if start else []
        return any(line.rstrip("\r\n").endswith("\\") for line in above)

    return joined


def _over_blanks(scene: Scene, changes: list[Change]) -> list[list[Change]]:
    """`runs`, joined where blank lines alone lie between: a statement may be gone above them and stand below."""
    out: list[list[Change]] = []
    for run in runs(changes):
        end, start = (out[-1][-1].hunk if out else None), run[0].hunk
        if end and start and not any(line.strip() for line in scene.before[end.end : start.start]):
            out[-1] += run
        else:
            out.append(run)
    return out


def _equal_run(run: list[Change], language: str) -> int:
    """Count how many of the first changes say, taken together, the same on both sides; 0 when none do."""
    for size in range(1, min(len(run), LONGEST_READ) + 1):
        if _says_same(run[:size], language):
            return size
    old: list[str] = []
    new: list[str] = []
    for size, change in enumerate(run, 1):
        if change.hunk:
            extended(old, words(text(change.hunk.removed), language), language)
            extended(new, words(text(change.hunk.added), language), language)
        if size > LONGEST_READ and len(old) == len(new) and old == new:
            return size
    return 0


def _only_brackets(change: Change, language: str) -> int:
    """1 where a change holds nothing but brackets and commas, which may belong to a wrapping beside it."""
    hunk = change.hunk
    return int(hunk is not None and not loose(text(hunk.removed), language) and not loose(text(hunk.added), language))


def _says_same(run: Iterable[Change], language: str) -> bool:
    removed = "".join(text(change.hunk.removed) for change in run if change.hunk)
    added = "".join(text(change.hunk.added) for change in run if change.hunk)
    if not removed.strip() or not added.strip():
        return False
    return loose(removed, language) == loose(added, language)


def _how(change: Change, language: str) -> str:
    hunk = change.hunk
    if hunk is None or not hunk.removed or not hunk.added:
        return "rewraps lines only: the syntax tree is the same without it"
    old, new = text(hunk.removed), text(hunk.added)
    if "".join(old.split()) == "".join(new.split()):
        what = "alignment" if len(hunk.removed) == len(hunk.added) else "wrapping"
    elif words(old, "") != words(new, "") and words(old, language) == words(new, language):
        what = "quote style"
    else:
        what = "brackets, commas or wrapping"
    return f"changes {what} only: the syntax tree is the same without it"


def _bodies(lines: tuple[str, ...]) -> list[str]:
    return [body(line) for line in lines]


def _same_but_ends(removed: tuple[str, ...], added: tuple[str, ...]) -> bool:
    return [line.rstrip() for line in removed] == [line.rstrip() for line in added]
