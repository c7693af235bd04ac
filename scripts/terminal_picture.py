"""Make docs/pictures/terminal.png: run `agent demo` in a terminal of 104 columns and photograph the fix with Chromium.

    .venv/bin/python scripts/terminal_picture.py

Needs chromium on the PATH and Pillow (`uv sync --all-extras`). The model is the scripted one, and the picture says so.
"""

from __future__ import annotations

import fcntl
import html
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "pictures" / "terminal.png"
COLUMNS = 104
COLOURS = {"31": "#f7768e", "32": "#9ece6a", "33": "#e0af68", "36": "#7dcfff"}
STYLE = """body{margin:0;background:#1a1b26}pre{margin:0;padding:16px 18px;color:#c0caf5;
font:15px/1.35 'DejaVu Sans Mono',monospace;width:max-content}b{font-weight:700}.dim{color:#737aa2}"""


def main() -> int:
    """Write the picture; 1 without Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        print("chromium is not on the PATH; nothing was written", file=sys.stderr)
        return 1
    lines = fix_of(demo_output())
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder, "page.html"), Path(folder, "shot.png")
        body = "\n".join(map(as_html, lines))
        page.write_text(f"<meta charset=utf-8><style>{STYLE}</style><pre>{body}</pre>", "utf-8")
        flags = ("--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1100,900", f"--screenshot={shot}")
        subprocess.run([chromium, *flags, page.as_uri()], check=True, capture_output=True)
        picture = trimmed(Image.open(shot).convert("RGB"))
    # 64 colours are enough for text on one background, and a third of the size.
    picture.quantize(64, dither=Image.Dither.NONE).save(TARGET, optimize=True)
    print(f"{TARGET.relative_to(ROOT)}: {picture.size}, {TARGET.stat().st_size // 1000} kB")
    return 0


def demo_output() -> str:
    """Run `agent demo` in a pseudo-terminal; everything it prints, escape sequences included."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(ROOT / ".venv" / "bin" / "agent", ["agent", "demo"])  # noqa: S606
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 60, COLUMNS, 0, 0))
    printed = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        printed += part
    os.waitpid(child, 0)
    return printed.decode("utf-8")


def fix_of(printed: str) -> list[str]:
    """Cut out the lines from `$ agent fix` to `Applied …`, without the spinner's."""
    lines = printed.replace("\r\n", "\n").split("\n")
    start = next(number for number, line in enumerate(lines) if "$ agent fix" in line)
    run = next(number for number, line in enumerate(lines) if re.search(r"mrun \d{8}-", line))
    end = next(number for number, line in enumerate(lines) if "Applied to" in line)
    return [lines[start], *(line.rpartition("\x1b[2K")[2] for line in lines[run : end + 1])]


def as_html(line: str) -> str:
    """Turn the colours of one line into tags: `\\x1b[31m` … `\\x1b[0m`."""
    shown, opened = "", ""
    for number, part in enumerate(re.split(r"\x1b\[([0-9;]*)m", line)):
        if number % 2 == 0:
            shown += html.escape(part)
        elif part in {"", "0"}:
            shown, opened = shown + opened, ""
        elif part == "1":
            shown, opened = f"{shown}<b>", f"</b>{opened}"
        elif part == "2":
            shown, opened = f"{shown}<span class=dim>", f"</span>{opened}"
        else:
            shown, opened = f"{shown}<span style=color:{COLOURS[part]}>", f"</span>{opened}"
    return shown + opened


def trimmed(picture: Image.Image) -> Image.Image:
    """Cut the empty background off the right and the bottom, but for a margin of 18 pixels."""
    empty = Image.new("RGB", picture.size, picture.getpixel((0, 0)))
    box = ImageChops.difference(picture, empty).getbbox() or (0, 0, *picture.size)
    return picture.crop((0, 0, min(box[2] + 18, picture.width), min(box[3] + 18, picture.height)))


if __name__ == "__main__":
    sys.exit(main())
