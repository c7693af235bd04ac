"""The client's abilities, read forgivingly from `initialize`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fretsaw.lsp.state import positions

LLM_GENERATED = 1
"""`CodeActionTag.LLMGenerated` of 3.18."""
_OWN_LINES = ("neovim", "emacs", "eglot", "lsp-mode", "kakoune", "vim")
"""Clients whose lines end at a newline only; the protocol also counts a carriage return alone."""


@dataclass(frozen=True, slots=True)
class ClientCapabilities:
    """One client's abilities and wishes."""

    name: str = ""
    version: str = ""
    encoding: positions.Encoding = "utf-16"
    lone_cr: bool = True
    progress: bool = False
    apply_edit: bool = False
    document_changes: bool = False
    annotations: bool = False
    action_literals: bool = False
    action_disabled: bool = False
    action_llm_tag: bool = False
    lens_refresh: bool = False
    text_content: bool = False
    show_document: bool = False
    tells_refusals: bool = True
    """True if it shows a person the error that a command is answered with."""
    configuration: bool = False
    settings_registration: bool = False
    watch_files: bool = False
    inline_completion: bool = False
    notify: frozenset[str] = frozenset()
    options: Mapping[str, Any] = field(default_factory=dict)
    """`initializationOptions`, without the key."""


def read_capabilities(params: Mapping[str, Any]) -> ClientCapabilities:
    """The client of an `initialize` request's raw parameters; what is missing or odd counts as absent."""
    caps = _map(params.get("capabilities"))
    info = _map(params.get("clientInfo"))
    options = {name: value for name, value in _map(params.get("initializationOptions")).items() if name != "apiKey"}
    name = str(info.get("name") or "")
    neovim, helix = name.lower().startswith("neovim"), name.lower() == "helix"
    notify = options.get("notify")
    return ClientCapabilities(
        name=name,
        version=str(info.get("version") or ""),
        encoding=positions.choose_encoding(_at(caps, "general.positionEncodings")),
        lone_cr=not any(word in name.lower() for word in _OWN_LINES),
        progress=_at(caps, "window.workDoneProgress") is True,
        apply_edit=_at(caps, "workspace.applyEdit") is True,
        # Neovim handles versioned documentChanges in every version, and announces them in none.
        document_changes=_at(caps, "workspace.workspaceEdit.documentChanges") is True or neovim,
        annotations=isinstance(_at(caps, "workspace.workspaceEdit.changeAnnotationSupport"), Mapping),
        action_literals=isinstance(_at(caps, "textDocument.codeAction.codeActionLiteralSupport"), Mapping),
        action_disabled=_at(caps, "textDocument.codeAction.disabledSupport") is True,
        action_llm_tag=LLM_GENERATED in _list(_at(caps, "textDocument.codeAction.tagSupport.valueSet")),
        lens_refresh=_at(caps, "workspace.codeLens.refreshSupport") is True,
        text_content=isinstance(_at(caps, "workspace.textDocumentContent"), Mapping),
        # Helix shows documents (files only), and does not announce it.
        show_document=(helix or _at(caps, "window.showDocument.support") is True)
        and options.get("showDocument") != "off",
        tells_refusals=not helix,
        settings_registration=_at(caps, "workspace.didChangeConfiguration.dynamicRegistration") is True,
        configuration=_at(caps, "workspace.configuration") is True,
        watch_files=_at(caps, "workspace.didChangeWatchedFiles.dynamicRegistration") is True,
        inline_completion=isinstance(_at(caps, "textDocument.inlineCompletion"), Mapping),
        notify=frozenset(word for word in _list(notify) if isinstance(word, str)),
        options=options,
    )


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _at(caps: Mapping[str, Any], dotted: str) -> Any:
    value: Any = caps
    for name in dotted.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value
