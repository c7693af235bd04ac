"""No answer at all: names, proxies, certificates, refused and broken connections."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

from fretsaw.errors import ConfigError, ModelError
from fretsaw.model.failures.failed_exchange import FailedRequest, Failure
from fretsaw.model.network import Proxy, authorities, find_proxy

_REFUSED_BY_PROXY = re.compile(r"^(\d{3})\b ?(.*)$")


def connection_failure(error: Exception, asked: FailedRequest) -> Failure:
    """Explain a connection error by its deepest cause that says why."""
    chain = list(causes(error))
    reason = asked.text(str(chain[-1]) or type(chain[-1]).__name__)
    words = " ".join(str(cause) for cause in chain).lower()
    proxy = find_proxy(asked.endpoint)
    known = (
        (_proxy_answered(chain, asked, proxy) if proxy else None)
        or _tls_failure(chain, reason, words, asked, proxy)
        or _unreachable(chain, reason, words, asked, proxy)
    )
    if known:
        return known
    host = asked.endpoint.host
    behind = f" by the proxy {proxy.host}" if proxy else ""
    if "timed out" in words or any("Timeout" in type(cause).__name__ for cause in chain):
        late = ModelError(f"{host} did not answer in time{behind}", hint="raise --timeout")
        return Failure(late, retry=True, billed=True)
    broken = ModelError(f"the connection to {host}{behind} was lost: {reason}", hint="check the network")
    return Failure(broken, retry=True, billed=True)


def proxy_refusal(status: int, said: str, asked: FailedRequest, proxy: Proxy) -> Failure:
    """Explain a proxy's own answer in place of a connection to the endpoint."""
    host, variable = asked.endpoint.host, proxy.variable
    if status == 407:
        wants = "does not accept the user and password" if proxy.has_login else "wants a user and a password"
        hint = f"write http://USER:PASSWORD@{proxy.host} in {variable}, special characters as %40"
        return Failure(ConfigError(f"the proxy {proxy.host} {wants} (407)", hint=f"{hint}, or list {host} in NO_PROXY"))
    why = asked.text(f"{status} {said}".strip())
    error = ModelError(
        f"the proxy {proxy.host} ({variable}) made no connection to {host}: {why}",
        hint=f"check --base-url, ask whoever runs the proxy to allow {host}, or list it in NO_PROXY",
    )
    return Failure(error, retry=status in {429, 502, 503, 504})


def _proxy_answered(chain: list[BaseException], asked: FailedRequest, proxy: Proxy) -> Failure | None:
    """Recognise a refusal to open a tunnel."""
    for cause in chain:
        match = _REFUSED_BY_PROXY.match(str(cause)) if type(cause).__name__ == "ProxyError" else None
        if match:
            return proxy_refusal(int(match[1]), match[2], asked, proxy)
    return None


_TRUST = "name the file of its authority (PEM) in SSL_CERT_FILE, if it is a company's own"
_CERTIFICATES: dict[str, tuple[str, str]] = {
    "has expired": ("has expired", "check this machine's clock; else whoever runs the server has to renew it"),
    "not yet valid": ("is not valid yet", "check this machine's clock"),
    "mismatch": ("is for another host", "check --base-url; a sign-in page or a proxy may stand between"),
    "not valid for": ("is for another host", "check --base-url; a sign-in page or a proxy may stand between"),
    "self-signed certificate in": ("is not trusted", _TRUST),
    "self signed certificate in": ("is not trusted", _TRUST),
    "self-signed": ("is not trusted", "it is signed by itself: name its file (PEM) in SSL_CERT_FILE, if you trust it"),
    "self signed": ("is not trusted", "it is signed by itself: name its file (PEM) in SSL_CERT_FILE, if you trust it"),
}
"""Words of OpenSSL → what is wrong with a certificate, and the remedy."""


def _tls_failure(
    chain: list[BaseException], reason: str, words: str, asked: FailedRequest, proxy: Proxy | None
) -> Failure | None:
    """A certificate that is not trusted, or another fault of TLS: no further try would end otherwise."""
    import ssl  # loaded by now, if TLS was tried at all

    host = asked.endpoint.host
    if _has(chain, ssl.SSLCertVerificationError) or "certificate_verify" in words:
        wrong, hint = next((told for sign, told in _CERTIFICATES.items() if sign in words), ("is not trusted", _TRUST))
        variable, path = authorities()
        if wrong == "is not trusted" and path:
            hint = f"the authority that signed it is not in {path} ({variable}): {hint}"
        if proxy:
            hint += f"; the proxy {proxy.host} may have put its own certificate in place of it"
        return Failure(ModelError(f"the certificate of {host} {wrong}: {reason}", hint=hint))
    if _has(chain, ssl.SSLError):
        hint = "check http or https in --base-url"
        if proxy and proxy.is_encrypted:
            hint = f"most proxies are named by http://, also for https: check {proxy.variable}"
        return Failure(ModelError(f"no safe connection to {host}: {reason}", hint=hint))
    return None


def _unreachable(
    chain: list[BaseException], reason: str, words: str, asked: FailedRequest, proxy: Proxy | None
) -> Failure | None:
    """A host without an address, or that lets nobody in. Our own machine does not change its mind within seconds."""
    host = asked.endpoint.host if proxy is None else f"the proxy {proxy.host}"
    retry = not asked.endpoint.loopback
    remedy = f"correct or unset {proxy.variable}, or list {asked.endpoint.host} in NO_PROXY" if proxy else ""
    if _has(chain, socket.gaierror):
        unknown = ModelError(
            f"the name of {host} is not known: {reason}" if proxy else f"the name {host} is not known: {reason}",
            hint=remedy or "check --base-url and the network",
        )
        return Failure(unknown, retry=retry)
    if _has(chain, ConnectionRefusedError) or "refused" in words:
        refused = ModelError(f"nothing listens at {host}", hint=remedy or "is the server running? check --base-url")
        return Failure(refused, retry=retry)
    return None


def _has(chain: list[BaseException], kind: type[BaseException]) -> bool:
    return any(isinstance(cause, kind) for cause in chain)


def causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it came from, outermost first."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__
