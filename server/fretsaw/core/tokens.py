"""How many tokens a text or a picture is. Knows no model by name: a picture's rule is handed in.

The one door of rs-bpe, which is imported when an exact count is first asked for (75 MiB).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ImageRule:
    """How a model counts a picture: by tiles of 512 pixels, or by patches of 32 pixels times a factor."""

    kind: Literal["tiles", "patches"]
    base: int = 85
    """Tokens of a picture without its tiles."""
    tile: int = 170
    factor: float = 1.0
    patches: int = 1536
    """Patches at most; a bigger picture is scaled down to this by the model's side."""


def estimate(text: str) -> int:
    """Tokens of ordinary text, cheaply and rather too many: one for three bytes of UTF-8."""
    return (len(text.encode("utf-8", "surrogatepass")) + 2) // 3


def upper_bound(text: str) -> int:
    """No tokenizer that works on bytes makes more tokens than this: one for each byte of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


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
