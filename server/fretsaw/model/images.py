"""A picture's bytes, or its data URI, as an `Image` that a model can be sent.

The one door of pillow (`fretsaw[images]`), which is needed only for pictures that are too large or of another kind.
"""

from __future__ import annotations

import base64
import binascii
import io
import struct
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from fretsaw.core.chat import Image
from fretsaw.core.text.tokens import ImageRule, image_tokens
from fretsaw.errors import UsageError

LONGEST_SIDE = 2048
"""Pixels; the models scale a larger picture down to this themselves."""
MOST_BYTES = 4 * 1024 * 1024
"""Of the picture's file; well below what endpoints accept in one request."""
MOST_PIXELS = 80_000_000
"""A picture that claims more is not opened: it may be a small file that grows to gigabytes."""


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """The kind and size of a picture, from its first bytes."""

    kind: str
    """`png`, `jpeg`, `gif` or `webp`."""
    width: int
    height: int


def read_image(data: bytes, rule: ImageRule, *, name: str = "the picture") -> Image:
    """The picture, ready to send, scaled down where it is too large. UsageError when it cannot be read or shrunk."""
    header = read_header(data)
    if header is None and b"<svg" in data[:2000].lower():
        raise UsageError(f"{name} is an SVG; models cannot read it", hint="export it as PNG")
    if header is None:
        raise UsageError(f"{name} is not a PNG, JPEG, GIF or WebP picture", hint="convert it, or remove it")
    if header.width * header.height > MOST_PIXELS:
        raise UsageError(
            f"{name} is too large: {header.width} x {header.height} pixels", hint="crop it to what matters"
        )
    if max(header.width, header.height) > LONGEST_SIDE or len(data) > MOST_BYTES:
        data = shrink(data, name=name)
        header = read_header(data) or header
    uri = f"data:image/{header.kind};base64,{base64.b64encode(data).decode('ascii')}"
    return Image(uri, header.width, header.height, image_tokens(header.width, header.height, rule))


def from_data_uri(uri: str) -> bytes:
    """The bytes of a `data:` URI. UsageError when it is not one."""
    head, comma, rest = uri.partition(",")
    if not comma or not head.lower().startswith("data:"):
        raise UsageError("a picture's data URI is cut off", hint="write data:image/png;base64,…")
    try:
        raw = unquote_to_bytes("".join(rest.split()) if head.lower().endswith(";base64") else rest)
        return base64.b64decode(raw, validate=True) if head.lower().endswith(";base64") else raw
    except (binascii.Error, ValueError) as error:
        raise UsageError("a picture's data URI is not base64", hint="write data:image/png;base64,…") from error


def shrink(data: bytes, *, name: str) -> bytes:
    """The picture as PNG (or JPEG, where that stays too big) within the limits. UsageError without pillow."""
    try:
        from PIL import Image as Pillow
    except ImportError as error:
        hint = "install fretsaw[images], or scale it down to 2048 pixels yourself"
        raise UsageError(f"{name} is too large to send", hint=hint) from error
    try:
        with Pillow.open(io.BytesIO(data)) as opened:
            picture = opened.convert("RGBA" if "A" in opened.getbands() or "transparency" in opened.info else "RGB")
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        out = io.BytesIO()
        picture.save(out, "PNG", optimize=False)
        if out.tell() > MOST_BYTES:
            out = io.BytesIO()
            picture.convert("RGB").save(out, "JPEG", quality=85)
    except (OSError, SyntaxError, ValueError) as error:
        raise UsageError(f"{name} cannot be read: {error}", hint="convert it, or remove it") from error
    return out.getvalue()


def read_header(data: bytes) -> ImageHeader | None:
    """Kind and size, from the first bytes, without decoding anything; None when it is none of the four kinds."""
    try:
        if data[:8] == b"\x89PNG\r\n\x1a\n":
            return _header("png", *struct.unpack(">II", data[16:24]))
        if data[:6] in {b"GIF87a", b"GIF89a"}:
            return _header("gif", *struct.unpack("<HH", data[6:10]))
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
        if data[:3] == b"\xff\xd8\xff":
            return _jpeg(data)
    except (struct.error, IndexError):
        return None
    return None


def _header(kind: str, width: int, height: int) -> ImageHeader | None:
    return ImageHeader(kind, width, height) if width > 0 and height > 0 else None


def _jpeg(data: bytes) -> ImageHeader | None:
    """Walk the segments to the frame header."""
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF or 0xD0 <= marker <= 0xD9 or marker == 0x01:
            at += 1 if marker == 0xFF else 2
            continue
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return _header("jpeg", width, height)
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return None


def _webp(data: bytes) -> ImageHeader | None:
    form = data[12:16]
    if form == b"VP8X":
        return _header("webp", *(1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27)))
    if form == b"VP8L":
        bits = int(struct.unpack("<I", data[21:25])[0])
        return _header("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if form == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return _header("webp", width & 0x3FFF, height & 0x3FFF)
    return None
