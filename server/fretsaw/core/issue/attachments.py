"""The images and logs that an issue refers to. Reads none of them: the shell does, next to the issue's file."""

from __future__ import annotations

import re

from fretsaw.core.issue.blocks import lines_of
from fretsaw.core.issue.hidden import code_spans
from fretsaw.core.issue.issue import Attachment

_MOST = 20
# One link or image, `![alt](target "title")`; lengths are bounded so that hostile text costs linear time.
_LINK = re.compile(
    r"(!?)\[([^\[\]\n]{0,300})\]\(\s*<?([^\s<>()]+(?:\([^\s()]*\)[^\s<>()]*)?)>?(?:\s+[\"'(][^\n]{0,200}?)?\s*\)"
)
_IMG = re.compile(r"<img\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b(src|alt)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_IMAGE_ENDS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
_LOG_ENDS = (".log", ".txt", ".out", ".trace", ".stacktrace")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def attachments(text: str) -> tuple[Attachment, ...]:
    """In order, each once: images by relative path or data URI, links to logs by relative path.

    A picture or log at a web address is none: nothing is fetched because an issue says so.
    """
    found: dict[str, Attachment] = {}
    for kind, line in lines_of(text):
        if kind == "code" or ("](" not in line and "<" not in line):
            continue
        bare = _without_code(line)
        for item in (*_links(bare), *_tags(bare)):
            found.setdefault(item.source, item)
        if len(found) >= _MOST:
            break
    return tuple(found.values())[:_MOST]


def _without_code(line: str) -> str:
    """A line with its backticked spans blanked."""
    for start, end in code_spans(line):
        line = line[:start] + " " * (end - start) + line[end:]
    return line


def _links(line: str) -> list[Attachment]:
    out = []
    for mark, alt, target in _LINK.findall(line):
        if mark and _is_image(target):
            out.append(Attachment("image", target, alt))
        elif not mark and not _SCHEME.match(target) and _bare(target).endswith(_LOG_ENDS):
            out.append(Attachment("log", target, alt))
    return out


def _tags(line: str) -> list[Attachment]:
    out = []
    for inner in _IMG.findall(line):
        values = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(inner)}
        if _is_image(values.get("src", "")):
            out.append(Attachment("image", values["src"], values.get("alt", "")))
    return out


def _is_image(target: str) -> bool:
    if target.lower().startswith("data:"):
        return target.lower().startswith("data:image/")
    return not _SCHEME.match(target) and not target.startswith("//") and _bare(target).endswith(_IMAGE_ENDS)


def _bare(target: str) -> str:
    """A link's path in lower case, without query and fragment."""
    return re.split(r"[?#]", target, maxsplit=1)[0].lower()
