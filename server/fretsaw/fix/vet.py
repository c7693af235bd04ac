"""The engine without a model: any reply or diff -> located, validated, pruned patch. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from fretsaw.core import reply
from fretsaw.core.edit import place_edit, prune_edit
from fretsaw.core.issue import Issue
from fretsaw.core.locate.misfit import Located, Misfit
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.prune.verdict import Mode, Verdict
from fretsaw.core.rules_files import NO_RULES, ProjectRules
from fretsaw.core.snapshot import Snapshot

NO_ISSUE = Issue("", "")
Reader: TypeAlias = Callable[[str], "str | None"]


@dataclass(frozen=True, slots=True)
class Vetted:
    """The result of vetting a reply."""

    status: Literal["ok", "misfit", "nochange"]
    patch: PatchSet = PatchSet()
    """The changes that are kept."""
    proposed: PatchSet = PatchSet()
    """The changes that the reply asks for, before anything was dropped: `verdicts` has one for each of them."""
    verdicts: tuple[Verdict, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    located: tuple[Located, ...] = ()
    grammars: tuple[str, ...] = ()
    ignored: str = ""
    """The text of the reply that is no edit."""
    notices: tuple[str, ...] = ()
    """Facts about the edits that a person should know, such as a path that was taken for another one."""


def vet(
    text: str,
    files: Snapshot | Reader,
    paths: Iterable[str] = (),
    issue: Issue = NO_ISSUE,
    mode: Mode = "safe",
    rules: ProjectRules = NO_RULES,
) -> Vetted:
    """Read, place, derive and prune one reply. All edits or none: with any misfit the patch is empty.

    `rules`: of the project; `files`: a snapshot, or a function from a path to its text and the `paths` that it knows.
    """
    snapshot = files if isinstance(files, Snapshot) else Snapshot(None, tuple(sorted(paths)), files)
    reading = reply.read(text)
    edit = place_edit(reading, snapshot)
    notices = tuple(notice.for_person for notice in edit.placing.notices if notice.kind == "path")
    vetted = Vetted(
        "misfit", located=edit.placing.located, grammars=reading.grammars, ignored=reading.ignored, notices=notices
    )
    if edit.placing.misfits:
        return replace(vetted, misfits=edit.placing.misfits)
    pruned = prune_edit(edit.patch, snapshot, rules.join(issue, edit.patch.paths), mode)
    status: Literal["ok", "nochange"] = "ok" if pruned.patch else "nochange"
    return replace(vetted, status=status, patch=pruned.patch, proposed=pruned.proposed, verdicts=pruned.verdicts)
