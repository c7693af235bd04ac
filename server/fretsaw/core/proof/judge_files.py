"""Judge files: what decides a check and is therefore not the patch's to change. `JUDGES` is the one table.

A patch that touches one is checked twice, with it and with the judge files as they were.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from fretsaw.core.context.imported_files import imported
from fretsaw.core.context.paths import Paths
from fretsaw.core.issue import Issue
from fretsaw.core.languages import is_test, language_of
from fretsaw.core.patch.patch_set import FilePatch
from fretsaw.core.policy.path_lists import is_ci, is_hard, is_runner_file
from fretsaw.core.policy.shadows import shadowed_module
from fretsaw.core.snapshot import Snapshot

_MOST_PLACES = 5_000
_DATA_FOLDERS = frozenset(
    [
        "gold",
        "golden",
        "goldens",
        "__snapshots__",
        "snapshots",
        "snapshot",
        "expected",
        "expect",
        "expectations",
        "expectation",
        "fixtures",
        "__fixtures__",
        "testdata",
        "test-data",
        "test_data",
        "cassettes",
        "approvals",
        "approved",
        "baseline",
        "baselines",
        "reference",
        "references",
        "answers",
        "samples",
        "__mocks__",
        "recordings",
        "vcr_cassettes",
        "golden_files",
        "test-fixtures",
    ]
)
_DATA_NAME = re.compile(
    r".*(?:\.(?:snap|golden|gold|expected|expect|approved|verified|baseline|ref|stdout|stderr|exp)(?:\.\w+)?|"
    r"[._-](?:golden|expected|approved|verified|snapshot)\.\w+)",
    re.IGNORECASE,
)
_HELPER = re.compile(
    r"(?:test|spec|assert|support|helper|fixture|mock|fake|stub|matcher|factor(?:y|ies)|check|expect|compare|golden|snapshot)",
    re.IGNORECASE,
)
"""In the name of a module that only tests import: it is there for them."""
_SCRIPT_RUNNERS = re.compile(
    r"python[\d.]*|pypy3?|node|bun|deno|sh|bash|dash|zsh|ksh|perl|ruby|php|lua|Rscript|env|tsx|ts-node"
)
_RUN_IN_TEXT = re.compile(
    r"(?:\./|\b(?:python[\d.]*|node|sh|bash|zsh|perl|ruby|source|php|bats)[ \t]+(?:-\w+[ \t]+){0,4}(?:\./)?)"
    r"((?:[\w.-]+/){0,8}[\w-]+(?:\.\w{1,5})?)(?![\w./-])"
)
"""A script that a line of a shell starts."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The surroundings of a file: the repository, the issue, and the command of the check."""

    snapshot: Snapshot
    issue: Issue
    argv: tuple[str, ...] = ()

    def holding(self, words: Collection[str]) -> tuple[str, ...]:
        """Files of code that may hold one of these words: all of them where there is no fast search."""
        names = tuple(word for word in words if re.fullmatch(r"[\w.-]{2,}", word))
        if self.snapshot.searcher is None or len(names) < len(words):
            found: Collection[str] = self.snapshot.paths
        else:
            found = dict.fromkeys(path for path, _, _ in self.snapshot.searcher(" ".join(names), _MOST_PLACES))
        return tuple(path for path in found if language_of(path) is not None)

    def importers(self, path: str) -> tuple[frozenset[str], frozenset[str]]:
        """Tests that import a file, and others that do."""
        paths = Paths(self.snapshot.paths)
        stem = _name(path).split(".")[0]
        asked = (path.split("/")[-2] if stem in {"__init__", "index", "mod"} and "/" in path else stem,)
        found = {each for each in self.holding(asked) if path in imported(each, self.snapshot.read(each) or "", paths)}
        tests = frozenset(each for each in found if is_test(each))
        return tests, frozenset(found) - tests

    def is_subject(self, file: FilePatch) -> bool:
        """Return True if the issue is about this file: it names the file, or something that it defines."""
        name = file.path.rpartition("/")[2]
        text = file.before or ""
        for mention in self.issue.mentions:
            if mention.kind in {"path", "frame"} and mention.text.rpartition("/")[2] == name:
                return True
            word = re.split(r"\.|::|#", mention.symbol or mention.text)[-1]
            if mention.kind != "path" and re.search(_defined(word), text):
                return True
        return False

    def names_a_subject(self, but: str) -> bool:
        """Return True if the issue names something that another file, which is no test, defines."""
        words = [re.split(r"\.|::|#", mention.symbol or mention.text)[-1] for mention in self.issue.mentions]
        words = [word for word in dict.fromkeys(words) if len(word) > 1]
        others = [path for path in self.holding(words) if path != but and not is_test(path)] if words else []
        for path in others[:2000]:
            text = self.snapshot.read(path) or ""
            if any(re.search(_defined(word), text) for word in words):
                return True
        return False


def _defined(word: str) -> str:
    """Return the pattern of a definition of a name, in most languages."""
    name = re.escape(word)
    return (
        rf"\b(?:def|class|function|fn|func|sub|struct|enum|trait|interface|const|let|var|type)\s+(?:\([^)\n]*\)\s*)?{name}\b"
        rf"|\b{name}\s*(?:=(?!=)|:\s*function\b|\([^)\n]*\)[\w\s]{{0,80}}\{{)"
    )


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def why_judge(file: FilePatch, around: Surroundings) -> str:
    """Say in a few words what makes a file a judge file; "" for any other."""
    return next((why for why, holds in JUDGES if holds(file, around)), "")


def _is_test_file(file: FilePatch, _: Surroundings) -> bool:
    return is_test(file.path) or re.match(r"(?:.*/)?x?t/", file.path) is not None  # Perl's folders of tests


def _is_configuration(file: FilePatch, _: Surroundings) -> bool:
    return is_runner_file(file.path) or is_ci(file.path) or is_hard(file.path)


def _is_expected_data(file: FilePatch, around: Surroundings) -> bool:
    """Golden, snapshot and fixture files by their name, and data of which only tests speak."""
    if _DATA_NAME.fullmatch(file.path):
        return True
    language = language_of(file.path)
    if language is not None and language.name != "JSON":
        return False
    folders = file.path.lower().split("/")[:-1]
    return bool(_DATA_FOLDERS.intersection(folders)) or _only_tests_name(file.path, around)


def _only_tests_name(path: str, around: Surroundings) -> bool:
    """Return True if a data file, or the folder that it is in, is named in tests and nowhere else in code."""
    *folders, name = path.split("/")
    words = [re.escape(name)] + [rf"['\"`/]{re.escape(folder)}['\"`/]" for folder in folders[-1:]]
    pattern = re.compile("|".join(words))
    in_tests = False
    for each in around.holding((name, *folders[-1:])):
        if each == path or not pattern.search(around.snapshot.read(each) or ""):
            continue
        if not is_test(each):
            return False
        in_tests = True
    return in_tests


def named_test_data(file: FilePatch, around: Surroundings) -> tuple[str, ...]:
    """Files that only tests are to know and of which lines that a patch adds to other code speak: code that reads what
    a test expects, or writes it, passes whatever it computes."""
    if language_of(file.path) is None:
        return ()
    added = "".join(line for hunk in file.hunks for line in hunk.added)
    named = {match[0] for match in _PATH_TAIL.finditer(added) if match[0] not in (file.before or "")}
    ends = tuple(f"/{tail}" for tail in named)
    found = [path for path in around.snapshot.paths if f"/{path}".endswith(ends)] if ends else []
    return tuple(path for path in found if path != file.path and _is_data(path, around))


def _is_data(path: str, around: Surroundings) -> bool:
    """Return True if a file is no code, and belongs to tests."""
    if language_of(path) is not None and not path.endswith(".json"):
        return False
    return is_test(path) or _is_expected_data(FilePatch(path, "", ()), around)


_PATH_TAIL = re.compile(r"[\w-][\w.-]*/[\w.-]+\.\w+(?![\w/])")
"""A folder and a file in it."""


def _is_test_helper(file: FilePatch, around: Surroundings) -> bool:
    """Code that only tests import, and that the issue is not about."""
    if language_of(file.path) is None or file.before is None:
        return False
    tests, others = around.importers(file.path)
    if not tests or others or around.is_subject(file):
        return False
    return bool(_HELPER.search(_name(file.path).split(".")[0])) or around.names_a_subject(file.path)


def _is_runner_script(file: FilePatch, around: Surroundings) -> bool:
    """The script that the check starts, or that a Makefile or package.json that it reads starts."""
    scripts = set(_started(around.argv))
    if file.path in scripts:
        return not around.is_subject(file)
    return file.path in _started_by_files(around) and not around.is_subject(file)


def _started(argv: Collection[str]) -> Iterator[str]:
    """Paths of scripts that a command line starts: its program, or what its interpreter is given first."""
    words = [word for word in argv if not re.match(r"[A-Za-z_]\w*=", word)]
    for n, word in enumerate(words):
        name = _name(word)
        if _SCRIPT_RUNNERS.fullmatch(name):
            continue
        if word.startswith("-"):
            if word in {"-m", "-c", "-e"}:
                yield from _in_text(words[n + 1 : n + 2]) if word == "-c" else ()
                return
            continue
        yield word.removeprefix("./")
        return


def _started_by_files(around: Surroundings) -> Iterable[str]:
    """Scripts that the recipes of a Makefile, of a justfile or the scripts of package.json start."""
    found: set[str] = set()
    waiting = ["Makefile", "makefile", "GNUmakefile", "justfile", "package.json", "tox.ini", "noxfile.py", "Rakefile"]
    waiting += [script for script in _started(around.argv) if not script.endswith((".py", ".js", ".mjs", ".rb", ".pl"))]
    for path in waiting:
        text = around.snapshot.read(path) or "" if path in around.snapshot.paths else ""
        if path == "package.json":
            scripts = re.search(r'"scripts"\s*:\s*\{([^}]*)\}', text)
            text = scripts[1] if scripts else ""
        elif path.lower().endswith("makefile"):
            text = "\n".join(line for line in text.split("\n") if line.startswith("\t"))
        found.update(script for script in _in_text([text]) if script in around.snapshot.paths)
    return found


def _in_text(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (name.removeprefix("./") for name in _RUN_IN_TEXT.findall(text))


def _shadows_runner(file: FilePatch, _: Surroundings) -> bool:
    """A new module by the name of the runner, of its plugins or of the standard library."""
    return file.before is None and shadowed_module(file.path) != ""


JUDGES: tuple[tuple[str, Callable[[FilePatch, Surroundings], bool]], ...] = (
    ("a test", _is_test_file),
    ("it steers the runner or the build", _is_configuration),
    ("what tests expect", _is_expected_data),
    ("it takes the place of a module of the runner", _shadows_runner),
    ("the script that runs the check", _is_runner_script),
    ("only tests use it", _is_test_helper),
)
"""(what makes a file a judge file, the question), the cheapest first."""
