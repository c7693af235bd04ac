"""Read what an agent hands to its hook, whatever its keys are called. Nothing in it is trusted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

EventKind: TypeAlias = Literal["prompt", "edit", "after", "end", "other"]

_EVENTS: Mapping[str, EventKind] = {
    "UserPromptSubmit": "prompt", "BeforeAgent": "prompt", "beforeSubmitPrompt": "prompt",
    "userPromptSubmitted": "prompt",
    "PreToolUse": "edit", "BeforeTool": "edit", "preToolUse": "edit",
    "AfterTool": "after",
    "Stop": "end", "AfterAgent": "end", "stop": "end", "agentStop": "end",
}  # fmt: skip
_PATH_KEYS = ("file_path", "filePath", "path")
_OLD_KEYS = ("old_string", "old_str", "oldString")
_NEW_KEYS = ("new_string", "new_str", "newString")
_ALL_KEYS = ("replace_all", "replaceAll", "allow_multiple")
_WHOLE_KEYS = ("content", "file_text")
_PATCH_KEYS = ("command", "input", "patch", "patchText")
_PATCH_START = "*** Begin Patch"
_MOST = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Payload:
    """One call of a hook."""

    event: EventKind
    event_name: str
    """As the agent writes it; "" where it does not."""
    session: str
    cwd: str
    prompt: str = ""
    arguments: Mapping[str, Any] | None = None
    """The tool's arguments."""
    bare: str | None = None
    """The tool's argument where it is one text."""
    is_continuation: bool = False
    """True if the end of this turn was held before."""


def read_payload(data: bytes) -> Payload:
    """The call. ValueError, TypeError or KeyError for what is none."""
    if len(data) > _MOST:
        raise ValueError("the payload is larger than 20 MB")
    row = json.loads(data)
    if not isinstance(row, dict):
        raise TypeError("the payload is not an object")
    name = str(row.get("hook_event_name") or "")
    arguments, bare = _arguments(row)
    roots = row.get("workspace_roots")
    cwd = row.get("cwd") or (roots[0] if isinstance(roots, list) and roots else "")
    return Payload(
        event=_EVENTS.get(name) or _guess(row),
        event_name=name,
        session=_first(row, "session_id", "sessionId", "conversation_id"),
        cwd=str(cwd),
        prompt=_first(row, "prompt", "initialPrompt"),
        arguments=arguments,
        bare=bare,
        is_continuation=bool(row.get("stop_hook_active") or row.get("loop_count")),
    )


def _first(row: Mapping[str, Any], *keys: str) -> str:
    return next((str(row[key]) for key in keys if row.get(key)), "")


def _arguments(row: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, str | None]:
    """The tool's arguments, or the one text that they are; some agents hand an object over as text."""
    arguments = row.get("tool_input", row.get("toolArgs", row.get("args")))
    if isinstance(arguments, str):
        text = arguments
        try:
            arguments = json.loads(text)
        except ValueError:
            return None, text
        return (arguments, None) if isinstance(arguments, dict) else (None, text)
    return (arguments, None) if isinstance(arguments, dict) else (None, None)


def _guess(row: Mapping[str, Any]) -> EventKind:
    """The event of an agent that does not name it: Copilot."""
    if row.get("hook_event_name") or {"tool_response", "toolResult"} & row.keys():
        return "other"
    if {"tool_input", "toolArgs", "args"} & row.keys():
        return "edit"
    if row.get("prompt"):
        return "prompt"
    return "end" if {"stopReason", "stop_hook_active", "stopHookActive"} & row.keys() else "other"


@dataclass(frozen=True, slots=True)
class TextEdit:
    """An edit of one file by a text to replace, or by its whole text."""

    path: str
    arguments: Mapping[str, Any]
    old_key: str
    """"" where the whole text is given."""
    new_key: str
    every: bool = False

    def apply(self, before: str | None) -> str | None:
        """The text after; None where the edit does not fit, which is the agent's to say."""
        new = self.arguments[self.new_key]
        if not self.old_key:
            return str(new)
        return self._replaced(before, str(new))

    def reduced(self, before: str | None, wanted: str) -> dict[str, Any] | None:
        """The arguments that leave `wanted`, with the text to replace as it was; None where there are none."""
        if not self.old_key:
            return {**self.arguments, self.new_key: wanted}
        old = str(self.arguments[self.old_key])
        if before is None or not old:
            return None
        start = before.find(old)
        tail = len(before) - start - len(old)
        if self.every and before.count(old) > 1:
            # What stands at the first place is tried at all of them.
            after = before[start + len(old) :].split(old)[0]
            end = wanted.find(after, start) if after else -1
            new = wanted[start:end] if end >= 0 else ""
        else:
            new = wanted[start : len(wanted) - tail]
        return {**self.arguments, self.new_key: new} if self._replaced(before, new) == wanted else None

    def _replaced(self, before: str | None, new: str) -> str | None:
        old = str(self.arguments[self.old_key])
        if before is None or not old or old not in before:
            return None
        if before.count(old) > 1 and not self.every:
            return None
        return before.replace(old, new) if self.every else before.replace(old, new, 1)


@dataclass(frozen=True, slots=True)
class MultiEdit:
    """Several edits of one file, each made on what the one before left (Claude Code's MultiEdit)."""

    path: str
    arguments: Mapping[str, Any]
    edits: tuple[TextEdit, ...]

    def apply(self, before: str | None) -> str | None:
        """The text after all of them; None where one does not fit."""
        for edit in self.edits:
            before = edit.apply(before)
        return before

    def reduced(self, before: str | None, wanted: str) -> dict[str, Any] | None:
        """The arguments that leave `wanted`, each with the text to replace as it was; None where there are none."""
        if before is None:
            return None
        rows = [self._row(edit, before, wanted) for edit in self.edits]
        rows = [row for row in rows if row is not None]
        less = {**self.arguments, "edits": rows}
        again = _multi_edit(less, self.path)
        return less if again is not None and again.apply(before) == wanted else None

    def _row(self, edit: TextEdit, before: str, wanted: str) -> Mapping[str, Any] | None:
        """One edit with what stays of it; None where nothing does."""
        old = str(edit.arguments[edit.old_key])
        if before.count(old) != 1:
            return edit.arguments  # it works on what another edit made, or at many places
        start = before.index(old)
        around = _only_in(before, wanted, start, start + len(old))
        tail = len(before) - start - len(old)
        new = around[start : len(around) - tail]
        return None if new == old else {**edit.arguments, edit.new_key: new}


def _only_in(before: str, wanted: str, start: int, end: int) -> str:
    """The text with just those of the wanted changes that touch the lines of a span."""
    from difflib import SequenceMatcher

    lines, others = before.splitlines(keepends=True), wanted.splitlines(keepends=True)
    first, last = before.count("\n", 0, start), before.count("\n", 0, end) + 1
    out = []
    for kind, i0, i1, j0, j1 in SequenceMatcher(None, lines, others, autojunk=False).get_opcodes():
        is_inside = kind != "equal" and first <= i1 and i0 <= last
        out += others[j0:j1] if is_inside else lines[i0:i1]
    return "".join(out)


@dataclass(frozen=True, slots=True)
class PatchEdit:
    """An edit by a patch in the V4A form."""

    text: str
    key: str | None
    """The argument that holds it; None where it is all there is."""
    arguments: Mapping[str, Any]

    def with_patch(self, text: str) -> Any:
        """The arguments with another patch."""
        return text if self.key is None else {**self.arguments, self.key: text}


def edit_of(payload: Payload) -> TextEdit | MultiEdit | PatchEdit | None:
    """The edit that a tool's arguments ask for; None for a tool that is not known to edit."""
    if payload.bare is not None and payload.bare.lstrip().startswith(_PATCH_START):
        return PatchEdit(payload.bare, None, {})
    arguments = payload.arguments or {}
    for key in _PATCH_KEYS:
        text = arguments.get(key)
        if isinstance(text, str) and text.lstrip().startswith(_PATCH_START):
            return PatchEdit(text, key, arguments)
    path = _key(arguments, _PATH_KEYS)
    return _edit_of_file(arguments, str(arguments[path])) if path else None


def _edit_of_file(arguments: Mapping[str, Any], path: str) -> TextEdit | MultiEdit | None:
    """The edit by texts to replace, or by the whole text."""
    if isinstance(arguments.get("edits"), list):
        return _multi_edit(arguments, path)
    old, new, whole = (_key(arguments, keys) for keys in (_OLD_KEYS, _NEW_KEYS, _WHOLE_KEYS))
    if old and new:
        return TextEdit(path, arguments, old, new, any(arguments.get(key) for key in _ALL_KEYS))
    return TextEdit(path, arguments, "", whole) if whole and not old else None


def _multi_edit(arguments: Mapping[str, Any], path: str) -> MultiEdit | None:
    """The edits of one file; None where one is not understood."""
    edits = []
    for row in arguments["edits"]:
        if not isinstance(row, dict):
            return None
        old, new = _key(row, _OLD_KEYS), _key(row, _NEW_KEYS)
        if not (old and new):
            return None
        edits.append(TextEdit(path, row, old, new, any(row.get(key) for key in _ALL_KEYS)))
    return MultiEdit(path, arguments, tuple(edits)) if edits else None


def _key(arguments: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((key for key in keys if isinstance(arguments.get(key), str)), "")
