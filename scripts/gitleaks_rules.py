"""Write server/fretsaw/core/secrets/gitleaks_rules.py from gitleaks' own configuration (config/gitleaks.toml).

`python scripts/gitleaks_rules.py gitleaks.toml LICENSE`. Go's expressions become Python's; rules whose find is public
(client ids, public keys) and those that Fretsaw has in a form of its own are left out.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import tomllib

TARGET = Path(__file__).parent.parent / "server" / "fretsaw" / "core" / "secrets" / "gitleaks_rules.py"
OWN = {
    "generic-api-key", "private-key", "kubernetes-secret-yaml", "curl-auth-user", "curl-auth-header", "pkcs12-file",
    "hashicorp-tf-password", "nuget-config-password", "facebook-access-token", "sidekiq-sensitive-url",
}  # fmt: skip
"""Kinds that core/secrets/context_rules.py finds itself, with less noise in ordinary code."""
PUBLIC = re.compile(r"client-id|public-key|access-id|publishable|account-id")
_LEAD = r"[\w.-]{0,50}?"


def to_python(pattern: str) -> str:
    """Translate one of Go's expressions."""
    pattern = pattern.replace(r"\z", r"\Z").replace("[[:alnum:]]", "[A-Za-z0-9]").replace("[:alnum:]", "A-Za-z0-9")
    pattern = pattern.replace(_LEAD, "")  # what stands before the name says nothing, and is slow to look for
    while (at := pattern.find("(?i)", 1)) > 0:
        end = _end_of_group(pattern, at + 4)
        pattern = f"{pattern[:at]}(?i:{pattern[at + 4 : end]}){pattern[end:]}"
    re.compile(pattern)
    return pattern


def _end_of_group(pattern: str, at: int) -> int:
    """The place of the bracket that closes the group that `at` is in, or the end."""
    depth, in_class = 0, False
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
        elif in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
            at += pattern[at + 1 : at + 2] == "]"
        elif char == "(":
            depth += 1
        elif char == ")":
            if depth == 0:
                return at
            depth -= 1
        at += 1
    return len(pattern)


def main(config: str, licence: str) -> None:
    rows = []
    for rule in tomllib.loads(Path(config).read_text("utf-8"))["rules"]:
        if "regex" not in rule or rule["id"] in OWN or PUBLIC.search(rule["id"]):
            continue
        keywords = tuple(word.lower() for word in rule["keywords"])
        rows.append((rule["id"], to_python(rule["regex"]), float(rule.get("entropy", 0)), keywords))
    notice = Path(licence).read_text("utf-8").strip()
    body = "".join(f"    ({name!r}, {pattern!r}, {entropy:g}, {words!r}),\n" for name, pattern, entropy, words in rows)
    TARGET.write_text(
        '"""The rules of gitleaks as data: name, expression, least entropy, words of which one is near. Generated.\n\n'
        "Made by scripts/gitleaks_rules.py from https://github.com/gitleaks/gitleaks, whose licence is this:\n\n"
        f'{notice}\n"""\n\n# ruff: noqa\n# fmt: off\n\nfrom __future__ import annotations\n\n'
        f"RULES: tuple[tuple[str, str, float, tuple[str, ...]], ...] = (\n{body})\n",
        "utf-8",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
