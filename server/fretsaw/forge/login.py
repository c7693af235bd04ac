"""Find the token for one host: from the environment, else from the login of `gh` or `glab`. Starts these programs only.

A token is for the host that it was made for. One for github.com is never sent to another host that somebody wrote into
an address.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fretsaw.forge.address import ForgeKind, Host

_SECONDS = 10.0
"""Time limit for `gh` and `glab`, in seconds: they read a file or a keyring."""


@dataclass(frozen=True, slots=True)
class _TokenVariables:
    """Variables that hold a token, and those that say which host it is for."""

    kind: ForgeKind
    tokens: tuple[str, ...]
    hosts: tuple[str, ...]
    """The first one that is set names the host, as a name or a URL."""
    usual_host: str = ""
    """The host where none of `hosts` is set; "": the token is for no host then."""


TOKEN_VARIABLES = (
    # On an Actions runner GITHUB_SERVER_URL is the server that made the token; Gitea's runners set the same names.
    _TokenVariables("github", ("GH_TOKEN", "GITHUB_TOKEN"), ("GITHUB_SERVER_URL",), "github.com"),
    _TokenVariables("github", ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"), ("GH_HOST",)),
    _TokenVariables("gitlab", ("GITLAB_TOKEN",), ("GITLAB_HOST", "CI_SERVER_URL"), "gitlab.com"),
    _TokenVariables("gitea", ("GITEA_TOKEN", "FORGEJO_TOKEN"), ("GITEA_SERVER_URL", "FORGEJO_SERVER_URL")),
    _TokenVariables("gitea", ("GITHUB_TOKEN",), ("GITHUB_SERVER_URL",)),
)
_PROGRAMS: dict[ForgeKind, tuple[str, ...]] = {
    "github": ("gh", "auth", "token", "--hostname"),
    "gitlab": ("glab", "config", "get", "token", "--host"),
}


def find_token(host: Host, environ: Mapping[str, str], away_from: Path) -> str:
    """The token for a host, the empty string where there is none.

    `away_from`: the repository, whose own programs are not asked.
    """
    for row in TOKEN_VARIABLES:
        named = next((environ[name] for name in row.hosts if environ.get(name)), row.usual_host)
        if row.kind == host.kind and _host_of(named) == host.name:
            for name in row.tokens:
                if environ.get(name, "").strip():
                    return environ[name].strip()
    return _ask_program(host, environ, away_from)


def kind_by_variables(host: Host, environ: Mapping[str, str]) -> ForgeKind | None:
    """The program that runs on a host, by the variables that the user, or the forge's own runner, set for it."""
    for row in TOKEN_VARIABLES:
        if any(_host_of(environ.get(name, "")) == host.name for name in row.hosts):
            return row.kind
    return None


def how_to_log_in(host: Host) -> str:
    """A sentence on how to get a token for a host."""
    rows = [row for row in TOKEN_VARIABLES if row.kind == (host.kind or "github")]
    row = next((row for row in rows if row.usual_host == host.name), rows[1] if len(rows) > 1 else rows[0])
    variables = row.tokens[0] if row.usual_host == host.name else f"{row.tokens[0]} and {row.hosts[0]}={host.name}"
    program = {"github": f"run `gh auth login --hostname {host.name}`, or ", "gitlab": "run `glab auth login`, or "}
    return f"{program.get(row.kind, '')}set {variables}"


def _host_of(variable: str) -> str:
    """The host with its port in a variable's value, a host's name or a URL."""
    try:
        parts = urlsplit(variable if "://" in variable else f"https://{variable}")
    except ValueError:
        return ""
    usual = ":443" if parts.scheme == "https" else ":80"
    return parts.netloc.rpartition("@")[2].lower().removesuffix(usual)


def _ask_program(host: Host, environ: Mapping[str, str], away_from: Path) -> str:
    command = _PROGRAMS.get(host.kind) if host.kind else None
    found = shutil.which(command[0], path=environ.get("PATH", os.defpath)) if command else None
    if command is None or found is None or Path(found).resolve().is_relative_to(away_from.resolve()):
        return ""
    try:
        ended = subprocess.run(
            [str(Path(found).resolve()), *command[1:], host.name],
            cwd=Path.home(),  # a repository's folder may hold configuration of its own
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    token = ended.stdout.decode("utf-8", "replace").strip()
    return token if ended.returncode == 0 and len(token.split()) == 1 else ""
