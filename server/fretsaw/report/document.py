"""The one JSON document of a run (`agent fix --json`, `agent show --json`); docs/fix.schema.json is its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fretsaw.core.locate.misfit import Misfit
from fretsaw.core.patch import render
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.proof.lint_diff import lint_findings
from fretsaw.core.prune.verdict import Verdict
from fretsaw.core.run import Evidence, GaveUp, NoChange, Outcome, Proposal, Run, Turn

SCHEMA_VERSION = 1

Plain = dict[str, Any]


def document(run: Run, outcome: Outcome | None, delivery: Mapping[str, Any] | None = None) -> Plain:
    """Everything of a run that a script or a reviewer may want. A run that failed has no outcome.

    `delivery`: {"kind", "branch", "commit", "paths"} as it was recorded, None while nothing is delivered.
    """
    evidence = outcome.evidence if outcome else Evidence()
    patch = outcome.patch if isinstance(outcome, Proposal) else PatchSet()
    verdicts = outcome.verdicts if outcome else ()
    return {
        "schema": SCHEMA_VERSION,
        "run": run.id,
        "state": run.state,
        "title": run.title,
        "root": run.root,
        "started": run.started,
        "thread": run.thread or run.id,
        "request": run.request,
        "outcome": _kind(outcome),
        "reason": outcome.reason if isinstance(outcome, (NoChange, GaveUp)) else run.error,
        "summary": outcome.summary if isinstance(outcome, Proposal) else "",
        "base": evidence.base,
        "delivery": dict(delivery) if delivery else None,
        "patch": render(patch),
        "refused_patch": render(outcome.refused) if isinstance(outcome, GaveUp) else "",
        "files": [{"path": file.path, "op": file.op} for file in patch.files],
        "kept": [verdict_row(item) for item in verdicts if item.decision != "drop"],
        "dropped": [verdict_row(item) for item in verdicts if item.decision == "drop"],
        **_attempts(run, evidence),
    }


def _attempts(run: Run, evidence: Evidence) -> Plain:
    """The attempts on the way to the outcome, and their cost."""
    return {
        "misfits": [misfit_row(item) for turn in evidence.turns for item in turn.misfits],
        "turns": [_turn_row(turn) for turn in evidence.turns],
        "checks": {"before": check_row(evidence.before), "after": check_row(evidence.after)},
        "proof": proof_row(evidence),
        "lint": {"before": _lint_row(evidence.lint_before), "after": _lint_row(evidence.lint_after)},
        "model": run.model,
        "scripted": evidence.scripted,
        "usage": {
            "calls": run.usage.calls,
            "input_tokens": run.usage.input_tokens,
            "cached_tokens": run.usage.cached_tokens,
            "output_tokens": run.usage.output_tokens,
            "cache_write_tokens": run.usage.cache_write_tokens,
            "reasoning_tokens": run.usage.reasoning_tokens,
            "rejected_tokens": run.usage.rejected_tokens,
            "tiers": list(run.usage.tiers),
            "estimated": run.usage.estimated,
            "is_bound": run.usage.is_bound,
        },
        "dollars": round(run.usage.dollars, 6),
        "seconds": {name: round(value, 3) for name, value in evidence.seconds.items()},
        "notices": list(evidence.notices),
    }


def _turn_row(turn: Turn) -> Plain:
    """One answer of the model and what became of its edits."""
    return {
        "grammars": list(turn.grammars),
        "rungs": sorted({item.rung for item in turn.located}),
        "misfits": len(turn.misfits),
        "refused": turn.refused,
        "check": turn.check.state if turn.check else None,
    }


def verdict_row(verdict: Verdict) -> Plain:
    """One atomic change with its verdict."""
    change = verdict.change
    return {
        "change": change.id,
        "path": change.path,
        "kind": change.kind,
        "line": change.hunk.start + 1 if change.hunk else None,
        "removed": list(change.hunk.removed) if change.hunk else [],
        "added": list(change.hunk.added) if change.hunk else [],
        "verdict": verdict.decision,
        "rule": verdict.rule,
        "reason": verdict.reason,
        "unverified": verdict.unverified,
        "needed_by": verdict.needed_by,
        **({} if verdict.probability is None else {"probability": verdict.probability}),
    }


def _kind(outcome: Outcome | None) -> str:
    if outcome is None:
        return "failed"
    return {Proposal: "proposal", NoChange: "no-change", GaveUp: "gave-up"}[type(outcome)]


def misfit_row(misfit: Misfit) -> Plain:
    """An edit without one clear place."""
    return {
        "kind": misfit.kind,
        "path": misfit.path,
        "message": misfit.for_person,
        "for_model": misfit.for_model,
        "candidates": list(misfit.candidates),
    }


def check_row(result: CheckResult | None) -> Plain | None:
    """One run of the check."""
    if result is None:
        return None
    return {
        "state": result.state,
        "argv": list(result.argv),
        "exit_code": result.exit_code,
        "seconds": round(result.seconds, 3),
        "isolation": result.isolation,
        "reason": result.reason,
        "flaky": result.flaky,
        "tests": len(result.tests) if result.tests is not None else result.ran,
        "evidence": result.evidence,
        "runners": list(result.runners),
        "doubts": list(result.doubts),
        "outcomes": dict(result.tests) if result.tests is not None else None,
        "output": result.output,
    }


def proof_row(evidence: Evidence) -> Plain | None:
    """Build the row on what the check's results prove; None where no check was run."""
    proof = evidence.proof
    if proof is None:
        return None
    names = {"fixed": proof.fixed, "broken": proof.broken, "gone": proof.gone, "failing_as_before": proof.left}
    return {
        "kind": proof.kind,
        "ok": proof.ok,
        "reason": proof.reason,
        **{key: list(row) for key, row in names.items()},
    }


def _lint_row(result: CheckResult | None) -> Plain | None:
    """One run of the linter, with the findings that could be read."""
    if result is None:
        return None
    found = [{"path": path, "line": line, "text": text} for path, line, text in lint_findings(result.output)]
    return {**(check_row(result) or {}), "findings": found}
