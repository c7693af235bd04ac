"""Needles in packs of whole repositories: a line that is planted in a random file is in the prompt exactly once.

Packs trees of random files and the repository itself, `--context whole`, and looks the line up in the bytes that
would be sent. `python bench/needles.py [COUNT] [SEED]`
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from fretsaw.core import prompt
from fretsaw.core.context.choose import choose
from fretsaw.core.issue import parse
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.tokens import estimate

MILLION = 1_000_000
ISSUE = parse("# The sum is wrong\n\nThe total of a cart is too low.")
WORDS = ("total", "cart", "item", "</doc>", '<doc path="x">', "\t", "é", "\r", "```", "'''", "*** End Patch", "&lt;")


def tree(made: random.Random) -> dict[str, str]:
    """A repository of random files; some are empty, some lack the last newline, some have other line ends."""
    texts = {}
    for number in range(made.randint(1, 60)):
        folder = "/".join(made.choice("abc") for _ in range(made.randint(0, 3)))
        path = f"{folder}/f{number}.{made.choice(('py', 'md', 'json', 'c'))}".lstrip("/")
        end = made.choice(("\n", "\n", "\r\n"))
        lines = [" ".join(made.choices(WORDS, k=made.randint(0, 6))) for _ in range(made.randint(0, 40))]
        texts[path] = end.join(lines) + made.choice((end, ""))
    return texts


def planted(texts: dict[str, str], made: random.Random, needle: str) -> str:
    """Plant a line in a random file; its path."""
    path = made.choice(sorted(texts))
    lines = texts[path].split("\n")
    lines.insert(made.randint(0, len(lines)), needle)
    texts[path] = "\n".join(lines)
    return path


def times_in_pack(texts: dict[str, str], needle: str, ages: dict[str, int]) -> int:
    """How often the line is in the prompt of the whole repository; -1 where it is not the whole."""
    snapshot = Snapshot(None, tuple(sorted(texts)), texts.get, last_changes=lambda: ages)
    context = choose(ISSUE, snapshot, MILLION, "whole", estimate)
    if not context.whole:
        return -1
    messages = prompt.first_messages(ISSUE, context, "v4a")
    return sum(message.text.count(needle) for message in messages)


def repository(root: Path) -> dict[str, str]:
    """The texts of a folder."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        found[path.relative_to(root).as_posix()] = path.read_bytes().decode("utf-8", "surrogateescape")
    return found


def main() -> int:
    """Print how many are lost and doubled, and how long a pack of about a million tokens takes; exit 1 for any."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    lost = doubled = 0
    for number in range(count):
        made = random.Random(f"{seed}-{number}")
        texts = tree(made)
        needle = f"needle {made.randrange(1 << 60):x}"
        path = planted(texts, made, needle)
        times = times_in_pack(texts, needle, {each: made.randint(0, 30) for each in texts if made.random() < 0.5})
        lost += times < 1
        doubled += times > 1
        if times != 1:
            print(f"pack {number}: {times} times, {path}")
    own = repository(Path(__file__).parents[1] / "server")
    begun = time.process_time()
    context = choose(ISSUE, Snapshot(None, tuple(sorted(own)), own.get), MILLION, "whole", estimate)
    prompt.first_messages(ISSUE, context, "v4a")
    spent = time.process_time() - begun
    print(f"{count} packs, seed {seed}: {lost} lost, {doubled} doubled")
    print(f"{len(own)} files, {context.tokens:,} tokens (estimated): {spent:.2f} s CPU")
    return int(lost + doubled > 0)


if __name__ == "__main__":
    sys.exit(main())
