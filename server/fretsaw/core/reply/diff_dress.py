"""Take off what stands around the text of a diff: a terminal's colours, a mail's quotation marks."""

from __future__ import annotations

import re

_COLOUR = re.compile(r"\x1b\[[0-9;:]*[mK]")
_COLOURED = re.compile(r"^(?:\x1b\[[0-9;:]*[mK])+(?:diff --git |--- |\+\+\+ |@@|[-+])", re.M)
_QUOTED = re.compile(
    r"^((?:> ?)+)(?:diff --git |--- \S|@@ -|\*\*\* (?:Begin Patch|Update File|Add File)|<{5,9} ?SEARCH)", re.M
)


def undressed(reply: str) -> str:
    """A reply without the colours that `git diff --color` writes; as it is where no line of a diff begins with one."""
    return _COLOUR.sub("", reply) if "\x1b[" in reply and _COLOURED.search(reply) else reply


def unquoted_mail(reply: str) -> str | None:
    """A reply whose edits a mail quotes with `> `, without these; None where no edit is quoted."""
    match = _QUOTED.search(reply)
    if match is None:
        return None
    depth = match[1].count(">")
    mark = re.compile(rf"^(?:> ?){{{depth - 1}}}>(?: |$)")
    return "\n".join(mark.sub("", line, count=1) for line in reply.split("\n"))
