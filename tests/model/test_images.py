"""Pictures: their size from the first bytes, scaled down where needed, refused in words."""

from __future__ import annotations

import base64
import io
import struct
from typing import Any

import pytest

from fretsaw.core.text.tokens import ImageRule, image_tokens
from fretsaw.errors import UsageError
from fretsaw.model.images import from_data_uri, read_header, read_image

Pillow: Any = pytest.importorskip("PIL.Image")
TILES = ImageRule("tiles")


def drawn(kind: str, width: int, height: int) -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (width, height), (200, 30, 30)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_kind_and_size_are_read_from_the_first_bytes(kind: str) -> None:
    data = drawn(kind, 70, 30)
    header = read_header(data)
    assert header is not None
    assert (header.kind, header.width, header.height) == (kind.lower(), 70, 30)
    assert read_image(data, TILES).data_uri.startswith(f"data:image/{kind.lower()};base64,")


def test_a_large_picture_is_scaled_down() -> None:
    small = read_image(drawn("PNG", 5000, 1000), TILES)
    assert (small.width, small.height) == (2048, 410)
    assert read_header(from_data_uri(small.data_uri)) is not None
    assert small.tokens == image_tokens(2048, 410, TILES)


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"<svg/>", b"\xff\xd8\xff\xe0", b"RIFF0000WEBP", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match=r"shot\.png is (?:not a|an SVG)"):
        read_image(data, TILES, name="shot.png")


def test_a_bomb_is_not_opened() -> None:
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 60_000, 60_000)
    with pytest.raises(UsageError, match=r"too large: .* pixels"):
        read_image(head, TILES)


def test_a_broken_large_picture_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_image(drawn("PNG", 3000, 100)[:60], TILES)


@pytest.mark.parametrize("uri", ["data:image/png", "http://x/y.png", "data:image/png;base64,@@@"])
def test_a_wrong_data_uri(uri: str) -> None:
    with pytest.raises(UsageError):
        from_data_uri(uri)


def test_data_uris() -> None:
    assert from_data_uri("data:image/png;base64," + base64.b64encode(b"abc").decode()) == b"abc"
    assert from_data_uri("data:text/plain,a%20b") == b"a b"
