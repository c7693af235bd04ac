"""Find what a check needs from outside the repository: its program, its interpreter, their folders and a few variables.

The sandbox masks HOME, `/root` and `/tmp`; this finds what must be shown again, by name and read-only. It knows
nothing of how a folder is shown.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fretsaw import system

KEPT = frozenset(
    "PATH USER LOGNAME LANG LANGUAGE TZ VIRTUAL_ENV CONDA_PREFIX CONDA_DEFAULT_ENV "
    "PYTHONPATH PYTHONHOME PYTHONHASHSEED PYTHONUTF8 "
    "PYTHONDONTWRITEBYTECODE PYTHONWARNINGS PYTEST_ADDOPTS NODE_PATH NODE_ENV JAVA_HOME GOROOT GOFLAGS GOARCH GOOS "
    "CGO_ENABLED CC CXX CFLAGS CXXFLAGS LDFLAGS PKG_CONFIG_PATH LD_LIBRARY_PATH RUSTFLAGS RUSTUP_TOOLCHAIN "
    "PYENV_VERSION DJANGO_SETTINGS_MODULE NO_COLOR SOURCE_DATE_EPOCH MAKEFLAGS".split()
)
"""Variables that a check is given when the user has them; no other of the user's, so that no key is among them."""

OFFLINE = {
    "CARGO_NET_OFFLINE": "true",
    "GOPROXY": "off",
    "GOTOOLCHAIN": "local",
    "npm_config_update_notifier": "false",
}
"""Tells tools that there is no network, so that they say so at once instead of trying for long."""

# Folders of HOME that hold tools, what of them is shown ("": all), and the variable that says where they are. Files
# with credentials (`.cargo/credentials.toml`, `.m2/settings.xml`, `.gradle/gradle.properties`) are not among them.
TOOLS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (".pyenv", ("",), "PYENV_ROOT"),
    (".rbenv", ("",), "RBENV_ROOT"),
    (".nodenv", ("",), "NODENV_ROOT"),
    (".asdf", ("",), "ASDF_DATA_DIR"),
    (".nvm", ("",), "NVM_DIR"),
    (".volta", ("",), "VOLTA_HOME"),
    (".sdkman", ("candidates", "bin"), "SDKMAN_DIR"),
    (".rustup", ("",), "RUSTUP_HOME"),
    (".cargo", ("bin", "registry", "git"), "CARGO_HOME"),
    ("go", ("bin", "pkg/mod"), "GOPATH"),
    (".m2", ("repository", "wrapper"), ""),
    (".gradle", ("caches", "wrapper"), ""),
    (".bun", ("bin", "install"), ""),
    (".deno", ("bin",), ""),
    (".local", ("bin", "lib", "pipx", "share/uv", "share/pipx", "share/mise", "share/pnpm", "share/virtualenvs"), ""),
    (".cache", ("pypoetry/virtualenvs",), ""),
)
# What a virtual environment or a link inside the repository must not make visible.
_PRIVATE = frozenset(
    ".ssh .aws .azure .config .docker .gnupg .kube .mozilla .netrc .password-store .thunderbird snap Library".split()
)
_CLOSED = ("/run", "/tmp", "/var/tmp", "/root", "/home", "/mnt", "/media", "/srv")
"""Folders that a sandbox hides beside HOME (`sandbox.bwrap.HIDDEN`)."""
_MARKS = ("pyvenv.cfg", "conda-meta", "lib", "lib64", "libexec", "versions", "jre")
_VENVS = (".venv", "venv", "env", ".tox/*", ".nox/*")


@dataclass(frozen=True, slots=True)
class Toolchain:
    """The program of a check's command, with the folders and variables that it needs."""

    program: str
    """The absolute path of the command's first word; empty when there is none."""
    shown: tuple[str, ...]
    """Absolute folders and files outside the repository that must stay readable, none inside another."""
    env: Mapping[str, str]
    """The whole environment of the check, but HOME and TMPDIR."""
    editable: tuple[str, ...] = ()
    """Folders of the repository that an environment's `.pth` files add to Python's path, relative to its root."""
    withheld: tuple[str, ...] = ()
    """Folders of HOME and the like that the repository names (links, `.pth`, `pyvenv.cfg`) and that are hidden."""

    def program_in(self, root: Path, tree: str) -> str:
        """Return the path of the program when the repository's tree is at `tree` instead of `root`."""
        inside = Path(self.program).is_relative_to(root)
        return str(Path(tree) / Path(self.program).relative_to(root)) if inside else self.program


def toolchain(
    root: Path, argv: tuple[str, ...], environ: Mapping[str, str], confirmed: Iterable[str] = ()
) -> Toolchain:
    """Find the program in the user's PATH and everything it stands on; reads folders, runs nothing.

    `confirmed`: folders that the user wants to be shown to this repository's check.
    """
    home = Path(environ.get("HOME") or Path.home())
    program = find_program(root, argv[0], environ.get("PATH", os.defpath))
    on_path = _folders_on_path(environ, home)
    tools, variables = _home_tools(environ, home)
    by_user = on_path | tools | _folders_of_programs((sys.executable,), home) | {Path(folder) for folder in confirmed}
    programs = _folders_of_programs((program, interpreter_of(program)), home)
    # A command outside the repository is the user's choice; what the repository holds may be a link to anywhere.
    by_user |= programs if program and not Path(program).is_relative_to(root) else set()
    outside, inside = _environments(root, environ, by_user)
    added = _added_by(outside)
    by_user |= _folders_of_environments(outside, home) | added
    brought = _added_by(inside)
    named = programs | _folders_of_environments(inside, home) | brought
    added |= {folder for folder in brought if folder.resolve().is_relative_to(root)}
    let_through = _without_opened(named, home, by_user)
    # A link or an environment in the repository must not show what is private; what the user's variables name may be.
    shown = on_path | {path for path in by_user | let_through if not _private(path, home)} | tools
    editable = sorted(str(path.relative_to(root)) for path in added if path.is_relative_to(root))
    withheld = _outermost((path for path in named - let_through if not _private(path, home)), root, home)
    kept = _kept_variables(environ) | variables
    return Toolchain(program, _outermost(shown, root, home), kept, tuple(editable), withheld)


def _folders_on_path(environ: Mapping[str, str], home: Path) -> set[Path]:
    """The folders in PATH, each with its installation."""
    folders: set[Path] = set()
    for entry in environ.get("PATH", "").split(os.pathsep):
        if os.path.isabs(entry):
            folders |= _around(Path(entry), home)
    return folders


def _folders_of_programs(programs: Iterable[str], home: Path) -> set[Path]:
    """The folders of the programs and of all they link to, each with its installation."""
    folders: set[Path] = set()
    for program in programs:
        for link in _links(program):
            folders |= _around(link.parent, home)
    return folders


def _environments(root: Path, environ: Mapping[str, str], by_user: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Python environments: the user's own, active or in PATH, and those in the repository, be they active or not.

    Who activates an environment that came with a repository has not read its `.pth` files.
    """
    active = [Path(environ[name]) for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if os.path.isabs(environ.get(name, ""))]
    active += [folder for folder in by_user if os.path.isfile(folder / "pyvenv.cfg")]
    inside = [folder for pattern in _VENVS for folder in _matching(root, pattern)]
    inside += [folder for folder in active if folder.is_relative_to(root) and folder not in inside]
    return [folder for folder in active if not folder.is_relative_to(root)], inside


def _matching(folder: Path, pattern: str) -> list[Path]:
    try:
        return list(folder.glob(pattern))
    except OSError:  # a folder that may not be entered
        return []


def _added_by(prefixes: Iterable[Path]) -> set[Path]:
    return {folder for prefix in prefixes for folder in _added(prefix)}


def _folders_of_environments(prefixes: Iterable[Path], home: Path) -> set[Path]:
    return {folder for prefix in prefixes for folder in (prefix, *_base(prefix, home))}


def _without_opened(named: Iterable[Path], home: Path, by_user: Iterable[Path]) -> set[Path]:
    """The folders that the repository names, without what would open something of the user's to the check.

    Below HOME and the like, only what stands in the user's own PATH, tools and environment may be shown.
    """
    closed = (home, *map(Path, _CLOSED))
    allowed = {place for folder in by_user for place in (folder, folder.resolve())}
    # `/` is around `/bin`: what is wider than what is closed allows nothing in it.
    allowed = {folder for folder in allowed if not any(place.is_relative_to(folder) for place in closed)}
    return {path for path in named if not any(_is_in_one(place, closed, allowed) for place in (path, path.resolve()))}


def _is_in_one(place: Path, closed: Iterable[Path], allowed: Iterable[Path]) -> bool:
    return any(map(place.is_relative_to, closed)) and not any(map(place.is_relative_to, allowed))


def _kept_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that a check is given, those of the user that may be among them."""
    kept = {name: value for name, value in environ.items() if name in KEPT or name.startswith("LC_")}
    return OFFLINE | {"USER": "user", "LOGNAME": "user"} | kept


def _home_tools(environ: Mapping[str, str], home: Path) -> tuple[set[Path], dict[str, str]]:
    """Folders of `TOOLS` that there are, and the variables that say where."""
    shown: set[Path] = set()
    variables: dict[str, str] = {}
    for name, parts, variable in TOOLS:
        folder = Path(environ.get(variable) or home / name) if variable else home / name
        if not os.path.isdir(folder):
            continue
        shown |= {folder / part for part in parts}
        if variable:
            variables[variable] = str(folder)
    # Java takes its home from the user's number, which is another in a sandbox.
    if os.path.isdir(home / ".m2/repository"):
        variables["MAVEN_OPTS"] = f"-Dmaven.repo.local={home / '.m2/repository'}"
    return shown, variables


def find_program(root: Path, name: str, search: str) -> str:
    """Find the command's first word as a shell in `root` would; empty when nowhere."""
    if "/" in name:
        path = root / name
        return str(path) if os.access(path, os.X_OK) and os.path.isfile(path) else ""
    return shutil.which(name, path=os.pathsep.join(part for part in search.split(os.pathsep) if part)) or ""


def interpreter_of(program: str) -> str:
    """The interpreter that a script's first line names, empty for anything else."""
    first = read_regular(Path(program), 512).partition(b"\n")[0]
    words = first[2:].split() if first.startswith(b"#!") else []
    return os.fsdecode(words[0]) if words else ""


def _links(name: str) -> Iterator[Path]:
    """A path and everything that it links to, step by step."""
    path = Path(name)
    for _ in range(16):
        if not name or not path.is_absolute():
            return
        yield path
        try:
            path = Path(os.path.normpath(path.parent.resolve() / path.readlink()))
        except OSError:
            return


def _around(folder: Path, home: Path) -> set[Path]:
    """A folder of programs and, where it is the `bin` of an installation, that installation."""
    found = {folder, folder.resolve()}
    tools = {home / name for name, _, _ in TOOLS}
    for path in tuple(found):
        above = path.parent
        if "node_modules" in path.parts:  # a package finds what it needs beside itself
            found.add(Path(*path.parts[: path.parts.index("node_modules") + 1]))
            continue
        if above in tools or path.name not in {"bin", "sbin", "shims", "Scripts", "condabin"}:
            continue
        if any(os.path.exists(above / mark) for mark in _MARKS):
            found.add(above)
    return found


def _base(prefix: Path, home: Path) -> set[Path]:
    """The installation below a virtual environment."""
    found: set[Path] = set()
    for line in _lines(prefix / "pyvenv.cfg"):
        key, _, value = line.partition("=")
        if key.strip() == "home" and os.path.isabs(value.strip()):
            found |= _around(Path(value.strip()), home)
    return found


def _added(prefix: Path) -> set[Path]:
    """The folders that `.pth` files of a virtual environment add to Python's path (editable installs)."""
    lines = (line for pth in _matching(prefix, "lib/python*/site-packages/*.pth") for line in _lines(pth))
    return {Path(line) for line in lines if os.path.isabs(line) and os.path.isdir(line)}


def _private(path: Path, home: Path) -> bool:
    """Return True if a folder lies, as written or in truth, where HOME keeps secrets."""
    for place in (path, path.resolve()):
        if place.is_relative_to(home) and place != home and place.relative_to(home).parts[0] in _PRIVATE:
            return True
    return False


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in read_regular(path, 100_000).decode("utf-8", "replace").splitlines()]


def _outermost(wanted: Iterable[Path], root: Path, home: Path) -> tuple[str, ...]:
    """The existing ones, without those inside another, inside the repository, or so wide that they would show HOME."""
    places = {Path(os.path.normpath(path)) for path in wanted}
    places = {path for path in places if path.is_absolute() and os.path.exists(path)}
    places = {path for path in places if not home.is_relative_to(path) and not root.is_relative_to(path)}
    places = {path for path in places if not path.is_relative_to(root)}
    return tuple(sorted(str(path) for path in places if not any(up in places for up in path.parents)))


def read_regular(path: Path, most: int) -> bytes:
    """The first bytes of a regular file, empty where there is none: a pipe, a socket or a device never blocks."""
    try:
        handle = os.open(path, os.O_RDONLY | system.NO_WAIT | system.CLOSE_ON_EXEC | system.BINARY)
    except OSError:
        return b""
    try:
        return os.read(handle, most) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
    except OSError:
        return b""
    finally:
        os.close(handle)
