"""Answer a hook of another coding agent: prune its edit before it lands, hold the end of its turn once.

Whatever goes wrong here, the agent's edit lands as it is (fail open), with one line on standard error. Heavy packages
are imported where they are needed: this starts on every edit.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from fretsaw.hooks import answer
from fretsaw.hooks.payload import MultiEdit, PatchEdit, Payload, TextEdit, edit_of, read_payload
from fretsaw.hooks.turn import Turn, read_turn, time_of_turn, write_turn
from fretsaw.user_dirs import repo_id, user_dirs

if TYPE_CHECKING:
    from fretsaw.core.patch.patch_set import PatchSet
    from fretsaw.core.prune import Verdict
    from fretsaw.hooks.judge import JudgedEdit, Request

HookMode = Literal["prune", "refuse", "report"]
MODES = ("prune", "refuse", "report")

_HELD = "Fretsaw compared your files with the start of this turn."
_LARGEST = 1_000_000
_ROWS = 12
_MOST_TOLD = 500
_NOTHING_ELSE = re.compile(
    r"\b(?:nothing|not anything) else\b|\b(?:do not|don['’]t|never) (?:change|touch|edit|modify) anything else\b"
    r"|\bno (?:other|unrelated|further) (?:changes?|edits?)\b|\bonly (?:this|that)(?: change)?[.!]",
    re.IGNORECASE,
)
"""Words by which the person himself asks for strict pruning."""


@dataclass(frozen=True, slots=True)
class HookOptions:
    """The options with which the hook was installed."""

    agent: str
    mode: HookMode = "prune"
    strict: bool = False


def main(arguments: list[str], data: bytes) -> tuple[str, str]:
    """The answer to one payload, and a line for standard error where it could not be judged. Never raises."""
    try:
        reply = answer_hook(data, _options(arguments))
        return json.dumps(reply or {}), ""
    except BaseException as error:
        reason = " ".join(str(error).split())[:200]
        return "", f"fretsaw: the edit was let through unvetted: {type(error).__name__}: {reason}"


def _options(arguments: Sequence[str]) -> HookOptions:
    """The options, read without the command line's library."""
    found: dict[str, str] = {}
    words = iter(arguments)
    for word in words:
        name, is_joined, value = word.partition("=")
        if name in ("--hook", "--mode", "--prune"):
            found[name] = value if is_joined else next(words, "")
    agent, mode = found.get("--hook", ""), found.get("--mode", "prune")
    if agent not in answer.AGENTS:
        raise ValueError(f"there is no hook for {agent!r}; known are {', '.join(answer.AGENTS)}")
    if mode not in MODES:
        raise ValueError(f"{mode!r} is not a mode; known are {', '.join(MODES)}")
    return HookOptions(agent, mode, found.get("--prune") == "strict")  # type: ignore[arg-type]


def answer_hook(data: bytes, options: HookOptions) -> dict[str, Any]:
    """The answer to one payload; {} lets everything be as it is. Raises whatever goes wrong."""
    payload = read_payload(data)
    root = _root_of(payload.cwd)
    if payload.event == "other" or root is None:
        return {}
    folder = user_dirs().state / "repos" / repo_id(root)
    if payload.event == "prompt":
        if _HELD in payload.prompt:  # Copilot hands our own words in as a prompt: the turn goes on
            return {}
        write_turn(folder, payload.session, _turn_at_prompt(root, folder, payload))
        return {}
    if payload.event == "edit":
        reply = _answer_edit(payload, root, folder, options)
        if options.agent == "gemini" and "systemMessage" in reply:
            _keep_pending(folder, payload.session, str(reply["systemMessage"]))
        return reply
    if payload.event == "after":
        return _tell_pending(folder, payload)
    return _answer_end(payload, root, folder, options)


def _keep_pending(folder: Path, session: str, told: str) -> None:
    turn = read_turn(folder, session)
    if turn is not None:
        write_turn(folder, session, replace(turn, pending=told))


def _tell_pending(folder: Path, payload: Payload) -> dict[str, Any]:
    """Tell the model of the edit that it just made, once."""
    turn = read_turn(folder, payload.session)
    if turn is None or not turn.pending:
        return {}
    write_turn(folder, payload.session, replace(turn, pending=""))
    return {"hookSpecificOutput": {"hookEventName": payload.event_name, "additionalContext": turn.pending}}


def _root_of(cwd: str) -> Path | None:
    """The nearest folder at or above with a `.git` in it; None where there is none."""
    if not cwd or "\0" in cwd:
        return None
    start = Path(os.path.realpath(cwd))
    return next((each for each in (start, *start.parents) if os.path.lexists(each / ".git")), None)


# -- before an edit ------------------------------------------------------------------------------


def _answer_edit(payload: Payload, root: Path, folder: Path, options: HookOptions) -> dict[str, Any]:
    edit = edit_of(payload)
    if edit is None:
        return {}
    turn = read_turn(folder, payload.session)
    if turn is not None and turn.is_held:
        return {}  # the agent takes out what it was told to: a hook must not block the cure
    if turn is None:  # installed in the middle of a session
        turn = _turn_begins(root, folder, payload.session, "")
        write_turn(folder, payload.session, turn)
    where = Path(os.path.realpath(payload.cwd))
    if not isinstance(edit, PatchEdit):
        return _answer_text_edit(edit, payload, where, root, folder, turn, options)
    return _answer_patch_edit(edit, payload, where, root, folder, turn, options)


def _answer_text_edit(
    edit: TextEdit | MultiEdit,
    payload: Payload,
    where: Path,
    root: Path,
    folder: Path,
    turn: Turn,
    options: HookOptions,
) -> dict[str, Any]:
    path = _inside(where / edit.path, root)
    if path is None or _why_not_judged(path):
        return {}
    before = _read(root / path)
    after = edit.apply(before)
    newline = ""
    if after is None and before is not None and "\r\n" in before:
        newline = "\r\n"  # some agents show and edit such a file with plain line ends
        before = before.replace("\r\n", "\n")
        after = edit.apply(before)
    if after is None or after == before:
        return {}
    write_turn(folder, payload.session, turn.with_seen({path: before}))
    started = turn.at_first(path, before)
    if newline and started is not None:
        started = started.replace("\r\n", "\n")
    request = _under_rules(_request(turn, folder, options, {path: started}, ""), root, [path])
    judged = _judge({path: before}, {path: after}, request)
    if not judged.dropped:
        return {}
    stays = next((file.after for file in judged.patch.files), before)
    arguments = None if stays == before else edit.reduced(before, stays or "")
    return _decide(payload, options, judged, arguments, is_empty=stays == before)


def _answer_patch_edit(
    edit: PatchEdit, payload: Payload, where: Path, root: Path, folder: Path, turn: Turn, options: HookOptions
) -> dict[str, Any]:
    from fretsaw.core import reply
    from fretsaw.core.edit import place_edit
    from fretsaw.core.patch import texts
    from fretsaw.core.snapshot import Snapshot

    inside = _patched_paths(edit.text, where, root)
    if not inside:
        return {}
    befores = {name: _read(where / name) for name in inside}
    existing = tuple(sorted(name for name, before in befores.items() if before is not None))
    placed = place_edit(reply.read(edit.text), Snapshot(None, existing, befores.get))
    if placed.placing.misfits or not placed.patch:
        return {}
    afters = texts(placed.patch)
    seen = {path: befores[name] for name, path in inside.items()}
    write_turn(folder, payload.session, turn.with_seen(seen))
    started = {name: turn.at_first(path, befores[name]) for name, path in inside.items()}
    prefix = where.relative_to(root).as_posix()
    request = _request(turn, folder, options, started, "" if prefix == "." else f"{prefix}/")
    request = _under_rules(request, root, inside.values())
    judged = _judge({name: befores[name] for name in afters}, afters, request)
    if not judged.dropped:
        return {}
    from fretsaw.hooks.v4a import render_v4a

    text = render_v4a(judged.patch) if judged.patch else None
    arguments = edit.with_patch(text) if text is not None and _reads_back(text, judged.patch, befores) else None
    return _decide(payload, options, judged, arguments, is_empty=not judged.patch)


def _patched_paths(text: str, where: Path, root: Path) -> dict[str, str]:
    """Path as the patch names it -> path from the root; none where one is not judged, or a file is moved."""
    if re.search(r"^\*\*\* Move to:", text, re.MULTILINE):
        return {}
    found = {}
    for name in re.findall(r"^\*\*\* (?:Update|Add|Delete) File: (.+?)\s*$", text, re.MULTILINE):
        path = _inside(where / name, root)
        if path is None or _why_not_judged(path):
            return {}
        found[name] = path
    return found


def _reads_back(text: str, patch: PatchSet, befores: Mapping[str, str | None]) -> bool:
    """Tell whether a patch that we wrote is read as what it is to say."""
    from fretsaw.core import reply
    from fretsaw.core.edit import place_edit
    from fretsaw.core.patch import texts
    from fretsaw.core.snapshot import Snapshot

    paths = tuple(sorted(name for name, before in befores.items() if before is not None))
    return texts(place_edit(reply.read(text), Snapshot(None, paths, befores.get)).patch) == texts(patch)


def _judge(before: Mapping[str, str | None], after: Mapping[str, str | None], request: Request) -> JudgedEdit:
    from fretsaw.hooks.judge import judge_edit

    return judge_edit(before, after, request)


def _request(turn: Turn, folder: Path, options: HookOptions, base: Mapping[str, str | None], prefix: str) -> Request:
    from fretsaw.core.issue import Constraint, parse
    from fretsaw.hooks.judge import Request
    from fretsaw.session.scope import read_scope

    scope = read_scope(folder)
    issue, asked = parse(turn.prompt), "\n\n".join(text for text in (turn.earlier, turn.prompt) if text)
    if turn.earlier:
        from fretsaw.core.issue.thread_rules import join_turns

        holding = join_turns((parse(turn.earlier), issue)).constraints  # prohibitions add up, the last "only" counts
        issue = replace(parse(asked), constraints=holding)
    nothing_else = _NOTHING_ELSE.search(asked)
    if nothing_else and not any(rule.kind == "only" for rule in issue.constraints):
        # "Fix total() in prices.py. Change nothing else." names the one file that may change.
        named = tuple(dict.fromkeys(mention.text for mention in issue.mentions if mention.kind == "path"))
        sentences = re.split(r"(?<=[.!?])\s+|\n+", asked)
        said = next((each for each in sentences if _NOTHING_ELSE.search(each)), nothing_else.group())
        rule = Constraint("only", said, named)
        issue = replace(issue, constraints=(*issue.constraints, rule)) if named else issue
    strict = options.strict or nothing_else is not None
    return Request(issue, "strict" if strict else "safe", scope.rule if scope else None, prefix, base=base)


def _under_rules(request: Request, root: Path, paths: Iterable[str]) -> Request:
    """The request with the rules of the project's own files on these paths, which are from the root."""
    from fretsaw.repo.rules_files import rules_on_disk

    touched = tuple(paths)
    found = rules_on_disk(root, touched)
    if not found.known:
        return request
    from fretsaw.core.rules_files import ProjectRules

    return replace(request, rules=ProjectRules(found).resolved(request.issue, touched).rules)


def _decide(
    payload: Payload, options: HookOptions, judged: JudgedEdit, arguments: Any, *, is_empty: bool
) -> dict[str, Any]:
    """The answer in the mode that the person chose; an edit that cannot be reduced is let through, and said."""
    rows = _rows(judged.dropped)
    agent, event = options.agent, payload.event_name
    if options.mode == "report":
        return answer.noted(agent, event, f"Fretsaw: nobody asked for this part of the edit:\n{rows}")
    if is_empty:
        return answer.denied(agent, event, f"Fretsaw did not let this edit through, nobody asked for it:\n{rows}")
    if options.mode == "refuse":
        again = "Make the edit again without it."
        return answer.denied(
            agent, event, f"Fretsaw refused this edit, nobody asked for a part of it:\n{rows}\n{again}"
        )
    if arguments is None:
        return answer.noted(
            agent, event, f"Fretsaw: nobody asked for this part of the edit, take it out again:\n{rows}"
        )
    told = f"Fretsaw took out of this edit what nobody asked for; the rest is applied:\n{rows}\nDo not put it back."
    return answer.rewritten(agent, event, arguments, told)


def _rows(dropped: Sequence[Verdict]) -> str:
    rows = []
    for item in dropped[:_ROWS]:
        hunk = item.change.hunk
        line = f":{hunk.start + 1}" if hunk else ""
        lines = (hunk.added or hunk.removed) if hunk else ()
        shown = next((text.strip() for text in lines if text.strip()), "")[:80]
        rows.append(f"- {item.change.path}{line} {item.reason}" + (f": {shown}" if shown else ""))
    if len(dropped) > _ROWS:
        rows.append(f"- and {len(dropped) - _ROWS} more")
    return "\n".join(rows)


def _inside(path: Path, root: Path) -> str | None:
    """The path from the repository's root; None where it leads elsewhere, also through a link."""
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(root) or real == root:
        return None
    inside = real.relative_to(root).as_posix()
    return None if inside == ".git" or inside.startswith(".git/") else inside


def _why_not_judged(path: str) -> str:
    from fretsaw.core.policy.generated_files import why_not_vetted

    return why_not_vetted(path, None)


def _read(path: Path) -> str | None:
    """The text of a file, None where there is none. ValueError for one that is not looked at."""
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if len(data) > _LARGEST or b"\0" in data[:8000]:
        raise ValueError(f"{path.name} is binary or too large")
    return data.decode("utf-8", "surrogateescape")


# -- the turn's start and end --------------------------------------------------------------------


def _turn_at_prompt(root: Path, folder: Path, payload: Payload) -> Turn:
    """The turn that begins; or the one that goes on, where a person writes to an agent that is at work."""
    from fretsaw.session.rejections import WORKING_SECONDS

    turn = read_turn(folder, payload.session)
    begun = time_of_turn(folder, payload.session)
    if turn is None or turn.is_held or begun is None or time.time() - begun > WORKING_SECONDS:
        return _turn_begins(root, folder, payload.session, payload.prompt)
    earlier = "\n\n".join(text for text in (turn.earlier, turn.prompt) if text)
    return replace(turn, prompt=payload.prompt, earlier=earlier)


def _turn_begins(root: Path, folder: Path, session: str, prompt: str) -> Turn:
    from fretsaw.session.hook_turn import begin_turn

    return begin_turn(root, folder, session, prompt)


def _answer_end(payload: Payload, root: Path, folder: Path, options: HookOptions) -> dict[str, Any]:
    turn = read_turn(folder, payload.session)
    if turn is None:
        return {}
    from fretsaw.session.hook_turn import end_turn, unasked_since

    if turn.is_held or payload.is_continuation:
        end_turn(root, folder, payload.session, turn)
        return {}
    from fretsaw.session.rejections import rejected_paths, tell_rejections

    rejected = tell_rejections(folder, {path: _read(root / path) for path in rejected_paths(folder)})
    request = _request(turn, folder, options, {}, "")
    rows = [] if options.mode == "report" else unasked_since(root, folder, payload.session, turn, request)
    if not rows and not rejected:
        end_turn(root, folder, payload.session, turn)
        return {}
    write_turn(folder, payload.session, replace(turn, is_held=True, told=[*turn.told, *rows][-_MOST_TOLD:]))
    told = ""
    if rejected:
        told = f" The person looked at your changes and rejected these; take them out:\n{_listed(rejected)}\n"
    if rows:
        told += f" Nobody asked for these changes; take them out again, and change nothing else:\n{_listed(rows)}"
    return answer.held(options.agent, f"{_HELD}{told}")


def _listed(rows: list[str]) -> str:
    more = f"\n- and {len(rows) - _ROWS} more" if len(rows) > _ROWS else ""
    return "\n".join(f"- {row}" for row in rows[:_ROWS]) + more
