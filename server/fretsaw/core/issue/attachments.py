"""The images, PDFs and logs that an issue refers to. Reads none of them: the shell does, next to the issue's file."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from fretsaw.core.issue.blocks import Fences, lines_of
from fretsaw.core.issue.hidden import code_spans
from fretsaw.core.issue.issue import Attachment, AttachmentKind

_MOST = 100
_IMAGE_ENDS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".svg", ".tif", ".tiff", ".avif", ".heic")
_LOG_ENDS = (".log", ".txt", ".out", ".trace", ".stacktrace")
_PDF = ".pdf"
_SPACED = "|".join(end[1:] for end in (*_IMAGE_ENDS, _PDF))
_LABEL = r"[^\[\]\n]{0,300}"
# The words of a picture may go on in the next line and hold brackets: `![Screenshot [1]](a.png)`.
_ALT = r"(?:[^\[\]\n\\]|\\[^\n]|\n(?![ \t]*\n)|\[[^\[\]\n\\]{0,100}\]){0,500}"
# One link or image: `![alt](target "title")`, `![alt](<a target>)`, `![alt](a picture.png)`, `![alt][reference]`,
# `![reference]`; lengths are bounded so that hostile text costs linear time.
_LINK = re.compile(
    rf"(?:(?P<mark>!)\[(?P<alt>{_ALT})\]|\[(?P<label>{_LABEL})\])"
    r"(?:\(\s*(?:<(?P<angled>[^<>\n]{1,2000})>"
    rf"|(?P<spaced>(?:[^<>()\"'\n]|\([^<>()\"'\n]{{0,100}}\)){{1,300}}\.(?:{_SPACED}))(?=[\s)])"
    r"|(?P<bare>[^\s<>()]+(?:\([^\s()]*\)[^\s<>()]*)?)"
    r"|(?P<data>data:[^()]+))"
    r"(?:\s+[\"'(][^\n]{0,200}?)?\s*\)"
    rf"|\[(?P<reference>{_LABEL})\])?",
    re.IGNORECASE,
)
_DEFINITION = re.compile(r"^[ >]{0,9}\[([^\[\]\n]{1,300})\]:[ \t]*\n?[ \t]*(?:<([^<>\n]{1,2000})>|(\S+))", re.MULTILINE)
_IMG = re.compile(r"<img\b", re.IGNORECASE)
_LONGEST_TAG = 4000
_ATTRIBUTE = re.compile(r"\b(src|alt)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_PICTURE_STARTS = ("![", "<img", "<IMG", "[![")
_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


def attachments(text: str) -> tuple[Attachment, ...]:
    """In order, each once: images and PDFs, and links to logs by relative path.

    A picture or a PDF at a web address is among them, so that it can be said that it is not fetched.
    """
    shown = _without_code("\n".join(_shown_lines(text)))
    definitions = {_folded(name): angled or bare for name, angled, bare in _DEFINITION.findall(shown)}
    found: dict[str, Attachment] = {}
    for _, item in sorted((*_links(shown, definitions), *_tags(shown)), key=lambda each: each[0]):
        found.setdefault(item.source, item)
    return tuple(found.values())[:_MOST]


def _shown_lines(text: str) -> Iterator[str]:
    """The lines of a text, those of code blank. A picture that is indented below a list's item is no code."""
    fences, in_list = Fences(), False
    for kind, line in lines_of(text):
        is_fenced = fences.code(line)
        if line.strip() and not is_fenced:
            in_list = _ITEM.match(line) is not None or (in_list and line[0] in " \t")
        is_code = kind == "code" and (is_fenced or not in_list or not line.lstrip().startswith(_PICTURE_STARTS))
        yield "" if is_code else line


def _without_code(text: str) -> str:
    """A text with the backticked spans of each line blanked."""
    if "`" not in text:
        return text
    lines = []
    for line in text.split("\n"):
        blanked = line
        for start, end in code_spans(line):
            blanked = blanked[:start] + " " * (end - start) + blanked[end:]
        lines.append(blanked)
    return "\n".join(lines)


def _links(text: str, definitions: Mapping[str, str]) -> Iterator[tuple[int, Attachment]]:
    if "[" not in text:
        return
    for link in _LINK.finditer(text):
        label = link["alt"] if link["mark"] else link["label"]
        target = link["angled"] or link["spaced"] or link["bare"] or link["data"]
        if target is None:
            # `[log]` alone may be any word in brackets; a reference has to be defined.
            target = definitions.get(_folded(link["reference"] or label))
        kind = _kind(target, is_image=bool(link["mark"])) if target else None
        if target and kind:
            yield link.start(), Attachment(kind, target, " ".join(label.split()))


def _tags(text: str) -> Iterator[tuple[int, Attachment]]:
    starts = [tag.end() for tag in _IMG.finditer(text)]
    for start, behind in zip(starts, [*starts[1:], len(text)], strict=False):
        inside = text[start : _end_of_tag(text, start, min(behind, start + _LONGEST_TAG))]
        values = {name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(inside)}
        kind = _kind(values.get("src", ""), is_image=True)
        if kind:
            yield start, Attachment(kind, values["src"], values.get("alt", ""))


def _end_of_tag(text: str, start: int, end: int) -> int:
    """Find where the tag ends that is open at `start`, before `end`: at the first `>` outside quotes, else at the first
    one; where there is none, at `start` itself."""
    first, quote = start, ""
    for at in range(start, end):
        char = text[at]
        if char == ">" and not quote:
            return at
        if char == ">" and first == start:
            first = at
        if quote in ("", char) and char in "\"'":
            quote = "" if quote else char
    return first


def _folded(name: str) -> str:
    """The name of a reference as Markdown compares it."""
    return " ".join(name.split()).casefold()


@lru_cache(maxsize=64)  # a reference may be used very often, and its target be a long data URI
def _kind(target: str, *, is_image: bool) -> AttachmentKind | None:
    """Return the attachment that a target names; None: nothing."""
    if target.lower().startswith("data:"):
        return "image" if is_image else None
    bare = re.split(r"[?#]", target, maxsplit=1)[0].lower()
    if bare.endswith(_PDF):
        return "pdf"
    if _SCHEME.match(target):
        return "image" if is_image else None
    if is_image:
        # Whatever its name says: its bytes tell, and what is no picture is said.
        return "image" if bare else None
    return "log" if bare.endswith(_LOG_ENDS) else None
