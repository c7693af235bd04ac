"""A law over moves with another name, other parameters, beside noise: no statement is torn.

Every statement at the top of a delivered file stands so in the base or in the reply, as often as in one of the two. The
law of lines does not see a header that is lost with a new name: it stands on one side only.
"""

from __future__ import annotations

import ast
import random
from collections import Counter
from collections.abc import Mapping

import pytest
from tests.prune.replies import left_by

from fretsaw.core.issue import parse
from fretsaw.core.patch import derive_set
from fretsaw.core.prune import prune
from fretsaw.core.prune.verdict import Mode

ISSUE = parse("The sum returns -1; it should return 3.")
FIX = "def add(a, b):\n    return a {} b\n"
BODIES = (
    "for {v} in x:\n    use({v}, {n})\nreturn {n}",
    "if x:\n    return {n}\nreturn {v}",
    "with x as {v}:\n    return {v} + {n}",
    "try:\n    {v} = int(x)\nexcept ValueError:\n    {v} = {n}\nreturn {v}",
    '"""Do {v}."""\nreturn x + {n}',
    "while x:\n    x -= {n}",
    "# about {v}\n{v} = {n}\n\nif {v}:\n    {v} += x\nreturn {v}",
    "return {n}",
)


def definition(draw: random.Random, number: int) -> tuple[str, str, list[str]]:
    """(kind, name, bodies): a function has one body, a class one a method."""
    kind = "def" if draw.random() < 0.7 else "class"
    bodies = [
        draw.choice(BODIES).format(v=f"v{number}{at}", n=20 + 10 * number + at)
        for at in range(1 if kind == "def" else draw.randint(1, 3))
    ]
    return kind, f"{'fun' if kind == 'def' else 'Cls'}{number}", bodies


def written(item: tuple[str, str, list[str]], more: str = "") -> str:
    """A definition as text; `more`: further parameters."""
    kind, name, bodies = item

    def function(label: str, parameters: str, body: str, lead: str) -> str:
        lines = [f"def {label}({parameters}):", *(f"    {line}" if line else "" for line in body.split("\n"))]
        return "".join(f"{lead}{line}\n" if line else "\n" for line in lines)

    if kind == "def":
        return function(name, f"x{more}", bodies[0], "")
    methods = [function(f"m{at}", "self, x", body, "    ") for at, body in enumerate(bodies)]
    return f"class {name}:\n" + "\n".join(methods)


def reply(seed: int) -> tuple[dict[str, str], dict[str, str]]:
    """A base and a reply that shuffles its definitions, renames some, adds noise at times, and fixes one line."""
    draw = random.Random(seed)
    items = [definition(draw, number) for number in range(draw.randint(3, 6))]
    base = "\n\n".join(map(written, items)) + "\n\n" + FIX.format("-")
    draw.shuffle(items)
    after = []
    for kind, name, bodies in items:
        new = name + ("_new" if draw.random() < 0.4 else "")
        after.append(written((kind, new, bodies), ", y=1" if draw.random() < 0.15 else ""))
    if draw.random() < 0.3:
        after.insert(draw.randint(0, len(after)), "def unused_noise(x):\n    z = x + 99\n    return z\n")
    return {"m.py": base}, {"m.py": "\n\n".join([*after, FIX.format("+")])}


def statements(texts: Mapping[str, str | None]) -> Counter[str]:
    """The statements at the top of all files, as their trees."""
    return Counter(ast.dump(node) for text in texts.values() for node in ast.parse(text or "").body)


@pytest.mark.parametrize("mode", ["safe", "strict"])
def test_no_statement_is_torn_by_a_move_with_another_name(mode: Mode) -> None:
    torn = []
    for seed in range(150):
        base, after = reply(seed)
        pruned = prune(derive_set(base.get, after), ISSUE, mode, base.get)
        delivered = left_by(base, pruned.patch)
        for path, text in delivered.items():
            compile(text, path, "exec")
        old, new, now = statements(base), statements(after), statements(delivered)
        for each in old | new | now:
            if not min(old[each], new[each]) <= now[each] <= max(old[each], new[each]):
                torn.append((seed, each[:80], old[each], new[each], now[each]))
    assert not torn
