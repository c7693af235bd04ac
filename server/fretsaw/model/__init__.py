"""Models: the registry of them (data), the live `Ask`, recorded ones, and the scripted model that ships with us.

The only importer of openai, which is not imported before a model is asked (or `warm` is called). Knows no edits,
no git and no files of a project.
"""

from __future__ import annotations

from fretsaw.model.budget import Budget
from fretsaw.model.client import warm
from fretsaw.model.failures import ContextTooLongError
from fretsaw.model.images import from_data_uri, image
from fretsaw.model.listing import Probe, Remote, list_models, probe
from fretsaw.model.live import Live, connect
from fretsaw.model.recorded import recording, replay
from fretsaw.model.redact import redact
from fretsaw.model.registry import Choice, Registry, Row, load

__all__ = [
    "Budget",
    "Choice",
    "ContextTooLongError",
    "Live",
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
]
