"""An issue, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that the issue names: a path, a symbol, or a frame of a stack trace."""

    kind: Literal["path", "symbol", "frame"]
    text: str
    """The path or the symbol as written, a path with `/`; for a frame the path."""
    line: int | None = None
    """Line number from 1, where the issue gives one."""
    symbol: str | None = None
    """The function of a frame."""


@dataclass(frozen=True, slots=True)
class Area:
    """The part of a repository that a rule of a project speaks of."""

    folder: str = ""
    """The files below this folder; all of them where it is empty."""
    globs: tuple[str, ...] = ()
    """Of these only such as one of the globs fits; all of them where there is none."""
    without: tuple[str, ...] = ()
    """Folders for which a rules file in them says otherwise."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One rule that the issue sets: restated to the model every turn and enforced on the patch afterwards."""

    kind: Literal["only", "not", "no-new-dependency", "no-new-file", "no-test-change", "keep-api", "tests-in", "other"]
    text: str
    """The sentence as written."""
    targets: tuple[str, ...] = ()
    """Paths, globs or symbols that the sentence names; empty where it names none. `!path` is an exception."""
    source: str = ""
    """File and line of a project's rule, `AGENTS.md:14`; empty for the issue's own."""
    area: Area = Area()
    """The files that a project's rule holds for."""


AttachmentKind: TypeAlias = Literal["image", "log", "pdf"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """An image, a PDF or a log that the issue refers to."""

    kind: AttachmentKind
    source: str
    """A path relative to the issue's folder, or a `data:` URI; of an image also a web address, which is not fetched."""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """A request for a change: title, text, rules, mentions, attachments."""

    title: str
    body: str
    """The text without its title, hidden characters and HTML comments removed, newlines as `"\n"`."""
    mentions: tuple[Mention, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    hidden: int = 0
    """The number of invisible characters and HTML comments that were removed."""
    requests: int = 1
    """The number of requests that it joins: more than 1 where a person has talked back to a proposal."""

    @property
    def text(self) -> str:
        """Title and body."""
        return f"{self.title}\n\n{self.body}".strip()
