"""`python -m fretsaw.model.scripted --replies DIR`: serves a folder of replies and prints the base URL."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fretsaw.errors import FretsawError
from fretsaw.model.scripted.script import read_folder
from fretsaw.model.scripted.server import ScriptedServer


def main(argv: list[str] | None = None) -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m fretsaw.model.scripted", description=__doc__)
    parser.add_argument("--replies", type=Path, required=True, help="folder with reply.md, or 1.md, 2.md … or a file")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0: any that is free")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument(
        "--order", choices=["question", "turns", "server"], default="question", help="which reply is next"
    )
    parser.add_argument("--log", type=Path, help="append each request's body to this file, one a line")
    args = parser.parse_args(argv)
    try:
        scripts = read_folder(args.replies, order=args.order, delay=args.delay)
    except FretsawError as error:
        print(error, file=sys.stderr)
        return int(error.exit_code)
    with ScriptedServer(scripts, port=args.port, log=args.log) as server:
        print(server.base_url, flush=True)
        try:
            server.stopping.wait()
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
