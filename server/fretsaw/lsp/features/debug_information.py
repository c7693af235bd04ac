"""Facts for a report of a fault: versions, abilities, states. Never keys, never a file's content."""

from __future__ import annotations

import os
import platform
import threading
from dataclasses import fields
from importlib.metadata import version

from fretsaw import __version__
from fretsaw.lsp.state.server import Server

_HIDDEN = ("options",)
_PLAIN = (
    "model",
    "role",
    "apply",
    "check",
    "sandbox",
    "maxUsd",
    "maxUsdDay",
    "prune",
    "minimize",
    "inlineCompletion",
    "prewarm",
)


def debug_information(server: Server) -> str:
    """A text for a person."""
    client = server.client
    known = {item.name: getattr(client, item.name) for item in fields(client) if item.name not in _HIDDEN}
    lines = [
        f"fretsaw {__version__}, pygls {version('pygls')}, Python {platform.python_version()}, {platform.platform()}",
        f"process {os.getpid()}, {threading.active_count()} threads",
        f"client: {', '.join(f'{name}={value}' for name, value in known.items())}",
        f"trusted: {server.trusted}; key from the editor: {server.api_key is not None}",
        f"folders: {', '.join(server.roots.folders.values()) or 'none'}",
        f"documents: {len(server.documents.all())}",
    ]
    for root in server.roots.repositories():
        editor = server.editor_settings(root).editor
        shown = {name: editor[name] for name in _PLAIN if name in editor}
        lines.append(f"repository {root}: settings {shown or 'all default'}")
    lines += [
        f"run {job.id}: {job.state} {job.phase or ''} {job.percentage}% {job.error}" for job in server.jobs.values()
    ]
    for review in server.reviews.values():
        states = ", ".join(f"{number} {review.state(number)}" for number in review.verdicts)
        lines.append(f"proposal {review.run_id}: {states}")
    return "\n".join(lines) + "\n"
