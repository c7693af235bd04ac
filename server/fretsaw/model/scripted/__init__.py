"""The model that ships with Fretsaw: says what a script says, over real HTTP.

>>> with serve("Hello") as server:
...     server.base_url.startswith("http://127.0.0.1:")
True
"""

from __future__ import annotations

from fretsaw.model.scripted.faults import Fault, error
from fretsaw.model.scripted.script import Call, Reply, Script, read_folder
from fretsaw.model.scripted.server import ScriptedServer, Seen, serve

__all__ = ["Call", "Fault", "Reply", "Script", "ScriptedServer", "Seen", "error", "read_folder", "serve"]
