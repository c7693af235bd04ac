"""A run as a Markdown comment for a pull request."""

from __future__ import annotations

import re
from typing import Any

from fretsaw.core.prune.verdict import why
from fretsaw.core.text.safe_text import safe_text

Plain = dict[str, Any]


def markdown(run: Plain) -> str:
    """The comment: what changed and why each change stays, what was dropped, the checks, the cost."""
    lines = [f"### {cell(run['title'])}", "", _outcome(run), ""]
    lines += _changes("Kept", run["kept"])
    lines += _changes("Dropped as extraneous", run["dropped"])
    if run["patch"]:
        fence = fence_for(run["patch"])
        lines += ["<details><summary>Patch</summary>", "", f"{fence}diff", safe_text(run["patch"]).rstrip("\n"), fence]
        lines += ["", "</details>", ""]
    lines += [f"> {cell(notice)}" for notice in run["notices"]]
    usage = run["usage"]
    scripted = " (scripted)" if run["scripted"] else ""
    tokens = f"{usage['input_tokens']:,} tokens in, {usage['output_tokens']:,} out"
    lines += ["", f"<sub>run {run['run']} · {cell(run['model'])}{scripted} · {tokens} · ${run['dollars']:.4f}</sub>"]
    return "\n".join(lines) + "\n"


def _outcome(run: Plain) -> str:
    before, after = run["checks"]["before"], run["checks"]["after"]
    if run["outcome"] != "proposal":
        return f"**{run['outcome']}**: {cell(run['reason'])}"
    if before is None or after is None:
        return "**UNVERIFIED**: no check was run."
    if after["state"] == "unavailable":
        return f"**UNVERIFIED**: {cell(after['reason'])}"
    return f"Check `{code(' '.join(after['argv']))}`: **{before['state']} → {after['state']}** ({after['isolation']})"


def _changes(title: str, rows: list[Plain]) -> list[str]:
    if not rows:
        return []
    out = [f"| {title} | where | why |", "|---|---|---|"]
    for row in rows:
        where = f"{row['path']}:{row['line']}" if row["line"] else row["path"]
        mark = " (UNVERIFIED)" if row["unverified"] else ""
        told = cell(why(row["reason"], row["needed_by"]))
        out.append(f"| {row['change']} {row['verdict']} | `{code(where)}` | {told}{mark} |")
    return [*out, ""]


def cell(text: str) -> str:
    """Make text stay inside its table cell or line, and be text: no tag, link, picture or emphasis."""
    escaped = _MARKUP.sub(r"\\\1", code(text)).replace("<", "&lt;")
    return escaped.replace("@", "@<!-- -->")  # else it would notify a stranger


def code(text: str) -> str:
    """Make text fit between backticks, in a table too."""
    return safe_text(" ".join(text.split())).replace("|", "\\|").replace("`", "'")


_MARKUP = re.compile(r"([\[\]!*_~#])")


def fence_for(text: str) -> str:
    """Return a fence longer than any in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return fence
