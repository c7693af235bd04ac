"""Find the user's folders and a repository's place in them; light, since hooks start with it."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class UserDirs:
    """Folders of the user that Fretsaw writes to and reads from."""

    state: Path
    """Runs, journals, approvals."""
    config: Path
    """`config.toml`, `models.toml`."""


def user_dirs() -> UserDirs:
    """The user's folders; `FRETSAW_STATE_DIR` and `FRETSAW_CONFIG_DIR` move them."""
    state, config = os.environ.get("FRETSAW_STATE_DIR"), os.environ.get("FRETSAW_CONFIG_DIR")
    if not (state and config) and sys.platform == "linux" and "ANDROID_ROOT" not in os.environ:
        # As platformdirs has it there, whose import takes longer than all else that a TAB in a shell waits for.
        state = state or _xdg("XDG_STATE_HOME", "~/.local/state")
        config = config or _xdg("XDG_CONFIG_HOME", "~/.config")
    elif not (state and config):
        import platformdirs

        state = state or platformdirs.user_state_dir("fretsaw")
        config = config or platformdirs.user_config_dir("fretsaw")
    return UserDirs(Path(state), Path(config))


def cache_dir() -> Path:
    """The folder of what can be made again; `FRETSAW_CACHE_DIR` moves it, `FRETSAW_STATE_DIR` too."""
    cache, state = os.environ.get("FRETSAW_CACHE_DIR"), os.environ.get("FRETSAW_STATE_DIR")
    if not cache and not state:
        import platformdirs

        cache = platformdirs.user_cache_dir("fretsaw")
    return Path(cache) if cache else Path(state or "") / "cache"


def _xdg(variable: str, default: str) -> str:
    base = os.environ.get(variable, "")
    return os.path.join(base if base.strip() else os.path.expanduser(default), "fretsaw")  # noqa: PTH111, PTH118


def repo_id(root: Path) -> str:
    """A short name for a repository, by its real path."""
    return hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:16]
