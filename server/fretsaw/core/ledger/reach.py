"""Resolve the targets of a rule to files and lines: paths, globs, folders, names of definitions."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from fretsaw.core.context.outline import Definition, outline
from fretsaw.core.context.paths import Paths, stem
from fretsaw.core.patch.patch_set import FilePatch, Hunk, PatchSet
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.lines import body, split_lines

_IMPORT = re.compile(
    r"^\s*(?:from\b.*\bimport\b|import\b|use\b|using\b|#\s*include\b|require\b|const\b.*\brequire\(|$)"
)


class Reach:
    """The targets of one rule, as found in a repository and a patch. False when none of them means anything here."""

    def __init__(self, targets: tuple[str, ...], patch: PatchSet, snapshot: Snapshot) -> None:
        self._paths = Paths((*snapshot.paths, *patch.paths))
        self._folders = {path.rpartition("/")[0] for path in self._paths.all}
        self._folders |= {folder[: at.start()] for folder in self._folders for at in re.finditer("/", folder)}
        self._exceptions = [target[1:] for target in targets if target.startswith("!")]
        wanted = [target for target in targets if not target.startswith("!")]
        self._files = [target for target in wanted if self._is_place(target)]
        self._names = [target for target in wanted if target not in self._files and re.fullmatch(r"[\w.$:]+", target)]
        self._outlines: dict[str, tuple[Definition, ...]] = {}
        self._known = bool(self._files) or any(self.defines(file) for file in patch.files)

    def __bool__(self) -> bool:
        return self._known

    def _is_place(self, target: str) -> bool:
        if "/" in target or "*" in target or target in self._folders or self._paths.meant(target):
            return True
        return (
            re.fullmatch(r"[\w.-]+\.\w{1,6}", target) is not None
            and not target[0].isupper()
            and "." in target
            and (
                target.rsplit(".", 1)[-1]
                in ("py", "js", "ts", "go", "rs", "java", "c", "h", "md", "toml", "json", "yml", "yaml")
            )
        )

    def file(self, path: str) -> bool:
        """Return True if a path is one of the places, and none of the exceptions."""
        return any(self._matches(target, path) for target in self._files) and not any(
            self._matches(target, path) for target in self._exceptions
        )

    def _matches(self, target: str, path: str) -> bool:
        bare = target.strip("/")
        # Bound to the root: a project's rule. An issue may name a path of another machine so, which is none here.
        if target.startswith("/") and (bare in self._paths.all or bare in self._folders):
            return path == bare or path.startswith(f"{bare}/")
        if "*" in bare:
            return (
                fnmatchcase(path, bare) or fnmatchcase(path, f"*/{bare}") or fnmatchcase(path.rsplit("/", 1)[-1], bare)
            )
        if path == bare or path in self._paths.meant(bare):
            return True
        if bare in self._folders or target.endswith("/"):
            return path.startswith(f"{bare}/") or f"/{bare}/" in f"/{path}"
        # A new file that the target names, with or without its ending.
        return path.endswith(f"/{bare}") or stem(path) == bare

    def _wanted(self, file: FilePatch) -> list[Definition]:
        """The definitions of a file (before) that the targets name."""
        if file.path not in self._outlines:
            lines = [body(line) for line in split_lines(file.before or "")]
            self._outlines[file.path] = outline(file.path, lines)
        found = self._outlines[file.path]
        out = []
        for name in self._names:
            *owners, last = re.split(r"\.|::", name)
            for each in found:
                if each.name == last and (not owners or self._owned(each, owners[-1], found, file.path)):
                    out.append(each)
        return out

    @staticmethod
    def _owned(each: Definition, owner: str, found: tuple[Definition, ...], path: str) -> bool:
        around = [other for other in found if other.first < each.first and other.last >= each.last]
        return any(other.name == owner for other in around) or stem(path) == owner

    def defines(self, file: FilePatch) -> bool:
        """Return True if a file holds a definition that a target names."""
        return bool(self._names) and bool(self._wanted(file))

    def outside(self, file: FilePatch) -> bool:
        """Return True if a file changes lines outside the named definitions, imports and blank lines aside."""
        spans = [(each.first, each.last) for each in self._wanted(file)]
        return any(not any(_within(hunk, span) for span in spans) and not _only_imports(hunk) for hunk in file.hunks)

    def inside(self, file: FilePatch) -> str:
        """The named definition that a file changes; empty when it changes none."""
        for each in self._wanted(file):
            for hunk in file.hunks:
                first, last = hunk.start + 1, max(hunk.start + 1, hunk.end)
                # An insertion right before the definition is outside of it.
                begins = each.first + (0 if hunk.removed else 1)
                if first <= each.last and last >= begins:
                    return each.name
        return ""


def _within(hunk: Hunk, span: tuple[int, int]) -> bool:
    if not hunk.removed:
        return span[0] <= hunk.start + 1 <= span[1] + 1
    return hunk.start + 1 >= span[0] and hunk.end <= span[1]


def _only_imports(hunk: Hunk) -> bool:
    return all(_IMPORT.match(body(line)) for line in (*hunk.removed, *hunk.added))
