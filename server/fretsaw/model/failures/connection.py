"""No answer at all: names, certificates, refused and broken connections."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from fretsaw.errors import ModelError
from fretsaw.model.failures.failed_exchange import FailedRequest, Failure


def connection_failure(error: Exception, asked: FailedRequest) -> Failure:
    """Explain a connection error by its deepest cause that says why."""
    chain = list(causes(error))
    reason = asked.text(str(chain[-1]) or type(chain[-1]).__name__)
    words = " ".join(str(cause) for cause in chain).lower()
    known = _tls_failure(chain, reason, words, asked.endpoint.host) or _unreachable(chain, reason, words, asked)
    if known:
        return known
    host = asked.endpoint.host
    if "timed out" in words or any("Timeout" in type(cause).__name__ for cause in chain):
        return Failure(ModelError(f"{host} did not answer in time", hint="raise --timeout"), retry=True, billed=True)
    broken = ModelError(f"the connection to {host} was lost: {reason}", hint="check the network")
    return Failure(broken, retry=True, billed=True)


def _tls_failure(chain: list[BaseException], reason: str, words: str, host: str) -> Failure | None:
    """A certificate that is not trusted, or another fault of TLS: no further try would end otherwise."""
    import ssl  # loaded by now, if TLS was tried at all

    if _has(chain, ssl.SSLCertVerificationError) or "certificate_verify" in words:
        hint = "a proxy may stand between; its certificate has to be in the system's trust store"
        return Failure(ModelError(f"the certificate of {host} is not trusted: {reason}", hint=hint))
    if _has(chain, ssl.SSLError):
        return Failure(ModelError(f"no safe connection to {host}: {reason}", hint="check http or https in --base-url"))
    return None


def _unreachable(chain: list[BaseException], reason: str, words: str, asked: FailedRequest) -> Failure | None:
    """A host without an address, or that lets nobody in. Our own machine does not change its mind within seconds."""
    host = asked.endpoint.host
    retry = not asked.endpoint.loopback
    if _has(chain, socket.gaierror):
        unknown = ModelError(f"the name {host} is not known: {reason}", hint="check --base-url and the network")
        return Failure(unknown, retry=retry)
    if _has(chain, ConnectionRefusedError) or "refused" in words:
        refused = ModelError(f"nothing listens at {host}", hint="is the server running? check --base-url")
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
