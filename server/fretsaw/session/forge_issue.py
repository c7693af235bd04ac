"""Fetch the issue at an address that a person typed. The only network besides the endpoint; README names it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fretsaw import repo
from fretsaw.errors import RepoError
from fretsaw.forge.address import Address, read_address
from fretsaw.repo.git.remotes import origin_url

if TYPE_CHECKING:
    from fretsaw.forge.connection import Connection


def fetch_issue(argument: str, where: Path) -> str:
    """The text of the issue at an address; `#7` is one of the project that `origin` of the repository here names."""
    from fretsaw.forge.issues import read_forge_issue

    connection, address = connect(argument, where)
    return read_forge_issue(connection, address).text


def connect(argument: str, where: Path) -> tuple[Connection, Address]:
    """A connection to the host of a typed address, with the token for just this host, and the address."""
    from fretsaw.forge.connection import Connection  # urllib's HTTP costs 30 ms, and few give an address
    from fretsaw.forge.issues import ask_kind
    from fretsaw.forge.login import find_token, kind_by_variables

    try:
        opened = repo.open_repo(where)
    except RepoError:
        opened = None  # `agent fix` says so itself
    address = read_address(argument, origin_url(opened) if opened else None)
    kind = address.host.kind or kind_by_variables(address.host, os.environ)
    host = ask_kind(Connection(replace(address.host, kind=kind), ""))
    token = find_token(host, os.environ, opened.root if opened else where)
    return Connection(host, token), replace(address, host=host)
