"""Builds the `Check` of a run: the user's command on a disposable copy, in the strongest isolation that holds.

The tree comes as a folder and texts to lay over it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from fretsaw.cancel import Cancel
from fretsaw.check.run.channel import Channel, Heard
from fretsaw.check.run.diagnose import Place, diagnose, how_to_show
from fretsaw.check.run.evidence import with_evidence
from fretsaw.check.run.masked_secrets import black_out, secret_values
from fretsaw.check.run.missing_program import why_not_started
from fretsaw.check.run.reporters import Reporters, refused
from fretsaw.check.sandbox.choose import CheckEnvironment, SandboxChoice, choose
from fretsaw.check.sandbox.enter import Entered, enter
from fretsaw.check.sandbox.sandbox import Sandbox
from fretsaw.check.toolchain import Toolchain, toolchain
from fretsaw.core.proof.check_result import Check, CheckResult, Variation, VaryCheck
from fretsaw.errors import Cancelled, UsageError
from fretsaw.settings import Settings

PLAIN = Variation()


def make_check(
    root: Path, argv: tuple[str, ...], settings: Settings, cancel: Cancel, around: CheckEnvironment | None = None
) -> Check:
    """A function that runs `argv` on `root` as it is now with given texts laid over it, and never touches `root`.

    It returns a `CheckResult` for whatever happens, and raises `Cancelled` when `cancel` is set. Nothing is run
    here yet: the isolation is chosen, by trial, at the first call.
    """
    return make_varied_check(root, argv, settings, cancel, around)(PLAIN)


def make_varied_check(
    root: Path, argv: tuple[str, ...], settings: Settings, cancel: Cancel, around: CheckEnvironment | None = None
) -> VaryCheck:
    """The same as `make_check`, for every way to run the command; they share one sandbox."""
    if not argv:
        raise UsageError("the check has no command", hint="give it in quotes: --check 'pytest -q'")
    around = around or CheckEnvironment()
    tools = toolchain(root.resolve(), argv, around.environ, around.confirmed)
    reporters = Reporters(root.resolve(), around.environ)
    started = reporters.around(argv)
    program = tools.program if started == argv or not tools.program else sys.executable
    tools = replace(tools, program=program, shown=(*tools.shown, *reporters.shown))
    command = _Command(root, argv, settings, cancel, around, tools, reporters)
    return lambda variation: lambda texts: command.run(texts, variation)


@dataclass(slots=True)
class _Command:
    """One command on one tree, with the sandbox that was found for it."""

    root: Path
    argv: tuple[str, ...]
    settings: Settings
    cancel: Cancel
    around: CheckEnvironment
    tools: Toolchain
    reporters: Reporters
    chosen: list[SandboxChoice] = field(default_factory=list)

    def run(self, texts: Mapping[str, str | None], variation: Variation) -> CheckResult:
        """One run, whatever comes of it."""
        self.cancel.check()
        if not self.tools.program:
            return CheckResult("error", self.argv, reason=why_not_started(self.root, self.argv))
        choice = self._choice()
        result = self._run_in(choice, texts, variation)
        if result.state == "error" and choice.recalled:
            # The machine may allow less since, as another container does that shares the kernel and the state folder.
            result = self._run_in(self._choice(anew=True), texts, variation)
        return result

    def _choice(self, *, anew: bool = False) -> SandboxChoice:
        """The sandbox of this check, chosen once; `anew` when what held in an earlier run does not any more."""
        if anew or not self.chosen:
            limits = replace(self.around.limits, seconds=self.settings.check_timeout)
            root = self.root.resolve()
            self.chosen[:] = [choose(root, self.tools, self.settings, limits, self.around, anew=anew)]
        return self.chosen[0]

    def _run_in(self, choice: SandboxChoice, texts: Mapping[str, str | None], variation: Variation) -> CheckResult:
        sandbox = choice.sandbox
        if sandbox is None:
            return CheckResult("unavailable", self.argv, reason=choice.reason)
        try:
            fill = self.reporters.lays_over_go and not texts and not sandbox.scratch.compiled.exists()
            laid = self.around.on_disk({**self.around.unsaved, **texts})
            result = self._run(sandbox, laid, variation, fill=fill)
        except OSError as error:
            return CheckResult("error", self.argv, reason=f"the check could not be prepared: {error}")
        result = replace(result, output=self.reporters.without_own_lines(result.output))
        place = Place(self.root.resolve(), self.around.home, self.around.environ, sandbox.env, self.tools.withheld)
        result = replace(result, cause=diagnose(result, place))
        if result.state == "error" and self.tools.withheld:
            result = replace(result, reason=f"{result.reason}; {how_to_show(self.tools.withheld)}")
        secret = secret_values(self.root, self.around.secrets, self.around.environ)
        return replace(result, output=black_out(result.output, secret))

    def _run(
        self, sandbox: Sandbox, texts: Mapping[str, str | None], variation: Variation, *, fill: bool
    ) -> CheckResult:
        """One run; once more without reporters where a runner does not know how to load them."""
        env = {**sandbox.env, "CI": "1"} if variation.ci else {**sandbox.env}
        if not variation.ci:
            env.pop("CI", None)
        if not sys.platform.startswith("linux"):
            return _result(sandbox, self.argv, enter(sandbox, texts, self.argv, env, self.cancel), Heard())
        channel = Channel(variation.only, reverse=variation.reverse)
        try:
            inside = channel.theirs.fileno()
            started = self.reporters.around(self.argv)
            entered = enter(sandbox, texts, started, self.reporters.load(env), self.cancel, inside, fill=fill)
        finally:
            heard = channel.close()
        if refused(entered.ran.exit_code, entered.ran.output):
            entered, heard = enter(sandbox, texts, started, env, self.cancel), Heard()
        return _result(sandbox, self.argv, entered, heard)


def _result(sandbox: Sandbox, argv: tuple[str, ...], entered: Entered, heard: Heard) -> CheckResult:
    ran = entered.ran
    if ran.end == "cancelled":
        raise Cancelled
    result = CheckResult("red", argv, ran.exit_code, ran.seconds, ran.output, sandbox.tier, ran.reason)
    if entered.problem:
        return replace(result, state="error", exit_code=None, output="", reason=entered.problem)
    result = with_evidence(result, heard)
    if ran.end == "timeout":
        return replace(result, state="timeout")
    return replace(result, state="green" if ran.end == "exit" and ran.exit_code == 0 else "red")
