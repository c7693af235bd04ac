"""Everything that is done with the user's git repository. The only importer of git; nothing changes the tree but
`deliver` and `undo`.

Knows nothing of models, issues or checks.
"""

from __future__ import annotations

from fretsaw.repo.deliver import deliver, refuse_operation
from fretsaw.repo.git import git_version
from fretsaw.repo.new import create
from fretsaw.repo.opening import open_repo, reopened
from fretsaw.repo.snapshot import snapshot, untracked
from fretsaw.repo.trial import trial
from fretsaw.repo.undo import Recorded, deliveries, recover, undo
from fretsaw.repo.values import Delivery, How, Repo, UndoResult

__all__ = [
    "Delivery",
    "How",
    "Recorded",
    "Repo",
    "UndoResult",
    "create",
    "deliver",
    "deliveries",
    "git_version",
    "open_repo",
    "recover",
    "refuse_operation",
    "reopened",
    "snapshot",
    "trial",
    "undo",
    "untracked",
]
