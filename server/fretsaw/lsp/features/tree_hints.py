"""Hints at the changes of a working tree that is under review."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lsprotocol import types

from fretsaw.core.prune.verdict import why
from fretsaw.core.text.lines import split_lines
from fretsaw.core.text.safe_text import safe_text
from fretsaw.lsp.state import positions
from fretsaw.lsp.state.documents import Document
from fretsaw.lsp.state.server import Server
from fretsaw.review.tree_review import TreeChange, TreeReview, lines_of

_SEVERITY = {
    "drop": types.DiagnosticSeverity.Warning,
    "flag": types.DiagnosticSeverity.Information,
    "keep": types.DiagnosticSeverity.Hint,
}


def hints(server: Server) -> Iterator[tuple[str, types.Diagnostic]]:
    """(URI, hint) of each change that waits."""
    for review in server.tree_reviews.values():
        for change in review.undecided():
            if change.path not in review.texts:
                continue  # the file is gone
            document = server.documents.at(str(Path(review.root, change.path)))
            where = range_of(review, change, document)
            if where is not None:
                uri = document.uri if document else positions.from_path(str(Path(review.root, change.path)))
                data: Any = {"root": review.root, "key": change.key}
                verdict = change.verdict
                yield (
                    uri,
                    types.Diagnostic(
                        where, _told(change), _SEVERITY[verdict.decision], "tree", source="agent", data=data
                    ),
                )


def _told(change: TreeChange) -> str:
    verdict = change.verdict
    head = {"drop": "Nobody asked for this change", "flag": "This change looks unasked-for", "keep": "Changed"}
    hunk = verdict.change.hunk
    was = "".join(hunk.removed)[:400].rstrip("\n") if hunk and verdict.change.kind == "lines" else ""
    told = f"{head[verdict.decision]}: {safe_text(why(verdict.reason, verdict.needed_by))}"
    return f"{told}\nwas: {safe_text(was)}" if was else told


def range_of(review: TreeReview, change: TreeChange, document: Document | None) -> types.Range | None:
    """The place of a change in the buffer, else in the file."""
    reviewed = review.texts[change.path]
    text = document.text if document else reviewed
    found = lines_of(change, text, reviewed)
    if found is None:
        return None
    lines = split_lines(text)
    start, end = (len("".join(lines[:at])) for at in found)
    if document is not None:
        return document.range(start, end)
    return types.Range(types.Position(found[0], 0), types.Position(found[1], 0))
