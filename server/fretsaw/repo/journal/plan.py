"""The plan of a transaction, as values, and its form on disk."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from fretsaw.core.policy.file_names import escape_of
from fretsaw.errors import RepoError
from fretsaw.repo.journal.safe_read import Access, FileState

_TX = re.compile(r"\d{6,}-[0-9a-f]{8}")
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One file: what is there now and what shall be there; None: no file."""

    path: str
    pre: FileState | None
    post: FileState | None


@dataclass(frozen=True, slots=True)
class RefMove:
    """A branch that moves together with the files."""

    ref: str
    """Full name, `refs/heads/…`."""
    old: str | None
    """Commit id, None: the branch does not exist before."""
    new: str | None
    """None: the branch goes away."""


@dataclass(frozen=True, slots=True)
class IndexMove:
    """An entry of the index that follows the branch, where it is still `old`: (mode, blob), None: no entry."""

    path: str
    old: tuple[str, str] | None
    new: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole transaction."""

    tx: str
    root: str
    run: str
    """Id of the run that it delivers, empty outside of one."""
    how: str
    """"worktree", "branch", "commit"."""
    steps: tuple[Step, ...]
    folders: tuple[str, ...] = ()
    """Folders to make before (outermost first)."""
    emptied: tuple[str, ...] = ()
    """Folders to remove afterwards if they are empty (innermost first)."""
    move: RefMove | None = None
    index: tuple[IndexMove, ...] = ()
    undoes: str | None = None
    """The transaction that this one takes back."""

    def temporary(self, number: int) -> str:
        """Name beside the target of step `number`, for the new file before and the old file after the swap."""
        return f".fretsaw-{self.tx}-{number}"


class Refs(Protocol):
    """The steps of git in a transaction."""

    def move(self, move: RefMove) -> None:
        """Move the branch, or raise RepoError with nothing moved."""

    def reached(self, move: RefMove) -> bool:
        """Return True if the branch has been moved (and may have gone on from there)."""

    def refresh(self, index: tuple[IndexMove, ...]) -> str:
        """Let the index follow; why it did not, empty when it did."""


def is_tx(name: str) -> bool:
    """Return True if a name is the id of a transaction."""
    return _TX.fullmatch(name) is not None


def written(plan: Plan) -> bytes:
    """The manifest: everything but the bytes, of which it has the hashes."""
    facts: dict[str, Any] = {name: getattr(plan, name) for name in ("tx", "root", "run", "how", "folders", "emptied")}
    facts["undoes"] = plan.undoes
    facts["move"] = asdict(plan.move) if plan.move else None
    facts["index"] = [asdict(move) for move in plan.index]
    facts["steps"] = [{"path": step.path, "pre": _noted(step.pre), "post": _noted(step.post)} for step in plan.steps]
    return json.dumps({"version": _VERSION, **facts}, indent=1).encode("ascii")


def read_back(manifest: bytes, images: dict[str, bytes], tx: str, root: str) -> Plan:
    """The plan of a manifest and its `preN` and `postN` files. RepoError when anything is not as we write it."""
    try:
        facts = json.loads(manifest)
        plan = Plan(
            tx=facts["tx"],
            root=facts["root"],
            run=facts["run"],
            how=facts["how"],
            steps=tuple(_step(number, row, images) for number, row in enumerate(facts["steps"])),
            folders=tuple(facts["folders"]),
            emptied=tuple(facts["emptied"]),
            move=RefMove(**facts["move"]) if facts["move"] else None,
            index=tuple(_index_move(row) for row in facts["index"]),
            undoes=facts["undoes"],
        )
        sound = facts["version"] == _VERSION and plan.tx == tx and is_tx(tx) and plan.root == root
        paths = (*(step.path for step in plan.steps), *plan.folders, *plan.emptied)
        sound = sound and not any(map(escape_of, paths))
        sound = sound and (plan.move is None or plan.move.ref.startswith("refs/heads/"))
    except (ValueError, KeyError, TypeError, AttributeError):
        sound = False
    if not sound:
        raise RepoError(f"the journal of transaction {tx} is damaged or not Fretsaw's")
    return plan


def _noted(image: FileState | None) -> dict[str, Any] | None:
    if image is None:
        return None
    noted: dict[str, Any] = {"sha256": _hash(image.data), "executable": image.executable}
    if image.access is not None:
        attributes = [[name, b64encode(value).decode("ascii")] for name, value in image.access.attributes]
        noted["access"] = {"mode": image.access.mode, "attributes": attributes}
    return noted


def _access(row: dict[str, Any] | None) -> Access | None:
    """As it was noted; an older version noted none."""
    if row is None:
        return None
    attributes = tuple((str(name), b64decode(value, validate=True)) for name, value in row["attributes"])
    return Access(int(row["mode"]) & 0o7777, attributes)


def _step(number: int, row: dict[str, Any], images: dict[str, bytes]) -> Step:
    sides: dict[str, FileState | None] = {}
    for side in ("pre", "post"):
        noted = row[side]
        if noted is not None and _hash(images[f"{side}{number}"]) != noted["sha256"]:
            raise ValueError(side)
        if noted is None:
            sides[side] = None
            continue
        access = _access(noted.get("access"))
        sides[side] = FileState(images[f"{side}{number}"], bool(noted["executable"]), access)
    return Step(row["path"], sides["pre"], sides["post"])


def _index_move(row: dict[str, Any]) -> IndexMove:
    old, new = (None if row[side] is None else (str(row[side][0]), str(row[side][1])) for side in ("old", "new"))
    return IndexMove(row["path"], old, new)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
