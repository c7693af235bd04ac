"""`agent review`: findings on a change or on texts, with citations that are checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fretsaw.cli import output, terminal
from fretsaw.cli.options import settings_flags
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from fretsaw.session.review import ReviewResult


@click.command("review")
@click.argument("what", nargs=-1)
@click.option("--against", multiple=True, metavar="PATH", help="Find contradictions with these texts; repeatable.")
@click.option("--issue", "issue_argument", help="What the change was asked for: a file, the text, an address.")
@click.option("--pull-request", "address", metavar="ADDRESS", help="Review this pull request's change (URL, or #7).")
@click.option("--post", "do_post", is_flag=True, help="Post the findings there as one review; nothing twice.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--sarif", "as_sarif", is_flag=True, help="Print SARIF 2.1.0, for code scanning and editors.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there is a finding.")
@settings_flags("model", "limits")
@click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
def review_command(
    what: tuple[str, ...],
    against: tuple[str, ...],
    issue_argument: str | None,
    address: str | None,
    do_post: bool,
    as_json: bool,
    as_sarif: bool,
    as_markdown: bool,
    exit_code: bool,
    directory: Path,
    quiet: bool,
    **flags: Any,
) -> int:
    """Ask for findings on a change (WHAT is a range, without it the working tree), or on texts (WHAT are paths).

    One call over the whole text, which is never cut. Each finding cites lines; one whose quote does not stand in the
    file word for word is dropped and counted. Whether a finding is right is the model's judgement, not Fretsaw's.

    Exit codes: 0 reviewed, 1 with --exit-code and a finding, 2 nothing to review or too long for the model, 4 the
    answer cannot be used, 6 --max-usd.

    \b
    agent review main...HEAD --issue ISSUE.md
    agent review docs/api.md --against server/ --json
    """
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible
    from fretsaw.session.open import open_session
    from fretsaw.session.review import post_findings, read_request, read_subject, review

    if as_json + as_sarif + as_markdown > 1:
        raise UsageError("--json, --sarif and --markdown cannot go together", hint="ask for one form")
    _refuse_pairs(address, do_post, (*what, *against))
    cancel = Cancel()
    with interruptible(cancel), terminal.progress(quiet or as_json or as_sarif or as_markdown) as report:
        session = open_session(directory, flags)
        request = read_request(session, address, directory) if address else None
        subject = request.subject if request else read_subject(session, what, against, directory)
        result = review(session, subject, issue_argument, report, cancel, directory)
    # Before they are posted: they are paid for, and the forge may refuse.
    _print(result, as_json=as_json, as_sarif=as_sarif, as_markdown=as_markdown)
    posted = post_findings(request, result) if request and do_post else None
    if posted is not None:
        output.say(f"Posted {posted.comments} comments; {posted.known} were there already.")
    return int(ExitCode.NO_PATCH if exit_code and result.checked.findings else ExitCode.DELIVERED)


def _refuse_pairs(address: str | None, do_post: bool, paths: tuple[str, ...]) -> None:
    """UsageError for what cannot go together with a pull request, or without one."""
    if address and paths:
        raise UsageError("--pull-request stands alone", hint="leave out the paths and --against")
    if do_post and not address:
        raise UsageError("--post needs --pull-request")


def _print(result: ReviewResult, *, as_json: bool, as_sarif: bool, as_markdown: bool) -> None:
    from fretsaw.report.findings import findings_sarif
    from fretsaw.report.review import review_document, review_markdown, review_text

    for notice in result.notices:
        terminal.paragraph("! ", notice, fg="yellow")
    if as_json:
        told = {"model": result.model, "scripted": result.scripted, "dollars": round(result.usage.dollars, 6)}
        document = {**review_document(result.checked, result.title), **told, "notices": list(result.notices)}
        output.show(json.dumps(document, indent=2))
    elif as_sarif:
        output.emit(findings_sarif(result.findings, "fretsaw/review/"))
    elif as_markdown:
        output.emit(review_markdown(result.checked, result.title))
    else:
        output.emit(review_text(result.checked, result.title))
        output.say(safe_text(f"{result.model}, {result.usage.cost}"), dim=True)
