"""No answer at all: names, certificates, refused and broken connections. Knows no status."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from fretsaw.errors import ModelError
from fretsaw.model.failures.failed_exchange import FailedRequest, Failure


def connection_failure(error: Exception, asked: FailedRequest) -> Failure:
    """What lies behind a connection error, as far down as there is a reason."""
    import ssl  # loaded by now, if TLS was tried at all

    chain = list(causes(error))
    reason = asked.text(str(chain[-1]) or type(chain[-1]).__name__)
    host = asked.endpoint.host
    words = " ".join(str(cause) for cause in chain).lower()
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in chain) or "certificate_verify" in words:
        hint = "a proxy may stand between; its certificate has to be in the system's trust store"
        return Failure(ModelError(f"the certificate of {host} is not trusted: {reason}", hint=hint))
    if any(isinstance(cause, ssl.SSLError) for cause in chain):
        return Failure(ModelError(f"no safe connection to {host}: {reason}", hint="check http or https in --base-url"))
    if any(isinstance(cause, socket.gaierror) for cause in chain):
        unknown = ModelError(f"the name {host} is not known: {reason}", hint="check --base-url and the network")
        return Failure(unknown, retry=not asked.endpoint.loopback)
    if any(isinstance(cause, ConnectionRefusedError) for cause in chain) or "refused" in words:
        refused = ModelError(f"nothing listens at {host}", hint="is the server running? check --base-url")
        # Our own machine does not change its mind within seconds.
        return Failure(refused, retry=not asked.endpoint.loopback)
    if "timed out" in words or any("Timeout" in type(cause).__name__ for cause in chain):
        return Failure(ModelError(f"{host} did not answer in time", hint="raise --timeout"), retry=True, billed=True)
    broken = ModelError(f"the connection to {host} was lost: {reason}", hint="check the network")
    return Failure(broken, retry=True, billed=True)


def causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it came from, outermost first."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__
