"""Issue text → `Issue`. Never fails: what is not understood stays prose."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fretsaw.core.issue.attachments import attachments
from fretsaw.core.issue.blocks import lines_of
from fretsaw.core.issue.constraints import constraints
from fretsaw.core.issue.hidden import visible
from fretsaw.core.issue.issue import Issue
from fretsaw.core.issue.mentions import mentions

_LONGEST_TITLE = 200
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-{2,})[ \t]*$")
_DATA_URI = re.compile(r"(data:image/[\w.+-]{1,40})[^\s)>\"']+")
_FRONT_TITLE = re.compile(r"^title:[ \t]*(.+)$", re.IGNORECASE)


def parse(text: str) -> Issue:
    """An issue from its Markdown or plain text, of any content; takes time linear in its length."""
    shown, hidden = visible(text)
    attached = attachments(shown)
    shown = _DATA_URI.sub(r"\1", shown)  # the picture is sent as a picture, not as a page of base64
    front, shown = _front_matter(shown)
    title, body = _title(shown)
    if front:
        title, body = front, shown.strip("\n")
    whole = f"{title}\n\n{body}"
    return Issue(
        title=title[:_LONGEST_TITLE].strip(),
        body=body,
        mentions=mentions(whole),
        constraints=constraints(whole),
        attachments=attached,
        hidden=hidden,
    )


def _front_matter(text: str) -> tuple[str, str]:
    """The title that a YAML front matter gives (empty: none), and the text after it."""
    text = text.lstrip("\n")
    if not text.startswith("---\n"):
        return "", text
    end = text.find("\n---", 3)
    if end < 0 or text[end + 4 : end + 5] not in ("", "\n"):
        return "", text
    head = text[4:end].split("\n")
    if not all(not line.strip() or line[0] in " \t-#" or ":" in line for line in head):
        return "", text
    title = next((found[1].strip().strip("\"'") for line in head if (found := _FRONT_TITLE.match(line))), "")
    return title, text[end + 4 :]


def _title(text: str) -> tuple[str, str]:
    """The first heading or line, and the text without it; with it where it is too long for a title."""
    lines = text.split("\n")
    kinds = [kind for kind, _ in lines_of(text)]
    at = _title_line(lines, kinds)
    if at is None:
        return "", text.strip("\n")
    heading = _HEADING.match(lines[at])
    title = heading[1] if heading else lines[at].strip()
    if len(title) > _LONGEST_TITLE:
        return title, text.strip("\n")
    last = at + 1
    if not heading and last < len(lines) and kinds[at] == "prose" and _UNDERLINE.match(lines[last]):
        last += 1
    return title.strip(), "\n".join(lines[:at] + lines[last:]).strip("\n")


def _title_line(lines: list[str], kinds: Sequence[str]) -> int | None:
    """Index of the line with the title; None in a text without words.

    The first line that is not blank, but a level-1 heading a little further down (after a badge or a greeting) is the
    title all the same.
    """
    first = next((i for i, line in enumerate(lines) if line.strip() and not _is_fence(line)), None)
    if first is None or _HEADING.match(lines[first]):
        return first
    near = range(first, min(first + 8, len(lines)))
    return next((i for i in near if kinds[i] == "prose" and lines[i].startswith("# ")), first)


def _is_fence(line: str) -> bool:
    return line.strip().startswith(("```", "~~~"))
