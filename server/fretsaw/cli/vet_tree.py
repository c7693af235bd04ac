"""Show the verdicts on changes that are in the repository, ask about them, and remove the dropped ones."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fretsaw.cli import output, terminal
from fretsaw.cli.delivery_text import named
from fretsaw.core.patch import render
from fretsaw.core.prune.verdict import Verdict, why
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import ExitCode, UsageError
from fretsaw.repo.git.states import INDEX, WORKTREE

if TYPE_CHECKING:
    from fretsaw.session.open import Session
    from fretsaw.session.vet_tree import Question, TakenOut, VettedTree

_MOST_ROWS = 60
"""Changes up to which the kept ones are listed too."""
_KEYS = "[k]eep, [d]rop, [e]xplain, [a]ll the rest as proposed, [q]uit (the rest stays)"


@dataclass(frozen=True, slots=True)
class Asked:
    """Flags that say what to do with the verdicts."""

    do_apply: bool
    as_json: bool
    show_patch: bool
    show_reverse: bool
    exit_code: bool
    interactive: bool
    do_check: bool = False
    at_once: bool = False


def vet_states(directory: Path, question: Question, flags: dict[str, Any], asked: Asked) -> int:
    """Vet two states of the repository; the exit code."""
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible
    from fretsaw.session.open import open_session
    from fretsaw.session.vet_tree import decide, tree_document, vet_tree

    contained = question.contained
    is_worktree = not (question.staged or question.commit or question.span)
    if contained is not None:
        is_worktree = contained.states.after == WORKTREE
    if asked.interactive and not is_worktree:
        raise UsageError(
            "--interactive changes the working tree only", hint="for staged or committed changes, use --reverse-patch"
        )
    session = open_session(directory, flags)
    with interruptible(Cancel()):
        vetted = vet_tree(session, question)
    if asked.do_check and vetted.diff.patch:
        from fretsaw.session.prove_tree import prove_tree

        cancel = Cancel()
        with interruptible(cancel), terminal.progress(asked.as_json) as report:
            vetted = prove_tree(session, vetted, report, cancel)
    if asked.interactive:
        from fretsaw.session.tree_review import accept_changes

        drop, keep = _ask(vetted)
        accept_changes(session, vetted, keep)
        vetted = decide(vetted, drop)
    taken, queued = _take_out(session, vetted, asked) if is_worktree else (None, 0)
    cannot_apply = asked.do_apply and not is_worktree
    if asked.as_json:
        output.show(json.dumps({**tree_document(vetted, taken), "queued": queued}, indent=2))
    else:
        _print(vetted, taken, asked, with_reverse=asked.show_reverse or cannot_apply)
        if queued:
            told = f"{count(queued, 'rejected change')} will be named to the agent at the end of its turn"
            terminal.paragraph(
                "! ", f"An agent is working here: {told}. --now removes the changes at once.", fg="yellow"
            )
        else:
            _say_next(vetted, taken, question, asked)
    return int(_exit_code(vetted, asked, cannot_apply=cannot_apply))


def _take_out(session: Session, vetted: VettedTree, asked: Asked) -> tuple[TakenOut | None, int]:
    """Take out what was dropped, where that was asked for, or queue it: what was taken out, how many are queued."""
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible
    from fretsaw.session.rejections import is_agent_working, queue_rejections
    from fretsaw.session.vet_tree import take_out

    # Where nothing is proved, what goes may be what the check needs; a person may know better.
    if not asked.interactive and (not asked.do_apply or vetted.is_unproved):
        return None, 0
    if vetted.dropped and not asked.at_once and is_agent_working(session.store.folder):
        return None, queue_rejections(session.store.folder, vetted.dropped)
    with interruptible(Cancel()):
        return take_out(session, vetted), 0


def _exit_code(vetted: VettedTree, asked: Asked, *, cannot_apply: bool) -> ExitCode:
    if vetted.is_unproved:
        return ExitCode.CHECK
    is_refused = (cannot_apply and vetted.dropped) or (asked.exit_code and not vetted.is_clean)
    return ExitCode.NO_PATCH if is_refused else ExitCode.DELIVERED


def _print(vetted: VettedTree, taken: TakenOut | None, asked: Asked, *, with_reverse: bool) -> None:
    """Verdicts on standard error, patches on standard output."""
    show_vetted(vetted, taken)
    if asked.show_patch:
        output.emit(render(vetted.staying))
    if with_reverse:
        output.emit(render(vetted.reverse))


def show_vetted(vetted: VettedTree, taken: TakenOut | None) -> None:
    """Print what was compared, the verdicts, and what was not looked at."""
    size = f"{count(len(vetted.verdicts), 'change')} in {count(len(vetted.diff.patch.files), 'file')}"
    output.say(f"{vetted.diff.states.title}: {size}", bold=True)
    for path, reason in vetted.first:
        terminal.paragraph("  ! ", f"look here first: {path} ({reason})", fg="yellow")
    for new, old in sorted(vetted.diff.renamed.items()):
        output.say(f"     renamed: {safe_text(old)} → {safe_text(new)}", dim=True)
    rows = vetted.verdicts
    if len(rows) > _MOST_ROWS:
        rows = tuple(row for row in rows if row.decision != "keep")
        output.say(f"     {len(vetted.verdicts) - len(rows)} changes kept without remark", dim=True)
    terminal.verdicts(rows, restorable=taken is not None)
    _show_proof(vetted)
    for sentence in vetted.broken:
        terminal.paragraph("  ! ", f"breaks a rule: {sentence}", fg="red")
    for path in vetted.outside:
        terminal.paragraph("  ! ", f"{path} is outside the declared scope", fg="red")
    for path, reason in vetted.diff.not_vetted[:20]:
        terminal.paragraph("     ", f"not vetted: {path} ({reason})")
    if len(vetted.diff.not_vetted) > 20:
        output.say(f"     and {len(vetted.diff.not_vetted) - 20} more (--json names them)", dim=True)


def _show_proof(vetted: VettedTree) -> None:
    """Print the check's results and what they prove."""
    evidence = vetted.evidence
    terminal.checks(evidence.before, evidence.after)
    if vetted.check_runs is not None:
        ran, only = vetted.check_runs, vetted.check_runs.selected
        told = f", {only} of them of the proving tests alone" if only else ""
        output.say(f"     {count(ran.runs, 'check run')}{told}, {ran.seconds:.1f} s", dim=True)
    for notice in evidence.notices:
        terminal.paragraph("! ", notice, fg="yellow")
    if evidence.proof is not None:
        head = "" if evidence.proof.kind == "proved" else "not proved: " if vetted.is_unproved else "nothing broke: "
        terminal.paragraph("     ", f"{head}{evidence.proof.reason}", fg="red" if vetted.is_unproved else "green")


def count(number: int, what: str) -> str:
    """A number with its noun: `1 change`, `2,000 changes`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _say_next(vetted: VettedTree, taken: TakenOut | None, question: Question, asked: Asked) -> None:
    """Print what was changed, and the command that comes next."""
    if taken is not None:
        _say_taken(taken)
        return
    if vetted.is_unproved and asked.do_apply:
        output.say("Nothing was changed: the check does not prove the changes that would stay.")
        output.say("To remove the dropped changes without proof, leave out --check.")
        return
    if not vetted.dropped:
        output.say(_nothing(vetted))
        return
    again = "Nothing was changed. The same command with `--reverse-patch | git apply"
    contained = question.contained
    if question.staged or (contained is not None and contained.states.after == INDEX):
        output.say(f"{again} --cached` unstages those changes.")
    elif contained is not None and contained.states.after == WORKTREE:
        output.say("Nothing was changed. The same command with `--apply` removes the dropped changes.")
    elif contained is not None:
        output.say("Nothing was changed. The same command with `--reverse-patch` prints how to take those changes out.")
    elif question.commit or question.span:
        output.say(f"{again}` removes those changes from your files.")
    elif not asked.interactive:
        output.say(
            "Nothing was changed. `agent vet --apply` removes the dropped changes, `agent vet -i` asks about each."
        )


def _nothing(vetted: VettedTree) -> str:
    """Say why nothing is to be removed; what is not looked at has changed all the same."""
    if vetted.verdicts:
        return "Nothing to remove."
    if vetted.diff.not_vetted:
        return "Nothing to remove: none of the changed files was vetted, for the reasons above."
    return "Nothing to remove: files are only renamed." if vetted.diff.renamed else "Nothing has changed."


def _say_taken(taken: TakenOut) -> None:
    """Print what was removed, and where it still is."""
    output.say(f"run {taken.run_id}", bold=True)
    for notice in taken.delivery.notices:
        terminal.paragraph("! ", notice, fg="yellow")
    output.say(f"Removed from {named(taken.delivery.paths)}. `agent undo` restores it.", bold=True)
    if taken.staged:
        remedy = "`agent vet --staged --reverse-patch | git apply --cached` unstages it."
        terminal.paragraph("! ", f"still staged: {named(taken.staged)}. {remedy}", fg="yellow")


def _ask(vetted: VettedTree) -> tuple[frozenset[int], frozenset[int]]:
    """Ask about each dropped or flagged change; the ids of those that a person wants dropped, and kept.

    Who quits keeps what he decided, as in `git add -p`; what he was not asked about stays.
    """
    if not (sys.stdin and sys.stdin.isatty()):
        raise UsageError("--interactive needs a terminal", hint="without a terminal, use `agent vet --apply`")
    drop: set[int] = set()
    keep: set[int] = set()
    open_rows = [item for item in vetted.verdicts if item.decision != "keep"]
    for number, item in enumerate(open_rows, 1):
        _show_change(item, f"{number}/{len(open_rows)}")
        answer = _answer(item)
        if answer == "q":
            output.say(f"Quit: {count(len(open_rows) - number + 1, 'change')} left undecided and kept.")
            break
        if answer == "a":
            drop |= {rest.change.id for rest in open_rows[number - 1 :] if rest.decision == "drop"}
            break
        (drop if answer == "d" else keep).add(item.change.id)
    return frozenset(drop), frozenset(keep)


def _answer(item: Verdict) -> str:
    while True:
        output.say(f"{_KEYS}? ({'d' if item.decision == 'drop' else 'k'}) ", bold=True)
        typed = sys.stdin.readline()
        if not typed:
            return "q"
        answer = typed.strip().lower()[:1] or ("d" if item.decision == "drop" else "k")
        if answer in "kdaq":
            return answer
        if answer == "e":
            told = why(item.reason, item.needed_by)
            terminal.paragraph("  ", f"rule {item.rule or 'none'}: {told}. Proposed: {item.decision}.")


def _show_change(item: Verdict, number: str) -> None:
    change = item.change
    line = f":{change.hunk.start + 1}" if change.hunk else ""
    output.say(f"\n({number}) {safe_text(change.path)}{line}  {change.kind}", bold=True)
    if change.hunk is not None:
        for sign, lines, colour in (("-", change.hunk.removed, "red"), ("+", change.hunk.added, "green")):
            for text in lines[:40]:
                output.say(safe_text(sign + text.rstrip("\r\n")), fg=colour)
    terminal.paragraph(f"{item.decision}: ", why(item.reason, item.needed_by), fg="yellow")
