"""Twenty edits as an agent makes them: what was asked for, and a line or a layout that nobody asked for."""

from __future__ import annotations

from dataclasses import dataclass

PROMPT = "The function step must return its argument plus one, in every module. Change nothing else."
BEFORE = (
    "import os\nimport sys\n\n\n"
    "def step(value):\n    return value\n\n\n"
    "def label(name):\n    return name.title()\n\n\n"
    "def where():\n    return os.sep + sys.prefix\n"
)
CLEAN = BEFORE.replace("    return value\n", "    return value + 1\n")
FIX = "    return value + 1\n"
STEP = "def step(value):\n    return value\n"
LABEL = "\n\ndef label(name):\n    return name.title()\n"
HEAD = "import os\nimport sys\n\n\n"
NOISE: tuple[tuple[str, str, str], ...] = (
    ("debug print", "    return value\n", f"    print(value)\n{FIX}"),
    ("spaces in a call", f"    return value\n{LABEL}", FIX + LABEL.replace("title()", "title( )")),
    ("order of imports", HEAD + STEP, "import sys\nimport os\n\n\ndef step(value):\n" + FIX),
    ("blank line", STEP + LABEL, "def step(value):\n" + FIX + LABEL.replace("    return", "\n    return")),
    ("comment", STEP + LABEL, "def step(value):\n" + FIX + LABEL.replace("    return", "    # a title\n    return")),
    (
        "spaces in a head",
        f"    return value\n{LABEL}",
        FIX + LABEL.replace("(name)", "( name )"),
    ),
    ("docstring", f"    return value\n{LABEL}", FIX + LABEL.replace(":\n", ':\n    """Make a label."""\n')),
    (
        "quotes and brackets",
        f"    return value\n{LABEL}",
        FIX + LABEL.replace("return name.title()", "return (name.title())"),
    ),
    ("type hints", f"    return value\n{LABEL}", FIX + LABEL.replace("(name)", "(name: str) -> str")),
    ("two prints", "    return value\n", f'    print("step", value)\n    print("done")\n{FIX}'),
)


@dataclass(frozen=True)
class NoisyEdit:
    """One edit of one file."""

    path: str
    kind: str
    old: str
    new: str

    @property
    def v4a(self) -> str:
        """The same as a patch for Codex."""
        removed = "".join(f"-{line}\n" for line in self.old.removesuffix("\n").split("\n"))
        added = "".join(f"+{line}\n" for line in self.new.removesuffix("\n").split("\n"))
        return f"*** Begin Patch\n*** Update File: {self.path}\n@@\n{removed}{added}*** End Patch\n"


EDITS = tuple(NoisyEdit(f"part_{at}.py", *NOISE[at % len(NOISE)]) for at in range(20))
