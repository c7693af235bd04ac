"""Runs the user's own command that prints the key of an endpoint. One of the places that start a process.

The command comes from the user's flags, editor or file, never from a repository's; it runs without a shell, in the
user's home folder, so that no program of a repository answers to its name.
"""

from __future__ import annotations

import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path

from fretsaw.errors import ConfigError
from fretsaw.settings import Settings

_SECONDS = 30.0
"""Time limit for the command, in seconds: it may ask a token authority over the network."""
_KEPT = 240.0
"""Seconds for which a key is used again: tokens hold for many minutes, and completions ask every second."""

_kept: dict[tuple[str, ...], tuple[float, str]] = {}
_lock = threading.Lock()


def with_key(settings: Settings) -> Settings:
    """The settings with the key that the user's command prints, where one is set.

    ConfigError, without what it printed, where it prints none.
    """
    if not settings.key_command:
        return settings
    return replace(settings, api_key=_key_of(settings.key_command))


def _key_of(argv: tuple[str, ...]) -> str:
    with _lock:
        when, key = _kept.get(argv, (0.0, ""))
        if key and time.monotonic() - when < _KEPT:
            return key
        key = _run(argv)
        _kept[argv] = (time.monotonic(), key)
        return key


def _run(argv: tuple[str, ...]) -> str:
    name = argv[0] if argv else ""
    hint = "run it yourself: it has to print the key and nothing else"
    try:
        ended = subprocess.run(
            argv, cwd=Path.home(), stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, ValueError, IndexError) as error:
        raise ConfigError(f"the key command {name!r} cannot be started: {error}", hint="see --key-command") from error
    except subprocess.TimeoutExpired:
        raise ConfigError(f"the key command {name!r} took more than {_SECONDS:g} s", hint=hint) from None
    if ended.returncode != 0:
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        why = f": {said[-1][:200]}" if said else ""
        raise ConfigError(f"the key command {name!r} failed with exit code {ended.returncode}{why}", hint=hint)
    key = ended.stdout.decode("utf-8", "replace").strip()
    if not key:
        raise ConfigError(f"the key command {name!r} printed nothing", hint=hint)
    return key
