"""`agent context`: what would be sent for an issue, with tokens and dollars. Sends nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fretsaw.cli import output, terminal
from fretsaw.cli.options import files_flag, settings_flags
from fretsaw.core.context.parts import Context
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import UsageError

if TYPE_CHECKING:
    from fretsaw.session.first_request import RequestPreview

_MOST_TOLD = 20
_LONGEST_SENTENCE = 160


@click.command("context")
@click.argument("issue", required=False)
@settings_flags("context", "model")
@files_flag
@click.option("--full", is_flag=True, help="Print the messages in full, as they would be sent.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--clear-index", is_flag=True, help="Remove what is kept of this repository in your cache.")
@click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")
def context_command(
    issue: str | None,
    files: tuple[str, ...],
    full: bool,
    as_json: bool,
    clear_index: bool,
    directory: Path,
    **flags: Any,
) -> int:
    """Show what would be sent for ISSUE: files, tokens, dollars. Nothing is sent."""
    from fretsaw.session.code_index import clear
    from fretsaw.session.first_request import preview_request
    from fretsaw.session.open import open_session
    from fretsaw.session.pointed_files import read_places

    session = open_session(directory, flags)
    if clear_index:
        is_gone = clear(session.repo)
        output.say("The index of this repository was removed." if is_gone else "There is no index to remove.")
    if issue is None:
        if not clear_index:
            raise UsageError(
                "there is no issue", hint="give a Markdown file, - for standard input, or the text in quotes"
            )
        return 0
    preview = preview_request(session, issue, directory, read_places(session, files, directory))
    if as_json:
        output.show(json.dumps(preview.document(), indent=2))
        return 0
    if full:
        for message in preview.messages:
            output.show(f"=== {message.role}\n{safe_text(message.text)}")
        return 0
    dollars = f"${preview.dollars:.4f} in (${preview.cached_dollars:.4f} when cached)"
    output.show(f"{preview.model}: {preview.tokens:,} tokens, {dollars}")
    shares = (preview.cached_again, preview.cached_other, preview.cached_changed)
    again, other, changed = (f"{shared / max(1, preview.tokens):.0%}" for shared in shares)
    output.show(f"  a second run reads {again} of it from the cache, a run of another issue on this commit {other}")
    if preview.context.parts:
        output.show(f"  once {safe_text(preview.context.parts[-1].path)} has changed, a second run reads {changed}")
    for part in preview.context.parts:
        lines = "" if part.whole else f":{part.first}-{part.last}"
        output.show(f"  {safe_text(part.path)}{lines}  {safe_text(part.why)}")
    _print_left_out(preview.context)
    _print_rules(preview)
    for item in preview.withheld:
        place = f"{item.source}:{item.line}"
        output.show(f"  withheld: {safe_text(place)}  {item.rule}  (--reveal {item.name} sends it)")
    for notice in preview.notices:
        terminal.paragraph("! ", notice, fg="yellow")
    output.say("Nothing was sent.", dim=True)
    return 0


def _print_rules(preview: RequestPreview) -> None:
    """Print the issue's own rules, then the chain of rules files, what of it is enforced and what is only told."""
    rules = preview.rules
    for constraint in preview.issue.constraints:
        if not constraint.source:
            output.show(f"  rule ({constraint.kind}): {safe_text(constraint.text)}")
    for file in rules.chain.files:
        where = f"  for {safe_text(file.area.folder)}/" if file.area.folder else ""
        where += f"  for {safe_text(', '.join(file.area.globs))}" if file.area.globs else ""
        output.show(
            f"  rules: {safe_text(file.path)}{where}" + (f"  imported by {safe_text(file.via)}" if file.via else "")
        )
    for rule in rules.resolved.rules:
        output.show(f"    enforced ({rule.kind}) {safe_text(rule.source)}: {_short(rule.text)}")
    for source, text in rules.told[:_MOST_TOLD]:
        output.show(f"    only told {safe_text(source)}: {_short(text)}")
    more = rules.unspoken + max(0, len(rules.told) - _MOST_TOLD)
    if more:
        output.show(f"    only told: {more} more sentences")
    for path, why in rules.chain.skipped:
        output.show(f"    not used: {safe_text(path)}: {safe_text(why)}")


def _short(text: str) -> str:
    """A sentence on one line, at most 160 characters of it."""
    line = " ".join(safe_text(text).split())
    return line if len(line) <= _LONGEST_SENTENCE else f"{line[:_LONGEST_SENTENCE]}…"


def _print_left_out(context: Context) -> None:
    """Print where names are used, why no more is shown, and what a larger budget would add."""
    for sentence in context.joins:
        output.show(f"  {safe_text(sentence)}")
    if context.stopped:
        output.show(f"  no more is shown: {context.stopped}")
    for part in context.following:
        output.show(f"  next: {safe_text(part.path)}:{part.first}-{part.last}  {safe_text(part.why)}")
    if context.following:
        output.show(f"  the next {len(context.following)} would need about {context.following_tokens:,} tokens more")
