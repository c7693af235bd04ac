"""What of a reply can be looked at while the model still writes: the files that it has left behind.

Knows no client. Nothing here is proved, sent or applied: what it shows is replaced by the whole, or taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from fretsaw.core import locate, prune, reply
from fretsaw.core.context import paths_with
from fretsaw.core.issue import Issue
from fretsaw.core.patch import derive_set
from fretsaw.core.reply.edit_block import EditBlock
from fretsaw.core.run import Draft, Event
from fretsaw.core.snapshot import Snapshot
from fretsaw.fix.restrictions import check_restrictions
from fretsaw.fix.services import Services
from fretsaw.settings import Settings

_REST = 4
"""How long it waits after a look, in times of what the look took: it costs a fifth of one processor at most."""


@dataclass(slots=True)
class Preview:
    """Listens to one answer as it streams in (an `OnText`), and reports a draft whenever a file is complete."""

    issue: Issue
    snapshot: Snapshot
    world: Services
    settings: Settings
    _said: list[str] = field(default_factory=list)
    _known: tuple[EditBlock, ...] = ()
    _next: float = 0.0

    def __call__(self, piece: str | None) -> None:
        """Take a piece of the answer; None: the answer begins anew."""
        if piece is None:
            self._said, self._known = [], ()
            return
        self._said.append(piece)
        begun = self.world.clock()
        if "\n" not in piece or begun < self._next:
            return
        self._look("".join(self._said))
        ended = self.world.clock()
        self._next = ended + _REST * (ended - begun)

    def _look(self, said: str) -> None:
        blocks = reply.left_behind(said)
        if blocks == self._known:
            return
        self._known = blocks
        draft = self._draft(blocks)
        if draft is not None:
            files = "1 file" if len(draft.patch.files) == 1 else f"{len(draft.patch.files)} files"
            self.world.report(Event("ask", f"valid so far: {files}", draft=draft))

    def _draft(self, blocks: tuple[EditBlock, ...]) -> Draft | None:
        """The blocks as a patch; None where they do not fit or may not be: the whole reply will tell the model."""
        placing = locate.place(blocks, self.snapshot.read, self.snapshot.paths)
        proposed = derive_set(self.snapshot.read, placing.after, placing.modes)
        pruned = prune.prune(
            proposed, self.issue, self.settings.prune, self.snapshot.read, partial(paths_with, self.snapshot)
        )
        if (
            placing.misfits
            or not pruned.patch
            or check_restrictions(pruned.patch, self.issue, self.snapshot, self.world).reason
        ):
            return None
        return Draft(pruned.proposed, pruned.patch, pruned.verdicts)
