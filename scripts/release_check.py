"""Builds what a release consists of, checks it as its receivers will, and leaves it in out/release.

Run by `make release-check`. Nothing is published: `.github/workflows/release.yml` does that with what lies there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "out" / "release"
UV = ROOT / ".venv" / "bin" / "uv"
CHECKERS = {
    "twine==7.0.0": ("twine", "check", "--strict"),
    # W004, a module in a folder that is no package: the project of `agent demo` is data.
    "check-wheel-contents==0.6.3": ("check-wheel-contents", "--ignore", "W004"),
}


def main() -> int:
    """Run every step; the first that fails ends it with what it printed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tag", help="the tag of the release, v1.2.3: it has to name this version")
    parser.add_argument("--no-vsix", action="store_true", help="leave out the VS Code extension")
    options = parser.parse_args()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    version = _same_version_everywhere(options.tag)
    _write_notes(version, released=options.tag is not None)
    _build_and_check(version)
    _install_and_run(version)
    if not options.no_vsix:
        _pack_extension(version)
    _write_sums()
    return 0


def _same_version_everywhere(tag: str | None) -> str:
    written = re.search(r'__version__ = "(.+)"', (ROOT / "server/fretsaw/__init__.py").read_text())
    assert written is not None
    version = written[1]
    extension = ROOT / "vscode-extension"
    places = {
        "vscode-extension/package.json": json.loads((extension / "package.json").read_text())["version"],
        "vscode-extension/package-lock.json": json.loads((extension / "package-lock.json").read_text())["version"],
        "agent --version": _run(ROOT / ".venv/bin/agent", "--version").split()[-1],
    }
    if tag is not None:
        places["the tag"] = tag.removeprefix("v")
    other = {place: said for place, said in places.items() if said != version}
    if other:
        sys.exit(f"server/fretsaw/__init__.py says {version}, but " + ", ".join(f"{p} {v}" for p, v in other.items()))
    _say(f"version {version} in __init__.py, " + ", ".join(places))
    return version


def _write_notes(version: str, *, released: bool) -> None:
    """Cut the section of this version out of CHANGELOG.md; before a release that is `Unreleased`."""
    sections = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(), flags=re.M)
    heading = version if released else "Unreleased"
    chosen = [section for section in sections if section.startswith((heading, f"[{heading}]"))]
    if not chosen:
        sys.exit(f"CHANGELOG.md has no section {heading}")
    _, _, body = chosen[0].partition("\n")
    (OUT / "NOTES.md").write_text(body.strip() + "\n")
    _say(f"notes: {len(body.splitlines())} lines of CHANGELOG.md, section {heading}")


def _build_and_check(version: str) -> None:
    """Build the source distribution, and the wheel from it, as an installer without wheels would."""
    _run(UV, "build", "--quiet", "--out-dir", OUT, ROOT)
    (OUT / ".gitignore").unlink(missing_ok=True)
    built = sorted(path.name for path in OUT.iterdir() if path.suffix in {".whl", ".gz"})
    wanted = [f"fretsaw-{version}-py3-none-any.whl", f"fretsaw-{version}.tar.gz"]
    if built != wanted:
        sys.exit(f"built {built}, not {wanted}")
    _say("built " + ", ".join(f"{name} ({(OUT / name).stat().st_size // 1000} kB)" for name in built))
    wheel, source = (OUT / name for name in wanted)
    for checker, argv in CHECKERS.items():
        _run(UV, "tool", "run", "--quiet", "--from", checker, *argv, wheel, *([source] if argv[0] == "twine" else []))
        _say(f"{checker}: nothing found")


def _install_and_run(version: str) -> None:
    """Install the wheel in an environment of its own and run the demo there, out of reach of this checkout."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _run(UV, "venv", "--quiet", "--python", sys.executable, place / "env")
        wheel = OUT / f"fretsaw-{version}-py3-none-any.whl"
        _run(UV, "pip", "install", "--quiet", "--python", place / "env/bin/python", wheel)
        clean = {"PATH": f"{place / 'env/bin'}:/usr/local/bin:/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8"}
        for command in ("agent", "fretsaw"):
            said = _run(place / "env/bin" / command, "--version", env=clean, cwd=place).split()[-1]
            if said != version:
                sys.exit(f"{command} of the installed wheel says {said}, not {version}")
        _run(place / "env/bin/agent", "demo", env=clean, cwd=place)
    _say("installed in a clean environment: agent and fretsaw start, `agent demo` ends with a proved fix")


def _pack_extension(version: str) -> None:
    _run("make", "vsix", cwd=ROOT)
    name = f"fretsaw-{version}.vsix"
    shutil.copy2(ROOT / "vscode-extension/fretsaw.vsix", OUT / name)
    with zipfile.ZipFile(OUT / name) as packed:
        said = json.loads(packed.read("extension/package.json"))["version"]
    if said != version:
        sys.exit(f"the extension says {said}, not {version}")
    _say(f"packed {name} ({(OUT / name).stat().st_size // 1000} kB)")


def _write_sums() -> None:
    files = sorted(path for path in OUT.iterdir() if path.suffix in {".whl", ".gz", ".vsix"})
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (OUT / "SHA256SUMS").write_text("".join(lines))
    _say(f"checksums of {len(lines)} files: {(OUT / 'SHA256SUMS').relative_to(ROOT)}")


def _run(*argv: object, env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    """Run a command and return what it printed; a failure ends everything."""
    done = subprocess.run([str(one) for one in argv], capture_output=True, text=True, env=env, cwd=cwd, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, argv))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _say(text: str) -> None:
    os.write(1, f"ok  {text}\n".encode())


if __name__ == "__main__":
    sys.exit(main())
