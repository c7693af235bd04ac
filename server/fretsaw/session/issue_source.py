"""An issue from a file, standard input, the command line or a forge, and what it refers to.

Everything here is a stranger's text: only regular files, bounded sizes, attachments only beside the issue.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from fretsaw import system
from fretsaw.core.issue import Issue, parse
from fretsaw.core.text.folded_log import fold_log
from fretsaw.errors import UsageError
from fretsaw.forge.address import is_address
from fretsaw.session.forge_issue import fetch_issue

MAX_ISSUE = 256 * 1024
MAX_LOG = 20 * 1024 * 1024
_MASKED_WHOLE = 256 * 1024
"""Bytes of a log that is searched for secrets as a whole."""
MAX_IMAGE = 20 * 1024 * 1024
MAX_PDF = 20 * 1024 * 1024


def read_issue(argument: str, where: Path = Path()) -> tuple[Issue, Path | None]:
    """The issue named on the command line, and the folder its attachments lie in.

    A path to a file, relative to `where`, `-` for standard input, the address of an issue on a forge, or the text
    itself when it has a blank or a newline and is no file. Raises UsageError, ForgeError.
    """
    if argument == "-":
        return parse_issue(sys.stdin.buffer.read(MAX_ISSUE + 1), "standard input"), None
    if not argument.strip():
        return parse_issue(b"", "the command line"), None
    path = where / argument
    try:
        exists = path.exists() or path.is_symlink()
    except (OSError, ValueError):
        exists = False
    if exists:
        return parse_issue(read_bounded(path, MAX_ISSUE), argument), path.absolute().parent
    if is_address(argument):
        return parse_issue(fetch_issue(argument, where).encode("utf-8", "surrogateescape"), argument.strip()), None
    if any(character.isspace() for character in argument.strip()):
        return parse_issue(argument.encode("utf-8", "surrogateescape"), "the command line"), None
    raise UsageError(
        f"there is no file {path}",
        hint="give a Markdown file, - for standard input, the text in quotes, or the address of an issue",
    )


def read_bounded(path: Path, most: int) -> bytes:
    """The bytes of a regular file, at most so many (and one more, to tell). Never blocks on a pipe or a device."""
    try:
        descriptor = os.open(path, os.O_RDONLY | system.NO_WAIT | system.CLOSE_ON_EXEC | system.BINARY)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError(f"{path} is not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        return file.read(most + 1)


def parse_issue(data: bytes, where: str) -> Issue:
    """The issue in these bytes; `where` they come from, for messages. UsageError for what is no text, or too much."""
    if len(data) > MAX_ISSUE:
        raise UsageError(
            f"the issue in {where} is larger than {MAX_ISSUE // 1024} KB",
            hint="keep what is asked for, and attach long logs as files: [log](build.log)",
        )
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise UsageError(f"the issue in {where} is UTF-16", hint="save it as UTF-8")
    if b"\0" in data:
        raise UsageError(f"the issue in {where} is not text: it has a NUL byte")
    issue = parse(data.decode("utf-8", "replace"))
    if not issue.text:
        raise UsageError(f"the issue in {where} is empty", hint="say in a sentence or two what is wrong")
    return issue


def read_logs(issue: Issue, folder: Path | None) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The issue's attached logs as (name, text), and a notice for each that was not taken."""
    logs, notices = [], []
    for attachment in issue.attachments:
        if attachment.kind != "log":
            continue
        data, why = read_beside(attachment.source, folder, MAX_LOG)
        if data is None:
            notices.append(f"{attachment.source} is not attached: {why}")
        else:
            text = data.decode("utf-8", "replace")
            if len(data) > _MASKED_WHOLE:  # what is sent of it is masked below, and all of 20 MB takes minutes
                log = fold_log(text)
                notices.append(f"{attachment.source}: {log.folded:,} of its {log.lines:,} lines are folded")
                text = log.text
            logs.append((attachment.source, text))
    return tuple(logs), tuple(notices)


def read_beside(source: str, folder: Path | None, most: int) -> tuple[bytes | None, str]:
    """The bytes of a file that an issue names, only from the issue's own folder; else None and why not."""
    if folder is None:
        return None, "the issue has no folder"
    path = folder / source
    try:
        real = path.resolve(strict=True)
    except (OSError, ValueError):
        return None, "there is no such file"
    if not real.is_relative_to(folder.resolve()):
        return None, "it is outside the issue's folder"
    if any(part.startswith(".") for part in real.relative_to(folder.resolve()).parts):
        return None, "hidden files are not attached"
    try:
        data = read_bounded(real, most)
    except UsageError as error:
        return None, error.message
    return (data, "") if len(data) <= most else (None, f"it is larger than {most // 1024} KB")
