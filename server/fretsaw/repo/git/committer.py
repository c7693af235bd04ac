"""Find out who commits and how it is signed, as git itself would; but a repository does not say how to sign.

Nothing of a hook or a program that a repository names is run here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from fretsaw.errors import RepoError
from fretsaw.repo.git.program import IDENTITY
from fretsaw.repo.repository import Repo

_IDENT = re.compile(r"(?P<name>.*) <(?P<email>[^>]*)> (?P<date>\d+ [+-]\d{4})")
_SOURCES = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_PARAMETERS")
"""Variables that name further git configuration; passed on only to ask who commits and how it is signed."""
_SIGNERS = (
    *("SSH_AUTH_SOCK", "GNUPGHOME", "GPG_TTY", "GPG_AGENT_INFO", "DISPLAY", "WAYLAND_DISPLAY"),
    "DBUS_SESSION_BUS_ADDRESS",
)
"""Variables that lead to an agent that holds the key."""
_SIGNING = (
    "gpg.format",
    "gpg.program",
    "gpg.openpgp.program",
    "gpg.ssh.program",
    "gpg.x509.program",
    "user.signingKey",
)
_PROGRAMS = {
    "gpg.program": "gpg",
    "gpg.openpgp.program": "gpg",
    "gpg.ssh.program": "ssh-keygen",
    "gpg.x509.program": "gpgsm",
}
_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")


def person(repo: Repo, role: str) -> tuple[tuple[str, str], str]:
    """((name, mail address), date) as git would write them for GIT_AUTHOR_IDENT or GIT_COMMITTER_IDENT.

    RepoError when git has no name and e-mail address to commit with.
    """
    done = repo.git.run("-c", "user.useConfigOnly=true", "var", role, env=_user_sources(repo))
    match = _IDENT.fullmatch(done.out.decode("utf-8", "replace").strip()) if done.code == 0 else None
    if match is None:
        raise RepoError(
            "git has no name and e-mail address to commit with",
            hint="git config --global user.name NAME; git config --global user.email ADDRESS",
        )
    return (match["name"], match["email"]), match["date"]


def refuse_unknown_committer(repo: Repo) -> None:
    """Raise RepoError when git has no name and address to commit with, before a model is asked."""
    person(repo, "GIT_COMMITTER_IDENT")


def _user_sources(repo: Repo) -> dict[str, str]:
    """Variables that say who the user is: names, other configuration files, settings in pairs beside our own."""
    env = {name: os.environ[name] for name in (*IDENTITY, *_SOURCES) if name in os.environ}
    count = int(repo.git.env.get("GIT_CONFIG_COUNT", "0"))
    for key, value in _pairs():
        env |= {f"GIT_CONFIG_KEY_{count}": key, f"GIT_CONFIG_VALUE_{count}": value}
        count += 1
    return {**env, "GIT_CONFIG_COUNT": str(count)}


def _pairs() -> Iterator[tuple[str, str]]:
    """Settings of the user's environment that name a person or a key."""
    given = os.environ.get("GIT_CONFIG_COUNT", "")
    for number in range(min(int(given), 1000) if given.isdigit() else 0):
        key = os.environ.get(f"GIT_CONFIG_KEY_{number}", "")
        if key.lower().startswith(("user.", "author.", "committer.")):
            yield key, os.environ.get(f"GIT_CONFIG_VALUE_{number}", "")


def signing_environment(repo: Repo) -> dict[str, str]:
    """Variables for a call of git that signs: the user's own key, format and program, not the repository's."""
    env = _user_sources(repo) | {name: os.environ[name] for name in _SIGNERS if name in os.environ}
    count = int(env["GIT_CONFIG_COUNT"])
    for key in _SIGNING:
        value = _own_setting(repo, key, env) or _PROGRAMS.get(key)
        if value is not None:
            env |= {f"GIT_CONFIG_KEY_{count}": key, f"GIT_CONFIG_VALUE_{count}": value}
            count += 1
    return {**env, "GIT_CONFIG_COUNT": str(count)}


def _own_setting(repo: Repo, key: str, env: dict[str, str]) -> str | None:
    """A setting of the user or the system; None where neither has it."""
    for scope in ("--global", "--system"):
        done = repo.git.run("config", scope, "--includes", "--get", key, env=env)
        if done.code == 0:
            return os.fsdecode(done.out).rstrip("\n")
    return None


def left_undone(repo: Repo, sign: bool) -> tuple[str, ...]:
    """List in sentences what a `git commit` of the user would do beyond ours: sign, run hooks."""
    told = []
    if not sign and _is_set(repo, "commit.gpgSign"):
        told.append("the commit will not be signed, though commit.gpgSign is set: `--sign` signs it")
    hooks = [name for name in _HOOKS if os.access(_hooks_folder(repo) / name, os.X_OK)]
    if hooks:
        told.append(f"hooks are not run for the commit: {', '.join(hooks)}")
    return tuple(told)


def _is_set(repo: Repo, key: str) -> bool:
    """Return True if any configuration of the user or of the repository says yes; our own setting says no to all
    calls."""
    count = {"GIT_CONFIG_COUNT": "0"}
    return repo.git.run("config", "--type=bool", "--get", key, env=count).out.strip() == b"true"


def _hooks_folder(repo: Repo) -> Path:
    """Find the folder where git looks for hooks."""
    done = repo.git.run("config", "--type=path", "--get", "core.hooksPath", env={"GIT_CONFIG_COUNT": "0"})
    named = os.fsdecode(done.out).rstrip("\n") if done.code == 0 else ""
    return repo.root / named if named else repo.common_dir / "hooks"
