"""The line endings that git gives a new file: by attributes first, then by the user's configuration."""

from __future__ import annotations

from fretsaw.core.snapshot import LineEnds
from fretsaw.repo.repository import Repo


def line_ends(repo: Repo, path: str) -> LineEnds | None:
    """Return the line ends that a checkout would write; None where neither attributes nor configuration say."""
    attributes = {name: value for _, name, value in repo.git.attributes([path], ("text", "eol"))}
    text, eol = attributes.get("text", "unspecified"), attributes.get("eol", "unspecified")
    if text == "unset":
        return LineEnds("\n", stored_as_lf=False)
    if eol in ("crlf", "lf"):
        return LineEnds("\r\n" if eol == "crlf" else "\n", stored_as_lf=True)
    converts = (repo.git.line("config", "--get", "core.autocrlf") or "").lower()
    if converts == "true":
        return LineEnds("\r\n", stored_as_lf=True)
    if converts == "input" or text in ("set", "auto"):
        wanted = (repo.git.line("config", "--get", "core.eol") or "").lower() if converts != "input" else ""
        return LineEnds("\r\n" if wanted == "crlf" else "\n", stored_as_lf=True)
    return None
