"""Names of files: which ones no patch may write, on any platform.

A name is compared as the most forgiving file system would (NTFS, HFS+, APFS): case, Unicode form and invisible
characters do not count there.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF9, 0xFFFB), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Ranges of code points that show as nothing or reorder what is shown."""

INVISIBLE = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _INVISIBLE) + "]")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_VCS = frozenset({".git", ".hg", ".svn", ".jj", ".bzr"})
_SHORT_VCS = re.compile(r"(git|hg|svn|jj|bzr)~\d+|gi[0-9a-f]{4}~\d+|git(mod|att|ign)~\d+|g[0-9a-f]{4}~\d+")
"""8.3 names that NTFS gives to `.git`, `.gitmodules` and their like."""
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")
_LONGEST_NAME = 255
_LONGEST_PATH = 4096


def fold(name: str) -> str:
    """A name as the most forgiving file system compares it."""
    if name.isascii():
        return name.lower()
    visible = INVISIBLE.sub("", unicodedata.normalize("NFKC", name).casefold())
    return unicodedata.normalize("NFKC", visible).casefold()


def twin_key(name: str) -> str:
    """Equal for names that a case-insensitive or Unicode-normalising disk takes for one."""
    return name.lower() if name.isascii() else unicodedata.normalize("NFC", name.casefold())


def escape_of(path: str) -> str:
    """Say why a path leaves the repository or enters a version control folder; empty when it does neither.

    True of every path, also of one that is tracked already.
    """
    if not path or path.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:[\\/]", path):
        return "not a path inside the repository"
    for part in re.split(r"[/\\]", path):
        if part in ("", ".", ".."):
            return "not a plain path inside the repository"
        name = fold(part).partition(":")[0].rstrip(" .")
        if name in _VCS or _SHORT_VCS.fullmatch(name):
            return "inside a version control folder, or spelled like one"
    return ""


def oddity_of(path: str) -> str:
    """Say why no new file may have this path, empty when it may; `escape_of` has been asked already."""
    if len(path.encode("utf-8", "surrogatepass")) > _LONGEST_PATH:
        return f"a path longer than {_LONGEST_PATH} bytes"
    return next((why for why in map(_oddity_of_part, path.split("/")) if why), "")


def _oddity_of_part(part: str) -> str:
    checks = (
        (len(part.encode("utf-8", "surrogatepass")) > _LONGEST_NAME, f"a name longer than {_LONGEST_NAME} bytes"),
        (CONTROL.search(part), "a control character in the name"),
        (INVISIBLE.search(part), "an invisible character in the name"),
        (re.search("[\ud800-\udfff]", part), "a name that is not Unicode text"),
        (re.search(r'[\\:*?"<>|]', part), "a character in the name that Windows does not allow"),
        (part.endswith((" ", ".")), "a name that ends with a space or a dot"),
        (part.startswith((" ", "-")), "a name that begins with a space or a dash"),
        (_DEVICE.fullmatch(fold_device(part)), "the name of a device on Windows"),
        (re.fullmatch(r"[^.~]{1,6}~\d+(\..{0,3})?", part), "a short name as Windows makes them"),
    )
    return next((reason for odd, reason in checks if odd), "")


def fold_device(part: str) -> str:
    """A name as Windows compares it with its devices: `COM¹` counts, `NFKC` would make it `com1`."""
    return part.lower().rstrip(" .")
