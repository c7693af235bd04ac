"""Read and write files of settings that belong to other programs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from fretsaw.errors import UsageError


def read_settings(file: Path) -> str | None:
    """The text, None where there is no such file. UsageError where it cannot be read."""
    try:
        return file.read_bytes().decode("utf-8", "surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}", hint="correct that, then try again") from None


def missing_folders(file: Path) -> list[Path]:
    """The folders that are made for it, outermost first."""
    missing: list[Path] = []
    folder = Path(os.path.realpath(file)).parent
    while not folder.exists():
        missing.insert(0, folder)
        folder = folder.parent
    return missing


def write_settings(file: Path, text: str) -> None:
    """Replace a file at once, where a link leads to, with the mode that it had."""
    real = Path(os.path.realpath(file))
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        new = real.with_name(f".{real.name}.{os.getpid()}")
        new.write_bytes(text.encode("utf-8", "surrogateescape"))
        if real.exists():
            shutil.copymode(real, new)
        new.replace(real)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", hint="check its permissions") from None
