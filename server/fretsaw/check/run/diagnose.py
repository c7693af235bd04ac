"""Explain a check that is red before any change where that is not the project's fault: the cause, and the remedy.

Speaks only where there is a sign on this machine for it (the module is there, but hidden; the variable is set, but not
handed on), since a missing module may well be what the issue is about.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fretsaw.core.proof.check_result import CheckResult

_TAIL = 20_000
_OPEN = "--sandbox none runs the check without isolation"
_VARIABLE = re.compile(r"(?<![A-Z0-9_])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![A-Z0-9_])")
_LACKS = re.compile(
    r"\b(?:not|n't|un(?:set|defined|bound)|missing|required|requires|needs|must|empty|KeyError|NotPresent|nil|null|None|no)\b"
    r"|\benviron|getenv|process\.env|ENV\b",
    re.IGNORECASE,
)
"""Words of a line that misses the variable which it names."""
_MODULE = re.compile(r"No module named ['\"]?([\w.]+)|Cannot find (?:module|package) ['\"]([@\w./-]+)")
_NO_RUNNER = re.compile(
    r"^\S*python[\d.]*: No module named (?P<module>pytest|nose2?|tox|nox|coverage|mypy|ruff|pylint|flake8|behave|robot|"
    r"twisted|django|ward|hatch|poetry|pdm|uv)$|^npm (?:ERR!|error) Missing script.*$|^error: no such command: .*$",
    re.MULTILINE,
)
_NO_COMMAND = re.compile(
    r"(?:^|[:\s])([\w.+-]+): (?:command )?not found$|env: ['‘]([\w.+-]+)['’]: No such file", re.MULTILINE
)
_NO_FILE = re.compile(
    r"(?:No such file or directory|can't open file|cannot open|ENOENT|not found)[^\n]*?(/[^\s'\":,]+)"
)
_REFUSED = re.compile(r"\b[Cc]onnection refused|\bECONNREFUSED\b|\[Errno 111\]")
_NETWORK = re.compile(
    r"Temporary failure in name resolution|Name or service not known|[Cc]ould not resolve host|\bENOTFOUND\b|"
    r"\bEAI_AGAIN\b|[Nn]etwork is unreachable|\bENETUNREACH\b|getaddrinfo failed|dial tcp: lookup"
)
_WATCHES = re.compile(
    r"\bwatch(?:ing)?(?: usage| mode| for (?:file )?changes)|waiting for (?:file )?changes|press (?:a|q|h|r|enter)\b|"
    r"\[nodemon\]|starting compilation in watch mode",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a run of the check: tree, toolchain, environment, sandbox."""

    root: Path
    home: Path
    environ: Mapping[str, str]
    given: Mapping[str, str]
    """The environment that the check had."""
    withheld: tuple[str, ...] = ()
    """Folders that the repository names and the sandbox hides."""


def diagnose(result: CheckResult, place: Place) -> str:
    """The cause and the remedy in a sentence; "" where the result may be as red as the issue says."""
    if result.state == "timeout":
        return _watches(result)
    if result.state != "red" or result.named("passed"):
        return ""
    text = result.output[-_TAIL:]
    asked: list[Callable[[str, CheckResult, Place], str]] = [_started_elsewhere]
    asked += [] if result.isolation == "none" else _SANDBOXED
    asked.append(_no_runner)
    return next((cause for ask in asked if (cause := ask(text, result, place))), "")


def _watches(result: CheckResult) -> str:
    if not _WATCHES.search(result.output):
        return ""
    return (
        "it watches for changes instead of ending; give the command that runs once (jest without --watch, vitest run)"
    )


def _started_elsewhere(text: str, result: CheckResult, place: Place) -> str:
    """A path that is right in a subfolder only: the check runs at the repository's root."""
    for word in result.argv[1:]:
        name = word.removeprefix("./")
        if not re.search(r"\.\w{1,5}$", name) or name.startswith(("-", "/")) or (place.root / name).exists():
            continue
        if name.rpartition("/")[2] not in text:
            continue
        elsewhere = next((path for path in _below(place.root) if str(path).endswith(f"/{name}")), None)
        if elsewhere is not None:
            right = shlex.join(str(elsewhere) if one == word else one for one in result.argv)
            return f"the check runs at the repository's root, where there is no {name}: {right}"
    return ""


def _no_runner(text: str, _: CheckResult, place: Place) -> str:
    """A runner that the interpreter or the package manager does not have."""
    match = _NO_RUNNER.search(text)
    if match is None or (match["module"] and (place.root / match["module"]).exists()):
        return ""
    return (
        f"{match[0].strip().rpartition('/')[2]}; install it there, or give the command of the environment that has it"
    )


def _below(root: Path) -> Iterable[Path]:
    """Files up to three folders down, as paths below the root."""
    for depth in ("*/*", "*/*/*", "*/*/*/*"):
        yield from (path.relative_to(root) for path in list(root.glob(depth))[:5000])


def how_to_show(folders: tuple[str, ...]) -> str:
    """Say that the repository names folders which are hidden, and how the user shows them."""
    named = " and ".join(folders[:3])
    return f"the repository names {named}, which the sandbox hides; {_show(*folders[:3])}"


def _show(*folders: str) -> str:
    flags = " ".join(f"--show {shlex.quote(folder)}" for folder in folders)
    return f"`agent check {flags}` shows it to this repository's check, read-only, from now on"


def _withheld(text: str, _: CheckResult, place: Place) -> str:
    """A folder that an environment of the repository names: its path is in the output, or the module is in it."""
    modules = [(match[1] or match[2]).split(".")[0] for match in _MODULE.finditer(text)]
    for folder in place.withheld:
        inside = any(os.path.exists(f"{folder}/{name}{end}") for name in modules for end in ("", ".py"))
        if inside or folder in text:
            return how_to_show((folder,))
    return ""


def _hidden_module(text: str, _: CheckResult, place: Place) -> str:
    """A module that is on this machine, where the sandbox shows nothing."""
    for match in _MODULE.finditer(text):
        top = (match[1] or match[2]).split(".")[0]
        for folder in place.home.glob(".local/lib/python*/site-packages"):
            if (folder / top).exists() or (folder / f"{top}.py").exists():
                hidden = f"{top} is installed in {folder}, which the sandbox hides"
                return f"{hidden}; install it in a virtual environment, or {_OPEN}"
        for link in _links_outside(place.root):
            if (link / top).exists() or (link / f"{top}.py").exists():
                return _leads_outside(link, place)
    return ""


def _leads_outside(link: Path, place: Place) -> str:
    name = link.relative_to(place.root)
    return f"{name} links to a folder outside of the repository, which the sandbox hides; {_OPEN}"


def _links_outside(root: Path) -> Iterable[Path]:
    for path in [*root.glob("*"), *root.glob("*/*")][:5000]:
        if path.is_symlink() and path.is_dir() and not path.resolve().is_relative_to(root):
            yield path


def _hidden_link(text: str, _: CheckResult, place: Place) -> str:
    for link in _links_outside(place.root):
        if re.search(
            rf"{re.escape(link.name)}/?[^\n]{{0,200}}No such file|No such file[^\n]{{0,200}}{re.escape(link.name)}",
            text,
        ):
            return _leads_outside(link, place)
    return ""


def _missing_variable(text: str, _: CheckResult, place: Place) -> str:
    for line in text.split("\n"):
        found = _VARIABLE.findall(line) if _LACKS.search(line) else ()
        name = next((one for one in found if one in place.environ and one not in place.given), "")
        if name and f"{name}=" not in line:  # rustc's hint to set RUST_BACKTRACE=1 misses nothing
            remedy = f"put it before the command (env {name}=…), or {_OPEN}"
            return f"the variable {name} is set here and not handed on; {remedy}"
    return ""


def _wants_git(text: str, _: CheckResult, place: Place) -> str:
    if "not a git repository" in text and (place.root / ".git").exists():
        return f"it asks git, and the sandbox hides the repository's records; {_OPEN}"
    return ""


def _hidden_file(text: str, _: CheckResult, place: Place) -> str:
    for name in _NO_FILE.findall(text):
        path = Path(name)
        if path.is_relative_to(place.home) and not path.is_relative_to(place.root) and path.exists():
            return f"{name} is in your home, which the sandbox hides; {_show(str(path.parent))}, or {_OPEN}"
    return ""


def _hidden_command(text: str, _: CheckResult, place: Place) -> str:
    for match in _NO_COMMAND.finditer(text):
        name = match[1] or match[2]
        found = shutil.which(name, path=place.environ.get("PATH", os.defpath))
        if found:
            return f"{name} is {found}, which the sandbox hides; {_OPEN}"
    return ""


def _wants_service(text: str, _: CheckResult, __: Place) -> str:
    if _REFUSED.search(text):
        return f"it wants a service of this machine, and the sandbox has no network; {_OPEN}"
    return f"it wants the network, and the sandbox has none; {_OPEN}" if _NETWORK.search(text) else ""


_SANDBOXED: list[Callable[[str, CheckResult, Place], str]] = [
    _withheld,
    _hidden_module,
    _hidden_link,
    _missing_variable,
    _wants_git,
    _hidden_command,
    _hidden_file,
    _wants_service,
]
"""Causes that lie in the sandbox, asked where there is one."""
