"""What an endpoint says and what has to follow, one script file a claim: `tests/cases/endpoint/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import FIXED, ROOT, Agent, flat, source
from tests.model.contract import validate_body

from fretsaw.model.scripted import ScriptedServer, read_folder

SCRIPTS = sorted((ROOT / "tests" / "cases" / "endpoint").glob("*.json"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_it_goes_as_the_script_says(script: Path, agent: Agent, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case: dict[str, Any] = json.loads(script.read_text("utf-8"))
    expect = case["expect"]
    with ScriptedServer(read_folder(script, order="server")) as server:
        monkeypatch.setenv("FRETSAW_BASE_URL", server.base_url)
        monkeypatch.setenv("FRETSAW_MODEL", case["model"])
        if "endpoint" in case:
            monkeypatch.setenv("FRETSAW_ENDPOINT", case["endpoint"])
        ended = agent("fix", "ISSUE.md", "--json")
    for seen in server.requests:
        validate_body(seen.path, seen.body)
    bodies = json.dumps([seen.body for seen in server.requests])
    assert expect["exit"] in (None, ended.code), ended.err
    assert expect["paths"] in (None, [seen.path.removeprefix("/v1") for seen in server.requests])
    assert [text for text in expect["sent"] if text not in bodies] == []
    assert [text for text in expect.get("not sent", ()) if text in bodies] == []
    assert (FIXED in source(project)) is expect["fixed"]
    if "dollars" in expect:
        assert ended.document["dollars"] == pytest.approx(expect["dollars"], abs=1e-6)
    assert expect.get("said", "") in flat(ended) + json.dumps(ended.document)
