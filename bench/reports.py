"""reports.py [CASES_DIR]: what people report about coding agents, as case folders; a table of kinds by forms.

The folders are those of `tests/cases/reports` (see `tests/reports/test_reports.py`). A kind is what a name begins with,
a form is what the reply was read as. Counted apart: right, changed wrongly (the worst), refused though it is right.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.reports.test_reports import make_repository, texts, vet  # noqa: E402

from fretsaw.core.reply import read  # noqa: E402

OUTCOMES = ("right", "wrong", "refused")


def main() -> int:
    """Run every case in a repository of its own and print the table; 0 only if all are right."""
    cases = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests" / "cases" / "reports"
    table: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for folder in sorted(path for path in cases.iterdir() if (path / "reply.md").exists()):
        with tempfile.TemporaryDirectory() as place:
            ended = outcome(folder, Path(place))
        table[folder.name.partition("-")[0]][form(folder)][ended] += 1
        if ended != "right":
            print(f"{ended}: {folder.name}", file=sys.stderr)
    return show(table)


def form(folder: Path) -> str:
    """The formats that the reply was read as; `none` where no edit was found."""
    reply = (folder / "reply.md").read_bytes().decode("utf-8", "surrogateescape")
    return "+".join(read(reply).grammars) or "none"


def outcome(folder: Path, place: Path) -> str:
    """What becomes of one case: right, wrong (files are not as they should be) or refused."""
    os.environ.update(FRETSAW_STATE_DIR=str(place / "state"), FRETSAW_CONFIG_DIR=str(place / "config"))
    root = place / "repo"
    root.mkdir()
    make_repository(folder, root)
    before = texts(root)
    vet(folder, root)
    after = texts(root)
    gone = (folder / "gone").read_text("utf-8").split("\n") if (folder / "gone").exists() else []
    expected = {path: data for path, data in {**before, **texts(folder / "expected")}.items() if path not in gone}
    may_refuse = (folder / "expected.txt").exists()
    if after == (before if may_refuse else expected) or (may_refuse and after == expected):
        return "right"
    return "refused" if after == before else "wrong"


def show(table: dict[str, dict[str, Counter[str]]]) -> int:
    """Print a row a kind and form, and the sum."""
    total: Counter[str] = Counter()
    print("| kind | form | right | changed wrongly | refused |\n|---|---|---|---|---|")
    for kind, forms in sorted(table.items()):
        for name, counts in sorted(forms.items()):
            total += counts
            print(f"| {kind} | {name} | {' | '.join(str(counts[one]) for one in OUTCOMES)} |")
    print(f"| **all** | | {' | '.join(str(total[one]) for one in OUTCOMES)} |")
    return 0 if total["right"] == sum(total.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
