"""The attachments of a request: the project's rules and the issue's images. Sends nothing."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from fretsaw import repo
from fretsaw.core.chat import File, Image
from fretsaw.core.rules_files import ProjectRules
from fretsaw.core.secrets.mask import SecretMask
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import UsageError
from fretsaw.model.images import from_data_uri, read_image
from fretsaw.model.pdf import pdf_data_uri, read_pdf
from fretsaw.model.row import Row
from fretsaw.session.issue_source import MAX_IMAGE, MAX_PDF, read_beside
from fretsaw.session.open import Session
from fretsaw.session.task import Task

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_MOST_IMAGES = 20
_LONGEST_PDF = 8_000
"""Characters of a PDF's text that are sent at most, where it is not sent as it is."""


def rules_for(session: Session, snapshot: Snapshot) -> ProjectRules:
    """The rules that the repository's own settings and its rules files give."""
    return ProjectRules(repo.rules_in(session.root, snapshot), session.resolved.rules)


def images_for(task: Task, row: Row) -> tuple[tuple[Image, ...], tuple[str, ...]]:
    """The issue's images, ready to send, and a notice for each that is not."""
    images: list[Image] = []
    notices: list[str] = []
    for attachment in task.issue.attachments:
        if attachment.kind != "image":
            continue
        is_inline = attachment.source.lower().startswith("data:")
        name = (attachment.alt or "a data URI") if is_inline else attachment.source
        try:
            if row.image.kind == "none":
                raise UsageError(f"{row.id} takes no pictures")
            if len(images) == _MOST_IMAGES:
                raise UsageError(f"at most {_MOST_IMAGES} pictures are sent")
            images.append(read_image(_image_bytes(attachment.source, task.folder), row.image, name=name))
        except UsageError as error:
            notices.append(f"{name} is not attached: {error}")
    return tuple(images), tuple(notices)


@dataclass(frozen=True, slots=True)
class Pdfs:
    """The issue's PDFs: those that are sent as they are, the text of the others, and why one is neither."""

    files: tuple[File, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    notices: tuple[str, ...] = ()


def pdfs_for(task: Task, row: Row, mask: SecretMask) -> Pdfs:
    """The issue's PDFs. One is sent as it is where the model reads PDFs and no secret is found in its text."""
    pdfs = Pdfs()
    for attachment in task.issue.attachments:
        if attachment.kind == "pdf":
            try:
                pdfs = _with_pdf(pdfs, attachment.source, task.folder, row, mask)
            except UsageError as error:
                pdfs = replace(pdfs, notices=(*pdfs.notices, f"{attachment.source} is not attached: {error}"))
    return pdfs


def _with_pdf(pdfs: Pdfs, source: str, folder: Path | None, row: Row, mask: SecretMask) -> Pdfs:
    data = _bytes_beside(source, folder, MAX_PDF)
    document = read_pdf(data, name=source)
    masked = mask.mask(document.text or "", source)
    if row.can.files and masked == (document.text or ""):
        file = File(Path(source).name, pdf_data_uri(data), document.pages, masked[:_LONGEST_PDF])
        return replace(pdfs, files=(*pdfs.files, file))
    if document.text is None:
        raise UsageError(f"{row.id} cannot read PDFs, and pypdf is not installed", hint="install fretsaw[pdf]")
    if not masked.strip():
        raise UsageError(f"{row.id} cannot read PDFs; this one has no text", hint="attach its pages as pictures")
    cut = len(masked) > _LONGEST_PDF
    said = f"{source} is sent as text" + (f", its first {_LONGEST_PDF:,} characters" if cut else "")
    texts = (*pdfs.texts, (source, masked[:_LONGEST_PDF]))
    return replace(pdfs, texts=texts, notices=(*pdfs.notices, said))


def _image_bytes(source: str, folder: Path | None) -> bytes:
    if source.lower().startswith("data:"):
        return from_data_uri(source)
    return _bytes_beside(source, folder, MAX_IMAGE)


def _bytes_beside(source: str, folder: Path | None, most: int) -> bytes:
    """The bytes of a file beside the issue: by its name as written, else as Markdown (`\\_`, `&amp;`) and then a URL
    (`%20`, `?raw=1`) are read."""
    if "://" in source or source.startswith("//"):
        raise UsageError("Fretsaw fetches no links from an issue", hint="save the file beside the issue")
    plain = _ESCAPED.sub(r"\1", html.unescape(source))
    names = dict.fromkeys((source, plain, unquote(re.split(r"[?#]", plain, maxsplit=1)[0])))
    reasons = []
    for name in names:
        data, why = read_beside(name, folder, most)
        if data is not None:
            return data
        reasons.append(why)
    raise UsageError(reasons[-1])
