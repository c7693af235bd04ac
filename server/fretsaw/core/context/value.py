"""Say what each chunk is worth: the chance that a fix changes it, by the fitted weights."""

from __future__ import annotations

import math

from fretsaw.core.context.candidates import Candidates, Evidence
from fretsaw.core.context.features import Described, describe
from fretsaw.core.context.pack import Valued
from fretsaw.core.context.weights import WEIGHTS


def values_of(found: Candidates) -> list[Valued]:
    """All chunks of the candidate files; the values add up to 1."""
    described = describe(found)
    # In the order of weights, so that the sums are the same to the last bit.
    scores = [sum([weight * each.values.get(name, 0.0) for name, weight in WEIGHTS.items()]) for each in described]
    top = max(scores, default=0.0)
    shares = [math.exp(score - top) for score in scores]
    total = sum(shares)
    return [_valued(each, share / total, found) for each, share in zip(described, shares, strict=True)]


def _valued(each: Described, value: float, found: Candidates) -> Valued:
    chunk, evidence = each.chunk, found.evidence[each.chunk.path]
    must = any(chunk.first <= last and chunk.last >= first for first, last in evidence.focus)
    pointed = "in the stack trace" if evidence.traced else "the selected lines"
    return Valued(chunk, each.tokens, value, pointed if must else _why(each, evidence), must=must)


def _why(each: Described, evidence: Evidence) -> str:
    """The most telling reason: a definition or a line, else that the file is named, else a word or a relation."""
    if each.why.startswith(("defines", "in the", "its line")):
        return each.why
    if evidence.named or evidence.traced:
        return "named in the issue" if evidence.named else "its file is in the stack trace"
    return each.why or evidence.why
