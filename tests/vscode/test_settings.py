"""The extension's `package.json` against the server's one table of options."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fretsaw.settings import options

EXTENSION = Path(__file__).resolve().parents[2] / "vscode-extension"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vscode_settings", EXTENSION / "scripts" / "settings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def package() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    return loaded


def test_the_package_is_what_the_table_says(script: ModuleType, package: dict[str, Any]) -> None:
    assert script.generated(json.loads(json.dumps(package))) == package


def test_every_option_is_there_and_the_key_is_not(package: dict[str, Any]) -> None:
    names = set(package["contributes"]["configuration"]["properties"])
    own = {"agent.inlineCompletion", "agent.prewarm", "agent.server.path"}
    assert names == {f"agent.{row.editor_name}" for row in options()} | own
    assert "agent.apiKey" not in names


def test_what_is_the_users_is_read_from_no_workspace(package: dict[str, Any]) -> None:
    properties = package["contributes"]["configuration"]["properties"]
    restricted = package["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    for row in options():
        wanted = "machine" if row.scope == "user" else "resource"
        assert properties[f"agent.{row.editor_name}"]["scope"] == wanted
        assert (f"agent.{row.editor_name}" in restricted) == (row.scope == "user")


def test_a_new_option_is_noticed(script: ModuleType, package: dict[str, Any]) -> None:
    before = json.loads(json.dumps(package))
    del before["contributes"]["configuration"]["properties"]["agent.maxUsd"]
    assert script.generated(json.loads(json.dumps(before))) != before


def test_palette_commands_are_not_the_servers(package: dict[str, Any]) -> None:
    commands = [row["command"] for row in package["contributes"]["commands"]]
    assert all(command.startswith("fretsaw.") for command in commands)
    known = set(commands)
    menus = package["contributes"]["menus"]
    used = {row["command"] for rows in menus.values() for row in rows}
    assert used | {row["command"] for row in package["contributes"]["keybindings"]} <= known


def test_versions_and_licences_agree(package: dict[str, Any]) -> None:
    from fretsaw import __version__

    assert package["version"] == __version__
    assert (EXTENSION / "LICENSE").read_bytes() == (EXTENSION.parent / "LICENSE").read_bytes()


def test_the_lock_names_no_host() -> None:
    lock = json.loads((EXTENSION / "package-lock.json").read_text("utf-8"))
    assert [name for name, row in lock["packages"].items() if "resolved" in row] == []
