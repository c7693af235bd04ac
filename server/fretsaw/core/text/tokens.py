"""Count the tokens of a text or a picture. A picture's rule is handed in.

Three measures of a text: `estimate` is cheap and rather too high, `upper_bound` cannot be too low, `count` is exact
where rs-bpe is installed (`fretsaw[tokens]`); this is its one door, and it is imported at the first `count` (75 MiB).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class ImageRule:
    """A model's way to count a picture: by tiles of 512 pixels, or by patches of 32 pixels times a factor."""

    kind: Literal["tiles", "patches", "none"]
    """"none": it takes no pictures."""
    base: int = 85
    """Tokens of a picture without its tiles."""
    tile: int = 170
    factor: float = 1.0
    patches: int = 1536
    """Patches at most; a bigger picture is scaled down to this by the model's side."""


_LOWER = bytes(range(ord("a"), ord("z") + 1))
_UPPER = _LOWER.upper()
_DIGITS = b"0123456789"
_SIGNS = bytes(char for char in range(33, 127) if not chr(char).isalnum())
_BEYOND = bytes(range(128, 256))

_WEIGHTS = ((_LOWER, 175), (_UPPER, 200), (_DIGITS, 1000), (_SIGNS, 650), (_BEYOND, 300), (b"\n", 650))
"""Thousandths of a token for each byte of a kind; the fit to o200k over Python, C, Markdown and TOML, plus 15 %."""
_WORD = 580
"""Thousandths of a token for each word between blanks."""


def estimate(text: str) -> int:
    """Tokens of ordinary text, cheaply (30 ms for a megabyte) and rather too many: 5 to 30 % more for source.

    Random letters (base64, hex) are more tokens than this says; where it must not be too low, take `upper_bound`.
    """
    data = text.encode("utf-8", "surrogatepass")
    thousandths = _WORD * len(data.split())
    for kind, weight in _WEIGHTS:
        thousandths += weight * (len(data) - len(data.translate(None, kind)))
    return (thousandths + 999) // 1000


def upper_bound(text: str) -> int:
    """No tokenizer that works on bytes makes more tokens than this: one for each byte of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def count(text: str) -> int:
    """Tokens as OpenAI's table o200k counts them; `estimate` where that cannot be known (`exact`)."""
    counter = _counter()
    return estimate(text) if counter is None else counter(text.encode("utf-8", "replace").decode("utf-8"))


def exact() -> bool:
    """Return True if `count` is exact here."""
    return _counter() is not None


@functools.lru_cache(maxsize=1)
def _counter() -> Callable[[str], int] | None:
    """rs-bpe's counting function for o200k, None without rs-bpe."""
    try:
        from rs_bpe.bpe import openai as tables  # type: ignore[import-not-found]
    except ImportError:
        return None
    table: Any = tables.o200k_base()
    return lambda text: int(table.count(text))


def image_tokens(width: int, height: int, rule: ImageRule) -> int:
    """Tokens of a picture of that many pixels, as the model's maker counts them.

    >>> image_tokens(1920, 1080, ImageRule("tiles")), image_tokens(1920, 1080, ImageRule("patches", factor=1.62))
    (1105, 2442)
    """
    if rule.kind == "tiles":
        return _by_tiles(width, height, rule)
    return _by_patches(width, height, rule)


def _by_tiles(width: int, height: int, rule: ImageRule) -> int:
    """Fit into 2048 x 2048, then the shorter side down to 768, then count squares of 512."""
    scale = min(1.0, 2048 / max(width, height))
    scale = min(scale, 768 / min(width, height))
    tiles = math.ceil(round(width * scale, 6) / 512) * math.ceil(round(height * scale, 6) / 512)
    return rule.base + rule.tile * tiles


def _by_patches(width: int, height: int, rule: ImageRule) -> int:
    """Squares of 32; above the limit, shrink until they fit and one side is whole squares."""
    patches = math.ceil(width / 32) * math.ceil(height / 32)
    if patches > rule.patches:
        scale = math.sqrt(rule.patches * 32 * 32 / (width * height))
        across, down = width * scale / 32, height * scale / 32
        scale *= min(max(1, math.floor(across)) / across, max(1, math.floor(down)) / down)
        across, down = round(width * scale / 32, 6), round(height * scale / 32, 6)
        patches = min(rule.patches, math.ceil(across) * math.ceil(down))
    return math.floor(patches * rule.factor)
