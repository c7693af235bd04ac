"""Runs a check several times on one state, so that chance is not taken for proof. Knows nothing of how it is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fretsaw.core.proof.check_result import Check, CheckResult
from fretsaw.core.proof.compare import agree


def repeat(check: Check, times: int = 2) -> Check:
    """A check that runs `times` times; its result is the worst one, marked flaky (with the tests) when they differ.

    A run that could not start or was stopped is not repeated. Seconds are those of all runs together.
    """

    def repeated(texts: Mapping[str, str | None]) -> CheckResult:
        results = [check(texts)]
        while len(results) < times and results[-1].state in {"green", "red"}:
            results.append(check(texts))
        return replace(agree(tuple(results)), seconds=sum(result.seconds for result in results))

    return repeated


QUICK = 10.0
"""Seconds below which a check is worth running again."""


def steady(check: Check, times: int = 2) -> Check:
    """The check, repeated like `repeat` where its first run was quick; a slow one runs once."""

    def checked(texts: Mapping[str, str | None]) -> CheckResult:
        first = check(texts)
        if times < 2 or first.seconds >= QUICK or first.state not in {"green", "red"}:
            return first
        return agree((first, *(check(texts) for _ in range(times - 1))))

    return checked
