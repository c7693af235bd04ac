"""`Settings`: the one list of options. README, `--help`, the JSON schema and `package.json` are compared with it.

`config.py` merges flags, editor, files and environment into one of these.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

from fretsaw.endpoint_presets import PRESETS

Scope: TypeAlias = Literal["user", "project"]
"""The right to set an option. "user": the command line, the editor or the user's own file, never a repository, since it
chooses where a key goes, what is run or what is paid. "project": also the repository's own file."""


def option(
    default: Any,
    doc: str,
    *,
    scope: Scope = "user",
    least: float | None = None,
    most: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A field of `Settings` with its documentation; `least` and `most`: the numbers allowed."""
    return field(
        default=default, metadata={"doc": doc, "scope": scope, "least": least, "most": most, "choices": choices}
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """Every option, resolved. Field `max_usd` is the flag `--max-usd`, the key `max-usd` of a file and the setting
    `agent.maxUsd` of an editor."""

    # The model
    model: str | None = option(None, "Model id. Defaults to the model assigned to the role.")
    role: Literal["editor", "quick", "triage", "complete"] = option(
        "editor", "Use this role's model (see `agent models`)."
    )
    endpoint: str | None = option(
        None,
        "Use the settings of a known endpoint (URL, key variable, …); `agent models --endpoint NAME` shows them.",
        choices=tuple(PRESETS),
    )
    base_url: str | None = option(None, "Base URL of an OpenAI-compatible endpoint. Defaults to the URL of OpenAI.")
    key_command: tuple[str, ...] | None = option(
        None, "Command that prints the key; run without a shell, only when a key is needed."
    )
    api: Literal["auto", "chat", "responses"] = option("auto", "API to use; auto: the model's default.")
    azure: bool = option(False, "Use Azure OpenAI: --base-url is the resource, --model the deployment.")
    api_version: str | None = option(None, "Azure's `api-version`.")
    timeout: float = option(300.0, "Give up a model call after this many seconds without data.", least=0.1)
    retries: int = option(
        3, "How many times to retry a call after a rate limit, a server error or a lost connection.", least=0
    )
    max_usd: float = option(1.0, "Cost limit for one run, in dollars; checked before each call.", least=0)
    max_usd_day: float = option(20.0, "Cost limit for all runs of a day (UTC), in dollars.", least=0)
    max_seconds: float = option(900.0, "Time limit for one run, in seconds.", least=0.1)

    # What the model is shown
    context: Literal["auto", "whole", "files"] = option(
        "auto",
        "whole: send the whole repository if it fits; files: send the files that the issue points to; auto: by size.",
        scope="project",
    )
    context_tokens: int = option(24000, "Limit for the context that is sent, in tokens.", scope="project", least=0)
    tools: bool = option(True, "Let the model read, search and list files.", scope="project")
    steps: int = option(12, "How many rounds of tool calls the model may make for one answer.", least=0)
    reveal: tuple[str, ...] = option(
        (),
        "Send these secrets anyway: names shown by `agent context`, or globs that match their rule or path.",
    )
    edit_form: Literal["auto", "v4a", "udiff", "search-replace", "apply-patch-tool", "grammar-tool"] = option(
        "auto",
        "Edit format to ask the model for; auto: the model's default. A reply in any other format is accepted, too.",
    )

    # What becomes of the edits
    misfits: int = option(2, "How many times to ask the model again if an edit does not fit.", least=0)
    attempts: int = option(2, "How many times to ask the model again if the check fails.", least=0)
    prune: Literal["strict", "safe", "off"] = option(
        "safe",
        "safe: drop changes that provably have no effect, flag doubtful ones; strict: drop both; off: keep all.",
        scope="project",
    )
    judge: bool = option(False, "Let the triage model drop flagged changes; it can add none.")
    judge_threshold: float = option(
        0.1,
        "The judge drops a flagged change if the probability that it is needed is below this (0 to 1).",
        least=0,
        most=1,
    )
    allow: tuple[str, ...] = option(
        (), "Protected paths (build and lock files) that the patch may change; globs are accepted."
    )

    # The proof
    check: tuple[str, ...] | None = option(
        None, "Command that runs your tests, for example 'pytest -q'; run without a shell."
    )
    accept_exit_code: bool = option(
        False,
        "Accept the exit code as proof if the check reports no tests. `agent fix --check` turns this on.",
    )
    repeat: int = option(
        2,
        "How many times to run the tests that prove the fix, to detect flaky tests.",
        least=1,
    )
    check_timeout: float = option(300.0, "Time limit for one run of the check, in seconds.", least=0.1)
    lint: tuple[str, ...] | None = option(
        None,
        "Linter, run before and after the fix. A patch is refused if the linter fails or reports something new.",
    )
    sandbox: Literal["auto", "bwrap", "landlock", "seatbelt", "none"] = option(
        "auto", "Isolation of the check; auto: the strongest that works here; none: no isolation."
    )
    minimize: Literal["flagged", "all", "off"] = option(
        "flagged", "Which changes to drop if the check still passes without them.", scope="project"
    )
    minimize_seconds: float = option(120.0, "Time limit for minimizing, in seconds.", least=0)

    # Delivery
    apply: Literal["worktree", "branch", "commit", "none"] = option(
        "worktree",
        "worktree: edit files; branch: commit to a new branch; commit: commit to this branch; none: print the patch.",
    )
    branch: str | None = option(None, "Name of the branch for `--apply branch`.")
    sign: bool = option(False, "Sign the commit with gpg or ssh, as your own git configuration says.")

    # Secrets
    api_key: str | None = field(
        default=None,
        repr=False,
        metadata={"doc": "The key; only from the environment or an editor.", "scope": "secret"},
    )


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One option as every table of it shows it."""

    name: str
    """`max-usd`: as in a file and, with two dashes, on the command line."""
    editor_name: str
    """`maxUsd`."""
    type: str
    """A JSON schema type: string, number, integer, boolean, array."""
    choices: tuple[str, ...]
    default: Any
    doc: str
    scope: Scope
    least: float | None = None
    """Of a number: the smallest that is taken."""
    most: float | None = None
    """The largest."""


def options() -> tuple[OptionRow, ...]:
    """The table of options, in the order of `Settings`; the key is not one of them."""
    hints = get_type_hints(Settings)
    rows = []
    for item in fields(Settings):
        if item.metadata["scope"] == "secret":
            continue
        kind, choices = _schema_type(hints[item.name])
        choices = choices or item.metadata["choices"]
        first, *rest = item.name.split("_")
        rows.append(
            OptionRow(
                name=item.name.replace("_", "-"),
                editor_name=first + "".join(word.capitalize() for word in rest),
                type=kind,
                choices=choices,
                default=item.default,
                doc=item.metadata["doc"],
                scope=item.metadata["scope"],
                least=item.metadata["least"],
                most=item.metadata["most"],
            )
        )
    return tuple(rows)


def _schema_type(hint: Any) -> tuple[str, tuple[str, ...]]:
    """JSON schema type and choices of a field's annotation (`X | None` counts as X)."""
    if get_origin(hint) is Literal:
        return "string", get_args(hint)
    if get_origin(hint) is tuple:
        return "array", ()
    members = [member for member in get_args(hint) if member is not type(None)]
    if members:
        return _schema_type(members[0])
    return {str: "string", bool: "boolean", int: "integer", float: "number"}[hint], ()
