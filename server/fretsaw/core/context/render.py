"""Parts of files as the documents that a prompt holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fretsaw.core.context.parts import Part
from fretsaw.core.look_alikes import alike_files, alike_functions
from fretsaw.core.text.safe_text import sendable


def documents(parts: Iterable[Part]) -> str:
    """All parts, one `<doc>` a part, in a tag that no part holds; the same parts give the same bytes."""
    return "".join(each_document(parts))


def each_document(parts: Iterable[Part]) -> list[str]:
    """The same, part by part."""
    shown = [(part, sendable(part.text).replace("\r\n", "\n")) for part in parts]
    tag = free_tag("doc", *(text for _, text in shown))
    heads = look_alikes(shown)
    has_ids = len(shown) > _FEW
    ids = [f' id="{at + 1}"' if has_ids else "" for at in range(len(shown))]
    return [document(part, text, tag, heads.get(at, ""), ids[at]) for at, (part, text) in enumerate(shown)]


def document(part: Part, text: str, tag: str = "doc", head: str = "", number: str = "") -> str:
    """One part with its path and, for an excerpt, its lines; `head` and `number` are further attributes."""
    lines = "" if part.whole else f' lines="{part.first}-{part.last}"'
    end = "" if text.endswith("\n") or not text else "\n"
    return f'<{tag}{number} path="{attribute(part.path)}"{lines}{head}>\n{text}{end}</{tag}>\n'


_FEW = 40
"""Documents up to which a path alone is enough to speak of one."""
_MOST_WITH_FUNCTIONS = 400_000
"""Characters of all documents up to which functions are compared, too: it takes ten times as long as files do."""
_LONGEST_DIFFERENCE = 60


def look_alikes(shown: Sequence[tuple[Part, str]]) -> dict[int, str]:
    """Number of a part → attributes that tell it from a look-alike: of a file, or of functions within it."""
    heads: dict[int, str] = {}
    wholes = {part.path: (at, text) for at, (part, text) in enumerate(shown) if part.whole}
    for twins in alike_files({path: text for path, (_, text) in wholes.items()}) if len(wholes) > 1 else ():
        said = f"{twins.second_line}: {twins.second_text}"[:_LONGEST_DIFFERENCE]
        heads[wholes[twins.second][0]] = f' alike="{attribute(twins.first)}" first-difference="{attribute(said)}"'
    if sum(len(text) for _, text in shown) <= _MOST_WITH_FUNCTIONS:
        for at, (part, text) in enumerate(shown):
            pairs = [
                f"{twins.first} and {twins.second} differ first at {twins.first_line} and {twins.second_line}"
                for twins in alike_functions(part.path, text, part.first)[:3]
            ]
            if pairs:
                heads[at] = heads.get(at, "") + f' alike-inside="{attribute("; ".join(pairs))}"'
    return heads


def attribute(path: str) -> str:
    """A path inside double quotes, on one line."""
    return sendable(path).replace("&", "&amp;").replace('"', "&quot;").replace("\n", "&#10;").replace("<", "&lt;")


def free_tag(name: str, *texts: str) -> str:
    """The name, or the first of `name-1`, `name-2`, … whose closing tag stands in none of the texts.

    Deterministic, so that the same texts give the same bytes; a text cannot hold a tag that is chosen after it.
    """
    lowered = [text.lower() for text in texts if "</" in text]
    tag, number = name, 0
    while any(f"</{tag}" in text for text in lowered):
        number += 1
        tag = f"{name}-{number}"
    return tag
