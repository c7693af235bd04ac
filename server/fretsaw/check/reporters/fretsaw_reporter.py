"""Watch for test runners in this process: loaded into every Python of a check, before any code of the project.

It stays small, since each start of Python pays for it; what is done when a runner is loaded is in `fretsaw_runners`.
Python 3.8 and later.
"""

from __future__ import annotations

import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CHANNEL = 240
"""The descriptor that the launcher gives the check."""
_WATCHED = {"unittest": "watch_unittest", "doctest": "watch_doctest", "_pytest.config": "watch_pytest"}
"""Module -> what is called with it once it is loaded."""
_WATCHED.update(dict.fromkeys(("time", "random", "datetime", "decimal", "fractions", "difflib"), "watch_relied_on"))
_AS_MAIN = {"doctest": "import doctest, sys\nsys.exit(doctest._test())\n"}
"""Code that `python -m` runs instead of a module that would be loaded under another name, and so not be watched."""


class _Loader:
    """A module's own loader, and a look at the module when it is loaded."""

    def __init__(self, own: Any, name: str) -> None:
        self._own = own
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    def create_module(self, spec: Any) -> Any:
        return self._own.create_module(spec)

    def get_code(self, name: str) -> Any:
        """The code that `python -m` runs."""
        return compile(_AS_MAIN[name], name, "exec") if name in _AS_MAIN else self._own.get_code(name)

    def exec_module(self, module: Any) -> None:
        module.__spec__.loader = module.__loader__ = self._own
        self._own.exec_module(module)
        watch = _WATCHED.pop(self._name)
        if watch == "watch_relied_on" and "fretsaw_runners" not in sys.modules:
            return
        try:
            getattr(__import__("fretsaw_runners"), watch)(module)
        except (AttributeError, TypeError, ImportError):
            return  # a module of that name that is not the runner


class _Finder:
    """Finds nothing itself: puts our loader around that of a watched module."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in _WATCHED:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Loader(spec.loader, name)  # type: ignore[assignment]
                return spec
        return None


def _is_heard() -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(_CHANNEL).st_mode)
    except OSError:
        return False


if _is_heard():
    sys.meta_path.insert(0, _Finder())
