"""Notices before a run begins: files that are not sent, proof that is missing."""

from __future__ import annotations

import shlex

from fretsaw import check, repo
from fretsaw.core.snapshot import Snapshot
from fretsaw.session.open import Session


def notices_about(session: Session, snapshot: Snapshot, hidden: int) -> tuple[str, ...]:
    """Notices for a person. `hidden`: how many hidden characters and comments were taken out of the issue."""
    notices = list(notices_about_commit(session))
    if snapshot.secrets:
        names = ", ".join(snapshot.secrets[:5]) + (" …" if len(snapshot.secrets) > 5 else "")
        notices.append(f"never sent, because they may hold secrets: {names}")
    if hidden:
        notices.append(f"{hidden} hidden characters or comments were removed from the issue")
    if session.resolved.proposed_check:
        argv = " ".join(session.resolved.proposed_check)
        notices.append(f"the repository proposes the check {argv!r}: approve it with `agent check --approve`")
    elif not session.resolved.asked:
        found = check.check_candidates(snapshot.read, snapshot.paths)
        suggestion = f" (suggestion: {shlex.join(found[0].argv)})" if found else ""
        notices.append(f"no check is set, so nothing is proved; run `agent check`{suggestion}")
    return tuple(notices)


def notices_about_commit(session: Session) -> tuple[str, ...]:
    """List what the user's own commit would do and the run's will not: sign, run hooks."""
    settings = session.settings
    return repo.left_undone(session.repo, settings.sign) if settings.apply in ("commit", "branch") else ()
