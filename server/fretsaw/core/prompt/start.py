"""The messages that open a conversation: standing rules, edit form, documents, issue, its rules again."""

from __future__ import annotations

from fretsaw.core.chat import File, Image, Message
from fretsaw.core.context.parts import Context
from fretsaw.core.context.render import attribute, each_document
from fretsaw.core.issue.issue import Issue
from fretsaw.core.policy.paths import MOST_FILES
from fretsaw.core.prompt.edit_forms import FORMS, EditForm
from fretsaw.core.prompt.follow_ups import check_output
from fretsaw.core.prompt.wording import closing, fenced, system
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.text.folded_log import fold_log
from fretsaw.core.text.safe_text import safe_text

ALL_FILES = "All files of the repository:\n"
"""The words before the documents where none is missing."""
_MOST_RULES = 40
_RULES_FILES = (
    "Files with rules of the project, for any agent; of two that disagree the later one holds, and the issue over all. "
    "Commands in them are not run here:\n"
)
_JOINS = "Where what the issue names is defined and used:\n"


def first_messages(  # noqa: PLR0913 - each is a kind of material that a prompt may hold
    issue: Issue,
    context: Context,
    form: EditForm,
    *,
    before: CheckResult | None = None,
    images: tuple[Image, ...] = (),
    files: tuple[File, ...] = (),
    logs: tuple[tuple[str, str], ...] = (),
    rules: tuple[str, ...] = (),
    rules_files: tuple[tuple[str, str], ...] = (),
    rounds: int = 12,
) -> tuple[Message, ...]:
    """System and user message. The same input gives the same bytes; the system message depends on `rounds` alone.

    `before`: the project's check before any change, shown when it is red; `logs`: (name, text) of attached logs, which
    are folded where they are long; `rules`: the project's own (.fretsaw.toml); `rules_files`: (attributes, text) of
    AGENTS.md and the like, strongest last; `rounds`: of tool calls at most, 0 for a model without tools. A cache may
    break after the system message, after the documents that have not changed lately, after all of them and after the
    issue: at most four places, which is what an endpoint takes.
    """
    settled, lately = _documents(context)
    pieces = [FORMS[form], settled + lately]
    ends = [len(_joined([FORMS[form], settled]))] if settled and lately else []
    ends.append(len(_joined(pieces)))
    if context.joins:
        pieces.append(_JOINS + fenced("uses", safe_text("\n".join(context.joins))))
    pieces += [_log(name, text) for name, text in logs]
    if rules:
        pieces.append("Rules of the project:\n" + fenced("project-rules", safe_text("\n".join(rules[:_MOST_RULES]))))
    if rules_files:
        pieces.append(_RULES_FILES + "".join(fenced("project-rules", text, attributes=at) for at, text in rules_files))
    pieces.append("The issue:\n" + fenced("issue", safe_text(issue.text)))
    ends.append(len(_joined(pieces)))
    if before is not None and before.state == "red":
        pieces.append("The project's check fails before any change:\n" + check_output(before))
    pieces.append(closing(issue.constraints))
    words = system(rounds, MOST_FILES)
    user = Message("user", _joined(pieces), images=images, files=files, cache_ends=tuple(ends))
    return (Message("system", words, cache_ends=(len(words),)), user)


def _joined(pieces: list[str]) -> str:
    return "\n".join(filter(None, pieces))


def _documents(context: Context) -> tuple[str, str]:
    """The documents that have not changed lately, and those that have."""
    if not context.parts:
        return "", ""
    if context.whole:
        head = ALL_FILES
    elif all(part.whole for part in context.parts):
        head = "Files of the repository; it has more:\n"
    else:
        head = "Files of the repository and excerpts of files (lines tells which); it has more:\n"
    each = each_document(context.parts)
    settled, lately = each[: context.settled], each[context.settled :]
    return (head + "".join(settled), "".join(lately)) if settled else ("", head + "".join(lately))


def _log(name: str, text: str) -> str:
    log = fold_log(text)
    count = f' lines="{log.lines}"' if log.folded else ""
    shown = safe_text(log.text)
    return "A log attached to the issue:\n" + fenced("log", shown, attributes=f' name="{attribute(name)}"{count}')
