"""The way to an endpoint: the proxy and the authorities of certificates that the user's environment names.

Read as other programs read them, and the same on every system: `HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE` and the like.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fretsaw.errors import ConfigError
from fretsaw.model.endpoint import Endpoint

if TYPE_CHECKING:
    import ssl

_SCHEMES = ("http", "https")
_SOCKS = ("socks5", "socks5h")
_AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables that name a file or folder of trusted authorities, the first that is set counts."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that stands before an endpoint."""

    url: str = field(repr=False)
    """With its user and password, if it has any: not to be shown."""
    variable: str
    """The variable that names it."""

    @property
    def host(self) -> str:
        """Host and port, as shown to a person."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    @property
    def has_login(self) -> bool:
        """True if a user is named for it."""
        return urlsplit(self.url).username is not None

    @property
    def is_encrypted(self) -> bool:
        """True if it is spoken to over TLS itself."""
        return self.url.startswith("https:")


def find_proxy(endpoint: Endpoint) -> Proxy | None:
    """The proxy that the environment (or the system) names for an endpoint; None where it is reached directly, as what
    runs on this machine always is. ConfigError where the proxy's URL is none."""
    if endpoint.loopback:
        return None
    from urllib.request import getproxies

    proxies = getproxies()
    scheme = urlsplit(endpoint.url).scheme
    name = next((name for name in (scheme, "all") if proxies.get(name)), None)
    if name is None or _is_direct(endpoint.url, proxies):
        return None
    return _checked(proxies[name].strip(), _variable(f"{name}_proxy"))


def _variable(name: str) -> str:
    """The spelling in which a variable is set; getproxies takes the lower case one first."""
    spelled = (name, name.upper())
    return next((one for one in spelled if os.environ.get(one)), "the system's proxy")


def _checked(text: str, variable: str) -> Proxy:
    url = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host:
        raise ConfigError(f"{variable} is not the URL of a proxy", hint="a proxy's URL looks like http://HOST:3128")
    if parts.scheme in _SOCKS and importlib.util.find_spec("socksio") is None:
        raise ConfigError(
            f"{variable} names a SOCKS proxy, which needs a package that is not installed", hint="pip install socksio"
        )
    if parts.scheme not in (*_SCHEMES, *_SOCKS):
        raise ConfigError(f"{variable} names a proxy by {parts.scheme}://", hint="it has to be http:// or https://")
    return Proxy(url, variable)


def _is_direct(url: str, proxies: Mapping[str, str]) -> bool:
    """Return True if NO_PROXY, or the system's list of exceptions, names the host of a URL."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    listed = proxies.get("no", "")
    if any(is_listed(host, port, entry) for entry in listed.replace(",", " ").split()):
        return True
    from urllib.request import proxy_bypass

    return bool(not listed and proxy_bypass(host))


def is_listed(host: str, port: int, entry: str) -> bool:
    """Return True if an entry of NO_PROXY means a host: its name, a domain above it, its address, or a net of it.

    >>> [is_listed("api.example.com", 443, entry) for entry in (".example.com", "*.example.com", "ample.com", "*")]
    [True, True, False, True]
    >>> [is_listed("10.1.2.3", 443, entry) for entry in ("10.0.0.0/8", "10.1.2.3:443", "10.1.2.3:80")]
    [True, True, False]
    """
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        pass  # one of them is a name
    name, colon, wanted = entry.rpartition(":")
    if colon and wanted.isdigit() and (name.count(":") == 0 or name.endswith("]")):
        if int(wanted) != port:
            return False
        entry = name
    domain = entry.strip("[]").lower().removeprefix("*").removeprefix(".").rstrip(".")
    return bool(domain) and (host.lower() == domain or host.lower().endswith(f".{domain}"))


def authorities() -> tuple[str, str]:
    """Return (variable, path) of the authorities that the environment names; two empty texts where it names none."""
    return next(((name, os.environ[name]) for name in _AUTHORITIES if os.environ.get(name)), ("", ""))


def trust_context() -> ssl.SSLContext | None:
    """The context that trusts the environment's authorities; None where it names none, so that the system's count.

    ConfigError where they cannot be read.
    """
    variable, path = authorities()
    if not path:
        return None
    import ssl  # only where there is TLS

    is_folder = variable == "SSL_CERT_DIR" or Path(path).is_dir()
    if not Path(path.split(os.pathsep)[0] if is_folder else path).exists():
        raise ConfigError(f"{variable} names {path}, which is not there", hint=f"correct or unset {variable}")
    try:
        if is_folder:
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except (OSError, ValueError) as error:  # SSLError is an OSError
        why = getattr(error, "strerror", None) or str(error)
        hint = f"it has to hold certificates as PEM; correct or unset {variable}"
        raise ConfigError(f"{variable} names {path}, which cannot be used: {why}", hint=hint) from error
