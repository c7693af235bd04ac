"""Rows of a corpus: read from a folder of `*.jsonl.xz`, or made by damaging the real edits that the folder holds.

A row is `{id, kind, reply, files, expect, must}` as the corpus' README says.
"""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from damage import FORMS, Edit, as_arguments, edit_of
from damages import DAMAGES, owed

Row = dict[str, Any]


def load(corpus: Path, name: str) -> list[Row]:
    with lzma.open(
        corpus / f"{name}.jsonl.xz", "rt", encoding="utf-8", errors="surrogateescape", newline="\n"
    ) as lines:
        return [json.loads(line) for line in lines]


def gold(corpus: Path) -> list[Edit]:
    """Real edits: the undamaged rows, and the known fixes under the noise."""
    found: dict[str, Edit] = {}
    for name in ("synthetic", "extraneous"):
        if not (corpus / f"{name}.jsonl.xz").exists():
            continue
        for row in load(corpus, name):
            before, after = row["files"], row["expect"]
            if not after or (name == "synthetic" and not row["kind"].endswith("/clean")):
                continue
            if set(before) != set(after) or any("\r" in text or "\ufeff" in text for text in before.values()):
                continue
            if any(text.endswith("\n") != after[path].endswith("\n") for path, text in before.items()):
                continue
            edit = edit_of(before, after)
            if edit.hunks:
                found.setdefault(json.dumps(after, sort_keys=True), edit)
    return list(found.values())


def damaged(corpus: Path, most: int, seed: int = 20261122) -> Iterator[Row]:
    """Rows of every damage in every form it makes sense for, `most` edits each."""
    edits = gold(corpus)
    for name, (forms, damage) in DAMAGES.items():
        for form in forms.split():
            rng = random.Random(f"{seed}:{name}:{form}")
            picked = rng.sample(edits, min(len(edits), most * 3))
            made = 0
            for edit in picked:
                row = _row(edit, name, form, damage(edit, rng), rng)
                if row is not None:
                    row["id"] = f"made:{form}:{name}:{made}"
                    yield row
                    made += 1
                if made == most:
                    break


def _row(edit: Edit, name: str, form: str, worn: Edit | None, rng: random.Random) -> Row | None:
    if worn is None:
        return None
    reply = _dressed(FORMS[form](worn, rng), worn.style)
    must = owed(edit, worn, form, name)
    return {
        "kind": f"{form}/{name}",
        "must": must,
        "model": None,
        "reply": reply,
        "files": worn.before,
        "expect": worn.after,
    }


def _dressed(reply: str, style: dict[str, str]) -> str:
    if "cut" in style:
        return reply[: len(reply) // 2]
    if "fence" in style:
        mark = style["fence"]
        reply = f"Here it is:\n\n{mark}diff\n{reply}{mark}\n"
    if "prose" in style:
        reply = f"The cause is clear.\n\n{reply}\n\nThis fixes it:\n\n- the check is right now\n- tests pass\n"
    if "twice" in style:
        reply = (
            f"First:\n\n```diff\n{reply}```\n\nSo the whole change is:\n\n```diff\n{reply}```\n"
            if "<<<<" not in reply
            else reply * 2
        )
    if "strip" in style:
        reply = reply.strip()
    if "arguments" in style:
        reply = as_arguments(reply)
    if "escaped" in style:
        reply = json.dumps(reply)[1:-1]
    if "reply_newline" in style:
        reply = reply.replace("\n", "\r\n")
    return reply
