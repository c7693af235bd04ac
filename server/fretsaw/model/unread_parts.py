"""A request without what its endpoint cannot read: no pictures, or the text of a PDF in its place."""

from __future__ import annotations

import re
from dataclasses import replace

from fretsaw.core.chat import File, Message, Request

IMAGES = "images"
"""Pictures, as something that an endpoint may refuse (`Failure.leave_out`)."""
FILES = "files"
"""PDFs, as the same."""
_LACK = (
    r"(?:not (?:support|accept|allow|enabled|permitted|available|an? )|cannot|unsupported|unknown variant|disabled"
    r"|only support|at most 0|missing data|no endpoints|invalid (?:content )?type|invalid value|input should be)"
)
_WORDS = {
    FILES: r"(?:\binput_file\b|\bfile_data\b|\bpdfs?\b|\bfile (?:input|content|part|upload)s?\b|['\"`]file['\"`])",
    IMAGES: r"\b(?:images?|image_url|input_image|vision|multi-?modal|pictures?)\b",
}
_REFUSED = {
    kind: re.compile(rf"{_LACK}\w*[^.]{{0,80}}?(?P<a>{word})|(?P<b>{word})[^.]{{0,80}}{_LACK}", re.I)
    for kind, word in _WORDS.items()
}
"""Words of OpenAI, vLLM, llama.cpp, Ollama, LM Studio, OpenRouter, Mistral and DeepSeek."""
_ONLY_TEXT = re.compile(
    r"content[\w .,:'\"`\]]{0,30}(?:must be a string|valid string|expected a string|is not a string)", re.I
)
"""Words of servers that take texts alone."""


def refused_kind(said: str) -> str | None:
    """The kind of attachment that an endpoint says it does not read, `IMAGES` or `FILES`; None: it speaks of neither.

    >>> refused_kind("Invalid value: 'input_file'. Supported values are: 'input_text' and 'input_image'.")
    'files'
    """
    found = ((kind, words.search(said)) for kind, words in _REFUSED.items())
    places = {kind: match.start("a" if match["a"] else "b") for kind, match in found if match}
    if places:
        # The first to be named is the one that is refused; what is supported follows.
        return min(places, key=lambda kind: places[kind])
    return IMAGES if _ONLY_TEXT.search(said) else None


def has_part(request: Request, kind: str) -> bool:
    """Return True if a request has pictures (`IMAGES`) or PDFs (`FILES`)."""
    return any(message.images if kind == IMAGES else message.files for message in request.messages)


def parts_of(request: Request) -> frozenset[str]:
    """The kinds of attachments that a request has."""
    return frozenset(kind for kind in (IMAGES, FILES) if has_part(request, kind))


def drop_part(request: Request, kind: str) -> Request:
    """The request without pictures or PDFs; the model is told that there were some, and gets the text of the PDFs."""
    drop = _without_images if kind == IMAGES else _without_files
    return replace(request, messages=tuple(map(drop, request.messages)))


def _without_images(message: Message) -> Message:
    if not message.images:
        return message
    number = len(message.images)
    said = f"({number} picture{'s' if number > 1 else ''} that belong{'' if number > 1 else 's'} here cannot be shown.)"
    return replace(message, text=f"{message.text}\n\n{said}", images=())


def _without_files(message: Message) -> Message:
    if not message.files:
        return message
    return replace(message, text="\n\n".join((message.text, *map(_as_text, message.files))), files=())


def _as_text(file: File) -> str:
    if not file.text:
        return f"(The PDF {file.name} belongs here and cannot be shown.)"
    return f'<document name="{file.name}">\n{file.text}\n</document>'
