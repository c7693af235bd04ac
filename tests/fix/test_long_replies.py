"""Replies of many thousand lines come to an end: a test that hangs is one in which work grows with the square."""

from __future__ import annotations

import pytest

from fretsaw.fix.vet import vet

LINES = 20_000


def _diff(old: list[str], new: list[str]) -> str:
    head = f"--- a/a.py\n+++ b/a.py\n@@ -1,{len(old)} +1,{len(new)} @@\n"
    return head + "".join(f"-{line}\n" for line in old) + "".join(f"+{line}\n" for line in new)


FUNCTIONS = [
    line for at in range(LINES // 4) for line in (f"def f{at}(a, b):", f"    x = a + {at}", "    return x", "")
]
IMPORTS = [f"import m{at}" for at in range(LINES // 2)]
BODIES = [f"    x{at} = {at}" for at in range(LINES // 2)]
REPLIES = {
    "bare fences": ("```\n" * LINES * 4, []),
    "bare fences around a line": ("```\nx\n" * LINES * 2, []),
    "fences below paths": ("a.py:\n```\n" * LINES, []),
    "functions turned around": (_diff(FUNCTIONS, FUNCTIONS[::-1]), FUNCTIONS),
    "imports turned around": (_diff(IMPORTS, IMPORTS[::-1]), IMPORTS),
    "indented lines turned around": (_diff(BODIES, BODIES[::-1]), BODIES),
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", REPLIES)
def test_a_long_reply_ends(name: str) -> None:
    reply, lines = REPLIES[name]
    text = "".join(f"{line}\n" for line in lines)
    vetted = vet(reply, {"a.py": text}.get, ["a.py"])
    for file in vetted.patch.files:
        assert sorted((file.after or "").split("\n")) == sorted(text.split("\n"))
