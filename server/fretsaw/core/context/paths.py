"""Judge a path: the likelihood that a fix changes the file, and the repository's path that a written one means."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from fretsaw.core.issue.mentions import CODE_ENDS
from fretsaw.core.languages import is_test, subject_of_test

_MINOR = re.compile(
    r"(?:^|/)(?:docs?|examples?|benchmarks?|bench|samples?|demos?|changelogs?|news|vendor|third_party|node_modules|dist|build|locale|translations?|migrations|legacy|_?antlr|generated)/|(?:^|/)(?:change(?:s|log)|history|news|authors|readme|license|contributing)[^/]*$|\.min\.\w+$|_pb2(?:_grpc)?\.py$",
    re.IGNORECASE,
)
_PROSE_ENDS = frozenset(str.split("md rst txt tex html htm css scss less svg"))
_DATA_ENDS = frozenset(str.split("json yaml yml toml ini cfg conf lock sum mod xml csv po pot ipynb"))


def prior(path: str) -> float:
    """Return the likelihood that a fix changes this file, as a factor: sources 1, tests, documents and data less."""
    end = path.rsplit(".", 1)[-1].lower() if "." in path.rsplit("/", 1)[-1] else ""
    factor = 1.0
    if end in _PROSE_ENDS:
        factor = 0.25
    elif end in _DATA_ENDS:
        factor = 0.35
    elif end not in CODE_ENDS:
        factor = 0.5
    if is_test(path):
        factor *= 0.4
    if _MINOR.search(path):
        factor *= 0.3
    return factor


def stem(path: str) -> str:
    """The file's name without its ending."""
    return path.rsplit("/", 1)[-1].split(".", 1)[0]


class Paths:
    """The paths of a snapshot, to be asked which of them a written one means."""

    def __init__(self, paths: Collection[str]) -> None:
        self.all = frozenset(paths)
        self._by_name: dict[str, list[str]] = {}
        self._by_folder: dict[str, list[str]] = {}
        for path in paths:
            self._by_folder.setdefault(path.rpartition("/")[0], []).append(path)
            self._by_name.setdefault(path.rsplit("/", 1)[-1], []).append(path)

    def meant(self, written: str) -> tuple[str, ...]:
        """The tracked paths that share the longest tail with a written one, at most 5; () when none does.

        An absolute path of another machine (`/home/x/site-packages/pkg/mod.py`) finds `src/pkg/mod.py` or `pkg/mod.py`.
        """
        if written in self.all:
            return (written,)
        parts = written.strip("/").split("/")
        scored = []
        for path in self._by_name.get(parts[-1], ()):
            own = path.split("/")
            common = 0
            while common < min(len(own), len(parts)) and own[-1 - common] == parts[-1 - common]:
                common += 1
            # Of a written `pkg/mod.py`, a lone `mod.py` elsewhere is not meant, unless the tracked path is used up.
            if common == len(parts) or common == len(own) or common >= 2:
                scored.append((-common, len(own), path))
        if not scored:
            return ()
        best = min(scored)[0]
        return tuple(path for score, _, path in sorted(scored) if score == best)[:5]

    def beside(self, path: str) -> list[str]:
        """The other tracked files of its folder, in their order."""
        return [each for each in sorted(self._by_folder.get(path.rpartition("/")[0], ())) if each != path]

    def first_of(self, candidates: Iterable[str]) -> str | None:
        """The first candidate that is tracked."""
        return next((path for path in candidates if path in self.all), None)

    def tested_by(self, path: str) -> tuple[str, ...]:
        """The sources that a test's name points to: `tests/test_kth.py` → `…/kth.py`."""
        name = subject_of_test(path)
        if not name:
            return ()
        source = f"{name}.{path.rsplit('.', 1)[-1]}"
        return tuple(found for found in sorted(self._by_name.get(source, ())) if not is_test(found))[:3]
