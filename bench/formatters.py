"""A real formatter went over the whole file: how much of that survives, and does a fix within it?

python bench/formatters.py SOURCES [--files N] [--only NAME ...] [--show N] [--bin FOLDER ...]

SOURCES is any folder of code. A file is taken twice: formatted and nothing else (gold: the file as it was), and with
one name changed that occurs once, then formatted (gold: the change alone). What prune leaves in mode safe is compared
to gold, byte for byte; and each change that it left is counted as flagged or kept. A formatter that is not found is
passed over, and said. Files that it leaves as they are, or refuses, do not count.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from fretsaw.core.issue import parse
from fretsaw.core.patch import derive_set
from fretsaw.core.prune import Verdict, prune
from fretsaw.core.text.lines import split_lines

ISSUE = parse("# The total is wrong\n\nIt counts the last row twice.\n")
_CLANG = (
    "clang-format --style={{BasedOnStyle: {}, SortIncludes: Never, FixNamespaceComments: false}} --assume-filename=x.{}"
)
FORMATTERS: dict[str, tuple[str, str]] = {
    "black": ("py", "black -q -"),
    "ruff": ("py", "ruff format --line-length 100 --stdin-filename x.py -"),
    "yapf": ("py", "yapf --style google"),
    "yapf, 2 columns": ("py", "yapf --style={based_on_style:google,indent_width:2}"),
    "autopep8": ("py", "autopep8 --aggressive -"),
    "prettier js": ("js", "prettier --stdin-filepath x.js"),
    "prettier ts": ("ts", "prettier --single-quote --print-width 100 --no-semi --stdin-filepath x.ts"),
    "prettier tsx": ("tsx", "prettier --stdin-filepath x.tsx"),
    "gofmt": ("go", "gofmt"),
    "rustfmt": ("rs", "rustfmt --edition=2021 --config max_width=72,use_small_heuristics=Off"),
    "rubocop": ("rb", "rubocop --only Layout -a --stderr --stdin x.rb"),
    "prettier java": ("java", "prettier --plugin prettier-plugin-java --stdin-filepath x.java"),
    "clang-format java": ("java", _CLANG.format("Google", "java")),
    "clang-format c": ("c", _CLANG.format("Google", "c")),
    "clang-format c gnu": ("c", _CLANG.format("GNU", "c")),
    "clang-format cc": ("cc", _CLANG.format("Mozilla", "cc")),
    "clang-format cpp": ("cpp", _CLANG.format("LLVM", "cpp")),
}
_MOST = 60_000
"""Characters; larger files are passed over."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--files", type=int, default=40, help="for each formatter, drawn at random")
    parser.add_argument("--only", nargs="+", default=[], help="formatters whose names begin so")
    parser.add_argument(
        "--show", type=int, default=0, metavar="N", help="print so many of the changes left, a formatter"
    )
    parser.add_argument("--bin", nargs="*", default=[], help="folders that are searched for formatters first")
    args = parser.parse_args()
    print(
        "| formatter | rows | gold | gold with a fix | changes | dropped | flagged | kept |\n|-|-:|-:|-:|-:|-:|-:|-:|"
    )
    for name, (end, command) in FORMATTERS.items():
        if not any(name.startswith(one) for one in args.only or [""]):
            continue
        program, *options = re.findall(r"--style=\{.*?\}|\S+", command)
        found = next((at for folder in [*args.bin, None] if (at := shutil.which(program, path=folder))), None)
        if found is None:
            print(f"| {name} | not found |")
            continue
        _measure(name, end, [found, *options], args.sources, args.files, args.show)


def _measure(name: str, end: str, command: list[str], sources: Path, files: int, show: int) -> None:
    rows: Counter[str] = Counter()
    fates: Counter[str] = Counter()
    left: list[tuple[str, Verdict]] = []
    wrong: list[str] = []
    for path, text in _texts(sources, end):
        if rows["plain"] >= files:
            break
        for kind, gold in (("plain", text), ("fix", _with_fix(text))):
            after = _formatted(command, gold) if gold else None
            if after is None or gold is None or after == gold:
                break
            where = f"src/x.{end}"
            patch = derive_set({where: text}.get, {where: after})
            pruned = prune(patch, ISSUE, "safe", {where: text}.get)
            result = pruned.patch.files[0].after if pruned.patch.files else text
            rows[kind] += 1
            rows[f"{kind} gold"] += result == gold
            if kind == "plain":
                fates.update(one.decision for one in pruned.verdicts)
                left += [(path, one) for one in pruned.verdicts if one.decision != "drop"]
            elif result != gold and len(wrong) < show:
                wrong.append(
                    path + "\n" + "".join(list(unified_diff(split_lines(gold), split_lines(result or ""), n=1))[2:12])
                )
    total = max(fates.total(), 1)
    shares = " | ".join(f"{fates[one] / total:.1%}" for one in ("drop", "flag", "keep"))
    print(
        f"| {name} | {rows['plain']} | {_share(rows, 'plain')} | {_share(rows, 'fix')} | {fates.total()} | {shares} |",
        flush=True,
    )
    print(*wrong, sep="\n", end="\n" * bool(wrong))
    random.Random(0).shuffle(left)
    for path, one in left[:show]:
        hunk = one.change.hunk
        print(f"    {path}:{hunk.start + 1 if hunk else 0} {one.decision} {one.rule} {one.reason}")
        for sign, lines in (("-", hunk.removed if hunk else ()), ("+", hunk.added if hunk else ())):
            print("".join(f"      {sign}{line!r}\n" for line in lines[:8]), end="")


def _share(rows: Counter[str], kind: str) -> str:
    return f"{rows[f'{kind} gold'] / rows[kind]:.1%}" if rows[kind] else "–"


def _texts(sources: Path, end: str) -> Iterator[tuple[str, str]]:
    """Path and text of files with this ending, in an order that is random and always the same."""
    paths = sorted(
        path for path in sources.rglob(f"*.{end}") if path.is_file() and not path.name.endswith((".min.js", ".d.ts"))
    )
    random.Random(1).shuffle(paths)
    for path in paths:
        text = path.read_bytes().decode("utf-8", "replace")
        # One very long line was written by a program.
        if 200 < len(text) < _MOST and "\ufffd" not in text and max(map(len, text.splitlines())) < 500:
            yield str(path), text


def _with_fix(text: str) -> str | None:
    """The text with a name changed that occurs once; None where there is no such name."""
    words = Counter(re.findall(r"\b[a-z_]{4,}\b", text))
    code = [word for line in text.splitlines() if "=" in line for word in re.findall(r"\b[a-z_]{4,}(?=\()", line)]
    once = [word for word in code if words[word] == 1]
    word = random.Random(len(text)).choice(once) if once else None
    return re.sub(rf"\b{word}\b", f"{word}_all", text) if word else None


def _formatted(command: list[str], text: str) -> str | None:
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=False, timeout=60)
    except subprocess.TimeoutExpired:
        return None
    said = done.stdout.decode("utf-8", "replace")
    return said if said.strip() and (done.returncode == 0 or "rubocop" in command[0]) else None


if __name__ == "__main__":
    main()
