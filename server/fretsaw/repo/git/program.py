"""The door to the git program: where it is, the environment it runs in, a deadline for every call.

Nothing that a repository can configure (hooks, fsmonitor, filters, drivers,
helpers, editors) runs behind this door; see `_SETTINGS`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fretsaw.errors import RepoError

OLDEST = (2, 31)
"""The first git that takes settings from the environment in pairs, the only form that no driver's name can escape."""

_KEPT = (
    "PATH", "HOME", "XDG_CONFIG_HOME", "USER", "LOGNAME", "EMAIL", "SUDO_UID", "TMPDIR", "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH", "SYSTEMROOT", "USERPROFILE", "TEMP", "TMP",
)  # fmt: skip
"""Variables that git may see; above all no `GIT_*` (we may run inside a hook) and no keys."""

IDENTITY = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
"""Variables that name the committer: the only `GIT_*` of the user that are passed on, and only for a commit."""

_FIXED = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": ":",
    "GIT_SEQUENCE_EDITOR": ":",
    "GIT_PAGER": "cat",
    "GIT_ASKPASS": "false",
    "SSH_ASKPASS": "false",
    "GIT_SSH_COMMAND": "false",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}

_SETTINGS: tuple[tuple[str, str], ...] = (
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("core.pager", "cat"),
    ("core.quotePath", "false"),
    ("core.attributesFile", os.devnull),
    ("core.alternateRefsCommand", "false"),
    ("core.sshCommand", "false"),
    ("core.askPass", "false"),
    ("core.protectHFS", "true"),
    ("core.protectNTFS", "true"),
    ("commit.gpgSign", "false"),
    ("tag.gpgSign", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("submodule.recurse", "false"),
    ("protocol.allow", "never"),
    ("credential.helper", ""),
    ("safe.bareRepository", "explicit"),
)

_DRIVER_KEYS = ("clean", "smudge", "process", "driver", "textconv", "command", "required")


@dataclass(frozen=True, slots=True)
class Done:
    """A call of git that ended by itself."""

    code: int
    out: bytes
    err: bytes

    @property
    def reason(self) -> str:
        """Git's own words for what went wrong, one line."""
        lines = [line.strip() for line in self.err.decode("utf-8", "replace").splitlines() if line.strip()]
        said = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "")
        return said.removeprefix("fatal: ").removeprefix("error: ") or f"git ended with {self.code}"


@dataclass(frozen=True, slots=True)
class Git:
    """The git program: an absolute path, a folder, a complete environment."""

    exe: str
    cwd: Path
    env: Mapping[str, str] = field(repr=False)
    seconds: float = 60.0
    """Deadline of one call."""

    def run(self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Done:
        """Call git and wait; RepoError when it cannot be started, is killed or passes its deadline."""
        argv = [self.exe, "--no-pager", *args]
        try:
            done = subprocess.run(
                argv,
                cwd=self.cwd,
                env={**self.env, **(env or {})},
                input=stdin,
                capture_output=True,
                timeout=self.seconds,
                check=False,
                start_new_session=True,  # a Ctrl-C of the terminal must not stop git between two of our steps
            )
        except subprocess.TimeoutExpired:
            raise RepoError(f"git {args[0]} did not finish within {self.seconds:.0f} s") from None
        except OSError as error:
            raise RepoError(f"git could not be started: {error.strerror}", hint="run `agent doctor`") from None
        except ValueError:  # no program takes a NUL in an argument
            raise RepoError("a name contains a NUL character") from None
        if done.returncode < 0:  # never an answer: without this, a killed look-up would read as "there is none"
            raise killed(args[0], -done.returncode)
        return Done(done.returncode, done.stdout, done.stderr)

    def out(self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """Standard output of a call that must succeed; RepoError with git's own reason when it does not."""
        done = self.run(*args, stdin=stdin, env=env)
        if done.code != 0:
            raise RepoError(f"git {args[0]}: {done.reason}")
        return done.out

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        """Start git and read its output while it runs; the caller ends it. RepoError when it cannot be started."""
        try:
            return subprocess.Popen(
                [self.exe, "--no-pager", *args],
                cwd=self.cwd,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise RepoError(f"git could not be started: {error.strerror}", hint="run `agent doctor`") from None

    def line(self, *args: str) -> str | None:
        """The one line that a call prints, None when it fails."""
        done = self.run(*args)
        return os.fsdecode(done.out).rstrip("\n") if done.code == 0 else None

    def attributes(self, paths: Iterable[str], names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """Yield path, name and value of each attribute that git has for the paths, as the user's own git decides."""
        asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
        fields = os.fsdecode(self.out("check-attr", "-z", "--stdin", *names, stdin=asked)).split("\0")
        yield from zip(fields[0::3], fields[1::3], fields[2::3], strict=False)

    @property
    def attributes_file(self) -> str:
        """The user's attributes file, or the null device."""
        return self.env[f"GIT_CONFIG_VALUE_{int(self.env['GIT_CONFIG_COUNT']) - 1}"]

    def having(self, **env: str) -> Git:
        """The same door with more variables."""
        return replace(self, env={**self.env, **env})


def user_git_file(name: str, env: Mapping[str, str]) -> Path | None:
    """The path of a file in the user's folder of git: `~/.config/git/attributes`; None where there is no home."""
    home = env.get("HOME")
    folder = env.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    return Path(folder, "git", name) if folder else None


def killed(command: str, number: int) -> RepoError:
    """Make the error for a git process that a signal ended."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    hint = "the machine may be out of memory; try again" if name == "SIGKILL" else "try again"
    return RepoError(f"git {command} was killed ({name})", hint=hint)


def find_git(forbidden: Path) -> str:
    """Absolute path of git, never inside `forbidden` (a repository may carry a `git` of its own); RepoError without."""
    for entry in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if not Path(entry).is_absolute():
            continue
        found = shutil.which("git", path=entry)
        if found and not Path(found).resolve().is_relative_to(forbidden):
            return found
    raise RepoError("git was not found", hint=f"install git {OLDEST[0]}.{OLDEST[1]} or newer")


def check_version(git: Git) -> tuple[int, ...]:
    """The version of git; RepoError when it is too old to be called safely."""
    words = os.fsdecode(git.out("version")).split()
    numbers = tuple(int(part) for part in (words[2] if len(words) > 2 else "").split(".")[:3] if part.isdigit())
    if numbers < OLDEST:
        raise RepoError(
            f"git {'.'.join(map(str, numbers)) or 'of unknown version'} is too old",
            hint=f"install git {OLDEST[0]}.{OLDEST[1]} or newer",
        )
    return numbers


def environment(**more: str) -> dict[str, str]:
    """The whole environment of a call: a few of the user's variables, ours, the settings, and `more` variables."""
    theirs = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return with_settings({**theirs, **_FIXED, **more}, _SETTINGS)


def with_settings(env: Mapping[str, str], settings: Sequence[tuple[str, str]]) -> dict[str, str]:
    """`env` with these settings as its only ones."""
    pairs = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings):
        pairs[f"GIT_CONFIG_KEY_{number}"] = key
        pairs[f"GIT_CONFIG_VALUE_{number}"] = value
    return {**env, **pairs}


def with_own_settings(git: Git) -> Git:
    """The same door with every filter, merge driver and textconv that any configuration defines switched off, and with
    the attributes files of the user and the system, which tell how a file is written."""
    done = git.run("config", "--null", "--get-regexp", r"^((filter|merge|diff)\..*\.|core\.attributesfile$)")
    if done.code not in (0, 1):  # 1: none is defined
        raise RepoError(f"the repository's configuration cannot be read: {done.reason}")
    settings: list[tuple[str, str]] = []
    rows = [os.fsdecode(row).partition("\n")[::2] for row in done.out.split(b"\0") if row]
    for name in sorted({name for name, _ in rows}):
        last = name.rpartition(".")[2].lower()
        if last in _DRIVER_KEYS:
            settings.append((name, "false" if last == "required" else ""))
    configured = [value for name, value in rows if name == "core.attributesfile"][:-1]  # the last is ours
    settings.append(("core.attributesFile", _attributes_file(git, configured)))
    env = {name: value for name, value in git.env.items() if name != "GIT_ATTR_NOSYSTEM"}
    return replace(git, env=with_settings(env, (*_SETTINGS, *settings)))


def _attributes_file(git: Git, configured: Sequence[str]) -> str:
    """The user's attributes file: that of the configuration, else the usual one; the null device without a file.

    A pipe of that name, which the repository's own configuration may give, would hold up git.
    """
    home = git.env.get("HOME", "")
    named = configured[-1] if configured else str(user_git_file("attributes", git.env) or "")
    file = git.cwd / (home + named[1:] if named.startswith("~/") else named)
    return str(file) if named and file.is_file() else os.devnull


def private_environment(git_dir: Path, **more: str) -> dict[str, str]:
    """For calls in a git folder of our own: no configuration of the system, the user or the repository is read."""
    none = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return environment(GIT_DIR=str(git_dir), **none, **more)


def git_version() -> str:
    """The git that would be called, for `agent doctor`: `git 2.39.5 (/usr/bin/git)`. RepoError as for a call."""
    here = Path.cwd()
    exe = find_git(here)
    return f"git {'.'.join(map(str, check_version(Git(exe, here, environment()))))} ({exe})"
