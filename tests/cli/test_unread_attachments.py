"""A model that reads no pictures or no PDFs: the run goes on without them, says so, and does not try again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pypdf
import pytest
from tests.cli.conftest import FIX, Agent
from tests.cli.test_attachments import Model, fixed, pdf, report
from tests.model.contract import validate_body

from fretsaw.model.scripted import Fault, ScriptedServer
from fretsaw.model.unread_parts import FILES, IMAGES, refused_kind

__all__ = ["report"]
PICTURE, PDF = "# Round\n\n![shot](screen.png)\n", "# Round\n\n[spec](spec.pdf)\n"
NO_PICTURES: dict[str, tuple[int, Any]] = {
    "OpenAI": (400, {"error": {"message": "Invalid content type. image_url is only supported by certain models."}}),
    "vLLM": (400, {"message": "At most 0 image(s) may be provided in one request.", "type": "BadRequestError"}),
    "vLLM, older": (400, {"message": "m is not a multimodal model", "type": "BadRequestError"}),
    "llama.cpp": (500, {"error": {"code": 500, "message": "image input is not supported - hint: provide the mmproj"}}),
    "Ollama": (500, {"error": {"message": "this model is missing data required for image input"}}),
    "OpenRouter": (404, {"error": {"message": "No endpoints found that support image input", "code": 404}}),
    "LM Studio": (400, {"error": "Model does not support images. Please use a model that does."}),
    "Mistral": (400, {"message": "Image input is not enabled for this model", "code": "3051"}),
    "DeepSeek": (422, {"error": {"message": "messages[1]: unknown variant `image_url`, expected `text`"}}),
    "Groq": (400, {"error": {"message": "'messages.1' : for 'role:user' content must be a string"}}),
    "FastAPI": (
        422,
        {"detail": [{"loc": ["body", "messages", 1, "content"], "msg": "Input should be a valid string"}]},
    ),
}
NO_FILES: dict[str, tuple[int, Any]] = {
    "OpenAI": (400, {"error": {"message": "Invalid value: 'file'. Supported values are: 'text' and 'image_url'."}}),
    "Responses": (400, {"error": {"message": "Invalid value: 'input_file'. Supported values are: 'input_text'."}}),
    "OpenRouter": (404, {"error": {"message": "No endpoints found that support file input", "code": 404}}),
    "LiteLLM": (400, {"error": {"message": "litellm.BadRequestError: PDF input is not supported by this model"}}),
}


@pytest.mark.parametrize("kind", [IMAGES, FILES])
def test_the_words_of_a_refusal_are_known(kind: str) -> None:
    for status, body in (NO_PICTURES if kind == IMAGES else NO_FILES).values():
        assert status >= 400
        assert refused_kind(json.dumps(body)) == kind, body


@pytest.mark.parametrize("text", ["The model is overloaded", "tools are not supported", "unknown parameter: 'store'"])
def test_other_words_are_none(text: str) -> None:
    assert refused_kind(text) is None


def first_refused(model: Model, status: int, body: Any) -> ScriptedServer:
    return model(FIX, faults=[Fault("status", status, body=body)])


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in ("OpenAI", "FastAPI") else pytest.mark.slow) for name in NO_PICTURES],
)
def test_pictures_are_left_out_and_that_is_said(agent: Agent, model: Model, report: Path, name: str) -> None:
    server = first_refused(model, *NO_PICTURES[name])
    ended = fixed(agent, report, PICTURE, "--retries", "0")
    assert any("takes no pictures" in notice for notice in ended.document["notices"])
    refused, asked = server.requests
    validate_body(asked.path, asked.body)
    assert ("image_url" in str(refused.body), "image_url" in str(asked.body)) == (True, False)
    assert "1 picture that belongs here cannot be shown" in str(asked.body)
    again = fixed(agent, report, PICTURE, "--retries", "0")
    assert len(server.requests) == 3, "it is remembered"
    assert any("takes no pictures" in notice for notice in again.document["notices"])
    plain = fixed(agent, report, "# Round\n\nRound the seconds.\n")
    assert not any("takes no pictures" in notice for notice in plain.document["notices"])


@pytest.mark.parametrize(("name", "api"), [("OpenAI", "chat"), ("Responses", "responses")])
def test_a_pdf_is_sent_as_text_where_it_is_refused(
    agent: Agent, model: Model, report: Path, monkeypatch: pytest.MonkeyPatch, name: str, api: str
) -> None:
    server = first_refused(model, *NO_FILES[name])
    monkeypatch.setenv("FRETSAW_MODEL", "gpt-6-luna")
    ended = fixed(agent, report, PDF, "--api", api, "--retries", "0")
    assert any("takes no PDFs" in notice for notice in ended.document["notices"])
    asked = server.requests[-1]
    validate_body(asked.path, asked.body)
    assert "Durations are rounded first." in str(asked.body)
    assert "application/pdf" not in str(asked.body)
    assert agent("replay", "--json").document["patch"] == ended.document["patch"]


def test_a_row_may_say_that_its_model_takes_no_pictures(
    agent: Agent, model: Model, report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = model(FIX)
    row = '[[model]]\nid = "blind"\ncontext = 100000\noutput = 9000\nimage = { rule = "none" }\n'
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config" / "models.toml").write_text(row, "utf-8")
    monkeypatch.setenv("FRETSAW_MODEL", "blind")
    ended = fixed(agent, report, PICTURE)
    assert "screen.png is not attached: blind takes no pictures" in "\n".join(ended.document["notices"])
    assert "image_url" not in str(server.requests[0].body)


@pytest.mark.parametrize(("password", "words"), [("s", "spec.pdf is encrypted"), ("", "")])
def test_an_encrypted_pdf_is_said_unless_it_opens(
    agent: Agent, model: Model, report: Path, password: str, words: str
) -> None:
    writer = pypdf.PdfWriter()
    (report / "plain.pdf").write_bytes(pdf("Durations are rounded first."))
    writer.append(str(report / "plain.pdf"))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    writer.write(str(report / "spec.pdf"))
    server = model(FIX)
    ended = fixed(agent, report, PDF)
    notices = "\n".join(ended.document["notices"])
    assert words in notices
    assert ("application/pdf" in str(server.requests[0].body)) == (not words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[spec](https://x.example/spec.pdf)", "https://x.example/spec.pdf is not attached: Fretsaw fetches no links"),
        ("![shot](//x.example/a.png)", "//x.example/a.png is not attached: Fretsaw fetches no links"),
        ("![shot](big.png)", "big.png is not attached: it is larger than 20480 KB"),
        ("![shot](../secret.png)", "../secret.png is not attached: it is outside the issue's folder"),
        ("![shot](file:///etc/hostname.png)", "is not attached: Fretsaw fetches no links"),
        ("![shot](data:image/png;base64,AAAA)", "shot is not attached: shot is not a PNG"),
        ("![](data:image/png;base64,%%%)", "a data URI is not attached"),
    ],
)
def test_more_that_is_not_sent_is_said(agent: Agent, model: Model, report: Path, text: str, words: str) -> None:
    (report.parent / "secret.png").write_bytes(b"x")
    with (report / "big.png").open("wb") as big:
        big.truncate(21 << 20)
    model(FIX)
    ended = fixed(agent, report, f"# Round\n\n{text}\n")
    assert words in "\n".join(ended.document["notices"])


def test_an_issue_without_a_folder_says_that_its_pictures_are_not_there(agent: Agent, model: Model) -> None:
    model(FIX)
    ended = agent("fix", "Round the seconds. ![shot](screen.png)", "--apply", "none", "--json")
    assert "screen.png is not attached: the issue has no folder" in "\n".join(ended.document["notices"])
