"""Calls of a tool that takes a patch: the endpoint's own `apply_patch`, whose operations are read as a V4A patch, or
ours with a grammar, whose text is one; answered by what fits. Knows no endpoint.

Nothing of an answer is applied until all of its calls fit, so a call that fits beside one that does not is not done.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from fretsaw.core.chat import Message, Tool, ToolCall
from fretsaw.core.locate.misfit import Misfit

PATCH_TOOL = "apply_patch"
"""The name of both tools: the models know it."""
_HEADS = {"create_file": "Add", "update_file": "Update", "delete_file": "Delete"}
PATCH_FUNCTION = Tool(
    PATCH_TOOL,
    "Create, update or delete one file.",
    {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": [*_HEADS]},
            "path": {"type": "string"},
            "diff": {
                "type": "string",
                "description": "@@ sections of lines that begin with ' ', '-' or '+'; of a new file all lines with '+'",
            },
        },
        "required": ["type", "path"],
    },
)
"""The endpoint's own tool as a function, where the API that is spoken has none."""
_FITS = "This edit fits its file."
_NOT_DONE = "This one fits, but nothing was applied, since another call does not fit. Send it again."
_UNREADABLE = "Nothing was applied: the operation needs a type (create_file, update_file, delete_file) and a path."
_LONGEST = 2_000


def patch_text(call: ToolCall) -> str:
    """The edits of a call as a V4A patch; empty where they cannot be read.

    {"type": "update_file", "path": "a.py", "diff": "@@\\n-x\\n+y"} becomes an `*** Update File: a.py` with that body.
    """
    if call.kind == "custom":
        return call.arguments
    operation = _operation(call)
    if not operation:
        return ""
    head = f"*** {_HEADS[operation['type']]} File: {operation['path']}"
    body = operation.get("diff", "").strip("\n") if operation["type"] != "delete_file" else ""
    return "\n".join(filter(None, ("*** Begin Patch", head, body, "*** End Patch")))


def answer_calls(calls: Sequence[ToolCall], misfits: Sequence[Misfit]) -> tuple[Message, ...]:
    """One message for each call: completed, or failed with the first diverging line of its file."""
    all_fit = not misfits and all(map(patch_text, calls))
    return tuple(
        Message("tool", _result(call, calls, misfits, all_fit=all_fit), tool_call_id=call.id, is_failed=not all_fit)
        for call in calls
    )


def _result(call: ToolCall, calls: Sequence[ToolCall], misfits: Iterable[Misfit], *, all_fit: bool) -> str:
    if call.kind == "custom":
        reasons = [misfit.for_model for misfit in misfits]
    elif _operation(call):
        reasons = [misfit.for_model for misfit in misfits if call in _meant(misfit, calls)]
    else:
        return _UNREADABLE
    return "\n".join(reasons)[:_LONGEST] or (_FITS if all_fit else _NOT_DONE)


def _meant(misfit: Misfit, calls: Sequence[ToolCall]) -> list[ToolCall]:
    """The calls that a misfit is about: those to its file, and of these the ones with the line that it quotes."""
    same_file = [call for call in calls if misfit.path in {None, _operation(call).get("path")}]
    quoted = [call for call in same_file if misfit.written.strip() and misfit.written.strip() in patch_text(call)]
    return quoted or same_file


def _operation(call: ToolCall) -> dict[str, str]:
    """Type, path and diff of a call, {} where they are not what the API says."""
    try:
        read = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(read, dict) or read.get("type") not in _HEADS:
        return {}
    operation = {name: read[name] for name in ("type", "path", "diff") if isinstance(read.get(name), str)}
    path = operation.get("path", "").strip()
    return {**operation, "path": path} if path and "\n" not in path else {}
