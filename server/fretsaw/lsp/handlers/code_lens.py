"""`textDocument/codeLens`: what can be done with each pending change, above its lines."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from fretsaw.lsp.features import to_json
from fretsaw.lsp.state.server import Server
from fretsaw.review.review import WAITING, Review


def code_lens(server: Server, params: types.CodeLensParams) -> list[types.CodeLens]:
    """Accept, reject, why and diff above each pending change; accept all above the first."""
    if server.option("lenses", "on") != "on":
        return []
    lenses: list[types.CodeLens] = []
    for review in server.reviews.values():
        for path in review.files:
            if to_json.file_uri(review, path) == params.text_document.uri:
                lenses += _of_file(server, review, path)
    return lenses


def _of_file(server: Server, review: Review, path: str) -> list[types.CodeLens]:
    numbers = review.numbers(*WAITING, path=path)
    lenses: list[types.CodeLens] = []
    for number in numbers:
        where = to_json.range_of(server, review, number)
        if where is None:
            continue
        above = types.Range(where.start, where.start)
        argument = {"runId": review.run_id, "change": number}
        if not lenses and len(numbers) > 1 and not review.draft:
            everything = {"runId": review.run_id, "uri": to_json.file_uri(review, path)}
            kind = "unproved changes" if review.unproved else "changes"
            lenses.append(_lens(above, f"Accept all {len(numbers)} {kind} in this file", "agent.accept", everything))
        if not review.draft:
            title = "Accept unproved" if review.unproved else "Accept"
            lenses.append(_lens(above, title, "agent.accept", argument))
        lenses += [
            _lens(above, "Reject", "agent.reject", argument),
            _lens(above, "Why", "agent.showDiff", {**argument, "view": "why"}),
            _lens(above, "Diff", "agent.showDiff", {**argument, "view": "diff"}),
        ]
    return lenses


def _lens(where: types.Range, title: str, command: str, argument: Any) -> types.CodeLens:
    return types.CodeLens(where, types.Command(title, command, arguments=[argument]))
