"""What running the project's own check told, as values. Knows nothing of processes or sandboxes."""

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
    """The tier it ran in: "bwrap", "landlock", "none"."""
    reason: str = ""
    """Why it is unavailable, an error or a timeout, for a person."""
    tests: Mapping[str, str] | None = None
    """Test id → "passed" | "failed" | "skipped", where the toolchain's report could be read."""
    ran: int | None = None
    """How many tests it ran, as it prints itself; None where it does not say. Counts only where there is no report."""
    flaky: bool = False
    """True when repeated runs on the same tree did not agree."""
    unsteady: tuple[str, ...] = ()
    """Tests whose results differed between repeated runs on the same tree."""

    @property
    def ok(self) -> bool:
        """Whether it ran and was green."""
        return self.state == "green"


Check: TypeAlias = Callable[[Mapping[str, str | None]], CheckResult]
"""Runs the check on the snapshot with these texts laid over it (path → text, None: deleted)."""
