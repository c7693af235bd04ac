"""New entries of data, written as the file writes its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from fretsaw.core.prune.data.tree import DataFormat, Document, Entry, Node, Splice, scalars_of, spliced

_ENDED = ("}", ";", "*/")
"""Ends of what needs no `;` behind it in CSS."""

_COMMENT_BEHIND = re.compile(r"[ \t]+#[^\n]*")


class UnclearPlaceError(Exception):
    """Something new has no clear place in the file."""


@dataclass(frozen=True)
class Insertion:
    """A writer of what is new in one text into another one."""

    old: Document
    new: Document
    form: DataFormat
    scales: bool = True
    """True if the reply's steps of indentation become the file's; in a text over several lines they are its own."""

    def scalar(self, node: Node, like: Node | None = None) -> str:
        """A value of the reply in the quotes of the one that it replaces."""
        text = self.new.text[node.start : node.end]
        if node.entries is not None:
            return self._relaid(Entry(node.start, node.end, node), indent="")
        like_text = self.old.text[like.start : like.end] if like else self._quote * 2
        if self.form.write:
            return self.form.write(Entry(node.start, node.end, node), self.old, like_text)
        for spelling in self.form.scalars(text, like_text):
            if spelling == text or self._reads_as(spelling, node):
                return spelling
        return text

    def _reads_as(self, spelling: str, node: Node) -> bool:
        document = self.form.read(self.form.sample.format(spelling))
        return document is not None and [one.value for one in scalars_of(document.root)] == [node.value]

    def value(self, entry: Entry, like: Entry) -> str:
        """The text behind the key of an entry, in the indentation of the entry that it replaces."""
        whole = self._relaid(entry, indent=indent_at(self.old.text, like.start))
        key = self.new.text[entry.start : entry.key_end] if entry.key_end else ""
        return whole[len(key) :]

    def replacement(self, entries: Sequence[Entry], *, at: int, entry: Entry) -> Splice:
        """The splice that puts a new entry in an old one's place."""
        old = entries[at]
        text = self._relaid(entry, indent=indent_at(self.old.text, old.start))
        if self.old.text[old.start : old.end].endswith(";") and not text.endswith(_ENDED):
            text += ";"
        return Splice(old.start, old.end, text)

    def splice(self, container: Node, new_container: Node, *, entry: Entry, after: int) -> Splice:
        """The splice that puts a new entry behind an old one; before the first with `after` -1."""
        entries = container.entries or ()
        sample = entries[max(after, 0)]
        at = self._behind_comments(entries, after)
        gap = self._gap(container, new_container, entry=entry, after=at)
        text = self._listed(container, new_container, entry=entry, sample=sample)
        if container.layout == "braces" and not text.endswith(_ENDED):
            text += ";"
        if at < 0:
            return Splice(sample.start, sample.start, text + gap)
        end = self._line_end(entries[at], container)
        return Splice(end, end, self._ending_of(entries[at], container) + gap + text)

    def run_behind(self, old: Entry, new: Entry, entries: Sequence[Entry]) -> Splice | None:
        """The splice that puts new entries behind an old one with the reply's gaps, in the file's steps of indentation.

        `new`: the same entry in the reply. None where the reply's indentation is no multiple of its step.
        """
        parts: list[str] = []
        end = new.end
        for entry in entries:
            gap = self._stepped(self.new.text[end : entry.start], old, new)
            if gap is None:
                return None
            parts += gap, self._relaid(entry, indent=gap.rpartition("\n")[2] if "\n" in gap else "")
            end = entry.end
        return Splice(old.end, old.end, "".join(parts))

    def _stepped(self, gap: str, old: Entry, new: Entry) -> str | None:
        """A gap of the reply as deep below the old entry's line as it is below the new one's."""
        lines, _, indent = gap.rpartition("\n")
        if "\n" not in gap:
            return gap
        base, step = indent_at(self.new.text, new.start), len(self._new_unit) or 1
        deeper, rest = divmod(len(indent) - len(base), step)
        old_base = indent_at(self.old.text, old.start)
        if rest or indent.strip() or len(old_base) + deeper * len(self._old_unit) < 0:
            return None
        kept = old_base + self._old_unit * deeper if deeper >= 0 else old_base[: deeper * len(self._old_unit)]
        return "\n" * (lines.count("\n") + 1) + kept

    def _listed(self, container: Node, new_container: Node, *, entry: Entry, sample: Entry) -> str:
        """A new entry with the mark of its list: `- ` of YAML, which a list in brackets does not have."""
        indent = indent_at(self.old.text, sample.start)
        has_other_mark = container.is_ordered and container.layout != new_container.layout and not entry.is_comment
        if not has_other_mark:
            return self._relaid(entry, indent=indent)
        mark = self.old.text[sample.start : sample.node.start]
        return mark + self._relaid(Entry(entry.node.start, entry.node.end, entry.node), indent=indent)

    def _line_end(self, entry: Entry, container: Node) -> int:
        """The end of an entry, with the comment on its last line where lines are entries."""
        comment = _COMMENT_BEHIND.match(self.old.text, entry.end) if container.layout == "lines" else None
        return comment.end() if comment else entry.end

    def _ending_of(self, entry: Entry, container: Node) -> str:
        """The sign that a last declaration of CSS lacks when another one follows."""
        is_open = container.layout == "braces" and not self.old.text[entry.start : entry.end].endswith(_ENDED)
        return ";" if is_open else ""

    def _behind_comments(self, entries: Sequence[Entry], at: int) -> int:
        """The last of the comments on the line of an entry, else the entry."""
        while 0 <= at < len(entries) - 1 and entries[at + 1].is_comment:
            if "\n" in self.old.text[entries[at].end : entries[at + 1].start]:
                break
            at += 1
        return at

    def _gap(self, container: Node, new_container: Node, *, entry: Entry, after: int) -> str:
        """The signs between a new entry and the one before it, as they are around there in the file."""
        reply_gap = _gap_before(self.new.text, new_container, entry)
        entries = container.entries or ()
        if entry.is_comment:
            return self._gap_of_comment(container, reply_gap, sample=entries[max(after, 0)])
        gaps = self._gaps(entries, entry)
        gaps.sort(key=lambda one: abs(one[0] - after - 1))
        for _, gap in gaps:
            if gap.count("\n") == reply_gap.count("\n"):
                return gap
        return gaps[0][1] if gaps else self._first_gap(container)

    def _gap_of_comment(self, container: Node, reply_gap: str, *, sample: Entry) -> str:
        if container.layout not in ("lines", "braces"):
            raise UnclearPlaceError
        if "\n" not in reply_gap:
            return reply_gap
        return "\n" + indent_at(self.old.text, sample.start)

    def _gaps(self, entries: Sequence[Entry], like: Entry) -> list[tuple[int, str]]:
        """(index of the entry behind it, gap) before each entry of the same kind as another one."""
        found: list[tuple[int, str]] = []
        for at in range(1, len(entries)):
            gap = self.old.text[entries[at - 1].end : entries[at].start]
            if is_gap(gap) and _kind(entries[at]) == _kind(like) and not entries[at - 1].is_comment:
                found.append((at, gap))
        return found

    def _first_gap(self, container: Node) -> str:
        """The gap in a container that has a single entry so far."""
        first = (container.entries or ())[0]
        if container.layout == "blanks":
            return " "
        if container.layout == "lines":
            return "\n" + indent_at(self.old.text, first.start)
        lead = self.old.text[container.start + 1 : first.start] if container.start < first.start else "\n"
        lead = lead if not lead.strip() else ""
        return lead if container.layout == "braces" else "," + (lead or " ")

    # -- the reply's text ---------------------------------------------------------------------------

    def _relaid(self, entry: Entry, indent: str) -> str:
        """An entry of the reply with the file's quotes, blanks around keys, and indentation."""
        if self.form.write:
            return self.form.write(entry, self.old, "")
        if self._is_to_expand(entry.node):
            return self._expanded(entry, indent)
        splices = [*self._quoted(entry.node), *self._key_gaps(entry)]
        shifted = (
            Splice(one.start - entry.start, one.end - entry.start, one.text) for one in splices if one.end <= entry.end
        )
        text = spliced(self.new.text[entry.start : entry.end], list(shifted))
        first, *lines = text.split("\n")
        base = indent_at(self.new.text, entry.start)
        return "\n".join([first, *(self._indented(line, base, indent=indent) for line in lines)])

    def _is_to_expand(self, node: Node) -> bool:
        """Tell whether the file writes such a container over several lines, and the reply on one."""
        is_on_one_line = node.layout == "braces" or "\n" not in self.new.text[node.start : node.end]
        return bool(node.entries) and is_on_one_line and node.kind in self._expanded_kinds

    def _expanded(self, entry: Entry, indent: str) -> str:
        """An entry with each of its own entries on a line: `a{b:c}` as `a {`, `  b: c;`, `}`."""
        node = entry.node
        separator, ending = (",", "") if node.layout == "comma" else ("", ";")
        inner = indent + self._old_unit
        lines = [self._relaid(one, indent=inner) for one in node.entries or ()]
        lines = [inner + line + ("" if line.endswith(_ENDED) else ending) for line in lines]
        key = self.new.text[entry.start : entry.key_end] if entry.key_end else ""
        gap = self._usual_gaps.get(False, "") if entry.key_end else ""
        opening, closing = self.new.text[node.start], self.new.text[node.end - 1]
        return "\n".join([key + gap + opening, (separator + "\n").join(lines), indent + closing])

    @cached_property
    def _expanded_kinds(self) -> set[Hashable]:
        """The kinds of containers of which the file writes most over several lines."""
        counted: Counter[Hashable] = Counter()
        for entry in _all_entries(self.old.root):
            node = entry.node
            if node.entries and node.kind in ("block", "}", "]"):
                counted[node.kind] += 1 if "\n" in self.old.text[node.start : node.end] else -1
        return {kind for kind, majority in counted.items() if majority > 0}

    def _indented(self, line: str, base: str, *, indent: str) -> str:
        if not line.strip():
            return line
        bare = line.lstrip(" \t")
        deeper = line[: len(line) - len(bare)][len(base) :]
        steps, rest = divmod(len(deeper), len(self._new_unit) or 1)
        is_scaled = self.scales and bool(self._new_unit and self._old_unit) and not rest
        return indent + (self._old_unit * steps if is_scaled else deeper) + bare

    def _quoted(self, node: Node) -> Iterator[Splice]:
        """The scalars in a node that the file would put in other quotes."""
        if not self._quote:
            return
        for scalar in scalars_of(node):
            text = self.new.text[scalar.start : scalar.end]
            if text[:1] in self.form.quotes and text[:1] != self._quote:
                yield Splice(scalar.start, scalar.end, self.scalar(scalar))

    def _key_gaps(self, entry: Entry) -> Iterator[Splice]:
        """The blanks between key and value, as the file has them most often."""
        gap = self.new.text[entry.key_end : entry.node.start] if entry.key_end else "\n"
        is_bracketed = entry.node.kind in ("}", "]")
        usual = self._usual_gaps.get(entry.node.entries is None, self._usual_gaps.get(is_bracketed))
        is_written = entry.node.start < entry.node.end
        if usual is not None and is_written and "\n" not in gap:
            yield Splice(entry.key_end, entry.node.start, usual)
        for inner in entry.node.entries or ():
            yield from self._key_gaps(inner)

    @cached_property
    def _usual_gaps(self) -> dict[bool, str]:
        """True for scalars, False for containers → what is most often between a key and its value."""
        counted: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
        for entry in _all_entries(self.old.root):
            gap = self.old.text[entry.key_end : entry.node.start]
            if entry.key_end and len(gap) < 4 and "\n" not in gap:
                counted[entry.node.entries is None][gap] += 1
        return {is_scalar: gaps.most_common(1)[0][0] for is_scalar, gaps in counted.items() if gaps}

    @cached_property
    def _quote(self) -> str:
        """The sign around most strings of the file; "" where there are none."""
        firsts = Counter(self.old.text[node.start : node.start + 1] for node in scalars_of(self.old.root))
        quotes = [(firsts[quote], quote) for quote in self.form.quotes if firsts[quote]]
        return max(quotes, default=(0, ""))[1]

    @cached_property
    def _old_unit(self) -> str:
        return unit_of(self.old.text)

    @cached_property
    def _new_unit(self) -> str:
        return unit_of(self.new.text)


def _all_entries(node: Node) -> Iterator[Entry]:
    for entry in node.entries or ():
        yield entry
        yield from _all_entries(entry.node)


def _kind(entry: Entry) -> tuple[bool, bool, str]:
    """Entries of one kind stand in one kind of distance."""
    has_typed_key = isinstance(entry.key, tuple) and bool(entry.key)
    key_type = str(entry.key[0]) if has_typed_key and isinstance(entry.key, tuple) else ""
    return entry.is_comment, entry.node.entries is None, key_type


def is_gap(text: str) -> bool:
    """Tell whether a text between entries holds nothing but their separator."""
    return re.fullmatch(r"\s*[,;|\t]?\s*", text) is not None


def _gap_before(text: str, container: Node, entry: Entry) -> str:
    """The text between an entry and the one before it."""
    ends = [other.end for other in container.entries or () if other.end <= entry.start]
    return text[max(ends, default=container.start) : entry.start]


def indent_at(text: str, place: int) -> str:
    """The blanks below which a line has to begin to stand below this place.

    >>> indent_at("- a: 1", 2)
    '  '
    """
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return "".join(sign if sign in " \t" else " " for sign in line) if len(line) < 200 else ""


def unit_of(text: str) -> str:
    """The smallest step of indentation in a text; "" where nothing is indented."""
    indents = {line[: len(line) - len(line.lstrip(" \t"))] for line in text.split("\n") if line.strip()} - {""}
    return min(indents, key=len, default="")


def in_other_quotes(text: str, like: str) -> Sequence[str]:
    """A string in the quotes of another one where nothing in it forbids that, else as it is.

    >>> in_other_quotes("'a'", '"b"')
    ('"a"', "'a'")
    """
    quote = like[:1]
    body = text[1:-1]
    is_quoted = len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]
    if quote not in ("'", '"') or not is_quoted or re.search(r"[\\\"'\n]", body):
        return (text,)
    return (quote + body + quote, text)
