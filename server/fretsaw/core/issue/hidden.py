"""Takes out of an issue what a reader of the rendered page would not see."""

from __future__ import annotations

import re

from fretsaw.core.issue.blocks import Fences
from fretsaw.core.text.safe_text import CONTROL, INVISIBLE

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
EMOJI_JOINERS = re.compile("(?<=[\u00a9-\u3299\U0001f000-\U0001faff])[\ufe0e\ufe0f]\u200d?")
"""Invisible characters that only choose how an emoji is drawn."""
# `[//]: # (text)`: a link definition that nothing refers to, the other idiom for a comment.
_LINK_COMMENT = re.compile(r"^ {0,3}\[(?://|comment)\]:\s*(?:#|<>)", re.IGNORECASE)
_TICKS = re.compile(r"`+")


def visible(text: str) -> tuple[str, int]:
    """The text as a reader sees it, and how many comments and invisible characters were taken out.

    Newlines become `"\\n"`. HTML comments go, but not inside code, where a reader sees them.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text, ansi = _ANSI.subn("", text)
    text = EMOJI_JOINERS.sub("", text)
    text, unseen = INVISIBLE.subn("", text)
    text, control = CONTROL.subn("", text)
    text, comments = _without_comments(text)
    return text, ansi + unseen + control + comments


def _without_comments(text: str) -> tuple[str, int]:
    """The text without HTML comments and comment-like link definitions outside code."""
    if "<!--" not in text and "]:" not in text:
        return text, 0
    fences, kept, count, inside = Fences(), [], 0, False
    for line in text.split("\n"):
        if not inside and fences.code(line):
            kept.append(line)
            continue
        if not inside and _LINK_COMMENT.match(line):
            count += 1
            continue
        goes_on = inside
        shown, inside, begun = line_without_comments(line, inside)
        count += begun
        if shown.strip() or not (begun or goes_on):
            kept.append(shown)
    return "\n".join(kept), count


def line_without_comments(line: str, inside: bool) -> tuple[str, bool, int]:
    """One line without its (parts of) comments, whether a comment goes on after it, how many begin on it."""
    out, at, found = [], 0, 0
    if inside:
        end = line.find("-->")
        if end < 0:
            return "", True, 0
        at = end + 3
    spans = code_spans(line)
    while (start := line.find("<!--", at)) >= 0:
        span = next((end for begin, end in spans if begin <= start < end), None)
        if span is not None:
            out.append(line[at:span])
            at = span
            continue
        out.append(line[at:start])
        end = line.find("-->", start + 4)
        found += 1
        if end < 0:
            return "".join(out), True, found
        at = end + 3
    out.append(line[at:])
    return "".join(out), False, found


def code_spans(line: str) -> list[tuple[int, int]]:
    """Find the backticked spans of a line, ticks included: (begin, end)."""
    marks = [(found.start(), found.end()) for found in _TICKS.finditer(line)]
    # For each mark, the next one of the same length, found from behind in one pass.
    following: dict[int, int] = {}
    closer: list[int | None] = [None] * len(marks)
    for index in range(len(marks) - 1, -1, -1):
        length = marks[index][1] - marks[index][0]
        closer[index] = following.get(length)
        following[length] = index
    spans, index = [], 0
    while index < len(marks):
        match = closer[index]
        if match is None:
            index += 1
            continue
        spans.append((marks[index][0], marks[match][1]))
        index = match + 1
    return spans
