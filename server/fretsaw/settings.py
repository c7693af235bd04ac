"""`Settings`: the one list of options. README, `--help`, the JSON schema and `package.json` are compared with it.

Knows nothing of where a value came from; `config.py` merges flags, editor, files and environment into one of these.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

from fretsaw.endpoint_presets import PRESETS

Scope: TypeAlias = Literal["user", "project"]
"""Who may set an option. "user": the command line, the editor or the user's own file, never a repository, since
it chooses where a key goes, what is run or what is paid. "project": also the repository's own file."""


def option(
    default: Any, doc: str, *, scope: Scope = "user", least: float | None = None, choices: tuple[str, ...] = ()
) -> Any:
    """A field of `Settings` with its documentation; `least`: the smallest number allowed."""
    return field(default=default, metadata={"doc": doc, "scope": scope, "least": least, "choices": choices})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every option, resolved. Field `max_usd` is the flag `--max-usd`, the key `max-usd` of a file and the setting
    `agent.maxUsd` of an editor."""

    # The model
    model: str | None = option(None, "Model id. Defaults to the model assigned to the role.")
    role: Literal["editor", "quick", "triage", "complete"] = option("editor", "Which role's model to use.")
    endpoint: str | None = option(
        None,
        "A known endpoint: its URL, its key's variable, what it is sent; `agent models --endpoint NAME` shows them.",
        choices=tuple(PRESETS),
    )
    base_url: str | None = option(None, "Base URL of an OpenAI-compatible endpoint. Without it, OpenAI's own.")
    key_command: tuple[str, ...] | None = option(
        None, "A command (a list of arguments, no shell) that prints the key, when a model is asked."
    )
    api: Literal["auto", "chat", "responses"] = option("auto", "API to speak; auto takes what the model's row says.")
    azure: bool = option(False, "The base URL is an Azure OpenAI resource (the model is the deployment's name).")
    api_version: str | None = option(None, "Azure's `api-version`.")
    timeout: float = option(300.0, "Seconds of silence after which a call of the model is given up.", least=0.1)
    retries: int = option(
        3, "How often a call is retried after a rate limit, a server error or a lost connection.", least=0
    )
    max_usd: float = option(1.0, "Dollars that one run may cost at most; reserved before each call.", least=0)
    max_usd_day: float = option(20.0, "Dollars that all runs of a day (UTC) may cost at most.", least=0)
    max_seconds: float = option(900.0, "Seconds that one run may take in all.", least=0.1)

    # What the model is shown
    context: Literal["auto", "whole", "files"] = option(
        "auto",
        "whole: the whole repository when it fits; files: what the issue points to; auto: as fits.",
        scope="project",
    )
    context_tokens: int = option(24000, "Tokens of context that are sent at most.", scope="project", least=0)
    tools: bool = option(True, "Let the model read, search and list files of the snapshot.", scope="project")
    steps: int = option(12, "How many rounds of tool calls a model may take for one answer.", least=0)
    reveal: tuple[str, ...] = option(
        (),
        "Names of secrets that are sent all the same, as `agent context` lists them; also rules and paths, as globs.",
    )
    edit_form: Literal["auto", "v4a", "udiff", "search-replace", "apply-patch-tool", "grammar-tool"] = option(
        "auto", "The form of edit that is asked for; every form is read. auto takes what the model's row says."
    )

    # What becomes of the edits
    misfits: int = option(2, "How many times to ask again when edits cannot be placed.", least=0)
    attempts: int = option(2, "How often a patch whose check is red goes back to the model.", least=0)
    prune: Literal["strict", "safe", "off"] = option(
        "safe",
        "safe: drop what is provably extraneous, flag the rest; strict: drop both; off: keep all.",
        scope="project",
    )
    judge: bool = option(False, "Ask the triage model about flagged changes; it may flag or drop, never add.")
    judge_threshold: float = option(
        0.1, "A flagged change that is needed with a probability below this is dropped by the judge (0 to 1).", least=0
    )
    allow: tuple[str, ...] = option(
        (), "Globs of paths that may be edited although they are on the ask-first list (build files, lock files)."
    )

    # The proof
    check: tuple[str, ...] | None = option(None, "The check command: a list of arguments, run without a shell.")
    accept_exit_code: bool = option(
        False, "Apply what only the check's exit code proves, where the check tells of no test."
    )
    repeat: int = option(
        2,
        "How often what proves a patch is run on one state (a whole check only under 10 s), to tell a flaky one.",
        least=1,
    )
    check_timeout: float = option(300.0, "Seconds that one run of the check may take.", least=0.1)
    lint: tuple[str, ...] | None = option(
        None, "A linter's command, run like the check: a patch that makes it fail, or find something new, is refused."
    )
    sandbox: Literal["auto", "bwrap", "landlock", "none"] = option(
        "auto", "Isolation of the check; auto takes the strongest that works; none runs it without any."
    )
    minimize: Literal["flagged", "all", "off"] = option(
        "flagged", "Which changes the check may decide to drop when it is red before and green after.", scope="project"
    )
    minimize_seconds: float = option(120.0, "Seconds that minimizing may take.", least=0)

    # Delivery
    apply: Literal["worktree", "branch", "commit", "none"] = option(
        "worktree",
        "worktree: change files, not index or HEAD; branch: commit on a new one; commit: on this one; none: print it.",
    )
    branch: str | None = option(None, "Name of the branch for `--apply branch`.")
    sign: bool = option(False, "Sign the commit, with gpg or ssh as your own git configuration says.")

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
