"""Models: the registry of them (data), the live `Ask`, recorded ones, and the scripted model that ships with us.

The only importer of openai, which is not imported before a model is asked (or `warm` is called). Knows no edits,
no git and no files of a project. Names are imported when they are first used: the scripted model needs none of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fretsaw.model.budget import Budget
    from fretsaw.model.client import warm
    from fretsaw.model.failures import ContextTooLongError
    from fretsaw.model.images import from_data_uri, image
    from fretsaw.model.live import Live, connect
    from fretsaw.model.recorded import recording, replay
    from fretsaw.model.redaction import redact
    from fretsaw.model.registry import ModelChoice, Registry, Row, load
    from fretsaw.model.remote_models import Probe, Remote, list_models, probe

_HOME = {
    "budget": ("Budget",),
    "client": ("warm",),
    "failures": ("ContextTooLongError",),
    "images": ("from_data_uri", "image"),
    "listing": ("Probe", "Remote", "list_models", "probe"),
    "live": ("Live", "connect"),
    "recorded": ("recording", "replay"),
    "redaction": ("redact",),
    "registry": ("Choice", "Registry", "Row", "load"),
}
"""Module of this folder -> the names it has."""

_MODULE = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Budget",
    "ContextTooLongError",
    "Live",
    "ModelChoice",
    "Probe",
    "Registry",
    "Remote",
    "Row",
    "connect",
    "from_data_uri",
    "image",
    "list_models",
    "load",
    "probe",
    "recording",
    "redact",
    "replay",
    "warm",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULE[name]}"), name)
