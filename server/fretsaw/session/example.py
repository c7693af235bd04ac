"""The example that ships with Fretsaw: a small project with an issue, and the scripted model's replies to it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fretsaw import check, config, repo
from fretsaw.endpoint_presets import PRESETS
from fretsaw.errors import FretsawError
from fretsaw.model.scripted import read_folder, serve
from fretsaw.session.models import read_registry, today


def make_example(folder: Path) -> None:
    """Copy the example project to `folder` and commit it there."""
    shutil.copytree(_examples() / "first-fix", folder, ignore=shutil.ignore_patterns("__pycache__"))
    repo.create(folder, "A stopwatch with a bug")


@contextmanager
def scripted_model() -> Iterator[str]:
    """Serve the example's replies over HTTP on loopback while the block runs; yields the base URL."""
    with serve(read_folder(_examples() / "first-fix-replies")) as server:
        yield server.base_url


def example_model() -> str:
    """The model that has the role of the editor today, by the user's own list of models, too."""
    resolved = config.resolve({}, None)
    return read_registry(resolved.places, resolved.settings).for_role("editor", today()).row.id


def has_key() -> bool:
    """Tell whether a key is set, without looking at it."""
    own = (name for preset in PRESETS.values() if preset.has_roles for name in preset.key_variables)
    return any(os.environ.get(name) for name in ("FRETSAW_API_KEY", *own))


def has_sandbox(project: Path) -> bool:
    """Return True if a check can be isolated on this machine."""
    resolved = config.resolve({}, project)
    tier, _ = check.describe(resolved.settings, resolved.places.state, project)
    return tier is not None and check.TIERS[tier].isolates


def _examples() -> Path:
    package = Path(__file__).parent.parent
    for folder in (package / "examples", package.parent.parent / "examples"):
        if (folder / "first-fix").is_dir():
            return folder
    raise FretsawError("the example project is not installed", hint="install fretsaw again")
