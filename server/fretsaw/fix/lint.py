"""The configured linter on a patch: only what it says more than before counts."""

from __future__ import annotations

import re
from dataclasses import replace

from fretsaw.core import prompt
from fretsaw.core.patch import texts
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.proof.lint_diff import lint_findings, new_findings
from fretsaw.core.proof.red_alike import is_same_output
from fretsaw.core.run import Event
from fretsaw.errors import CheckError
from fretsaw.fix.propose import Candidate, Rejected
from fretsaw.fix.services import Services
from fretsaw.fix.work import Work

_MOST = 10
_NOT_STARTED = {126: "it cannot be executed", 127: "there is no such program"}
"""Exit codes with which a shell, `env` or `npx` says that it could not start the linter."""
_MISSING = re.compile(
    r"^(?:\S*python[\d.]*(?:\.exe)?: No module named \S+|Error: Cannot find module '[^'\n]+'"
    r"|npm (?:ERR!|error) (?:Missing script|could not determine executable).*|error: no such command: .*"
    r"|\S*:? ?(?:Can't|Could not) open (?:perl|ruby) script.*|ruby: No such file or directory -- .*)$",
    re.M,
)
"""Words of interpreters and package managers when the linter that they are to start is not there."""


def lint_before(services: Services) -> CheckResult | None:
    """Run the linter on the snapshot as it is, None without one.

    Raises CheckError when it cannot be run to its end here: nothing that it says later could be compared.
    """
    if services.lint is None:
        return None
    services.report(Event("check-before", "running the linter before the change", percentage=8))
    before = services.lint({})
    missing = before.state == "red" and _MISSING.search(before.output)
    if before.state in {"green", "red"} and before.exit_code not in _NOT_STARTED and not missing:
        return before
    command = " ".join(before.argv)
    if before.state == "unavailable":
        raise CheckError(f"the linter was not run: {before.reason}", hint=f"correct or leave out --lint {command!r}")
    if before.state == "timeout":
        raise CheckError(
            f"the linter was stopped: {before.reason}",
            hint=f"raise --check-timeout, or use a faster linter than {command!r}",
        )
    said = missing[0].rpartition("/")[2] if missing else ""
    reason = said or before.reason or f"{_NOT_STARTED.get(before.exit_code or 0, '')}: {_excerpt(before)}"
    raise CheckError(
        f"the linter could not be started: {reason}", hint=f"the command is {command!r}; correct it with --lint"
    )


def lint_patch(candidate: Candidate, before: CheckResult | None, work: Work) -> Candidate | Rejected:
    """Run the linter on a patch: the patch, with a notice where it shows nothing, or what the model has to hear."""
    if work.services.lint is None or before is None:
        return candidate
    work.services.report(Event("check-after", "asking the linter what is new", percentage=78))
    after = work.services.lint(texts(candidate.patch))
    reason = _objection(before, after)
    if reason:
        message = prompt.after_refusal((reason,), work.issue)
        return Rejected("check", message, reason, candidate.turn, candidate.proposed, candidate.verdicts)
    if not after.ok and not lint_findings(after.output):
        blind = (
            f"the linter has not passed and shows nothing about this patch: it fails in the same way before it and "
            f"with it (exit code {after.exit_code}), and nothing that it prints can be read as a finding"
        )
        candidate = replace(candidate, notices=(*candidate.notices, blind))
    return replace(candidate, lint=after)


def _objection(before: CheckResult, after: CheckResult) -> str:
    """Say why the linter speaks against the patch, empty when it does not."""
    if after.state not in {"green", "red"}:
        return f"the linter could not be run to its end with this change: {after.reason}"
    new = new_findings(before.output, after.output)
    if new:
        more = f" and {len(new) - _MOST} more" if len(new) > _MOST else ""
        return f"the linter finds what it did not find before: {'; '.join(new[:_MOST])}{more}"
    if before.ok and not after.ok:
        # Whatever its output looks like, here only the change can be the reason.
        return (
            f"the linter passes before this change and fails with it (exit code {after.exit_code}): {_excerpt(after)}"
        )
    if not after.ok and not lint_findings(after.output) and not is_same_output(before, after):
        return (
            f"the linter fails before this change and in another way with it (exit code {after.exit_code}), and "
            f"nothing that it prints can be read as a finding: {_excerpt(after)}"
        )
    return ""


def _excerpt(result: CheckResult) -> str:
    """The first lines that it printed, as one."""
    lines = [" ".join(line.split()) for line in result.output.split("\n") if line.strip()]
    return " | ".join(lines[:_MOST]) or "it printed nothing"
