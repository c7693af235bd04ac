"""Standard input and output as the wire of a protocol."""

from __future__ import annotations

import os
from typing import IO


def take_standard_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Take both from everybody else, so that nothing stray gets into them: what is printed goes to standard error."""
    reading, writing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return os.fdopen(reading, "rb", 1 << 16), os.fdopen(writing, "wb", 1 << 16)
