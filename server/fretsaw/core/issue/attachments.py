"""The images, PDFs and logs that an issue refers to. Reads none of them: the shell does, next to the issue's file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from fretsaw.core.issue.blocks import lines_of
from fretsaw.core.issue.hidden import code_spans
from fretsaw.core.issue.issue import Attachment, AttachmentKind

_MOST = 100
_IMAGE_ENDS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".svg", ".tif", ".tiff", ".avif", ".heic")
_LOG_ENDS = (".log", ".txt", ".out", ".trace", ".stacktrace")
_PDF = ".pdf"
_SPACED = "|".join(end[1:] for end in (*_IMAGE_ENDS, _PDF))
# One link or image: `![alt](target "title")`, `![alt](<a target>)`, `![alt](a picture.png)`, `![alt][reference]`,
# `![reference]`; lengths are bounded so that hostile text costs linear time.
_LINK = re.compile(
    r"(?P<mark>!?)\[(?P<alt>[^\[\]\n]{0,300})\]"
    r"(?:\(\s*(?:<(?P<angled>[^<>\n]{1,2000})>|(?P<bare>[^\s<>()]+(?:\([^\s()]*\)[^\s<>()]*)?)"
    rf"|(?P<spaced>[^<>()\"'\n]{{1,300}}\.(?:{_SPACED})))"
    r"(?:\s+[\"'(][^\n]{0,200}?)?\s*\)"
    r"|\[(?P<reference>[^\[\]\n]{0,300})\])?",
    re.IGNORECASE,
)
_DEFINITION = re.compile(r"^ {0,3}\[([^\[\]\n]{1,300})\]:[ \t]*(?:<([^<>\n]{1,2000})>|(\S+))", re.MULTILINE)
_IMG = re.compile(r"<img\b([^<>]{0,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b(src|alt)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


def attachments(text: str) -> tuple[Attachment, ...]:
    """In order, each once: images and PDFs, and links to logs by relative path.

    A picture at a web address is among them, so that it can be said that it is not fetched.
    """
    shown = "\n".join("" if kind == "code" else line for kind, line in lines_of(text))
    shown = _without_code(shown)
    definitions = {name.casefold(): angled or bare for name, angled, bare in _DEFINITION.findall(shown)}
    found: dict[str, Attachment] = {}
    for _, item in sorted((*_links(shown, definitions), *_tags(shown)), key=lambda each: each[0]):
        found.setdefault(item.source, item)
    return tuple(found.values())[:_MOST]


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
        target = link["angled"] or link["bare"] or link["spaced"]
        if target is None:
            # `[log]` alone may be any word in brackets; a reference has to be defined.
            target = definitions.get((link["reference"] or link["alt"]).casefold())
        kind = _kind(target, is_image=bool(link["mark"])) if target else None
        if target and kind:
            yield link.start(), Attachment(kind, target, link["alt"])


def _tags(text: str) -> Iterator[tuple[int, Attachment]]:
    for tag in _IMG.finditer(text):
        values = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(tag[1])}
        kind = _kind(values.get("src", ""), is_image=True)
        if kind:
            yield tag.start(), Attachment(kind, values["src"], values.get("alt", ""))


def _kind(target: str, *, is_image: bool) -> AttachmentKind | None:
    """Return the attachment that a target names; None: nothing."""
    if target.lower().startswith("data:"):
        return "image" if is_image and target.lower().startswith("data:image/") else None
    bare = re.split(r"[?#]", target, maxsplit=1)[0].lower()
    if _SCHEME.match(target):
        return "image" if is_image else None
    if bare.endswith(_PDF):
        return "pdf"
    if is_image:
        return "image" if bare.endswith(_IMAGE_ENDS) else None
    return "log" if bare.endswith(_LOG_ENDS) else None
