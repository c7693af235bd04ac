"""The scripted model for the editor's tests: as it ships, but it knows one key and refuses the others."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from fretsaw.model.scripted import error, read_folder
from fretsaw.model.scripted.faults import FAULTS
from fretsaw.model.scripted.server import ScriptedServer, _Handler

KEY = "sk-right"


class Guarded(_Handler):
    """Looks at the key first."""

    def _answer(self, body: dict[str, Any], messages: Any, fault: Any, *, chat: bool) -> None:
        if KEY not in self.headers.get("Authorization", ""):
            wrong = error(401, "invalid_api_key", "Incorrect API key provided")
            FAULTS[wrong.kind](wrong, self, b"", self.server.stopping)
            return
        super()._answer(body, messages, fault, chat=chat)


def main() -> int:
    """Serve until the parent ends us."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--replies", type=Path, required=True)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--delay", type=float, default=0.0)
    args = parser.parse_args()
    server = ScriptedServer(read_folder(args.replies, delay=args.delay), log=args.log)
    server.RequestHandlerClass = Guarded
    with server:
        print(server.base_url, flush=True)
        server.stopping.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
