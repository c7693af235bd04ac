"""The program that finishes an index: `python -m fretsaw.session.build_index ROOT FOLDER`."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from fretsaw import repo
from fretsaw.check.run.masked_secrets import secret_values
from fretsaw.core.secrets.mask import SecretMask
from fretsaw.core.secrets.masked import mask_snapshot
from fretsaw.errors import FretsawError
from fretsaw.repo.index.build import build_index

_SECONDS = 120.0
_NICE = 10


def main() -> int:
    """Index the texts as a model may see them; ends with its parent."""
    root, folder = map(Path, sys.argv[1:3])
    os.nice(_NICE)
    parent = os.getppid()
    try:
        opened = repo.open_repo(root)
        snapshot = repo.snapshot(opened)
    except FretsawError:
        return 1
    mask = SecretMask(lambda: secrets.token_bytes(32))
    mask.learn(secret_values(root, snapshot.secrets, os.environ), "value-of-a-secret-file")
    built = build_index(opened, mask_snapshot(snapshot, mask), folder, _SECONDS, goes_on=lambda: os.getppid() == parent)
    print(f"{built.added} files indexed, {built.left} left{f': {built.why}' if built.why else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
