"""The messages that go on with a conversation after an answer that did not do. Earlier messages stay as they are.

Every turn ends with the issue's rules: over several turns a model loses what it was told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fretsaw.core.chat import Message
from fretsaw.core.context.render import attribute
from fretsaw.core.issue.issue import Issue
from fretsaw.core.locate.misfit import Misfit
from fretsaw.core.prompt.wording import closing, fenced
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.text.safe_text import safe_text
from fretsaw.core.text.short import cut

_MOST_MISFITS = 8
_LONGEST_MISFIT = 2_000
_LONGEST_OUTPUT = 4_096
_LONGEST_PATCH = 6_000
_MOST_REASONS = 12

_AGAIN = "Every file is still as it was shown to you at first: send the whole change again, not only a correction."
_AGAIN_LATER = (
    "Every file is still as the last request says, with your earlier patch in it: send all edits for that request "
    "again."
)
_NOW = (
    "Send edits against the files as they are now, with that patch in them. What your edits do not change of it stays."
)
_MOST_HAND_EDITED = 40_000


def after_misfits(misfits: Sequence[Misfit], issue: Issue) -> Message:
    """Write the message after edits that have no clear place: each with its first diverging line."""
    rows = [
        f"{number}. {cut(each.for_model, _LONGEST_MISFIT)}" for number, each in enumerate(misfits[:_MOST_MISFITS], 1)
    ]
    if len(misfits) > _MOST_MISFITS:
        rows.append(f"… and {len(misfits) - _MOST_MISFITS} more like these.")
    told = fenced("misfits", safe_text("\n".join(rows)))
    how = "Copy the lines from the file, character for character; read it again if in doubt. Keep each section small."
    return _user(
        "Your edits do not fit the files:",
        told,
        f"None of them was applied. {_again(issue)} {how}",
        closing(issue.constraints),
    )


def after_red_check(result: CheckResult, patch_text: str, issue: Issue) -> Message:
    """Write the message after a patch that was applied to a copy and failed the project's check."""
    applied = fenced("patch", safe_text(cut(patch_text, _LONGEST_PATCH))) if patch_text else ""
    return _user(
        "Your change was applied to a copy of the repository as this patch, and the project's check fails:",
        applied,
        check_output(result),
        f"{_again(issue)} Find out from the output what is wrong with the change.",
        closing(issue.constraints),
    )


def after_refusal(reasons: Iterable[str], issue: Issue) -> Message:
    """Write the message after a patch that breaks a rule: of the issue, of the project or of safety."""
    rows = [f"- {safe_text(reason)[:500]}" for reason in reasons][:_MOST_REASONS]
    return _user("Your change was refused:", "\n".join(rows), _again(issue), closing(issue.constraints))


def after_proposal(
    said: str,
    patch_text: str,
    issue: Issue,
    *,
    about: str = "",
    held: str = "",
    edited: Mapping[str, str] | None = None,
) -> Message:
    """Write the message that hands on what a person says to a proposal, with all rules of the conversation.

    `patch_text`: the change so far, which the files are said to hold; `about`, `held`: the parts of it that the person
    speaks of, and those that stay as they are; `edited`: path → text of files that were edited by hand since.
    """
    documents = [
        fenced("doc", safe_text(text), attributes=f' path="{attribute(path)}"') for path, text in (edited or {}).items()
    ]
    shown = documents if sum(map(len, documents)) <= _MOST_HAND_EDITED else []
    return _user(
        "The person who asked answers to your change:",
        fenced("request", safe_text(said)),
        f"It is about this part of it:\n{fenced('part', safe_text(about))}" if about else "",
        f"The files now hold this patch of your work so far:\n{fenced('patch', safe_text(patch_text))}"
        if patch_text
        else "None of your work so far is in the files.",
        "The person has edited these files by hand since you saw them; they are now, with that patch:" if shown else "",
        *shown,
        f"These parts of it are settled and stay byte for byte:\n{fenced('settled', safe_text(held))}" if held else "",
        _NOW,
        closing(issue.constraints),
    )


def _again(issue: Issue) -> str:
    return _AGAIN if issue.requests == 1 else _AGAIN_LATER


def after_empty(issue: Issue) -> Message:
    """Write the message after an answer without any edit, or whose edits change nothing."""
    return _user(
        "There was no edit in your answer that changes anything. If the issue asks for a change, send it as edits in "
        "the form above. If the code already does what the issue asks, say so in a sentence starting with NO CHANGE.",
        closing(issue.constraints),
    )


def check_output(result: CheckResult) -> str:
    """The end of what a check printed, at most 4 KB, set apart as data."""
    end = result.output.encode("utf-8", "replace")[-_LONGEST_OUTPUT:].decode("utf-8", "ignore")
    if len(end) < len(result.output):
        end = "…" + end[end.find("\n") + 1 :] if "\n" in end[:200] else "…" + end
    state = {"red": f"exit {result.exit_code}", "timeout": "timed out"}.get(result.state, result.state)
    return fenced("check-output", safe_text(end) or "(it printed nothing)", attributes=f' result="{state}"')


def _user(*pieces: str) -> Message:
    return Message("user", "\n".join(filter(None, pieces)))
