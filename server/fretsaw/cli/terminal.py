"""A run on a terminal: progress while it goes on, then diff, verdicts, checks and cost, all on standard error.

rich is imported only for the spinner of a real terminal.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Protocol, cast

import click

from fretsaw.cli.output import DroppingStderr, say
from fretsaw.core.chat import Usage
from fretsaw.core.issue.thread_rules import StandingRule
from fretsaw.core.patch import render
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.prune.verdict import Verdict, why
from fretsaw.core.run import Event, GaveUp, NoChange, Outcome, Proposal, Run
from fretsaw.core.text.safe_text import safe_text

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
_VERDICT_COLOURS = {"keep": "green", "flag": "yellow", "drop": "red"}


class TerminalReport(Protocol):
    """Is told what a run does."""

    def __call__(self, event: Event) -> None:
        """Show it."""


@contextmanager
def progress(quiet: bool) -> Iterator[TerminalReport]:
    """Show progress while the block runs: a spinner on a terminal, a line a phase elsewhere, nothing when quiet."""
    if quiet:
        yield lambda event: None
    elif sys.stderr.isatty():
        with _spinner() as report:
            yield report
    else:
        yield _line_a_phase()


def _line_a_phase() -> TerminalReport:
    last = [""]

    def report(event: Event) -> None:
        line = f"  {event.phase:<13} {safe_text(event.text)}"
        if line != last[0]:
            last[0] = line
            say(line)

    return report


@contextmanager
def _spinner() -> Iterator[TerminalReport]:
    from rich.console import Console
    from rich.text import Text

    started = time.monotonic()
    last: list[Event] = []

    class Line:
        """The progress line, with the seconds of the moment it is drawn."""

        def __rich__(self) -> Text:
            seconds = f"{time.monotonic() - started:.0f} s"
            return Text(_doing(last[-1], seconds) if last else f"starting · {seconds}")

    def report(event: Event) -> None:
        if event.lasting:
            console.print(Text(safe_text(event.text), "yellow"))
        else:
            last[:] = [event]

    console = Console(file=cast("IO[str]", DroppingStderr()))
    with console.status(Line()):
        yield report


def _doing(event: Event, seconds: str) -> str:
    spent = f" · {tokens(event.usage)} · {event.usage.cost}" if event.usage.calls else ""
    return f"{event.phase} · {safe_text(event.text)} · {seconds}{spent}"


def tokens(usage: Usage) -> str:
    """Tokens in and out, in words."""
    cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
    written = f" ({usage.cache_write_tokens:,} written to the cache)" if usage.cache_write_tokens else ""
    about = "about " if usage.estimated else ""
    tiers = f", {' and '.join(map(safe_text, usage.tiers))} tier" if usage.tiers else ""
    return f"{about}{usage.input_tokens:,} tokens in{cached}{written}, {usage.output_tokens:,} out{tiers}"


# -- the end of a run ------------------------------------------------------------------------------


def outcome(run: Run, ended: Outcome | None) -> None:
    """Diff, verdicts, checks, notices and cost of a run."""
    evidence = ended.evidence if ended else None
    label = " (SCRIPTED model, shipped with Fretsaw)" if evidence and evidence.scripted else ""
    say(f"run {run.id} · {run.model or 'no model'}{label}", bold=True)
    _ending(run, ended)
    if ended:
        turns(ended)
        verdicts(ended.verdicts, restorable=isinstance(ended, Proposal))
        checks(ended.evidence.before, ended.evidence.after)
        for notice in ended.evidence.notices:
            paragraph("! ", notice, fg="yellow")
    if run.usage.calls:
        _cost(run.usage, sum(evidence.seconds.values()) if evidence else None)


def _cost(usage: Usage, seconds: float | None) -> None:
    """Calls, tokens, dollars and seconds in a line."""
    calls = "1 call" if usage.calls == 1 else f"{usage.calls} calls"
    took = "" if seconds is None else f" · {seconds:.1f} s"
    say(f"{calls} · {tokens(usage)} · {usage.cost}{took}", dim=True)


def _ending(run: Run, ended: Outcome | None) -> None:
    """The patch, or why there is none."""
    if isinstance(ended, Proposal):
        diff(ended.patch)
    elif isinstance(ended, (GaveUp, NoChange)):
        if isinstance(ended, GaveUp) and ended.refused:
            diff(ended.refused)
        say(f"{'gave up' if isinstance(ended, GaveUp) else 'no change'}: {safe_text(ended.reason)}", fg="yellow")
    elif run.error:
        say(safe_text(run.error), fg="red")


def diff(patch: PatchSet) -> None:
    """The patch, coloured, with characters that hide made visible."""
    for line in render(patch).split("\n"):
        head = line.startswith(("diff ", "index ", "--- ", "+++ ", "new file", "deleted file"))
        if line.startswith("diff "):
            continue
        # A carriage return before the end of a line is how many files write their lines, nothing that hides.
        shown = safe_text(line.removesuffix("\r")) + ("␍" if line.endswith("\r") else "")
        say(shown, fg=None if head else _COLOURS.get(line[:1]), bold=head)


def turns(ended: Outcome) -> None:
    """Print one line for each reply that was not simply taken."""
    for number, turn in enumerate(ended.evidence.turns, start=1):
        why = "; ".join(misfit.for_person for misfit in turn.misfits[:3]) or turn.refused
        if why:
            paragraph(f"reply {number}: ", f"sent back: {why}", fg="yellow")
        elif turn.check and not turn.check.ok and number < len(ended.evidence.turns):
            paragraph(f"reply {number}: ", f"sent back: the check was {turn.check.state} with this reply", fg="yellow")


def verdicts(rows: tuple[Verdict, ...], *, restorable: bool) -> None:
    """The verdict on each atomic change, with its reason; how to restore one where a run keeps a proposal."""
    if not rows:
        return
    where = [f"{row.change.path}:{row.change.hunk.start + 1}" if row.change.hunk else row.change.path for row in rows]
    width = min(max(map(len, where)), 44)
    for row, place in zip(rows, where, strict=True):
        shown = place if len(place) <= width else "…" + place[1 - width :]
        told = f"{'UNVERIFIED: ' if row.unverified else ''}{why(row.reason, row.needed_by)}"
        head = f"{row.change.id:>3}  {row.decision:<4}  {safe_text(shown):<{width}}  "
        paragraph(head, told, fg=_VERDICT_COLOURS[row.decision])
    dropped = sum(row.decision == "drop" for row in rows)
    if dropped:
        way_back = "; `agent restore RUN CHANGE` brings one back" if restorable else ""
        say(f"     {dropped} of {len(rows)} changes dropped{way_back}", dim=True)


def rules(standing: tuple[StandingRule, ...]) -> None:
    """The rules of a conversation, each with the request that set it, and those that were taken back."""
    for rule in standing:
        paragraph("rule  ", rule.words, fg=None if rule.lifted is None else "yellow")


def checks(before: CheckResult | None, after: CheckResult | None) -> None:
    """Red → green, or what it was."""
    if before is None:
        return
    if before.state == "unavailable":
        say(f"check  not run  {safe_text(' '.join(before.argv))}", fg="yellow")
        return
    colour = {"green": "green", "red": "red"}
    words = [
        click.style(result.state, fg=colour.get(result.state, "yellow"), bold=True) + f" ({result.seconds:.1f} s)"
        for result in (before, after)
        if result is not None
    ]
    say(f"check  {' → '.join(words)}  [{before.isolation}]  {safe_text(' '.join(before.argv))}")
    if after is not None and not after.ok:
        output(after)


def output(result: CheckResult) -> None:
    """The end of what a check printed."""
    if result.output:
        say(safe_text(textwrap.indent(result.output[-2000:], "  | ")), dim=True)


def paragraph(head: str, text: str, *, fg: str | None = None) -> None:
    """A head and a text that wraps beside it, or below it on a narrow terminal."""
    columns = shutil.get_terminal_size((100, 24)).columns
    room = columns - len(head)
    if room < 24:
        say(head.rstrip(), fg=fg)
        head, room = "     ", max(columns - 5, 20)
    lines = textwrap.wrap(safe_text(text), room) or [""]
    say(head + lines[0], fg=fg)
    for line in lines[1:]:
        say(" " * len(head) + line, fg=fg)
