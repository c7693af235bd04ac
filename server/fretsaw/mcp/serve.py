"""The server of `agent mcp`: lists and calls the tools, on standard input and output."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from fretsaw import __version__
from fretsaw.cancel import Cancel
from fretsaw.core.run import Event
from fretsaw.core.secrets.value_texts import change_texts
from fretsaw.core.text.safe_text import safe_text, sendable
from fretsaw.errors import ExitCode, FretsawError, UsageError, from_os_error
from fretsaw.mcp.tools import TOOLS, Call, ToolRow
from fretsaw.threads import in_thread

_INSTRUCTIONS = (
    "Fretsaw finds changes that nobody asked for. After editing, call `vet` with the user's request as `issue`, "
    "and take out what it drops."
)


def serve(directory: Path, flags: Mapping[str, Any], *, may_fix: bool) -> int:
    """Serve one client until it closes the streams."""
    if sys.stdin.isatty():
        raise UsageError("`agent mcp` is started by another agent", hint="see examples/mcp for their settings")
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    asyncio.run(_serve(make_server(directory, flags, may_fix=may_fix)))
    return int(ExitCode.DELIVERED)


async def _serve(server: Server[Any]) -> None:
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


def make_server(directory: Path, flags: Mapping[str, Any], *, may_fix: bool) -> Server[Any]:
    """A server with the tools, for any transport. `may_fix`: offer those that write, too."""
    rows = {name: row for name, row in TOOLS.items() if may_fix or not row.writes}

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(name, row) for name, row in rows.items()])

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        row = rows.get(params.name)
        if row is None:
            return _failed(f"there is no tool {safe_text(params.name)}")
        loop, cancel = asyncio.get_running_loop(), Cancel()
        tasks: set[asyncio.Future[None]] = set()

        def tell(event: Event) -> None:
            told = context.session.report_progress(event.percentage, 100, safe_text(event.text))
            tasks.add(asyncio.ensure_future(told))

        def report(event: Event) -> None:
            loop.call_soon_threadsafe(tell, event)

        call = Call(directory, flags, params.arguments or {}, report, cancel)
        try:
            return _answered(await in_thread(partial(row.work, call)))
        except FretsawError as error:
            return _failed(f"{error} ({error.changed or 'nothing was changed'})")
        except OSError as error:  # the library would answer with its bare text
            return _failed(f"{from_os_error(error)} (`git status` shows whether files changed)")
        finally:
            cancel.set()  # also where the client cancelled: the work stops
            await asyncio.gather(*tasks, return_exceptions=True)

    return Server(
        "fretsaw",
        version=__version__,
        title="Fretsaw",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _tool(name: str, row: ToolRow) -> types.Tool:
    hints = types.ToolAnnotations(
        title=row.title,
        read_only_hint=not row.writes,
        destructive_hint=row.writes,
        idempotent_hint=not row.writes,
        open_world_hint=row.writes,
    )
    arguments: dict[str, Any] = {"type": "object", "properties": dict(row.arguments), "additionalProperties": False}
    if row.required:
        arguments["required"] = list(row.required)
    answer = {"type": "object", "required": list(row.answers)}
    return types.Tool(
        name=name,
        title=row.title,
        description=row.description,
        input_schema=arguments,
        output_schema=answer,
        annotations=hints,
    )


def _answered(document: dict[str, Any]) -> types.CallToolResult:
    plain = change_texts(document, lambda texts: [sendable(text) for text in texts])
    text = safe_text(str(plain.get("explanation") or json.dumps(plain, indent=1)))
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], structured_content=plain)


def _failed(message: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=safe_text(message))], is_error=True)
