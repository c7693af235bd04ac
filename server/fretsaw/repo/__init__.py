"""Everything that is done with the user's git repository. The only importer of git; nothing changes the tree but
`deliver` and `undo`.
"""

from __future__ import annotations

from fretsaw.repo.deliver import deliver, refuse_operation
from fretsaw.repo.discover import open_repo, reopened
from fretsaw.repo.file_text import file_text
from fretsaw.repo.git.committer import left_undone, refuse_unknown_committer
from fretsaw.repo.git.program import git_version
from fretsaw.repo.git.snapshot import snapshot
from fretsaw.repo.git.trial import trial
from fretsaw.repo.merge import follow_files
from fretsaw.repo.new_repository import create
from fretsaw.repo.repository import Delivery, How, Repo, UndoResult
from fretsaw.repo.rules_files import rules_in, rules_on_disk
from fretsaw.repo.undo import Recorded, deliveries, recover, undo

__all__ = [
    "Delivery",
    "How",
    "Recorded",
    "Repo",
    "UndoResult",
    "create",
    "deliver",
    "deliveries",
    "file_text",
    "follow_files",
    "git_version",
    "left_undone",
    "open_repo",
    "recover",
    "refuse_operation",
    "refuse_unknown_committer",
    "reopened",
    "rules_in",
    "rules_on_disk",
    "snapshot",
    "trial",
    "undo",
]
