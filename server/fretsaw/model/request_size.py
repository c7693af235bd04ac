"""The number of tokens of a request: an upper bound, and an estimate."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

from fretsaw.core.chat import Request
from fretsaw.core.prompt.patch_grammar import PATCH_TOOL_DESCRIPTION
from fretsaw.core.text.tokens import count, estimate, exact, image_tokens, upper_bound
from fretsaw.model.row import Row

PER_MESSAGE = 8
"""Tokens that frame a message, a tool or a tool call, generously: the makers' own counts are 3 to 7."""

PAGE = 8_000
"""Tokens of a page of a PDF, generously: its text and a picture of it are both counted."""

PATCH_TOOL = 512
"""Tokens of the endpoint's own description of its apply_patch tool, generously: it is not published."""


def input_bound(request: Request, row: Row) -> int:
    """No endpoint that works on bytes counts more tokens of input than this."""
    return _input(request, row, upper_bound)


def input_exact(request: Request, row: Row) -> int:
    """A closer bound, counted by the model's own tokenizer (75 MiB); `input_bound` where that is not at hand."""
    if row.tokenizer is None or not exact():
        return input_bound(request, row)
    # Two in a hundred more, for what an endpoint may add around tools and schemas.
    return math.ceil(_input(request, row, count) * 1.02)


def is_guess(request: Request, row: Row) -> bool:
    """Tell whether our count of a request can be far from the endpoint's: pictures, PDFs, an unknown tokenizer."""
    return row.tokenizer is None or not exact() or any(message.images or message.files for message in request.messages)


def input_estimate(request: Request, row: Row) -> int:
    """About how many tokens of input it is."""
    return _input(request, row, estimate)


def _input(request: Request, row: Row, measure: Callable[[str], int]) -> int:
    total = 2 * PER_MESSAGE
    for message in request.messages:
        total += PER_MESSAGE + measure(message.text)
        # What is encrypted is longer than the tokens it stands for: a bound that holds.
        total += sum(PER_MESSAGE + measure(item.text) for item in message.items if item.kind == "reasoning")
        total += sum(PER_MESSAGE + measure(call.name) + measure(call.arguments) for call in message.tool_calls)
        total += sum(max(image.tokens, image_tokens(image.width, image.height, row.image)) for image in message.images)
        total += sum(PER_MESSAGE + PAGE * file.pages for file in message.files)
    for tool in request.tools:
        total += (
            PER_MESSAGE + measure(tool.name) + measure(tool.description) + measure(json.dumps(row.parameters_of(tool)))
        )
    if request.offers_patch_tool:
        total += PATCH_TOOL
    if request.patch_grammar:
        total += PER_MESSAGE + measure(request.patch_grammar) + measure(PATCH_TOOL_DESCRIPTION)
    total += sum(PER_MESSAGE + measure(question.name + question.statement) for question in request.questions)
    if request.schema is not None:
        total += PER_MESSAGE + measure(json.dumps(request.schema))
    return total
