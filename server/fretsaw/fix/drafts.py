"""Preview completed files while the reply is still streaming.

Nothing here is proved, sent or applied: what it shows is replaced by the whole, or taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fretsaw.core import reply
from fretsaw.core.edit import place_edit, prune_edit
from fretsaw.core.reply.edit_block import EditBlock
from fretsaw.core.run import Draft, Event
from fretsaw.fix.restrictions import check_restrictions
from fretsaw.fix.work import Work

_REST = 4
"""Pause after a look, in multiples of the look's own time: it costs a fifth of one processor at most."""


@dataclass(slots=True)
class DraftListener:
    """Listens to one answer as it streams in (an `OnText`), and reports a draft whenever a file is complete."""

    work: Work
    _pieces: list[str] = field(default_factory=list)
    _known: tuple[EditBlock, ...] = ()
    _next: float = 0.0

    def __call__(self, piece: str | None) -> None:
        """Take a piece of the answer; None: the answer begins anew."""
        if piece is None:
            self._pieces, self._known = [], ()
            return
        self._pieces.append(piece)
        begun = self.work.services.clock()
        if "\n" not in piece or begun < self._next:
            return
        self._look("".join(self._pieces))
        ended = self.work.services.clock()
        self._next = ended + _REST * (ended - begun)

    def _look(self, text: str) -> None:
        blocks = reply.left_behind(text)
        if blocks == self._known:
            return
        self._known = blocks
        draft = self._draft(blocks)
        if draft is not None:
            files = "1 file" if len(draft.patch.files) == 1 else f"{len(draft.patch.files)} files"
            self.work.services.report(Event("ask", f"valid so far: {files}", draft=draft))

    def _draft(self, blocks: tuple[EditBlock, ...]) -> Draft | None:
        """The blocks as a patch; None where they do not fit or are not allowed: the whole reply will tell the model."""
        edit = place_edit(blocks, self.work.snapshot)
        if edit.placing.misfits:
            return None
        work = self.work.under_rules_for(edit.patch.paths)
        pruned = prune_edit(edit.patch, work.snapshot, work.issue, work.settings.prune)
        if not pruned.patch or check_restrictions(pruned.patch, work).reason:
            return None
        return Draft(pruned.proposed, pruned.patch, pruned.verdicts)
