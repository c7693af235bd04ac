"""Builds the `Check` of a run: the user's command on a disposable copy, in the strongest isolation that holds.

Knows nothing of git, models or patches; the tree comes as a folder and texts to lay over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from fretsaw.cancel import Cancel
from fretsaw.check.run.masked_secrets import black_out, secret_values
from fretsaw.check.run.test_count import count_run
from fretsaw.check.run.test_report import read_report, refused, wants_report, with_report, without_notice
from fretsaw.check.sandbox.choose import CheckEnvironment, SandboxChoice, choose
from fretsaw.check.sandbox.enter import Entered, enter, report_place
from fretsaw.check.sandbox.sandbox import Sandbox
from fretsaw.check.toolchain import toolchain
from fretsaw.core.proof.check_result import Check, CheckResult
from fretsaw.errors import Cancelled, UsageError
from fretsaw.settings import Settings


def make_check(
    root: Path, argv: tuple[str, ...], settings: Settings, cancel: Cancel, around: CheckEnvironment | None = None
) -> Check:
    """A function that runs `argv` on `root` as it is now with given texts laid over it, and never touches `root`.

    It returns a `CheckResult` for whatever happens, and raises `Cancelled` when `cancel` is set. Nothing is run
    here yet: the isolation is chosen, by trial, at the first call.
    """
    if not argv:
        raise UsageError("the check has no command", hint="give it as a list of arguments: --check 'pytest -q'")
    around = around or CheckEnvironment()
    limits = replace(around.limits, seconds=settings.check_timeout)
    tools = toolchain(root.resolve(), argv, around.environ)
    chosen: list[SandboxChoice] = []

    def check(texts: Mapping[str, str | None]) -> CheckResult:
        cancel.check()
        if not tools.program:
            where = "is missing or not executable" if "/" in argv[0] else "no such program in PATH"
            return CheckResult("error", argv, reason=f"{argv[0]}: {where}")
        if not chosen:
            chosen.append(choose(root.resolve(), tools, settings, limits, around))
        sandbox = chosen[0].sandbox
        if sandbox is None:
            return CheckResult("unavailable", argv, reason=chosen[0].reason)
        try:
            result = _run(sandbox, {**around.unsaved, **texts}, argv, cancel)
        except OSError as error:
            return CheckResult("error", argv, reason=f"the check could not be prepared: {error}")
        secret = secret_values(root, around.secrets, around.environ)
        return replace(result, output=black_out(result.output, secret))

    return check


def _run(sandbox: Sandbox, texts: Mapping[str, str | None], argv: tuple[str, ...], cancel: Cancel) -> CheckResult:
    """One run; once more without the report where the test runner does not know how to write it."""
    env = {**sandbox.env, "CI": "1"}
    wanted = wants_report(argv)
    entered = enter(sandbox, texts, argv, with_report(env, report_place(sandbox)) if wanted else env, cancel)
    if wanted and refused(entered.ran.exit_code, entered.ran.output):
        entered = enter(sandbox, texts, argv, env, cancel)
    return _result(sandbox, argv, entered)


def _result(sandbox: Sandbox, argv: tuple[str, ...], entered: Entered) -> CheckResult:
    ran = entered.ran
    if ran.end == "cancelled":
        raise Cancelled
    output = without_notice(ran.output, report_place(sandbox))
    result = CheckResult("red", argv, ran.exit_code, ran.seconds, output, sandbox.tier, ran.reason)
    if entered.problem:
        return replace(result, state="error", exit_code=None, output="", reason=entered.problem)
    result = replace(result, tests=read_report(sandbox.scratch.report), ran=count_run(output))
    if ran.end == "timeout":
        return replace(result, state="timeout")
    return replace(result, state="green" if ran.end == "exit" and ran.exit_code == 0 else "red")
