"""Rules on whole files: modes nobody asked for, scratch files left behind."""

from __future__ import annotations

import re

from fretsaw.core.patch.values import Change
from fretsaw.core.prune.scene import Scene

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
    r"""^(?:[\w-]*[_-])?(?:summary|solution|explanation|analysis|implementation|fix(?:es)?|changes_made|patch_notes|report|walkthrough|findings|debug(?:ging)?)
    (?:[_-][\w-]*)?\.(?:md|txt|rst|html|json)$""",
    re.VERBOSE | re.IGNORECASE,
)
_TEST_FOLDER = re.compile(
    r"(?:^|/)(?:tests?|testing|specs?|__tests__|testdata|fixtures|examples?|docs?|scripts|tools|bench\w*)/", re.I
)


def mode_only(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A file's mode changed."""
    if "mode" in scene.asked.topics:
        return {}
    return {change.id: "changes the file's mode, which nobody asked for" for change in changes if change.kind == "mode"}


def scratch_file(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A new file that served to work on the fix: a reproduction, a log, a backup, a report."""
    created = [change for change in changes if change.kind == "create"]
    if not created or scene.asked.names(scene.path) or scene.asked.names(_name(scene.path)) or _is_referenced(scene):
        return {}
    what = _kind(scene.path)
    return {change.id: f"{what} that nothing refers to" for change in created} if what else {}


def _kind(path: str) -> str:
    name = _name(path)
    if _LEFTOVER.search(name) and not _TEST_FOLDER.search(path):
        return "a leftover file"
    if _TEST_FOLDER.search(path):
        return ""
    if _SCRIPT.match(name):
        return "a scratch script"
    if _REPORT.match(name) and "/" not in path:
        return "a report about the work"
    return ""


def _is_referenced(scene: Scene) -> bool:
    """Whether another file of the patch names it in what it adds."""
    stem = re.escape(_name(scene.path).rsplit(".", 1)[0])
    found = re.compile(rf"(?<!\w){stem}(?!\w)")
    others = (file for file in scene.patch.files if file.path != scene.path and not _kind(file.path))
    return any(found.search(line) for file in others for hunk in file.hunks for line in hunk.added)


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1]
