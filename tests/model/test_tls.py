"""Over TLS: a certificate that is not trusted is told, one that is works, and a call can be cut there too."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from pathlib import Path

import pytest
from tests.model.support import question

from fretsaw.cancel import Cancel
from fretsaw.errors import Cancelled, ModelError
from fretsaw.model.live import connect
from fretsaw.model.registry import load_registry
from fretsaw.model.scripted import Fault, ScriptedServer, serve
from fretsaw.settings import Settings

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(folder / "both.pem"), "-out", str(folder / "cert.pem")]
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    subprocess.run([*make, *files, *names], check=True, capture_output=True)
    with (folder / "both.pem").open("a") as both:
        both.write((folder / "cert.pem").read_text())
    return folder


def over_tls(server: ScriptedServer, certificate: Path) -> ScriptedServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "both.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


def settings(server: ScriptedServer) -> Settings:
    return Settings(base_url=server.base_url.replace("http:", "https:"), retries=2, timeout=60.0)


def quiet(_piece: str | None) -> None:
    """Hear nothing."""


def test_a_certificate_that_is_not_trusted(certificate: Path) -> None:
    with over_tls(serve("x"), certificate) as server:
        ask = connect(settings(server), load_registry().row("gpt-4.1"), Cancel())
        with pytest.raises(ModelError, match=r"certificate of 127\.0\.0\.1:\d+ is not trusted.*self.signed"):
            ask(question(), quiet)
        ask.close()
        assert server.requests == []


def test_one_that_is_and_a_cut(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    cancel = Cancel()
    with over_tls(serve("Safe."), certificate) as server:
        ask = connect(settings(server), load_registry().row("gpt-4.1"), cancel)
        assert ask(question(), quiet).text == "Safe."
        ask.close()
    with over_tls(serve("x", faults=[Fault("drip", seconds=60)]), certificate) as server:
        ask = connect(settings(server), load_registry().row("gpt-4.1"), cancel)
        threading.Timer(0.3, cancel.set).start()
        with pytest.raises(Cancelled):
            ask(question(), quiet)
        ask.close()
        assert server.hung_up.acquire(timeout=30)
