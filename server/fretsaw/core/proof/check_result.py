"""Result types for check runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One run of a check command on one state of the tree."""

    state: Literal["green", "red", "timeout", "error", "unavailable"]
    """green: exit 0; red: another exit; error: it could not be started; unavailable: no sandbox, so it was not run."""
    argv: tuple[str, ...]
    exit_code: int | None = None
    seconds: float = 0.0
    output: str = ""
    """Head and tail of what it printed, both streams, bounded, made safe to show."""
    isolation: str = "none"
    """The tier it ran in: "bwrap", "landlock", "seatbelt", "none"."""
    reason: str = ""
    """The reason why it is unavailable, an error or a timeout, for a person."""
    tests: Mapping[str, str] | None = None
    """Test id → "passed" | "failed" | "skipped" | "deselected", of a reporter or of what the runner printed."""
    ran: int | None = None
    """The number of tests that it ran, as printed; None where it does not say. Counts only where there are no ids."""
    runners: tuple[str, ...] = ()
    """The test runners of which a reporter of ours told; empty where none could be loaded."""
    doubts: tuple[str, ...] = ()
    """Disagreements of reporter, exit code and printed summary, or signs of tampering with the runner; a sentence
    each."""
    cause: str = ""
    """The cause of a red check that no patch can change, and what the user can do; "" where none is
    known."""
    flaky: bool = False
    """True when repeated runs on the same tree did not agree."""
    unsteady: tuple[str, ...] = ()
    """Tests whose results differed between repeated runs on the same tree."""

    @property
    def ok(self) -> bool:
        """Return True if it ran and was green."""
        return self.state == "green"

    @property
    def evidence(self) -> Literal["report", "output", "exit code"]:
        """Return the source of the result: a reporter in the runner, the runner's output, or its exit code alone."""
        if self.runners:
            return "report"
        return "exit code" if self.tests is None and self.ran is None else "output"

    def named(self, outcome: str) -> tuple[str, ...]:
        """The tests with this outcome, sorted."""
        return tuple(sorted(name for name, was in (self.tests or {}).items() if was == outcome))


@dataclass(frozen=True, slots=True)
class Variation:
    """A wish to run the check differently: what a runner cannot do is left out."""

    only: tuple[str, ...] | None = None
    """Run just these tests; None: all."""
    reverse: bool = False
    """Run the tests in the opposite order."""
    ci: bool = True
    """Set the variable `CI`, as for every plain run."""


Check: TypeAlias = Callable[[Mapping[str, str | None]], CheckResult]
"""Runs the check on the snapshot with these texts laid over it (path → text, None: deleted)."""

VaryCheck: TypeAlias = Callable[[Variation], Check]
"""The same command, run in another way."""
