"""Writes the server's one table of options into `package.json` (`--check`: fails where they differ).

Knows nothing of VS Code beyond the shape of `contributes.configuration`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from fretsaw.settings import OptionRow, options

PACKAGE = Path(__file__).resolve().parent.parent / "package.json"
UNSET = {"role"}
"""Options whose absence means something to the language server: no default is shown for them."""
OWN: dict[str, dict[str, Any]] = {
    "agent.inlineCompletion": {
        "type": "string",
        "enum": ["off", "on"],
        "default": "off",
        "scope": "machine",
        "markdownDescription": "Suggest code while you type. Sends the text around the cursor to the model.",
    },
    "agent.prewarm": {
        "type": "string",
        "enum": ["off", "on"],
        "default": "off",
        "scope": "machine",
        "markdownDescription": "When a file is opened, send the beginning of the next prompt (a small repository whole, "
        "or any with `agent.context` = `whole`), so that the model's endpoint has it in its cache. Costs what the input "
        "costs; only where the model's row has `prewarm`.",
    },
    "agent.server.path": {
        "type": "string",
        "default": "",
        "scope": "machine",
        "markdownDescription": "Full path of the `agent` program. Empty: on the `PATH`, then in the Python environment "
        "of the workspace.",
    },
}
"""Settings that are no options of a run."""


def setting(row: OptionRow) -> dict[str, Any]:
    """One option in the form of `contributes.configuration.properties`."""
    open_ended = row.default is None or row.name in UNSET
    schema: dict[str, Any] = {"type": [row.type, "null"] if open_ended else row.type}
    if row.type == "array":
        schema["items"] = {"type": "string"}
    if row.choices:
        schema["enum"] = [*row.choices, None] if open_ended else list(row.choices)
    if row.type in ("number", "integer"):
        schema["minimum"] = 0
    if row.most is not None:
        schema["maximum"] = row.most
    default = list(row.default) if isinstance(row.default, tuple) else row.default
    schema["default"] = None if open_ended else default
    # What chooses where the key goes, what is run or what is paid is never read from a workspace's settings.
    schema["scope"] = "machine" if row.scope == "user" else "resource"
    schema["markdownDescription"] = row.doc
    return schema


def properties() -> dict[str, dict[str, Any]]:
    """All settings of the extension, by id."""
    rows = {f"agent.{row.editor_name}": setting(row) for row in options()}
    return rows | OWN


def generated(package: dict[str, Any]) -> dict[str, Any]:
    """The package with settings and restricted settings as the table says."""
    settings = properties()
    machine = sorted(name for name, schema in settings.items() if schema["scope"] == "machine")
    package["contributes"]["configuration"] = {"title": "Agent", "properties": settings}
    package["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] = machine
    return package


def main(argv: list[str]) -> int:
    """Write, or compare with `--check`; 1 when they differ."""
    before = PACKAGE.read_text(encoding="utf-8")
    after = json.dumps(generated(json.loads(before)), indent=2, ensure_ascii=False) + "\n"
    if "--check" in argv:
        if before != after:
            print("package.json differs from the table of options: run vscode-extension/scripts/settings.py")
        return int(before != after)
    PACKAGE.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
