"""Behind a company's proxy, which may open TLS with a certificate of its own authority: calls arrive."""

from __future__ import annotations

import base64
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
from fretsaw.errors import FretsawError, ModelError
from fretsaw.model.live import connect
from fretsaw.model.registry import load_registry
from fretsaw.model.scripted import ScriptedServer, serve
from fretsaw.settings import Settings

AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
HOST = "models.company.invalid"
"""A name that only the proxy can reach: `.invalid` is in no directory."""


_OWN = ("Connection", "Proxy-Authorization")
"""Headers for the proxy itself."""


class Proxy(ThreadingHTTPServer):
    """Forwards plain requests and tunnels to one port, whatever host they name, and notes what was asked for."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port, self.asked = port, list[str]()
        self.login, self.status = "", 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def _is_refused(self) -> bool:
        """Answer as a proxy does that lets nobody, or not this one, through."""
        sent = self.headers.get("Proxy-Authorization", "")
        login = self.server.login and f"Basic {base64.b64encode(self.server.login.encode()).decode()}" != sent
        status = 407 if login else self.server.status
        if status:
            self.send_response(status, "by policy")
            self.send_header("Content-Length", "0")
            self.end_headers()
        return bool(status)

    def do_CONNECT(self) -> None:
        if self._is_refused():
            return
        self.server.asked.append(f"CONNECT {self.path}")
        with socket.create_connection(("127.0.0.1", self.server.port)) as upstream:
            self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(upstream, self.connection), daemon=True)
            back.start()
            _pump(self.connection, upstream)
            back.join(5)
        self.close_connection = True

    def do_POST(self) -> None:
        if self._is_refused():
            return
        self.server.asked.append(f"POST {self.path}")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        where = urlsplit(self.path)
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items() if name not in _OWN)
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
    for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy", *AUTHORITIES):
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
    other = (folder / "ext").read_text().replace(HOST, "other.example")
    (folder / "other-ext").write_text(other)
    openssl("x509", "-req", "-in", "leaf.csr", *signed[:-1], "other-ext", "-out", "other.crt")
    names = "database=index\nserial=serial\nnew_certs_dir=.\ncertificate=ca.pem\nprivate_key=ca.key\ndefault_md=sha256"
    (folder / "ca.cnf").write_text(f"[ca]\ndefault_ca=d\n[d]\n{names}\npolicy=p\n[p]\ncommonName=supplied\n")
    (folder / "index").write_text("")
    (folder / "serial").write_text("77\n")
    days = ("-startdate", "20240101000000Z", "-enddate", "20250101000000Z")
    openssl(
        *("ca", "-batch", "-notext", "-config", "ca.cnf", *days, "-in", "leaf.csr", "-extfile", "ext"),
        *("-out", "expired.crt"),
    )
    for name in ("leaf", "other", "expired"):
        (folder / f"{name}.pem").write_text((folder / "leaf.key").read_text() + (folder / f"{name}.crt").read_text())
    return folder


def over_tls(server: ScriptedServer, authority: Path, name: str = "leaf") -> ScriptedServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / f"{name}.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


@pytest.mark.parametrize("variable", [name for name in AUTHORITIES if name != "SSL_CERT_DIR"])
def test_a_private_authority_is_trusted_where_the_user_says_so(
    variable: str, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with over_tls(serve("Privately."), authority) as server, proxied(server, monkeypatch) as proxy:
        monkeypatch.setenv(variable, str(authority / "ca.pem"))
        assert ask(f"https://{HOST}/v1") == "Privately."
        assert proxy.asked == [f"CONNECT {HOST}:443"]


def test_a_private_authority_is_not_trusted_by_itself(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with over_tls(serve("x"), authority) as server, proxied(server, monkeypatch):
        with pytest.raises(ModelError, match="is not trusted"):
            ask(f"https://{HOST}/v1")
        assert server.requests == []


def failed(url: str, words: str) -> None:
    """Ask, and fail with these words, a remedy and without the password of the proxy."""
    with pytest.raises(FretsawError, match=words) as caught:
        ask(url)
    assert caught.value.hint
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_wants_a_login(scheme: str, authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = over_tls(serve("Within."), authority) if scheme == "https" else serve("Within.")
    with server, proxied(server, monkeypatch) as proxy:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))
        proxy.login = "me:s3cret@home"
        url, variable = f"{scheme}://{HOST}/v1", f"{scheme}_proxy"
        failed(url, rf"wants a user and a password \(407\).*{variable}, special")
        monkeypatch.setenv(variable, proxy.url.replace("//", "//me:s3cretX@"))
        failed(url, "does not accept the user and password")
        monkeypatch.setenv(variable, proxy.url.replace("//", "//me:s3cret%40home@"))
        assert ask(url) == "Within."
        assert "Proxy-Authorization" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("http://me:s3cret@127.0.0.1:9", r"nothing listens at the proxy 127\.0\.0\.1:9 .correct or unset https_proxy"),
        ("http://me:s3cret@proxy.invalid:3128", r"name of the proxy proxy\.invalid:3128 is not known"),
        ("127.0.0.1:9", "nothing listens at the proxy"),
        ("socks5://me:s3cret@127.0.0.1:1080", "SOCKS proxy.*pip install socksio"),
        ("ftp://127.0.0.1", "proxy by ftp://"),
        ("http://127.0.0.1:99999", "https_proxy is not the URL of a proxy"),
        ("http://[::1", "https_proxy is not the URL of a proxy"),
    ],
)
def test_a_proxy_that_is_none(value: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve("x") as server, proxied(server, monkeypatch):
        monkeypatch.setenv("https_proxy", value)
        failed(f"https://{HOST}/v1", words)


@pytest.mark.parametrize("status", [403, 502])
def test_a_proxy_that_lets_nobody_through(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve("x") as server, proxied(server, monkeypatch) as proxy:
        proxy.status = status
        failed(f"https://{HOST}/v1", rf"made no connection to {HOST}: {status} by policy.*NO_PROXY")


def test_a_host_that_is_excepted_is_asked_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve("x") as server, proxied(server, monkeypatch) as proxy:
        monkeypatch.setenv("NO_PROXY", f"other.example, .{HOST.partition('.')[2]}")
        failed(f"http://{HOST}/v1", f"the name {HOST} is not known")
        assert proxy.asked == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("expired", "has expired.*this machine's clock"),
        ("other", "is for another host.*check --base-url"),
        ("leaf", r"is not trusted.*SSL_CERT_FILE.*the proxy 127\.0\.0\.1:\d+ may have"),
    ],
)
def test_a_certificate_that_is_wrong(name: str, words: str, authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with over_tls(serve("x"), authority, name) as server, proxied(server, monkeypatch):
        if name != "leaf":
            monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))
        failed(f"https://{HOST}/v1", words)
        assert server.requests == []


@pytest.mark.parametrize("variable", AUTHORITIES)
def test_authorities_that_are_not_there(variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no certificate")
    with serve("x") as server, proxied(server, monkeypatch):
        monkeypatch.setenv(variable, str(tmp_path / "nowhere"))
        failed(f"https://{HOST}/v1", f"{variable} names .*nowhere, which is not there")
        if variable != "SSL_CERT_DIR":
            monkeypatch.setenv(variable, str(tmp_path / "notes.txt"))
            failed(f"https://{HOST}/v1", f"{variable} names .*notes.txt, which cannot be used")
