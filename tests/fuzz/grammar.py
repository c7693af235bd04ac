"""Replies and files for fuzzing: damaged edits in every form, and pieces of every form in any order."""

from __future__ import annotations

import random

PIECES = (
    *("*** Begin Patch", "*** Update File: a.py", "*** Add File: new.py", "*** Delete File: a.py", "*** Move to: b.py"),
    *("*** End of File", "*** End Patch", "diff --git a/a.py b/a.py", "--- a/a.py", "+++ b/a.py", "--- /dev/null"),
    *(
        "+++ /dev/null",
        "@@",
        "@@ ... @@",
        "@@ -1,3 +1,4 @@ def f():",
        "@@ -2,0 +3 @@",
        "@@ class A",
        "\\ No newline at end of file",
    ),
    *(
        "<<<<<<< SEARCH",
        "=======",
        ">>>>>>> REPLACE",
        ">>>>>>> SEARCH",
        "<<<<<<< REPLACE",
        "<file>a.py</file>",
        "<original>",
    ),
    *(
        "</original>",
        "<patched>",
        "</patched>",
        "```",
        "```diff",
        "~~~~",
        "````markdown",
        "a.py",
        "```python a.py",
        "...",
        "# ...",
    ),
    *(
        "rename from a.py",
        "rename to b.py",
        "new file mode 100755",
        "old mode 100644",
        "new mode 100755",
        "Binary files differ",
    ),
    *(
        '{"path": "a.py", "old_string": "x", "new_string": "y"}',
        "<edit><file>a.py</file>",
        "../a.py",
        "--- a/../x",
        "\x00",
    ),
)
LINES = (
    "def f():",
    "    x = 1",
    "    y = 2",
    "",
    "class A:",
    "    return x",
    "é",
    "\u2028z",
    "\x0cq",
    "a\rb",
    "\tx",
    "“q”",
    "-",
    "+",
    " ",
    "----",
    "}",
)


def text(rng: random.Random) -> str:
    """A small file of few different lines, in any state of endings."""
    end = rng.choice(["\n", "\n", "\r\n"])
    lines = [rng.choice(LINES) for _ in range(rng.randrange(0, 14))]
    whole = "".join(line + (rng.choice(["\n", "\r\n"]) if rng.random() < 0.1 else end) for line in lines)
    if rng.random() < 0.2:
        whole = whole.removesuffix(end)
    return "\ufeff" + whole if rng.random() < 0.05 else whole


def pieces(rng: random.Random, file: str) -> str:
    """Marks of all forms and lines of the file with and without marks, in any order."""
    own = file.split("\n") or [""]
    out: list[str] = []
    for _ in range(rng.randrange(0, 24)):
        pick = rng.random()
        if pick < 0.4:
            out.append(rng.choice(PIECES))
        else:
            line = rng.choice(own) if pick < 0.8 else rng.choice(LINES)
            out.append(rng.choice(["", " ", "-", "+"]) + line)
    return rng.choice(["\n", "\n", "\n", "\r\n"]).join(out) + rng.choice(["", "\n"])


def diff(rng: random.Random, file: str) -> tuple[str, str]:
    """A reply that edits the file somewhere, with damage, and the form it is in."""
    lines = file.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    start = rng.randrange(0, len(lines))
    stop = min(len(lines), start + rng.randrange(1, 7))
    body: list[tuple[str, str]] = []
    for line in lines[start:stop]:
        tag = rng.choice("   -")
        body.append((tag, line))
        if rng.random() < 0.3:
            body.append(("+", rng.choice(LINES)))
    body = [(tag, _worn(rng, line)) for tag, line in body]
    form = rng.choice(["udiff", "v4a", "sr", "tags", "json"])
    old = [line for tag, line in body if tag != "+"]
    new = [line for tag, line in body if tag != "-"]
    if form == "udiff":
        head = rng.choice(
            [
                "@@",
                "@@ ... @@",
                f"@@ -{start + 1},{len(old)} +{start + 1},{len(new)} @@",
                f"@@ -{start},9 +1 @@ def f():",
            ]
        )
        reply = "\n".join(["--- a/a.py", "+++ b/a.py", head, *(tag + line for tag, line in body)])
    elif form == "v4a":
        reply = "\n".join(
            ["*** Begin Patch", "*** Update File: a.py", "@@", *(t + line for t, line in body), "*** End Patch"]
        )
    elif form == "sr":
        reply = "\n".join(["a.py", "```", "<<<<<<< SEARCH", *old, "=======", *new, ">>>>>>> REPLACE", "```"])
    elif form == "tags":
        reply = "\n".join(["<file>a.py</file>", "<original>", *old, "</original>", "<patched>", *new, "</patched>"])
    else:
        import json

        reply = json.dumps({"path": "a.py", "old_string": "\n".join(old), "new_string": "\n".join(new)})
    if rng.random() < 0.2:
        reply = reply[: rng.randrange(0, len(reply) + 1)]
    return reply + rng.choice(["", "\n"]), form


def _worn(rng: random.Random, line: str) -> str:
    pick = rng.random()
    if pick < 0.85:
        return line
    if pick < 0.9:
        return "    " + line
    return line[1:] if pick < 0.95 else line + rng.choice([" ", "x", "\t"])
