"""A prompt's blocks as a request: text, files that it links or embeds, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from acp import schema

from fretsaw.core.issue import Issue
from fretsaw.errors import UsageError
from fretsaw.session.issue_source import parse_issue
from fretsaw.session.open import Session
from fretsaw.session.pointed_files import Place, read_places

_LONGEST_TEXT = 64 * 1024
"""Characters of an embedded text that is no file of the repository."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The request of one turn."""

    issue: Issue
    places: tuple[Place, ...] = ()
    """The files that are linked or embedded."""
    overlay: dict[str, str] = field(default_factory=dict)
    """Texts of embedded files: path → text."""


def text_of(blocks: Sequence[Any]) -> str:
    """The prompt's own words."""
    return "\n".join(block.text for block in blocks if isinstance(block, schema.TextContentBlock)).strip()


def read_prompt(session: Session, blocks: Sequence[Any]) -> Asked:
    """The request of a prompt. UsageError for one without words, and for a file outside of the repository."""
    words: list[str] = [text_of(blocks)]
    files: list[str] = []
    overlay: dict[str, str] = {}
    for block in blocks:
        if isinstance(block, schema.ImageContentBlock):
            words.append(f"![picture](data:{block.mime_type};base64,{block.data})")
        elif isinstance(block, schema.ResourceContentBlock):
            files += _linked(session, block.uri, words)
        elif isinstance(block, schema.EmbeddedResourceContentBlock):
            _embed(session, block.resource, words, files, overlay)
    places = read_places(session, files, session.root)
    text = "\n\n".join(words).strip()
    return Asked(_parsed(text), places, overlay)


def _parsed(text: str) -> Issue:
    if "](data:image/" not in text:
        return parse_issue(text.encode("utf-8", "surrogateescape"), "the prompt")
    from fretsaw.core.issue import parse  # pictures make it larger than an issue may be; they have a limit of their own

    return parse(text)


def _linked(session: Session, uri: str, words: list[str]) -> list[str]:
    """The path of a linked file; a link to something else is a word of the request."""
    path = _path(session, uri)
    if path is None:
        words.append(uri)
        return []
    return [path]


def _embed(session: Session, resource: Any, words: list[str], files: list[str], overlay: dict[str, str]) -> None:
    """Take an embedded text: a file of the repository as the editor has it, else a part of the request."""
    text = getattr(resource, "text", None)
    if text is None:
        raise UsageError(f"{resource.uri} is not text", hint="attach pictures as pictures")
    path = _path(session, resource.uri)
    if path is not None and (session.root / path).is_file():
        files.append(path)
        overlay[path] = text
        return
    fence = "`" * max(3, _longest_ticks(text) + 1)
    words.append(f"{resource.uri}:\n\n{fence}\n{text[:_LONGEST_TEXT]}\n{fence}")


def _longest_ticks(text: str) -> int:
    lines = (line.strip() for line in text.split("\n"))  # an indented fence, or one with blanks behind it, ends one too
    return max((len(line) for line in lines if line and not line.strip("`")), default=0)


def _path(session: Session, uri: str) -> str | None:
    """A file's path from the root of the repository; None for what is no file. UsageError outside of it."""
    parts = urlsplit(uri)
    if parts.scheme not in ("", "file"):
        return None
    file = Path(unquote(parts.path))
    inside = (file.parent.resolve() / file.name) if file.is_absolute() else session.root.resolve() / file
    if not inside.is_relative_to(session.root.resolve()) or ".." in inside.parts:
        raise UsageError(
            f"{file} is outside of the repository {session.root}", hint="nothing was read and nothing was sent"
        )
    return inside.relative_to(session.root.resolve()).as_posix()
