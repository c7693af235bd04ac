"""The judge files of a patch: which they are, what the issue asks of them, and the texts with them as they were."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fretsaw.core.languages import is_test
from fretsaw.core.patch import texts
from fretsaw.core.patch.patch_set import FilePatch, PatchSet
from fretsaw.core.policy.requested import Requests
from fretsaw.core.proof.declared_tests import declared_tests, deleted_tests
from fretsaw.core.proof.inline_tests import inline_test_hunks
from fretsaw.core.proof.judge_files import Surroundings, why_judge
from fretsaw.fix.work import Work


@dataclass(frozen=True, slots=True)
class Judges:
    """The part of a patch that changes judge files, the files that decide the check."""

    patch: PatchSet
    files: tuple[FilePatch, ...]
    """Its judge files."""
    reasons: Mapping[str, str]
    """Path → why it is one."""
    asked: Mapping[str, str]
    """Path → the issue's sentence that asks for this change of it."""
    requests: Requests
    inline: Mapping[str, frozenset[int]]
    """Path of a file of code → its hunks that change tests which stand in it."""

    @property
    def code(self) -> tuple[FilePatch, ...]:
        """The files that are not judge files as a whole, with the hunks of their code."""
        return tuple(
            _with_hunks(file, self._of_code(file))
            for file in self.patch.files
            if file not in self.files or (file.path in self.inline and self._of_code(file))
        )

    def _of_code(self, file: FilePatch) -> frozenset[int]:
        return frozenset(range(len(file.hunks))) - self.inline.get(file.path, frozenset())

    @property
    def is_whole_patch(self) -> bool:
        """Return True if the patch changes nothing else: without it there is the base."""
        return bool(self.files) and not self.code

    @property
    def deleted(self) -> tuple[str, ...]:
        """Tests that the patch's own lines take away."""
        return deleted_tests((file.path, file.before, file.after) for file in self.patch.files)

    def as_they_were(self) -> dict[str, str | None]:
        """The patch's texts without those of judge files."""
        code = {file.path: file.after for file in self.code}
        return {
            path: code[path] if path in self.inline else text
            for path, text in texts(self.patch).items()
            if path in code
        }

    def alone(self) -> dict[str, str | None]:
        """The texts of the judge files alone: the patch without its code."""
        inline = {
            file.path: _with_hunks(file, self.inline[file.path]).after
            for file in self.files
            if file.path in self.inline
        }
        paths = {file.path for file in self.files}
        return {path: inline.get(path, text) for path, text in texts(self.patch).items() if path in paths}

    def as_asked(self) -> dict[str, str | None]:
        """The patch's texts with just the changes of judge files that the issue asks for."""
        laid = self.as_they_were()
        for file in self.files:
            if file.path not in self.asked:
                continue
            hunks = self.requests.hunks_for(file)
            if file.path in self.inline:
                hunks = frozenset(range(len(file.hunks)))
            laid[file.path] = _with_hunks(file, hunks).after
        return laid

    def sentence(self) -> str:
        """The sentences that ask, with the files that they speak of, for a person."""
        by_sentence: dict[str, list[str]] = {}
        for path, sentence in self.asked.items():
            by_sentence.setdefault(sentence, []).append(path)
        return "; ".join(f"{', '.join(paths)}: “{' '.join(text.split())[:200]}”" for text, paths in by_sentence.items())

    def excuse(self, test: str) -> str:
        """The sentence that asks for a test to go, to move or to be skipped; "" for none."""
        name = re.split(r"::|\.| > |: |#(?=[A-Za-z_])", re.sub(r"\[.*\]$", "", test))[-1].strip()
        for file in self.files:
            sentence = self.asked.get(file.path, "")
            removed = "".join(line for hunk in file.hunks for line in hunk.removed)
            known = _is_among(name, declared_tests(file.path, file.before or "")) or file.path in test
            if sentence and known and (file.deleted or _is_among(name, declared_tests(file.path, removed))):
                return sentence
        return self.requests.sentence_for_test(test) if self.files else ""


def _with_hunks(file: FilePatch, hunks: frozenset[int]) -> FilePatch:
    """The same file with just these hunks."""
    if len(hunks) == len(file.hunks):
        return file
    chosen = tuple(hunk for n, hunk in enumerate(file.hunks) if n in hunks)
    return FilePatch(file.path, file.before, chosen, file.deleted, file.mode)


def _is_among(test: str, declared: Iterable[str]) -> bool:
    """Return True if a test is one of these; RSpec and its like put the names of the groups around it in front."""
    names = (one.strip("'\"`") for one in declared)
    return any(test == name or (name and test.endswith(f" {name}")) for name in names)


def surroundings(work: Work) -> Surroundings:
    """The surroundings of the files of a run's patch."""
    return Surroundings(work.snapshot, work.issue, tuple(work.settings.check or ()))


def judges_of(patch: PatchSet, work: Work) -> Judges:
    """Look at every file of a patch."""
    around = surroundings(work)
    requests = Requests(work.issue)
    reasons = {file.path: why for file in patch.files if (why := why_judge(file, around))}
    tests = {
        file.path: hunks for file in patch.files if file.path not in reasons and (hunks := inline_test_hunks(file))
    }
    reasons |= dict.fromkeys(tests, "it holds tests")
    files = tuple(file for file in patch.files if file.path in reasons)
    asked = {}
    for file in files:
        sentence = requests.sentence_for_tests(tests[file.path].values()) if file.path in tests else ""
        if sentence := sentence if file.path in tests else requests.sentence_for(file):
            asked[file.path] = sentence
    inline = {path: frozenset(hunks) for path, hunks in tests.items()}
    return Judges(patch, files, reasons, asked, requests, inline)


def subjects_of(patch: PatchSet, work: Work) -> tuple[str, ...]:
    """Words that a test of this fix would have in its name: symbols of the issue, names that the patch works on."""
    words = [re.split(r"\.|::|#", item.symbol or item.text)[-1] for item in work.issue.mentions if item.kind != "path"]
    words += [path.rsplit("/", 1)[-1].split(".")[0] for path in patch.paths if not is_test(path)]
    for file in patch.files:
        lines = (file.before or "").split("\n")
        for hunk in file.hunks:
            above = "\n".join(lines[: hunk.start + 1])
            names = re.findall(
                r"^[ \t]*(?:export\s+|pub\s+|async\s+)*(?:def|class|function|fn|func|sub)\s+(\w+)", above, re.M
            )
            words += names[-1:]
    return tuple(dict.fromkeys(word for word in words if len(word) > 1))
