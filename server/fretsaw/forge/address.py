"""Addresses of issues and of pull or merge requests: what a typed URL or the URL of `origin` names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import SplitResult, quote, unquote, urlsplit

from fretsaw.errors import UsageError

ForgeKind: TypeAlias = Literal["github", "gitlab", "gitea"]

KNOWN_HOSTS: dict[str, ForgeKind] = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "codeberg.org": "gitea",
    "gitea.com": "gitea",
}
_HOST_NAMES: tuple[tuple[str, ForgeKind], ...] = (
    ("github", "github"),
    ("gitlab", "gitlab"),
    ("gitea", "gitea"),
    ("forgejo", "gitea"),
)
"""A word in a host's name -> the program that runs there, as people name their hosts."""

# GitLab: /group/sub/project/-/issues/7, since 2024 also /-/work_items/7.
_GITLAB_PATH = re.compile(r"/(?P<project>[^?#]+?)/-/(?P<what>issues|work_items|merge_requests)/(?P<number>\d{1,12})")
# GitHub: /owner/name/issues/7, /owner/name/pull/7. Gitea writes /pulls/7.
_PATH = re.compile(r"/(?P<project>[^/?#]+/[^/?#]+)/(?P<what>issues|pull|pulls)/(?P<number>\d{1,12})")
_REST_OF_PAGE = re.compile(r"(?:/(?:files|commits|checks|changes|diffs)(?:/[^?#]*)?)?/?")
_SHORT = re.compile(r"(?P<sign>[#!])(?P<number>\d{1,12})")
_SCP_ORIGIN = re.compile(r"(?:[^@/\s]+@)?(?P<host>[^:/\s]+):(?!/{2})(?P<path>\S+)")
_PLACE = re.compile(r"[\w.~-]+(?:/[\w.~-]+)+")
_CHANGES = ("pull", "pulls", "merge_requests")


@dataclass(frozen=True, slots=True)
class Host:
    """One server of a forge."""

    name: str
    """Host name in lower case, with the port where it is not the usual one."""
    kind: ForgeKind | None
    """None: neither the host's name nor the path tells, so the host has to be asked."""
    scheme: str = "https"


@dataclass(frozen=True, slots=True)
class Address:
    """An issue, or a pull or merge request."""

    host: Host
    project: str
    """`owner/name`; on GitLab any number of groups before the name."""
    number: int
    is_change: bool = False
    """True for a pull or merge request."""

    @property
    def place(self) -> str:
        """A name for people: `host/owner/name#7`."""
        return f"{self.host.name}/{self.project}{'!' if self._is_merge_request else '#'}{self.number}"

    @property
    def _is_merge_request(self) -> bool:
        return self.is_change and self.host.kind == "gitlab"


def is_address(text: str) -> bool:
    """Tell whether a typed word is meant as an address: a URL with http or https, or `#7`, `!7`."""
    text = text.strip()
    if len(text.split()) != 1:
        return False
    return text.lower().startswith(("https://", "http://")) or _SHORT.fullmatch(text) is not None


def read_address(text: str, origin: str | None = None) -> Address:
    """The address that a typed URL names, or a typed `#7` or `!7` in the repository of `origin` (its URL).

    UsageError for one that names no issue, has a password in it, or goes over plain http to another machine.
    """
    text = text.strip()
    short = _SHORT.fullmatch(text)
    if short is not None:
        if origin is None:
            raise UsageError(f"there is no remote `origin` to look {text} up at", hint="give the whole address")
        host, project = read_origin(origin)
        return Address(host, project, int(short["number"]), short["sign"] == "!")
    host, path = _host_and_path(text)
    found = _GITLAB_PATH.match(path) or _PATH.match(path)
    if found is None or not _REST_OF_PAGE.fullmatch(path, found.end()):
        raise UsageError(
            f"{_without_login(text)} is not the address of an issue or a pull request",
            hint="give the address as the browser shows it, for example https://github.com/owner/name/issues/7",
        )
    project = unquote(found["project"])
    if not _PLACE.fullmatch(project) or ".." in project.split("/"):
        raise UsageError(f"{project!r} is not the name of a repository")
    return Address(_told_by_path(host, path), project, int(found["number"]), found["what"] in _CHANGES)


def read_origin(url: str) -> tuple[Host, str]:
    """The host and project of the URL of a git remote: https, ssh, or `git@host:owner/name.git`. UsageError."""
    scp = _SCP_ORIGIN.fullmatch(url) if "://" not in url else None
    if scp is not None:
        name, path, scheme = scp["host"], scp["path"], "https"
    else:
        parts = _split(url)
        # The port of ssh is not that of the web.
        name = _name_of(parts) if parts.scheme in {"http", "https"} else (parts.hostname or "")
        path, scheme = parts.path, "http" if parts.scheme == "http" else "https"
    project = unquote(path).strip("/").removesuffix(".git")
    if not name or not _PLACE.fullmatch(project):
        raise UsageError(
            "`origin` names no repository on a forge", hint="give the whole address, as the browser shows it"
        )
    return _host(name.lower(), scheme), project


def quoted_project(address: Address) -> str:
    """The project as part of a path of the forge's API: one segment on GitLab, two elsewhere."""
    return quote(address.project, safe="" if address.host.kind == "gitlab" else "/")


def _host_and_path(text: str) -> tuple[Host, str]:
    parts = _split(text)
    if parts.username or parts.password:
        raise UsageError(
            "the address has a login in it",
            hint="leave it out; a token comes from `gh auth login`, `glab auth login` or the environment",
        )
    host = _host(_name_of(parts), parts.scheme)
    if host.scheme == "http" and not _is_this_machine(parts.hostname or ""):
        raise UsageError(f"{host.name} would be asked without encryption", hint="write https:// in place of http://")
    return host, parts.path


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # read now: a port that is no number fails when it is read
    except ValueError:
        raise UsageError(f"{url[:200]!r} is not an address") from None
    return parts


def _name_of(parts: SplitResult) -> str:
    port = parts.port
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    name = (parts.hostname or "").lower()
    name = f"[{name}]" if ":" in name else name
    return name if port in {None, usual} else f"{name}:{port}"


def _host(name: str, scheme: str) -> Host:
    if name in KNOWN_HOSTS:
        return Host(name, KNOWN_HOSTS[name], scheme)
    labels = re.split(r"[.-]", name.partition(":")[0])
    return Host(name, next((kind for word, kind in _HOST_NAMES if word in labels), None), scheme)


def _told_by_path(host: Host, path: str) -> Host:
    """The host, of a kind that only its paths tell."""
    if "/-/" in path:
        return Host(host.name, "gitlab", host.scheme)
    if host.kind is None and "/pull/" in path:
        return Host(host.name, "github", host.scheme)
    if host.kind is None and "/pulls/" in path:
        return Host(host.name, "gitea", host.scheme)
    return host


def _is_this_machine(name: str) -> bool:
    return name in {"localhost", "::1"} or re.fullmatch(r"127(?:\.\d{1,3}){3}", name) is not None


def _without_login(url: str) -> str:
    return re.sub(r"//[^/@\s]*@", "//", url)[:200]
