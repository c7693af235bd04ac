"""Pictures and PDFs of an issue, however they are written: each is sent, or it is said why not."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import FIX, Agent, Ended
from tests.cli.test_extras import png
from tests.model.contract import validate_body

from fretsaw.model.scripted import ScriptedServer

Model = Callable[..., ScriptedServer]
SENT = {
    "in the first line": "![shot](screen.png)\n\nRound the seconds.",
    "in a heading": "# Round it ![shot](screen.png)\n\nRound the seconds.",
    "img in the first line": '<img width="40" alt="shot" src="screen.png">\n\nRound the seconds.',
    "img over lines": "# Round\n\n<img\n  alt='shot'\n  src='screen.png'\n/>\n",
    "by reference": "# Round\n\n![shot][one]\n\n[one]: screen.png 'a title'\n",
    "by its own name": "# Round\n\n![one][] and ![one]\n\n[One]: <screen.png>\n",
    "with %20": "# Round\n\n![shot](my%20screen.png)\n",
    "with blanks": "# Round\n\n![shot](my screen.png)\n",
    "angled": "# Round\n\n![shot](<my screen.png>)\n",
    "with brackets in its words": "# Round\n\n![Screenshot [1] of it](screen.png)\n",
    "with words over two lines": "# Round\n\n![a long\ndescription](screen.png)\n",
    "img with a sign in its words": '# Round\n\n<img alt="a > b" src="screen.png">\n',
    "img with an entity": '# Round\n\n<img src="screen&#46;png">\n',
    "below a list's item": "# Round\n\n1. Look\n\n    ![shot](screen.png)\n",
    "by a reference on two lines": "# Round\n\n![shot][One  two]\n\n[one two]:\n  screen.png\n",
    "by a quoted reference": "# Round\n\n> ![shot][one]\n>\n> [one]: screen.png\n",
    "with an escape": "# Round\n\n![shot](screen\\.png)\n",
    "without an ending": "# Round\n\n![shot](screenshot)\n",
    "with blanks and brackets": "# Round\n\n![shot](Screen (1) of it.png)\n",
    "inline over lines": f"# Round\n\n![shot](data:image/png;base64,\n{base64.b64encode(png(9, 9)).decode()})\n",
    "with a query": "# Round\n\n![shot](screen.png?raw=1)\n",
    "inline in the first line": f"![shot](data:image/png;base64,{base64.b64encode(png(9, 9)).decode()})\n\nRound.",
}
SAID = {
    "svg": (
        "![shot](drawing.svg)",
        "drawing.svg is not attached: drawing.svg is an SVG; models cannot read it",
    ),
    "remote": ("![shot](https://x.example/a)", "https://x.example/a is not attached: Fretsaw fetches no links"),
    "remote img": ('<img src="https://x.example/a.png">', "https://x.example/a.png is not attached"),
    "no picture": ("![shot](spec)", "spec is not attached"),
    "a film": ("![shot](film.mp4)", "film.mp4 is not attached"),
    "svg as text": ("![shot](data:image/svg+xml;utf8,<svg></svg>)", "shot is not attached"),
    "not there": ("![shot](gone.png)", "gone.png is not attached: there is no such file"),
    "svg inline": (
        "![shot](data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=)",
        "shot is not attached: shot is an SVG",
    ),
}


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A folder with an issue's attachments."""
    folder = tmp_path / "report"
    folder.mkdir()
    for name in ("screen.png", "my screen.png", "screenshot", "Screen (1) of it.png"):
        (folder / name).write_bytes(png(64, 64))
    (folder / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "spec.pdf").write_bytes(pdf("Durations are rounded first."))
    return folder


def pdf(text: str) -> bytes:
    """The smallest PDF with a line of text."""
    stream = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, item in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start)


def fixed(agent: Agent, folder: Path, text: str, *flags: str) -> Ended:
    (folder / "ISSUE.md").write_text(text, "utf-8")
    ended = agent("fix", str(folder / "ISSUE.md"), "--apply", "none", "--json", *flags)
    assert ended.code == 0, ended.err
    return ended


def parts(server: ScriptedServer) -> list[dict[str, Any]]:
    """The parts of the user's message, in the form of either API."""
    seen = server.requests[0]
    validate_body(seen.path, seen.body)
    content = (seen.body.get("messages") or seen.body.get("input"))[1]["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


@pytest.mark.parametrize("api", ["responses", pytest.param("chat", marks=pytest.mark.slow)])
@pytest.mark.parametrize("text", SENT.values(), ids=SENT)
def test_a_picture_is_sent(agent: Agent, model: Model, report: Path, text: str, api: str) -> None:
    server = model(FIX)
    ended = fixed(agent, report, text, "--api", api)
    pictures = [part for part in parts(server) if part["type"] in {"image_url", "input_image"}]
    assert len(pictures) == 1
    assert "data:image/png;base64," in str(pictures[0]["image_url"])
    assert "base64" not in parts(server)[0]["text"], "it is no part of the text"
    assert ended.document["usage"]["input_tokens"] > 0
    again = agent("replay", "--json")
    assert again.document["patch"] == ended.document["patch"]


@pytest.mark.parametrize(("text", "words"), SAID.values(), ids=SAID)
def test_what_is_not_sent_is_said(agent: Agent, model: Model, report: Path, text: str, words: str) -> None:
    server = model(FIX)
    ended = fixed(agent, report, f"{text}\n\nRound the seconds.")
    assert words in "\n".join(ended.document["notices"])
    assert [part["type"] for part in parts(server)] == ["text"]


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_pdf_is_sent_as_it_is_where_the_model_reads_it(
    agent: Agent, model: Model, report: Path, monkeypatch: pytest.MonkeyPatch, api: str
) -> None:
    server = model(FIX)
    monkeypatch.setenv("FRETSAW_MODEL", "gpt-6-luna")
    ended = fixed(agent, report, "# Round\n\n[spec](spec.pdf)\n", "--api", api)
    file = parts(server)[-1]
    data = file["file"] if api == "chat" else file
    assert (data["filename"], data["file_data"][:28]) == ("spec.pdf", "data:application/pdf;base64,")
    assert agent("replay", "--json").document["patch"] == ended.document["patch"]


def test_a_pdf_is_sent_as_text_where_the_model_reads_none(
    agent: Agent, model: Model, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = model(FIX)
    monkeypatch.setenv("FRETSAW_MODEL", "local-one")
    ended = fixed(agent, report, "# Round\n\n[spec](spec.pdf)\n")
    assert "Durations are rounded first." in parts(server)[0]["text"]
    assert "spec.pdf is sent as text" in "\n".join(ended.document["notices"])


def test_a_pdf_with_a_secret_is_sent_as_text_without_it(agent: Agent, model: Model, report: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    (report / "spec.pdf").write_bytes(pdf(f"token {secret} here"))
    server = model(FIX)
    fixed(agent, report, "# Round\n\n[spec](spec.pdf)\n")
    assert [part["type"] for part in parts(server)] == ["text"]
    assert secret.encode() not in server.requests[0].raw
    assert base64.b64encode(secret.encode())[:20] not in server.requests[0].raw


def test_without_pypdf_it_is_said(agent: Agent, model: Model, report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model(FIX)
    monkeypatch.setenv("FRETSAW_MODEL", "local-one")
    monkeypatch.setitem(sys.modules, "pypdf", None)
    ended = fixed(agent, report, "# Round\n\n[spec](spec.pdf)\n")
    assert "install fretsaw[pdf]" in "\n".join(ended.document["notices"])


@pytest.mark.parametrize("data", [b"no pdf", b"%PDF-1.4\n" + b"\xff" * 500], ids=["another", "damaged"])
def test_a_pdf_that_cannot_be_read_is_said(agent: Agent, model: Model, report: Path, data: bytes) -> None:
    (report / "spec.pdf").write_bytes(data)
    model(FIX)
    ended = fixed(agent, report, "# Round\n\n[spec](spec.pdf)\n")
    assert "spec.pdf is not attached: spec.pdf" in "\n".join(ended.document["notices"])
