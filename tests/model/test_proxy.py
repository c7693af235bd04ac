"""Behind a company's proxy, which may open TLS with a certificate of its own authority: calls arrive."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.model.support import KEY, question

from fretsaw.cancel import Cancel
from fretsaw.errors import ModelError
from fretsaw.model.live import connect
from fretsaw.model.registry import load_registry
from fretsaw.model.scripted import ScriptedServer, serve
from fretsaw.settings import Settings

HOST = "models.company.invalid"
"""A name that only the proxy can reach: `.invalid` is in no directory."""


class Proxy(ThreadingHTTPServer):
    """Forwards plain requests and tunnels to one port, whatever host they name, and notes what was asked for."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port, self.asked = port, list[str]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def do_CONNECT(self) -> None:
        self.server.asked.append(f"CONNECT {self.path}")
        with socket.create_connection(("127.0.0.1", self.server.port)) as upstream:
            self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(upstream, self.connection), daemon=True)
            back.start()
            _pump(self.connection, upstream)
            back.join(5)
        self.close_connection = True

    def do_POST(self) -> None:
        self.server.asked.append(f"POST {self.path}")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        where = urlsplit(self.path)
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items() if name != "Connection")
        with socket.create_connection(("127.0.0.1", self.server.port)) as upstream:
            request = f"POST {where.path} HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode() + body
            upstream.sendall(request)
            _pump(upstream, self.connection)
        self.close_connection = True


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def proxied(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy before the server, in the environment as users have it."""
    proxy = Proxy(server.server_address[1])
    threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv(name.lower(), proxy.url)
    for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()


def ask(url: str) -> str:
    live = connect(
        Settings(base_url=url, api_key=KEY, timeout=60.0, retries=0), load_registry().row("gpt-4.1"), Cancel()
    )
    try:
        return live(question(), lambda piece: None).text
    finally:
        live.close()


def test_a_call_goes_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve("By proxy.") as server, proxied(server, monkeypatch) as proxy:
        assert ask(f"http://{HOST}/v1") == "By proxy."
        assert proxy.asked == [f"POST http://{HOST}/v1/chat/completions"]
        assert server.requests[0].headers["Authorization"] == f"Bearer {KEY}"


def test_our_own_machine_is_never_asked_by_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve("Direct.") as server, proxied(server, monkeypatch) as proxy:
        assert ask(server.base_url) == "Direct."
        assert proxy.asked == []


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority of our own (`ca.pem`), and a certificate that it signed for the host (`leaf.pem`, with its key)."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificates")
    folder = tmp_path_factory.mktemp("ca")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    # Python 3.13 trusts no authority that does not say what its key is for.
    own = ("-subj", "/CN=Company CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl("req", "-x509", *key, *own, "-days", "2", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", *key, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", f"/CN={HOST}")
    (folder / "ext").write_text(f"subjectAltName=DNS:{HOST}\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n")
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "ext")
    openssl("x509", "-req", "-in", "leaf.csr", *signed, "-out", "leaf.crt")
    (folder / "leaf.pem").write_text((folder / "leaf.key").read_text() + (folder / "leaf.crt").read_text())
    return folder


def over_tls(server: ScriptedServer, authority: Path) -> ScriptedServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "leaf.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


def test_a_private_authority_is_trusted_where_the_user_says_so(
    authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))
    with over_tls(serve("Privately."), authority) as server, proxied(server, monkeypatch) as proxy:
        assert ask(f"https://{HOST}/v1") == "Privately."
        assert proxy.asked == [f"CONNECT {HOST}:443"]


def test_a_private_authority_is_not_trusted_by_itself(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with over_tls(serve("x"), authority) as server, proxied(server, monkeypatch):
        with pytest.raises(ModelError, match="is not trusted"):
            ask(f"https://{HOST}/v1")
        assert server.requests == []
