"""Write the answer of a hook in the form that each agent reads."""

from __future__ import annotations

from typing import Any

AGENTS = ("claude", "codex", "copilot", "cursor", "gemini", "opencode")
"""Agents whose payloads and answers are known."""


def rewritten(agent: str, event: str, arguments: Any, told: str) -> dict[str, Any]:
    """Change the edit's arguments, and tell the model.

    No answer allows an edit that the person would be asked about: Claude Code and Copilot take the arguments without a
    decision. Codex takes them with "allow" only.
    """
    if agent == "copilot":
        return {"modifiedArgs": arguments, "additionalContext": told}
    if agent == "gemini":
        return {"hookSpecificOutput": {"hookEventName": event, "tool_input": arguments}, "systemMessage": told}
    if agent == "opencode":
        return {"args": arguments, "told": told}
    decision = {"permissionDecision": "allow"} if agent == "codex" else {}
    return {
        "hookSpecificOutput": {
            "hookEventName": event or "PreToolUse",
            **decision,
            "updatedInput": arguments,
            "additionalContext": told,
        }
    }


def denied(agent: str, event: str, reason: str) -> dict[str, Any]:
    """Do not let the edit through."""
    if agent == "copilot":
        return {"permissionDecision": "deny", "permissionDecisionReason": reason}
    if agent == "gemini":
        return {"decision": "deny", "reason": reason}
    if agent == "opencode":
        return {"deny": reason}
    return {
        "hookSpecificOutput": {
            "hookEventName": event or "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": reason,
        }
    }


def noted(agent: str, event: str, told: str) -> dict[str, Any]:
    """Let the edit through as it is, and tell the model."""
    if agent == "copilot":
        return {"additionalContext": told}
    if agent == "gemini":
        return {"systemMessage": told}
    if agent == "opencode":
        return {"told": told}
    return {"hookSpecificOutput": {"hookEventName": event or "PreToolUse", "additionalContext": told}}


def held(agent: str, reason: str) -> dict[str, Any]:
    """Hold the end of the turn: the model gets one more."""
    if agent == "cursor":
        return {"followup_message": reason}
    if agent == "gemini":
        return {"decision": "deny", "reason": reason}
    return {"decision": "block", "reason": reason}
