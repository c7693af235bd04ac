"""Cuts the pictures of README and walkthrough out of the screenshots that the browser test took (out/*.png).

Knows nothing of what is on them. Needs Pillow (`uv sync --all-extras`).
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent.parent
PICTURES = {
    "fix": (352, 86, 1012, 446),
    "review": (4, 30, 1012, 516),
    "issue-all-changes": (352, 30, 1276, 572),
}
"""Name of a screenshot -> left, top, right, bottom in pixels."""


def main() -> int:
    """Write media/*.png; 1 when a screenshot is missing."""
    missing = 0
    for name, box in PICTURES.items():
        for source in sorted((HERE / "out").glob(f"{name}*.png")):
            picture = Image.open(source).convert("RGB").crop(box)
            # 128 colours are enough for an editor, and a quarter of the size.
            small = picture.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
            small.save(HERE / "media" / source.name, optimize=True)
            print(f"media/{source.name}: {(HERE / 'media' / source.name).stat().st_size // 1000} kB")
        missing += not list((HERE / "out").glob(f"{name}*.png"))
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main())
