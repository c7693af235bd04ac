"""How real editors differ, as data: what they announce, how they take edits, how they wait."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

Encoding = Literal["utf-8", "utf-16", "utf-32"]


@dataclass(frozen=True)
class Profile:
    name: str
    client: str
    encodings: tuple[Encoding, ...] | None
    """Offered, in order; None: nothing is announced."""
    document_changes: bool = True
    annotations: bool = False
    stale: Literal["refuse-all", "first-only", "stop-there"] = "refuse-all"
    """What becomes of an edit whose versions are not the buffers': VS Code, eglot refuse it whole; Neovim looks at the
    first file only and says `applied: true` all the same; Helix stops at that file."""
    handles_unannounced_versions: bool = False
    lone_cr: bool = True
    progress: bool = True
    literals: bool = True
    disabled: bool = False
    llm_tag: bool = False
    lenses: bool = False
    lens_refresh: bool = False
    show_document: bool = False
    shows_unannounced: bool = False
    """Takes `window/showDocument` without having said so (Helix)."""
    tells_refusals: bool = True
    """Shows a person the error that a command is answered with (Helix only logs it)."""
    text_content: bool = False
    configuration: bool = True
    watch: bool = False
    settings_registration: bool = False
    minimal_changes: bool = False
    """Sends the least change between two states of a buffer, not what was typed (Neovim)."""
    drops_marks: bool = False
    """Forgets a diagnostic whose text was replaced, until it is told again (Helix)."""
    change_after_answer: bool = False
    """Sends the text change of an applied edit after its answer (Emacs)."""
    reviews_itself: bool = False
    """Answers `applied: false` and applies later (eglot's diff review)."""
    notify: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    def capabilities(self) -> dict[str, Any]:
        action: dict[str, Any] = {}
        if self.literals:
            kinds = ["", "quickfix", "refactor", "refactor.rewrite", "source"]
            action["codeActionLiteralSupport"] = {"codeActionKind": {"valueSet": kinds}}
        if self.disabled:
            action["disabledSupport"] = True
        if self.llm_tag:
            action["tagSupport"] = {"valueSet": [1]}
        edit: dict[str, Any] = {}
        if self.document_changes:
            edit["documentChanges"] = True
        if self.annotations:
            edit["changeAnnotationSupport"] = {"groupsOnLabel": True}
        caps: dict[str, Any] = {
            "workspace": {
                "applyEdit": True,
                "workspaceEdit": edit,
                "configuration": self.configuration,
                "workspaceFolders": True,
                "didChangeWatchedFiles": {"dynamicRegistration": self.watch},
                "didChangeConfiguration": {"dynamicRegistration": self.settings_registration},
                "codeLens": {"refreshSupport": self.lens_refresh},
            },
            "window": {"workDoneProgress": self.progress, "showDocument": {"support": self.show_document}},
            "textDocument": {"codeAction": action, "publishDiagnostics": {"versionSupport": True}},
            "general": {},
        }
        if self.text_content:
            caps["workspace"]["textDocumentContent"] = {}
        if self.encodings is not None:
            caps["general"]["positionEncodings"] = list(self.encodings)
        return caps


VSCODE = Profile(
    "vscode", "Visual Studio Code", ("utf-16",), annotations=True, disabled=True, llm_tag=True, lenses=True,
    lens_refresh=True, show_document=True, text_content=True, watch=True, settings_registration=True,
    notify=("run", "proposal", "status", "tree"),
)  # fmt: skip
NEOVIM_11 = Profile(
    "neovim-0.11", "Neovim", ("utf-8", "utf-16", "utf-32"), document_changes=False, stale="first-only",
    handles_unannounced_versions=True, lone_cr=False, minimal_changes=True, lenses=True, lens_refresh=True,
    show_document=True,
)  # fmt: skip
NEOVIM_12 = replace(NEOVIM_11, name="neovim-0.12", annotations=True, disabled=True)
NEOVIM_7 = replace(NEOVIM_11, name="neovim-0.7", encodings=None, lenses=False, lens_refresh=False, show_document=False)
HELIX = Profile(
    "helix", "helix", ("utf-8", "utf-32", "utf-16"), stale="stop-there", disabled=True, shows_unannounced=True,
    tells_refusals=False, watch=True, drops_marks=True,
)  # fmt: skip
EGLOT = Profile(
    "eglot", "Eglot", ("utf-32", "utf-8", "utf-16"), lone_cr=False, disabled=True, show_document=True,
    change_after_answer=True, watch=True,
)  # fmt: skip
LSP_MODE = Profile(
    "lsp-mode", "emacs", ("utf-32", "utf-8", "utf-16"), lone_cr=False, lenses=True, lens_refresh=True,
    change_after_answer=True, watch=True,
)  # fmt: skip
PROFILES = {profile.name: profile for profile in (VSCODE, NEOVIM_11, NEOVIM_12, NEOVIM_7, HELIX, EGLOT, LSP_MODE)}
