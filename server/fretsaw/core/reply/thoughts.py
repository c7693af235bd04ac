"""Take out a model's thoughts before its answer: drafts in tags of reasoning, the channels of harmony, marks of a chat.

An edit within it was only thought of. What tells a thought from a file's own text is where its tag stands: at the
beginning of a line that belongs to no edit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAMES = "think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis|inner_monologue|seed:think"
_OPENS = re.compile(rf"^[ \t]*(?:<({_NAMES})(?:\s[^<>]{{0,80}})?>|\[(THINK|THINKING|REASONING)\]|◁(think)▷)", re.I)
_CLOSES = re.compile(rf"</(?:{_NAMES})\s*>|\[/(?:THINK|THINKING|REASONING)\]|◁/think▷", re.I)
_CHANNEL = re.compile(
    r"(?:<\|start\|>\s*assistant[^<\n]{0,80})?<\|channel\|>([^<\n]{1,80})(?:<\|constrain\|>[^<\n]*)?<\|message\|>"
)
_SPOKEN_CHANNELS = re.compile(r"^analysis(?=\S).*?assistantfinal", re.S)
_TOKENS = (
    r"<\|(?:im_end|im_start|endoftext|end_of_text|eot_id|eom_id|end|return|call|user|assistant|system|eos|end_of_turn"
    r"|file_separator|fim_(?:prefix|middle|suffix|pad)|start|end_of_role|tool_call_end)\|>"
    r"|</s>|<s>|<end_of_turn>|<start_of_turn>|<eos>|<bos>|<｜(?:end▁of▁sentence|begin▁of▁sentence|Assistant|User)｜>"
    r"|\[/INST\]|\[INST\]|\[EOS\]|<\|begin_of_text\|>"
)
_AT_END = re.compile(rf"(?:[ \t]*(?:{_TOKENS}))+\s*\Z")
_AT_START = re.compile(rf"\A\s*(?:(?:{_TOKENS})[ \t]*(?:assistant|model)?\s*)+")
CHAT_TOKEN = re.compile(_TOKENS)
"""A mark of a chat template, which a server ought to have taken out of an answer."""


def opens_thought(line: str) -> str:
    """The name of the tag that a line opens a thought with, in small letters; empty where it opens none."""
    match = _OPENS.match(line) if line[:1] in " \t<[◁" else None
    return (match[1] or match[2] or match[3]).lower() if match else ""


def closing_of(name: str, line: str) -> int | None:
    """The index after the tag that closes such a thought on a line; None where it does not."""
    for match in _CLOSES.finditer(line):
        if match[0].lower().strip("</>[]◁▷ ") == name:
            return match.end()
    return None


def lone_closing(line: str) -> int | None:
    """The index after a closing tag that ends a line or stands at its beginning; None where there is none."""
    if "</" not in line and "[/" not in line and "◁/" not in line:
        return None
    match = _CLOSES.search(line)
    if match is None or (line[: match.start()].strip() and line[match.end() :].strip()):
        return None
    return match.end()


def end_of_thought(lines: Sequence[str], at: int, name: str) -> tuple[int, str] | None:
    """The line on which the thought that opens at a line ends, and what follows its tag; None where it never does."""
    opened = _OPENS.match(lines[at])
    first = opened.end() if opened else 0
    for index in range(at, len(lines)):
        line = lines[index][first:] if index == at else lines[index]
        end = closing_of(name, line)
        if end is not None:
            return index, line[end:]
    return None


def spoken(reply: str) -> str:
    """A reply without the channels that are not for the user, and without a chat's marks at its two ends.

    >>> spoken("<|channel|>analysis<|message|>a?<|end|><|start|>assistant<|channel|>final<|message|>b<|return|>")
    'b'
    >>> spoken("b = 20<|im_end|>")
    'b = 20'
    """
    in_channels = _CHANNEL.match(reply.lstrip()[:400]) is not None
    reply = _final_channel(reply) if in_channels else _SPOKEN_CHANNELS.sub("", reply, count=1)
    reply = _without_leading_thoughts(reply)
    started = _AT_START.match(reply) if reply.lstrip()[:1] in ("<", "[") else None
    if started:
        reply = reply[started.end() :]
    ended = _AT_END.search(reply[-400:]) if reply.rstrip()[-1:] in (">", "]") else None
    if ended and not _is_text(reply[: len(reply) - len(ended[0])].rpartition("\n")[2], ended[0].strip()):
        reply = reply[: len(reply) - len(ended[0])]
    return reply


def _without_leading_thoughts(reply: str) -> str:
    """A reply without the closed thoughts that it begins with, so that what follows may be JSON as a whole."""
    while opens_thought(reply.lstrip()[:200].partition("\n")[0]):
        lines = reply.lstrip().split("\n")
        end = end_of_thought(lines, 0, opens_thought(lines[0]))
        if end is None:
            break
        reply = "\n".join([end[1], *lines[end[0] + 1 :]])
    return reply


def _final_channel(reply: str) -> str:
    """Return the final channel of a reply that is still in harmony's channels; nothing where it has none."""
    parts = _CHANNEL.split(reply)
    said = [text for name, text in zip(parts[1::2], parts[2::2], strict=True) if name.strip().lower() == "final"]
    return "\n".join(re.split(r"<\|(?:end|return|call|start)\|>", text, maxsplit=1)[0] for text in said)


def _is_text(line: str, mark: str) -> bool:
    """Return True if a mark at the end of a line is the line's own: all that a diff adds there, or a tag that it
    closes."""
    if line in ("+", "-", " "):
        return True
    return mark == "</s>" and "<s>" in line
