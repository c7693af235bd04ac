"""The attachments of a request: the project's rules and the issue's images. Sends nothing."""

from __future__ import annotations

from pathlib import Path

from fretsaw.core.chat import Image
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import UsageError
from fretsaw.model.images import from_data_uri, read_image
from fretsaw.model.row import Row
from fretsaw.session.issue_source import MAX_IMAGE, read_beside
from fretsaw.session.open import Session
from fretsaw.session.task import Task

_MOST_RULES = 4_000
"""Characters of AGENTS.md that are sent at most."""


def rules_for(session: Session, snapshot: Snapshot) -> tuple[str, ...]:
    """The rules that the repository's own settings and its AGENTS.md give, as data for the model."""
    text = snapshot.read("AGENTS.md") if "AGENTS.md" in snapshot.paths else None
    return (*session.resolved.rules, *((text[:_MOST_RULES],) if text else ()))


def images_for(task: Task, row: Row) -> tuple[tuple[Image, ...], tuple[str, ...]]:
    """The issue's images, ready to send, and a notice for each that is not."""
    images, notices = [], []
    for attachment in task.issue.attachments:
        if attachment.kind != "image":
            continue
        name = attachment.source if not attachment.source.startswith("data:") else attachment.alt or "a data URI"
        try:
            images.append(read_image(_image_bytes(attachment.source, task.folder), row.image, name=name))
        except UsageError as error:
            notices.append(f"{name} is not attached: {error}")
    return tuple(images), tuple(notices)


def _image_bytes(source: str, folder: Path | None) -> bytes:
    if source.startswith("data:"):
        return from_data_uri(source)
    data, why = read_beside(source, folder, MAX_IMAGE)
    if data is None:
        raise UsageError(why)
    return data
