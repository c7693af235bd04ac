"""Runs, files, changes, checks as the rows of a tree: worded, and with what can be done about each. Sends nothing.

Works on the JSON objects that a client gets (`lsp/features/to_json.py`); an editor has an icon for each state and shows
the rest as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from fretsaw.review.review import WAITING

Json = Mapping[str, Any]
_MOST_SHOWN = 100
_CAN = {
    "pending": ("accept", "reject", "why"),
    "handed-off": ("accept", "reject", "why"),
    "stale": ("reject", "why"),
    "rejected": ("why", "restore"),
    "dropped": ("why", "restore"),
}


def run_row(run: Json, proposal: Json | None, known: bool) -> dict[str, Any]:
    """The row of a run and all below it. `known`: this server started it, so it can be asked for again."""
    changes = _changes(proposal)
    states = {change["state"] for change in changes}
    active = run["state"] in ("queued", "running")
    waits = bool(states & set(WAITING))
    can = {
        "cancel": active,
        "accept": waits and _proved(proposal),
        "reject": waits,
        "diff": waits or "accepted" in states,
        "undo": "accepted" in states,
        "report": proposal is not None,
        "retry": known and not active,
    }
    tally = _tally(proposal)
    described = run["text"] or run["state"] if active else tally or run["error"] or run["state"]
    summary = proposal["summary"] if proposal else ""
    return tree_row(
        "run",
        run["id"],
        run["title"],
        run["state"],
        {"runId": run["id"]},
        description=described,
        tooltip="\n\n".join(filter(None, [run["title"], summary, run["error"]])),
        can=[name for name, may in can.items() if may],
        open=active or waits,
        rows=_parts(proposal) if proposal else [],
    )


def _tally(proposal: Json | None) -> str:
    """Count the states of a proposal's changes in words, and say where its check did not prove it."""
    if proposal is None:
        return ""
    tally = tally_states([*_changes(proposal), *proposal["dropped"]])
    return f"not proved · {tally}" if proposal["unproved"] and tally else tally


def tree_row(kind: str, name: str, label: str, state: str, target: Json, **more: Any) -> dict[str, Any]:
    """One row; what is not said of it is empty."""
    empty: dict[str, Any] = {"description": "", "tooltip": "", "can": [], "open": False, "rows": []}
    return {"kind": kind, "id": name, "label": label, "state": state, "target": dict(target), **empty, **more}


def _proved(proposal: Json | None) -> bool:
    """Return True if the run has ended: before, nothing can be accepted."""
    return proposal is not None and proposal["stage"] == "ready"


def _changes(proposal: Json | None) -> list[Json]:
    return [change for file in proposal["files"] for change in file["changes"]] if proposal else []


def _parts(proposal: Json) -> list[dict[str, Any]]:
    target, dropped, proved = {"runId": proposal["runId"]}, proposal["dropped"], _proved(proposal)
    rows = [_file(target, file, proved) for file in proposal["files"] if file["changes"]]
    if dropped:
        below = [_change(target, change, proved) for change in dropped]
        name, label = f"{proposal['runId']}/dropped", f"Dropped ({len(dropped)})"
        rows.append(tree_row("group", name, label, "dropped", target, description="not asked for", rows=below))
    rows += [_check(target, check) for check in proposal["checks"]]
    notices = enumerate(proposal["notices"])
    rows += [
        tree_row("notice", f"{proposal['runId']}/notice/{n}", text, "", target, tooltip=text) for n, text in notices
    ]
    return rows


def _file(target: Json, file: Json, proved: bool) -> dict[str, Any]:
    folder, _, name = file["path"].rpartition("/")
    waits = any(change["state"] in WAITING for change in file["changes"])
    return tree_row(
        "file",
        f"{target['runId']}/{file['path']}",
        name,
        "pending" if waits else "",
        {**target, "uri": file["uri"]},
        description=folder,
        can=[name for name, may in {"accept": waits and proved, "reject": waits, "diff": True}.items() if may],
        open=waits,
        rows=[_change(target, change, proved) for change in file["changes"]],
    )


def _change(target: Json, change: Json, proved: bool) -> dict[str, Any]:
    state, kind = change["state"], change["kind"]
    where = f"line {change['range']['start']['line'] + 1}" if change["range"] else kind
    told = "" if state == "pending" else state
    described = reason_text(change) if state == "dropped" else " · ".join(filter(None, [where, told, change["flag"]]))
    place = f"{change['path']}, {where}, {state}"
    return tree_row(
        "change",
        f"{target['runId']}/change/{change['id']}",
        glimpse(change["added"]) if kind == "lines" else change["label"],
        state,
        {**target, "change": change["id"]},
        description=described,
        tooltip="\n\n".join(filter(None, [change["label"], place, reason_text(change)])),
        can=[name for name in _CAN.get(state, ("why",)) if proved or name != "accept"],
        uri=change["uri"],
        range=change["range"] if kind == "lines" and state in WAITING else None,
        diff="\n".join([f"-{line}" for line in change["removed"]] + [f"+{line}" for line in change["added"]]),
        why=" · ".join(filter(None, [reason_text(change), change["flag"]])),
    )


def _check(target: Json, check: Json) -> dict[str, Any]:
    return tree_row(
        "check",
        f"{target['runId']}/check/{check['name']}",
        f"Check {check['name']}: {check['state']}",
        check["state"],
        target,
        description=check["reason"] or check["command"],
        tooltip="\n".join(filter(None, [check["command"], check["reason"]])),
    )


# Wording


def tally_states(changes: Sequence[Json]) -> str:
    """Count how many changes are in each state: `2 pending · 1 accepted · 3 dropped`."""
    counts = Counter(change["state"] for change in changes)
    return " · ".join(f"{count} {state}" for state, count in counts.items())


def glimpse(added: Sequence[str]) -> str:
    """Shorten the new text of a change for the end of a line."""
    said = [line.strip() for line in added if line.strip()]
    if not said:
        return "→ a blank line" if added else "→ removed"
    return f"→ {said[0][:_MOST_SHOWN]}{f'  (+{len(said) - 1})' if len(said) > 1 else ''}"


def reason_text(change: Json) -> str:
    """Say why a change stands where it stands: `formatting: only the quotes differ`."""
    return ": ".join(filter(None, [change["rule"], change["reason"]]))


def format_dollars(amount: float) -> str:
    """`$0.12`, and two digits more for a small sum."""
    return f"${amount:.{4 if 0 < amount < 0.01 else 2}f}"
