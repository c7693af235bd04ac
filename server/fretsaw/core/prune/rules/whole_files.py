"""Rules on whole files: modes nobody asked for, scratch files left behind."""

from __future__ import annotations

import re
from itertools import chain

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.rules.conditions import unless_issue_mentions
from fretsaw.core.prune.rules.line_change import of_kind, with_reason
from fretsaw.core.prune.rules.questions import count, other_files
from fretsaw.core.prune.scene import Scene, text
from fretsaw.core.prune.used_names import used

_LEFTOVER = re.compile(
    r"""\.(?:orig|rej|bak|backup|old|tmp|temp|swp|swo|log|patch|diff|pyc|prof|core|dmp)$
    | ~$ | ^\.?DS_Store$ | ^nohup\.out$
    | ^(?:patch|diff|output|out|log|debug|trace|traceback|result|results|changes?|summary)[\w-]*\.(?:txt|log)$""",
    re.VERBOSE | re.IGNORECASE,
)
_SCRIPT = re.compile(
    r"""^(?:repro(?:duc\w*)?|reproduction|debug|scratch|tmp|temp|try|verify|validate|demo|check_fix|quick|sanity|minimal|mwe|poc
    |test_(?:fix|repro\w*|issue|bug|patch|changes?|quick|script|simple|manual|tmp|temp|debug)|(?:run|simple|quick|my|manual|final)_test|fix|patch|issue|bug)
    (?:[_-]\w[\w-]*|\d+)?\.(?:py|js|mjs|cjs|ts|sh|rb|go|rs|java|c|cc|cpp|ipynb|bat|ps1|php|pl)$""",
    re.VERBOSE | re.IGNORECASE,
)
_REPORT = re.compile(
    r"""^(?:[\w-]*[_-])?(?:summary|solution|explanation|notes|plan|todo|code_changes|analysis|implementation|fix(?:es)?|changes_made|patch_notes|report|walkthrough|findings|debug(?:ging)?)
    (?:[_-][\w-]*)?\.(?:md|txt|rst|html|json)$""",
    re.VERBOSE | re.IGNORECASE,
)
_MODULE = re.compile(
    r"/(?:verify|validate|demo|debug|try|quick|minimal|fix|patch|issue|bug|temp|scratch)\.\w+$", re.IGNORECASE
)
"""Names of scripts that are ordinary names of modules too, inside a source folder."""
_RUNNERS = ("Makefile", "package.json", "pyproject.toml", "setup.cfg", "tox.ini", "noxfile.py", "Rakefile", "justfile")
"""Files that say what to run: what they name is no scratch."""
_TEST_FOLDER = re.compile(
    r"(?:^|/)(?:tests?|testing|specs?|__tests__|testdata|fixtures|examples?|docs?|scripts|tools|bench\w*)/", re.I
)


@unless_issue_mentions("mode")
def mode_only(_scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A file's mode changed."""
    return with_reason(of_kind("mode", changes), "changes the file's mode, which nobody asked for")


def scratch_file(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A new file that served to work on the fix: a reproduction, a log, a backup, a report."""
    created = of_kind("create", changes)
    kind = _kind(scene.path) if created else ""
    if not kind or _is_referenced(scene):
        return {}
    return with_reason(created, f"{kind} that nothing refers to")


def _kind(path: str) -> str:
    """Say in words for a person which kind of scratch file has such a path; "" where none has."""
    name = _name(path)
    if _TEST_FOLDER.search(path):
        return ""
    if _LEFTOVER.search(name):
        return "a leftover file"
    if _SCRIPT.match(name) and not _MODULE.search(path):
        return "a scratch script"
    # In a folder, a report is part of the documentation.
    return "a report about the work" if _REPORT.match(path) else ""


def _is_referenced(scene: Scene) -> bool:
    """Tell whether the issue or a runner names the file, or lines added to another file use it or what it defines."""
    is_in_issue = any(map(scene.asked.names, (scene.path, _name(scene.path))))
    return is_in_issue or _runner_names(scene) or _other_file_uses(scene)


def _runner_names(scene: Scene) -> bool:
    """Tell whether one of the files that say what to run names the file."""
    if scene.read is None:
        return False
    name = _name(scene.path)
    return any(name in source for source in filter(None, map(scene.read, _RUNNERS)))


def _other_file_uses(scene: Scene) -> bool:
    """Tell whether lines that the patch adds to other files name this one, or something wide that it declares."""
    added = _added_elsewhere(scene)
    if count(added, _known_as(scene)):
        return True
    # In many languages the files of a folder see each other: none has to be named.
    outline = scene.outline_after
    if outline is None:
        return False
    declared = {part.name for part in outline.declared if part.wide}
    return not declared.isdisjoint(used(added))


def _known_as(scene: Scene) -> str:
    """The name by which other files can mean this one: only code can be meant without its ending."""
    name = _name(scene.path)
    is_data = scene.language in ("", "json")
    return name if is_data else name.rsplit(".", 1)[0]


def _added_elsewhere(scene: Scene) -> str:
    """The text that the patch adds to other files, scratch files aside."""
    hunks = chain.from_iterable(file.hunks for file in other_files(scene) if not _kind(file.path))
    return "".join(text(hunk.added) for hunk in hunks)


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1]
