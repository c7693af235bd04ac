"""The journal: several files change together or not at all, whatever happens, and can be changed back.

It is handed images of files from before and after. A crash at any moment leaves every file
entirely old or entirely new, and the next start makes all of them old or all of them new. What the user saves in
between is in the tree or in the journal's `conflicts` folder, and reported.

State, in the user's own state folder and never in the repository, one folder a worktree:
`lock`, `tx/ID/{preN,postN,manifest.json,done}` under way, `undo/ID/…` finished, `conflicts/`.
"""

from __future__ import annotations

from fretsaw.repo.journal.journal_folder import JournalFolder, open_journal
from fretsaw.repo.journal.plan import IndexMove, Plan, RefMove, Refs, Step
from fretsaw.repo.journal.records import Record, forget_old, is_pending, new_tx, records
from fretsaw.repo.journal.transaction import Applied, recover, transact

__all__ = [
    "Applied",
    "IndexMove",
    "JournalFolder",
    "Plan",
    "Record",
    "RefMove",
    "Refs",
    "Step",
    "forget_old",
    "is_pending",
    "new_tx",
    "open_journal",
    "records",
    "recover",
    "transact",
]
