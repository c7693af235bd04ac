"""The secrets of one repository: local values, and patches with their secrets in place again."""

from __future__ import annotations

import os
from collections.abc import Iterable

from fretsaw import repo
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.run import Proposal
from fretsaw.core.secrets.mask import MARKER, SecretMask, Withheld
from fretsaw.core.secrets.masked import has_markers, misused_markers, reveal_value, unknown_markers
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import RepoError
from fretsaw.session.open import Session

_MOST_NAMED = 12
_SHORTEST_KEY = 8
"""Endpoints of one's own machine are given `x` or `none` for a key, and such words stand in every text."""


def learn_local_secrets(session: Session, snapshot: Snapshot) -> None:
    """Keep the values of the repository's files of secrets and of the environment back in every text."""
    from fretsaw.check.run.masked_secrets import secret_values

    session.mask.learn(secret_values(session.root, snapshot.secrets, os.environ), "value-of-a-secret-file")
    key = session.settings.api_key
    if key and len(key) >= _SHORTEST_KEY:
        session.mask.learn((key,), "api-key", at_any_rate=True)


def reveal_patch(session: Session, patch: PatchSet) -> PatchSet:
    """The patch as it is written: with the values that its markers stand for, as they are in the files now.

    RepoError where one is gone from the files, or where a marker would be written.
    """
    if not has_markers(patch):
        return patch
    mask = resolve_markers(session, patch)
    gone = unknown_markers(patch, mask) - _written_so(session, patch)
    if gone:
        raise RepoError(
            f"the secret that {min(gone)} stands for is no longer in your files",
            hint="start a new run on the files as they are now",
        )
    misused = misused_markers(patch, mask)
    if misused:
        raise RepoError(": ".join(misused[0]), hint="start a new run on the files as they are now")
    return reveal_value(patch, mask)


def _written_so(session: Session, patch: PatchSet) -> frozenset[str]:
    """Find marker-like texts that the user's own files hold: in a text about markers."""
    snapshot = repo.snapshot(session.repo)
    texts = [snapshot.read(path) or "" for path in patch.paths if path in snapshot.paths]
    return frozenset(found for text in texts for found in MARKER.findall(text))


def reveal_proposal(session: Session, proposal: Proposal) -> Proposal:
    """The proposal with the values in place that were kept back, as far as the files still have them."""
    if not has_markers(proposal.proposed):
        return proposal
    return reveal_value(proposal, resolve_markers(session, proposal.proposed))


def resolve_markers(session: Session, patch: PatchSet) -> SecretMask:
    """A mask that knows the markers of the patch: from the run, from the patch's files, else from all others."""
    mask = session.mask
    if not unknown_markers(patch, mask):
        return mask
    snapshot = repo.snapshot(session.repo)
    mask = mask.unrestricted()
    for path in (*patch.paths, *(path for path in snapshot.paths if path not in patch.paths)):
        text = snapshot.read(path) if path in snapshot.paths else None
        mask.mask(text or "", path)
        if not unknown_markers(patch, mask):
            break
    return mask


def withheld_notices(withheld: Iterable[Withheld]) -> tuple[str, ...]:
    """Say what was kept back, where, by which rule, and how to send it all the same."""
    rows = dict.fromkeys(f"{item.source}:{item.line} ({item.rule}, {item.name})" for item in withheld)
    if not rows:
        return ()
    shown = "; ".join(list(rows)[:_MOST_NAMED]) + (
        f"; and {len(rows) - _MOST_NAMED} more" if len(rows) > _MOST_NAMED else ""
    )
    return (f"kept back, a placeholder is sent instead: {shown}. `--reveal NAME` sends one",)
