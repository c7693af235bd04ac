"""Rules on whole files: modes nobody asked for, scratch files left behind."""

from __future__ import annotations

import re

from fretsaw.core.patch.patch_set import Change
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
_PLAIN = re.compile(
    r"(?:verify|validate|demo|debug|try|quick|minimal|fix|patch|issue|bug|temp|scratch)\.\w+$", re.IGNORECASE
)
"""Names of scripts that are ordinary names of modules too, inside a source folder."""
_RUNNERS = ("Makefile", "package.json", "pyproject.toml", "setup.cfg", "tox.ini", "noxfile.py", "Rakefile", "justfile")
"""Files that say what to run: what they name is no scratch."""
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
    what = _kind(scene.path) if created else ""
    if not what or scene.asked.names(scene.path) or scene.asked.names(_name(scene.path)) or _is_referenced(scene):
        return {}
    return {change.id: f"{what} that nothing refers to" for change in created}


def _kind(path: str) -> str:
    name = _name(path)
    if _LEFTOVER.search(name) and not _TEST_FOLDER.search(path):
        return "a leftover file"
    if _TEST_FOLDER.search(path):
        return ""
    if _SCRIPT.match(name) and not ("/" in path and _PLAIN.match(name)):
        return "a scratch script"
    if _REPORT.match(name) and "/" not in path:
        return "a report about the work"
    return ""


def _is_referenced(scene: Scene) -> bool:
    """Tell whether lines added to another file of the patch name it or use what it defines, or a runner names it."""
    return _runner_names(scene) or _other_file_uses(scene)


def _runner_names(scene: Scene) -> bool:
    name = _name(scene.path)
    return scene.read is not None and any(name in (scene.read(runner) or "") for runner in _RUNNERS)


def _other_file_uses(scene: Scene) -> bool:
    """Tell whether lines that the patch adds to other files name this one, or something wide that it declares."""
    name = _name(scene.path)
    is_code = scene.language not in ("", "json")
    # Only code can be meant by its name without an ending.
    known = name.rsplit(".", 1)[0] if is_code else name
    added = _added_elsewhere(scene)
    if re.search(rf"(?<!\w){re.escape(known)}(?!\w)", added):
        return True
    # In many languages the files of a folder see each other: none has to be named.
    outline = scene.outline_after
    if outline is None:
        return False
    declared = {part.name for part in outline.declared if part.wide}
    return not declared.isdisjoint(used(added))


def _added_elsewhere(scene: Scene) -> str:
    """The text that the patch adds to other files, scratch files aside."""
    others = [file for file in scene.patch.files if file.path != scene.path and not _kind(file.path)]
    return "".join(text(hunk.added) for file in others for hunk in file.hunks)


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1]
