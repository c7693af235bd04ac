"""Rules of an issue against patches: every row is (issue text, path → (before, after), what is broken)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fretsaw.core.issue import parse
from fretsaw.core.ledger import enforce
from fretsaw.core.patch import derive_set
from fretsaw.core.snapshot import Snapshot

CODE = "import os\n\n\ndef a(x):\n    return x\n\n\nclass C:\n    def b(self):\n        return 1\n"
REPO = {
    "src/app.py": CODE,
    "src/util/text.py": "def t():\n    pass\n",
    "docs/guide.md": "# Guide\n",
    "docs/client.md": "# Client\n",
    "tests/test_app.py": "import yaml\n\n\ndef test_a():\n    pass\n",
    "pyproject.toml": '[project]\nname = "x"\ndependencies = ["requests"]\n',
    "requirements.txt": "requests\n# numpy\n",
    "package.json": '{"dependencies": {"react": "1"}}\n',
    "go.mod": "module m\n\nrequire github.com/a/b v1.0.0\n",
    "Cargo.toml": '[dependencies]\nserde = "1"\n',
    "pom.xml": "<dependencies><dependency><artifactId>a</artifactId></dependency></dependencies>\n",
    "web/app.ts": "import React from 'react';\n\nexport function go() {\n  return 1;\n}\n",
}


def edit(path: str, old: str, new: str) -> dict[str, str | None]:
    assert old in REPO[path]
    return {path: REPO[path].replace(old, new)}


A, B, T = (
    edit("src/app.py", "return x", "return x + 1"),
    edit("src/app.py", "return 1", "return 2"),
    edit("tests/test_app.py", "pass", "a()"),
)
BROKEN: list[tuple[str, Mapping[str, str | None], list[str]]] = [
    ("Only change `src/app.py`.", T, ["tests/test_app.py"]),
    ("Only change app.py.", {**A, **edit("docs/guide.md", "Guide", "G")}, ["docs/guide.md"]),
    ("Only change the util folder.", A, ["src/app.py"]),
    ("Only change *.md files.", A, ["src/app.py"]),
    ("Only change `a`.", B, ["src/app.py"]),
    ("Do not touch docs/.", edit("docs/guide.md", "Guide", "G"), ["docs/guide.md"]),
    ("Do not touch docs/ other than docs/client.md.", {"docs/new.md": "x\n"}, ["docs/new.md"]),
    ("Do not change `C.b`.", B, ["src/app.py"]),
    ("Do not change `C`.", B, ["src/app.py"]),
    ("Do not touch the tests.", T, ["tests/test_app.py"]),
    ("Do not touch the tests.", {"tests/test_app.py": None}, ["tests/test_app.py"]),
    ("Don't change existing tests.", edit("tests/test_app.py", "    pass\n", "    a()\n"), ["tests/test_app.py"]),
    ("No new files.", {"src/new.py": "x = 1\n"}, ["src/new.py"]),
    ("No new dependencies.", edit("pyproject.toml", '"requests"', '"requests", "httpx>=1"'), ["pyproject.toml"]),
    ("No new dependencies.", edit("requirements.txt", "# numpy", "numpy==1"), ["requirements.txt"]),
    ("No new dependencies.", edit("package.json", '"react": "1"', '"react": "1", "lodash": "4"'), ["package.json"]),
    ("No new dependencies.", edit("go.mod", "\n\n", "\n\nrequire github.com/x/y v1.2.3\n"), ["go.mod"]),
    ("No new dependencies.", edit("Cargo.toml", "serde", 'rand = "1"\nserde'), ["Cargo.toml"]),
    (
        "No new dependencies.",
        edit("pom.xml", "</dependencies>", "<dependency><artifactId>b</artifactId></dependency></dependencies>"),
        ["pom.xml"],
    ),
    ("Without adding dependencies.", edit("src/app.py", "import os", "import os\nimport numpy as np"), ["src/app.py"]),
    (
        "Without adding dependencies.",
        edit("web/app.ts", "import React", "import _ from 'lodash';\nimport React"),
        ["web/app.ts"],
    ),
    ("Keep the public API.", edit("src/app.py", "def a(x)", "def a(x, y)"), ["src/app.py"]),
    ("Keep the public API.", edit("src/app.py", "def b(self)", "def c(self)"), ["src/app.py"]),
]
KEPT: list[tuple[str, Mapping[str, str | None]]] = [
    ("Only change `src/app.py`.", A),
    ("Only change `src/app.py`. Only change `tests/test_app.py`.", {**A, **T}),
    ("Only change `a`.", A),
    (
        "Only change `a`.",
        edit(
            "src/app.py",
            "import os\n\n\ndef a(x):\n    return x",
            "import os\nimport re\n\n\ndef a(x):\n    return re.X",
        ),
    ),
    ("Only change the colour when asked.", T),
    ("Only change `nowhere`.", A),
    ("Do not touch docs/ other than docs/client.md.", edit("docs/client.md", "Client", "C")),
    ("Do not change `C.b`.", A),
    ("Do not touch the tests.", A),
    ("Don't change existing tests.", {"tests/test_new.py": "x = 1\n"}),
    (
        "Don't change existing tests.",
        edit("tests/test_app.py", "    pass\n", "    pass\n\n\ndef test_b():\n    pass\n"),
    ),
    ("No new files.", A),
    ("No new dependencies.", edit("pyproject.toml", '"requests"', '"requests>=2"')),
    ("No new dependencies.", edit("package.json", '"1"', '"2"')),
    (
        "Without adding dependencies.",
        edit("src/app.py", "import os", "import os\nimport json\nimport yaml\nfrom util import text"),
    ),
    ("Keep the public API.", edit("src/app.py", "def a(x)", "def a(x, y=1)")),
    ("Keep the public API.", A),
    ("Nothing special here.", {**A, **T, "new.py": "import numpy\n"}),
]


def broken(text: str, after: Mapping[str, str | None]) -> list[str]:
    issue = parse(f"# Fix it\n\n{text}\n")
    snapshot = Snapshot(None, tuple(sorted(REPO)), REPO.get)
    found = enforce(issue.constraints, derive_set(snapshot.read, after), snapshot)
    for each in found:
        assert each.path in each.for_person
        assert each.path in each.for_model
        assert text.split(".", maxsplit=1)[0][:20] in each.for_model
    return [each.path for each in found]


@pytest.mark.parametrize(
    ("text", "after", "paths"), BROKEN, ids=lambda value: value if isinstance(value, str) else None
)
def test_a_broken_rule_is_named_with_its_path(text: str, after: Mapping[str, str | None], paths: list[str]) -> None:
    assert broken(text, after) == paths


@pytest.mark.parametrize(("text", "after"), KEPT, ids=lambda value: value if isinstance(value, str) else None)
def test_a_kept_rule_is_no_violation(text: str, after: Mapping[str, str | None]) -> None:
    assert broken(text, after) == []
