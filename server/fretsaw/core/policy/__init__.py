"""The policy on paths and added lines, whoever asks for the patch."""

from __future__ import annotations

from fretsaw.core.policy.added_lines import judge_lines
from fretsaw.core.policy.paths import judge_patch, judge_path
from fretsaw.core.policy.refusal import Judgement, Refusal
from fretsaw.core.policy.secret_paths import is_secret

__all__ = ["Judgement", "Refusal", "is_secret", "judge_lines", "judge_patch", "judge_path"]
