"""Does what prune drops as without effect have none? Asked of compilers, over real releases and wild little edits.

python bench/oracle.py PAIRS [--esbuild PROGRAM] [--wild SEEDS] [--most CHARACTERS] [--only ENDING ...]

PAIRS holds a folder a pair of releases, each with `before/` and `after/`. A changed file is pruned in mode safe; then
two texts are compared: all changes, and all but those that a rule dropped as without effect. They are equal when
CPython's tree, esbuild's output, Ruby's tree, gofmt's, rustfmt's or the C preprocessor's text is. With --wild each
file is also edited at random in ways that look like layout, and often are none. An ending without its tool is passed
over.
"""

from __future__ import annotations

import argparse
import ast
import random
import re
import shutil
import subprocess
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from fretsaw.core.issue import parse
from fretsaw.core.patch import assemble, derive_set
from fretsaw.core.prune import Verdict, prune
from fretsaw.core.text.lines import split_lines

WITHOUT_EFFECT = ("line-endings", "whitespace", "import-order", "formatting", "blank-lines")
ISSUE = parse("# The total is wrong\n\nIt counts the last row twice.\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--esbuild", default="esbuild")
    parser.add_argument("--wild", type=int, default=0, metavar="SEEDS", help="how often each file is edited at random")
    parser.add_argument("--most", type=int, default=60_000, metavar="CHARACTERS", help="larger files are passed over")
    parser.add_argument("--only", nargs="+", default=[], metavar="ENDING")
    args = parser.parse_args()
    meanings = {end: one for end, one in _meanings(args.esbuild).items() if not args.only or end in args.only}
    counts: Counter[str] = Counter()
    for path, before, after in _patches(args.pairs, meanings, args.most, args.wild):
        end = path.rsplit(".", 1)[-1]
        counts[f"{end}: patches"] += 1
        for verdicts in _wrong(path, before, after, meanings[end], counts):
            counts[f"{end}: UNEQUAL {verdicts[0].rule}"] += 1
            _show(path, verdicts)
    print("\n".join(f"{count:7} {name}" for name, count in sorted(counts.items())))


def _meanings(esbuild: str) -> dict[str, Callable[[str], str | None]]:
    """Ending → what a text means to a tool that is not ours; None where the tool refuses the text."""
    found: dict[str, Callable[[str], str | None]] = {"py": _python}
    for ends, command in {
        ("js", "jsx", "mjs", "cjs"): [esbuild, "--loader=jsx", *_MINIFY],
        ("ts",): [esbuild, "--loader=ts", *_MINIFY],
        ("tsx",): [esbuild, "--loader=tsx", *_MINIFY],
        ("rb",): ["ruby", "-e", _RUBY],
        ("go",): ["gofmt", "-s"],
        ("rs",): ["rustfmt", "--edition=2021", "--config=normalize_comments=false"],
        ("c", "h", "cc", "cpp", "hpp"): ["gcc", "-E", "-P", "-dD", "-fpreprocessed", "-x", "c++", "-"],
    }.items():
        if shutil.which(command[0]):
            found |= dict.fromkeys(ends, _by(command, loose=ends[0] in ("go", "rs", "c")))
    return found


_MINIFY = ["--minify-whitespace", "--minify-syntax", "--legal-comments=none"]
_RUBY = """def show(n) n.is_a?(RubyVM::AbstractSyntaxTree::Node) ? [n.type, n.children.map { |c| show(c) }] : n end
p show(RubyVM::AbstractSyntaxTree.parse($stdin.read))"""


def _python(text: str) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError):
        return None


def _by(command: list[str], loose: bool) -> Callable[[str], str | None]:
    """`loose`: the tool keeps line breaks or brackets, so that blanks outside quotes have to go afterwards."""

    def meaning(text: str) -> str | None:
        done = subprocess.run(command, input=text.encode("utf-8", "surrogateescape"), capture_output=True, check=False)
        said = done.stdout.decode("utf-8", "replace")
        if done.returncode:
            return None
        return re.sub(r'("(?:\\.|[^"\\\n])*")|,?(?:\s|\\\n)+([)\]}])|(?:\s|\\\n)+', r"\1\2", said) if loose else said

    return meaning


def _patches(
    pairs: Path, meanings: dict[str, Callable[[str], str | None]], most: int, wild: int
) -> Iterator[tuple[str, str, str]]:
    """(path, text before, text after)"""
    for after in sorted(pairs.glob("*/after/**/*.*")):
        before = Path(str(after).replace("/after/", "/before/", 1))
        if after.suffix[1:] not in meanings or not after.is_file() or not before.is_file():
            continue
        old, new = (one.read_bytes().decode("utf-8", "surrogateescape") for one in (before, after))
        path = after.relative_to(pairs).as_posix()
        if max(len(old), len(new)) > most:
            continue
        if old != new:
            yield path, old, new
        for seed in range(wild):
            yield path, new, edited(new, random.Random(f"{seed}:{path}"))


def edited(text: str, chance: random.Random) -> str:
    """The text with a few little edits: what formatters touch, without asking what it means."""
    lines = split_lines(text)
    for at in sorted(chance.sample(range(len(lines)), min(len(lines) // 10 + 1, 4)), reverse=True):
        edit = chance.choice(_EDITS)
        lines[at : at + 2] = edit(lines[at : at + 2], chance)
    return "".join(lines)


def _once(pattern: str, new: str) -> Callable[[list[str], random.Random], list[str]]:
    """An edit of one place of the first line where the pattern is found."""

    def edit(lines: list[str], chance: random.Random) -> list[str]:
        found = list(re.finditer(pattern, lines[0]))
        if not found:
            return lines
        at = chance.choice(found)
        return [lines[0][: at.start()] + at.expand(new) + lines[0][at.end() :], *lines[1:]]

    return edit


_Edit: TypeAlias = Callable[[list[str], random.Random], list[str]]
_WORD = re.compile(r"\w+|\S")
_EDITS: tuple[_Edit, ...] = (
    *(_once(*edit) for edit in [(r"(?<=\S) ", ""), (r" ", "  "), (r"(?<=\W)\b|\b(?=\W)", " "), (r"\s*$", "  \n")]),
    *(_once(*edit) for edit in [(r"\b\w+\b", r"(\g<0>)"), (r"\(([^()]*)\)", r"\1"), (r"\b[\w.]+", r"(\g<0>)")]),
    *(
        _once(*edit)
        for edit in [(r"\{([^{}]*)\}", r"\1"), (r"'", '"'), (r'"', "'"), (r"[;,]", ""), (r"(?=[)\]}])", ",")]
    ),
    *(_once(*edit) for edit in [(r"$", ";"), (r" ", "\n"), (r"^", " "), (r"(?<=^) ", ""), (r"[(,{]", r"\g<0>\n")]),
    lambda lines, _: lines[::-1],
    lambda lines, _: ["\n", *lines],
    lambda lines, _: [*lines[:1], "\n", *lines[1:]],
    lambda lines, _: ["".join(lines).replace("\n", " ", 1)],
    lambda lines, _: lines if lines[0].strip() else lines[1:],
    lambda lines, _: [line.rstrip() + "\n" for line in lines],
)


def _wrong(
    path: str, before: str, after: str, meaning: Callable[[str], str | None], counts: Counter[str]
) -> Iterator[list[Verdict]]:
    """Groups of drops without which the text means something else, or nothing."""
    patch = derive_set({path: before}.get, {path: after})
    verdicts = prune(patch, ISSUE, "safe", {path: before}.get).verdicts
    dropped = [one for one in verdicts if one.decision == "drop" and one.rule in WITHOUT_EFFECT]
    whole = meaning(after) if dropped else None

    def without(some: list[Verdict]) -> str | None:
        ids = {one.change.id for one in some}
        rest = assemble(patch, [one.change for one in verdicts if one.change.id not in ids])
        text = meaning((rest.files[0].after if rest else before) or "")
        # Whether imports may change places at all is not for a compiler to say: there each word has to be left only.
        moved = bool(text and whole) and any(one.rule == "import-order" for one in some)
        return whole if moved and sorted(_WORD.findall(text or "")) == sorted(_WORD.findall(whole or "")) else text

    end = path.rsplit(".", 1)[-1]
    if dropped and whole is None:
        counts[f"{end}: refused by the tool"] += 1
        # What mends a text that does not compile has an effect.
        if without(dropped) is None:
            return
    counts.update(f"{end}: dropped {one.rule}" for one in dropped)
    if not dropped or without(dropped) == whole:
        return
    rules = [[one for one in dropped if one.rule == rule] for rule in WITHOUT_EFFECT]
    groups = [part for part in rules if part and without(part) != whole] or [dropped]
    for group in groups:
        single = [[one] for one in group if without([one]) != whole]
        yield from single or [group]


def _show(path: str, verdicts: list[Verdict]) -> None:
    for one in verdicts[:6]:
        hunk = one.change.hunk
        print(f"{path}:{hunk.start + 1 if hunk else 0} {one.rule}: {one.reason}")
        for sign, lines in (("-", hunk.removed if hunk else ()), ("+", hunk.added if hunk else ())):
            print("".join(f"  {sign}{line!r}\n" for line in lines[:8]), end="")


if __name__ == "__main__":
    main()
