"""`agent pull-request`: vet a pull or merge request, and post a review that takes out what nobody asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fretsaw.cli import output, terminal
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from fretsaw.forge.changes import Posted
    from fretsaw.session.pull_request import VettedRequest

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("pull-request")
@click.argument("address")
@click.option("--post", "do_post", is_flag=True, help="Post one review: a comment with a suggestion for each change.")
@click.option("--allow", multiple=True, metavar="GLOB", help="The only paths that may change; repeatable.")
@click.option("--prune", type=click.Choice(["strict", "safe"]), default=None, help="As of `agent vet`.")
@click.option("--markdown", type=_FILE, help="Write a summary to this file (appends, as a job's summary needs it).")
@click.option("--sarif", type=_FILE, help="Write SARIF 2.1.0, for code scanning.")
@click.option("--code-quality", type=_FILE, help="Write GitLab's Code Quality report.")
@click.option("--reverse-patch", is_flag=True, help="Print a patch that takes out all dropped changes.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if a change is dropped or a rule broken.")
@click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")
def pull_request_command(
    address: str,
    do_post: bool,
    allow: tuple[str, ...],
    prune: str | None,
    markdown: Path | None,
    sarif: Path | None,
    code_quality: Path | None,
    reverse_patch: bool,
    exit_code: bool,
    directory: Path,
) -> int:
    """Vet the pull or merge request at ADDRESS (its URL, or #7 for one of the project that `origin` names).

    What was wanted is what its title and text say, and the issues that it closes. Its commits have to be in your
    clone. Nothing is changed here, and nothing is posted without --post.

    \b
    agent pull-request https://github.com/owner/name/pull/7
    agent pull-request '#7' --post --sarif unasked.sarif
    """
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible
    from fretsaw.report.findings import findings_code_quality, findings_sarif
    from fretsaw.session.open import open_session
    from fretsaw.session.pull_request import post, vet_request

    flags: dict[str, Any] = {"prune": prune}
    session = open_session(directory, flags)
    with interruptible(Cancel()):
        request = vet_request(session, address, allow, directory)
    posted = post(request) if do_post else None
    _show(request, posted, do_post=do_post)
    if markdown is not None:
        _write(markdown, request.summary, append=True)
    if sarif is not None:
        _write(sarif, findings_sarif(request.findings))
    if code_quality is not None:
        _write(code_quality, findings_code_quality(request.findings))
    if reverse_patch:
        from fretsaw.core.patch import render

        output.emit(render(request.vetted.reverse))
    is_refused = exit_code and not request.vetted.is_clean
    return int(ExitCode.NO_PATCH if is_refused else ExitCode.DELIVERED)


def _show(request: VettedRequest, posted: Posted | None, *, do_post: bool) -> None:
    """Print the verdicts, and what was posted."""
    from fretsaw.cli.vet_tree import count, show_vetted

    output.say(f"{safe_text(request.address.place)}: {safe_text(request.change.title)}", bold=True)
    show_vetted(request.vetted, None)
    offered, left = len(request.removal.suggestions), len(request.removal.left)
    if request.findings and not do_post:
        told = [f"{count(offered, 'suggestion')} can take out what is dropped"]
        told += [f"{count(left, 'change')} no suggestion can take out"] if left else []
        terminal.paragraph("     ", f"{'; '.join(told)}. --post posts a review; --reverse-patch prints a patch.")
    if do_post and posted is None:
        output.say("Nothing was posted: there is nothing to say.")
    if posted is not None:
        parts = [f"Posted {count(posted.comments, 'comment')}"]
        parts += [f"{posted.known} were there already"] if posted.known else []
        parts += [f"{posted.refused} could not be placed and are in the summary"] if posted.refused else []
        output.say(f"{'; '.join(parts)}.")


def _write(path: Path, text: str, *, append: bool = False) -> None:
    try:
        with path.open("a" if append else "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
