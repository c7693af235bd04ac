"""The engine without a model: any reply or diff -> located, validated, pruned patch. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from fretsaw.core import locate, prune, reply
from fretsaw.core.issue import Issue
from fretsaw.core.locate.misfit import Located, Misfit
from fretsaw.core.patch import derive_set
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.prune.verdict import Verdict

NO_ISSUE = Issue("", "")


@dataclass(frozen=True, slots=True)
class Vetted:
    """What became of a reply."""

    status: Literal["ok", "misfit", "nochange"]
    patch: PatchSet = PatchSet()
    """What is kept."""
    proposed: PatchSet = PatchSet()
    """What the reply asks for, before anything was dropped: `verdicts` has one for each of its changes."""
    verdicts: tuple[Verdict, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    located: tuple[Located, ...] = ()
    grammars: tuple[str, ...] = ()
    ignored: str = ""
    """The text of the reply that is no edit."""


def vet(
    said: str,
    read: Callable[[str], str | None],
    paths: Collection[str],
    issue: Issue = NO_ISSUE,
    mode: Literal["strict", "safe", "off"] = "safe",
    find: Callable[[str], Iterable[str]] | None = None,
) -> Vetted:
    """Read, place, derive and prune one reply. All edits or none: with any misfit the patch is empty.

    `find`: the paths that hold a word, where there is more than `paths` to ask.
    """
    reading = reply.read(said)
    placing = locate.place(reading, read, paths)
    if placing.misfits:
        return Vetted(
            "misfit",
            misfits=placing.misfits,
            located=placing.located,
            grammars=reading.grammars,
            ignored=reading.ignored,
        )
    proposed = derive_set(read, placing.after, placing.modes)
    pruned = prune.prune(proposed, issue, mode, read, find)
    return Vetted(
        "ok" if pruned.patch else "nochange",
        pruned.patch,
        pruned.proposed,
        pruned.verdicts,
        located=placing.located,
        grammars=reading.grammars,
        ignored=reading.ignored,
    )
