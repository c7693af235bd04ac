"""A PDF's pages and text. The one door of pypdf (`fretsaw[pdf]`): without it pages are guessed and no text is read."""

from __future__ import annotations

import base64
import io
import logging
import re
from dataclasses import dataclass

from fretsaw.errors import UsageError

_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_MOST_PAGES = 100
"""Pages that endpoints read at most."""
_BYTES_A_PAGE = 2_000
"""Of the smallest page: a guess where the list of pages is compressed."""


@dataclass(frozen=True, slots=True)
class Pdf:
    """A PDF's pages and size, as far as they are known."""

    pages: int
    text: str | None
    """None: it cannot be read here."""


def read_pdf(data: bytes, *, name: str) -> Pdf:
    """Pages and text of a PDF. UsageError when it is none, is encrypted or damaged, or has too many pages."""
    if b"%PDF-" not in data[:1024]:
        raise UsageError(f"{name} is not a PDF", hint="attach a real PDF file")
    try:
        import pypdf
    except ImportError:
        pages = len(_PAGE.findall(data)) or max(1, len(data) // _BYTES_A_PAGE)
        return Pdf(min(pages, _MOST_PAGES), None)
    # What it says of every oddity of a file is of no use to a person here.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        # Many are locked against changes only, and open with an empty password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise UsageError(f"{name} is encrypted", hint="save it without a password")
        pages = len(reader.pages)
        if pages > _MOST_PAGES:
            raise UsageError(
                f"{name} has {pages} pages; at most {_MOST_PAGES} are read", hint="keep the pages that matter"
            )
        return Pdf(max(1, pages), "\n".join(page.extract_text() for page in reader.pages))
    except UsageError:
        raise
    except Exception as error:  # a stranger's file: whatever its parser raises
        raise UsageError(
            f"{name} cannot be read: {type(error).__name__}", hint="save it again, or remove it"
        ) from error


def pdf_data_uri(data: bytes) -> str:
    """The bytes as they are sent."""
    return f"data:application/pdf;base64,{base64.b64encode(data).decode('ascii')}"
