"""Install the uv that uv.lock names, for a Python without pip (Debian's and Ubuntu's without python3-venv).

`python3 scripts/get_uv.py .venv/bin`. Needs the standard library only; the download has to have the lock file's hash.
"""

from __future__ import annotations

import hashlib
import io
import platform
import re
import sys
import urllib.request
import zipfile
from pathlib import Path

LOCK = Path(__file__).parent.parent / "uv.lock"
_WHEEL = re.compile(r'url = "(https://[^"]*/uv-[^"/]*\.whl)", hash = "sha256:([0-9a-f]{64})"')
_HINT = "install pip and venv for this Python (Debian, Ubuntu: `apt install python3-venv`) and run make again"


def choose_wheel(lock: str, machine: str, libc: str) -> tuple[str, str] | None:
    """Find address and SHA-256 of the wheel for a Linux machine (`x86_64`), None where there is none."""
    system = "manylinux" if libc == "glibc" else "musllinux"
    # By regular expression: Python 3.10 has no tomllib.
    for url, digest in _WHEEL.findall(lock):
        if re.search(rf"[-.]{system}[0-9_]*_{re.escape(machine)}\b", url):
            return url, digest
    return None


def main(folder: Path) -> None:
    """Download, compare with the lock file, unpack the one program."""
    wheel = choose_wheel(LOCK.read_text("utf-8"), platform.machine(), platform.libc_ver()[0])
    if sys.platform != "linux" or wheel is None:
        sys.exit(f"uv.lock names no uv for {platform.platform()}; {_HINT}")
    url, digest = wheel
    try:
        with urllib.request.urlopen(url, timeout=180) as answer:  # noqa: S310  https only, see _WHEEL
            data = answer.read()
    except OSError as error:
        sys.exit(f"{url} could not be downloaded: {error}; look at the network, or {_HINT}")
    if hashlib.sha256(data).hexdigest() != digest:
        sys.exit(f"{url} is not the file that uv.lock names; nothing was installed")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        program = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        target = folder / "uv"
        target.write_bytes(archive.read(program))
    target.chmod(0o755)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
