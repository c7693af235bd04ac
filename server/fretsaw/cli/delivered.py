"""What was changed, in a sentence. Knows only the value that a delivery is."""

from __future__ import annotations

import sys
from typing import Any

from fretsaw.cli import show


def delivered(run_id: str, delivery: Any, patch: str) -> None:
    """Say what was changed, or why nothing was."""
    if delivery is None:
        show.say("Nothing was changed.")
        return
    if delivery.kind == "none":
        sys.stdout.write(patch)
        sys.stdout.flush()
        show.say(f"Nothing was changed. `agent apply {run_id}` applies it.")
    elif delivery.kind == "branch":
        show.say(
            f"Committed {delivery.commit[:12]} on branch {delivery.branch}; your files are as they were.", bold=True
        )
    elif delivery.kind == "commit":
        show.say(
            f"Committed {delivery.commit[:12]}: {', '.join(delivery.paths)}. `agent undo` takes it back.", bold=True
        )
    elif delivery.kind == "worktree":
        show.say(f"Applied to {', '.join(delivery.paths)}. `agent undo` takes it back.", bold=True)
    else:
        show.say(f"Not applied: {delivery.reason}", fg="yellow", bold=True)
