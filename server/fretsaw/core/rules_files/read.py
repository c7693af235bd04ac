"""Read the rules files that hold for some paths: nearest last, imports resolved, each text once."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from fretsaw.core.issue.blocks import Fences
from fretsaw.core.issue.hidden import EMOJI_JOINERS, code_spans, line_without_comments
from fretsaw.core.issue.issue import Area
from fretsaw.core.ledger.area import fits_glob
from fretsaw.core.rules_files.front_matter import Fields, front_matter
from fretsaw.core.rules_files.kinds import Known, rules_files_in
from fretsaw.core.rules_files.rules_file import Chain, RulesFile
from fretsaw.core.text.lines import is_binary
from fretsaw.core.text.safe_text import CONTROL, INVISIBLE

_LONGEST = 65_536
"""Characters of a rules file that are read."""
_MOST_FILES = 60
_DEEPEST = 5
"""Imports within imports, as Claude Code has it."""
_IMPORT = re.compile(r"(?<![\w@./`])@([~\w./\\-][^\s`*<>()\[\]{}\"',;:!?|]*)")
_LOOKS_LIKE_FILE = re.compile(r"^(?:\.{1,2}/|~|/|[A-Za-z]:)|\.(?:md|mdc|txt|mdx)$")

Read = Callable[[str], "str | None"]


@dataclass(frozen=True, slots=True)
class RulesFiles:
    """All rules files of a repository, read when they are needed."""

    known: tuple[Known, ...] = ()
    reader: Read = field(default=lambda _: None, repr=False, compare=False)
    """Text of a path of the repository; None for one that is none, or that may not be read."""
    exists: Callable[[str], bool] = field(default=lambda _: False, repr=False, compare=False)
    """Returns True for a file or a folder of the repository."""
    refused: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Path → why a rules file is not read (a link to outside, too large)."""

    def chain(self, paths: Iterable[str] = ()) -> Chain:
        """The rules files that hold for these paths; those of the whole repository in any case."""
        targets = tuple(dict.fromkeys(paths))
        files: list[RulesFile] = []
        skipped = [(path, why) for path, why in sorted(self.refused.items())]
        direct = {known.path for known in self.known}
        here = [
            known
            for known in self.known
            if not known.folder or any(path.startswith(f"{known.folder}/") for path in targets)
        ]
        skipped += [(known.path, f"more than {_MOST_FILES} rules files hold here") for known in here[:-_MOST_FILES]]
        for known in here[-_MOST_FILES:]:
            made = self._read(known, targets)
            if isinstance(made, str):
                skipped.append((known.path, made))
                continue
            if known.kind == "claude":
                files += self._imported(made, direct, skipped)
            files.append(made)
        return _each_once(files, skipped)

    def _read(self, known: Known, targets: tuple[str, ...]) -> RulesFile | str:
        """The rules file; the reason where it does not count."""
        text = self.reader(known.path)
        if text is None or is_binary(text):
            return "it cannot be read as text"
        fields, lines, head = _split(text)
        globs, reason = _globs(known, fields, targets)
        if reason:
            return reason
        return _rules_file(known, Area(known.folder, globs), lines, head)

    def _imported(self, importer: RulesFile, direct: set[str], skipped: list[tuple[str, str]]) -> Iterator[RulesFile]:
        """The files that a CLAUDE.md imports, each before the one that imports it."""
        seen = {importer.path}

        def imports(of: RulesFile, depth: int) -> Iterator[RulesFile]:
            for line, target in _targets(of.lines):
                place = f"@{target} ({of.path}:{line})"
                path = _inside(of.path, target)
                if path is None:
                    skipped.append((place, "it is outside of the repository"))
                    continue
                if path in seen or path in direct:
                    continue
                text = self.reader(path)
                if text is None or is_binary(text):
                    if _LOOKS_LIKE_FILE.search(target):
                        skipped.append((place, "there is no such text in the repository"))
                    continue
                if depth >= _DEEPEST:
                    skipped.append((place, f"it is imported more than {_DEEPEST} files deep"))
                    continue
                if len(seen) > _MOST_FILES:
                    skipped.append((place, f"more than {_MOST_FILES} files are imported"))
                    return
                seen.add(path)
                _, lines, head = _split(text)
                made = _rules_file(Known(path, "claude", importer.area.folder), importer.area, lines, head, via=of.path)
                yield from imports(made, depth + 1)
                yield made

        return imports(importer, 0)


def rules_files(
    paths: Iterable[str], reader: Read, exists: Callable[[str], bool], refused: Mapping[str, str] | None = None
) -> RulesFiles:
    """The rules files among the paths of a repository."""
    return RulesFiles(rules_files_in(paths), reader, exists, MappingProxyType(dict(refused or {})))


def _split(text: str) -> tuple[Fields, list[str], int]:
    """The fields of the front matter, all lines, and how many of them are front matter."""
    text = text[:_LONGEST].removeprefix("\ufeff").removeprefix("\udcef\udcbb\udcbf")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    fields, head = front_matter(lines)
    return fields, lines, head


def _globs(known: Known, fields: Fields, targets: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The globs that limit a file, and why it does not count at all."""
    if known.kind == "instructions":
        globs, name = fields.get("applyTo", ()), "applyTo"
    elif known.kind == "cursor":
        if fields.get("alwaysApply", ("",))[:1] == ("true",):
            return (), ""
        globs, name = tuple(_anywhere(glob) for glob in fields.get("globs", ())), "globs"
    else:
        return (), ""
    if not globs:
        return (), f"its front matter names no files ({name})"
    if any(glob in {"**", "*", "**/*"} for glob in globs):
        return (), ""
    prefix = f"{known.folder}/" if known.folder else ""
    inner = [path[len(prefix) :] for path in targets if path.startswith(prefix)]
    if any(fits_glob(glob, path) for glob in globs for path in inner):
        return globs, ""
    return (), f"its {name} fit none of the files"


def _anywhere(glob: str) -> str:
    """Cursor's globs: one without a folder fits a name anywhere, one that is a folder all that is in it."""
    if glob.endswith("/"):
        glob += "**"
    return glob if "/" in glob else f"**/{glob}"


def _rules_file(known: Known, area: Area, lines: list[str], head: int, via: str = "") -> RulesFile:
    invisible = 0
    shown: list[str] = []
    fences, inside, comments = Fences(), False, 0
    for number, raw in enumerate(lines):
        line = EMOJI_JOINERS.sub("", raw)
        invisible += len(INVISIBLE.findall(line)) + len(CONTROL.findall(line))
        if number < head:
            shown.append("")
        elif not inside and fences.code(line):
            shown.append(line)
        else:
            line, inside, begun = line_without_comments(line, inside)
            comments += begun
            shown.append(line)
    return RulesFile(known.path, known.kind, area, tuple(shown), via, comments, invisible)


def _targets(lines: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """(line, what is imported there), outside of code."""
    fences = Fences()
    for number, line in enumerate(lines, start=1):
        if fences.code(line) or "@" not in line:
            continue
        spans = code_spans(line)
        for match in _IMPORT.finditer(line):
            if not any(begin <= match.start() < end for begin, end in spans):
                yield number, match[1].rstrip(".")


def _inside(importer: str, target: str) -> str | None:
    """The path that an import means; None for one outside of the repository."""
    if target.startswith(("~", "/")) or "\\" in target or re.match(r"[A-Za-z]:", target):
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(importer), target))
    return None if path == ".." or path.startswith("../") else path


def _each_once(files: list[RulesFile], skipped: list[tuple[str, str]]) -> Chain:
    """The chain without texts that a stronger file has, too."""
    kept: dict[tuple[str, Area], RulesFile] = {}
    for file in reversed(files):
        text = "\n".join(line.rstrip() for line in file.text.split("\n"))
        if not text.strip():
            skipped.append((file.path, "it is empty"))
            continue
        same = kept.setdefault((text, file.area), file)
        if same is not file and same.path != file.path:
            skipped.append((file.path, f"it has the text of {same.path}"))
    return Chain(tuple(reversed(kept.values())), tuple(dict.fromkeys(skipped)))
