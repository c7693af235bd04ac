"""Data files that a whole-file reply lays out anew: is the noise gone, and is the edit that was asked for still there?

python bench/data_files.py MIRRORS [--files N] [--develop] [--only FORMAT ...] [--show N] [--seed N]

MIRRORS is a folder of `owner+name/repo` git directories. Files of each format are drawn from them in an order that is
random and always the same; the first N are set aside for the figure (`--develop` measures those that follow, which one
may look at). To each file one edit that is asked for (a value changed, an entry added or removed), and to that the
noise that models and formatters make. Noise: lines that differ between the wanted text and the reply; gone are those
that do not differ between the wanted text and what is delivered (mode safe).
"""

from __future__ import annotations

import argparse
import csv
import html
import io
import json
import random
import re
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import tomli
import yaml

from fretsaw.core.issue import parse
from fretsaw.core.patch import derive_set
from fretsaw.core.patch.sequence import differences
from fretsaw.core.prune import prune
from fretsaw.core.text.lines import split_lines

ISSUE = parse("# The setting is wrong\n\nIt has to hold what production holds.\n")
Noise = Callable[[str, random.Random], str]


@dataclass
class Figures:
    rows: int = 0
    noise: int = 0
    left: int = 0
    kept: int = 0
    equal: int = 0
    refused: int = 0
    """Rows delivered as the reply had them, noise and all."""
    shown: list[str] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mirrors", type=Path)
    parser.add_argument("--files", type=int, default=10, help="of each format")
    parser.add_argument("--develop", action="store_true", help="measure the other files, those that one may look at")
    parser.add_argument("--only", nargs="+", default=list(FORMATS), choices=list(FORMATS))
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print so many rows that are not as wanted")
    parser.add_argument("--seed", type=int, default=15)
    args = parser.parse_args()
    print(f"seed {args.seed}, {'development' if args.develop else 'set-aside'} files")
    print("| format | files | rows | noisy lines | noise gone | asked edit kept | equal to wanted | left as it came |")
    print("|-|-:|-:|-:|-:|-:|-:|-:|")
    is_short = False
    for name in args.only:
        files = drawn(args.mirrors, name, args.files, args.seed, develop=args.develop)
        figures = measured(name, files, args.show)
        share = 1 - figures.left / max(figures.noise, 1)
        is_short |= share < 0.97 or figures.kept < figures.rows
        print(
            f"| {name} | {len(files)} | {figures.rows} | {figures.noise} | {share:.1%} | {figures.kept} | "
            f"{figures.equal} | {figures.refused} |",
            flush=True,
        )
        print(*figures.shown, sep="\n", end="\n" * bool(figures.shown))
    return int(is_short)


def drawn(mirrors: Path, name: str, number: int, seed: int, *, develop: bool) -> list[tuple[str, str]]:
    """Path and text of files of a format; those to develop on are other ones than those of the figure."""
    paths: list[tuple[Path, str]] = []
    for repository in sorted(mirrors.glob("*/repo")):
        listed = git(repository, "ls-tree", "-r", "--name-only", "HEAD").decode("utf-8", "replace")
        paths += [(repository, path) for path in listed.splitlines() if path.endswith(FORMATS[name].extensions)]
    random.Random(seed).shuffle(paths)
    aside: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for repository, path in paths:
        text = git(repository, "show", f"HEAD:{path}").decode("utf-8", "replace")
        is_usable = 200 < len(text) < 30_000 and "\ufffd" not in text and "\r" not in text and text.endswith("\n")
        if not is_usable or not list(FORMATS[name].edits(text)) or max(map(len, text.splitlines())) > 2_000:
            continue
        (aside if len(aside) < number else others).append((f"{repository.parent.name}/{path}", text))
        if len(others) >= number:
            break
    files = others if develop else aside
    if name == "csv":
        files += generated_tables(number - len(files), seed + develop)
    return files


def generated_tables(number: int, seed: int) -> Iterator[tuple[str, str]]:
    """Tables with names, numbers, dates, texts with commas and quotes: real ones are rare in repositories of code."""
    rng = random.Random(seed)
    for at in range(number):
        made = io.StringIO()
        quotes_all = rng.random() < 0.3
        writer = csv.writer(made, lineterminator="\n", quoting=csv.QUOTE_ALL if quotes_all else csv.QUOTE_MINIMAL)
        writer.writerow(["id", "name", "price", "date", "note", "stock"])
        for row in range(rng.randint(8, 60)):
            note = rng.choice(["", "on sale", "red, green", 'the "big" one', "two\nlines", "plain"])
            day = f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
            writer.writerow(
                [row, f"item {rng.randint(1, 999)}", rng.randint(1, 900) / 4, day, note, rng.randint(0, 50)]
            )
        yield f"generated {at}", made.getvalue()


def git(repository: Path, *words: str) -> bytes:
    return subprocess.run(["git", "-C", str(repository), *words], capture_output=True, check=False).stdout


def measured(name: str, files: list[tuple[str, str]], show: int) -> Figures:
    figures = Figures()
    for path, before in files:
        for kind, wanted in FORMATS[name].edits(before):
            for noise_name, noise in FORMATS[name].noises.items():
                seed = zlib.crc32(f"{path} {kind} {noise_name}".encode())
                try:
                    reply = noise(wanted, random.Random(seed))
                    is_noise = reply != wanted and FORMATS[name].is_same(wanted, reply)
                except (ValueError, yaml.YAMLError):
                    continue  # an emitter that cannot read the file makes no noise
                if is_noise:
                    add_row(figures, Row(name, f"{path} {kind}, {noise_name}", before, wanted, reply), show)
    return figures


@dataclass(frozen=True)
class Row:
    format: str
    title: str
    before: str
    wanted: str
    reply: str


def add_row(figures: Figures, row: Row, show: int) -> None:
    path = "data" + FORMATS[row.format].extensions[0]
    patch = derive_set({path: row.before}.get, {path: row.reply})
    pruned = prune(patch, ISSUE, "safe", {path: row.before}.get)
    delivered = (pruned.patch.files[0].after or "") if pruned.patch.files else row.before
    figures.rows += 1
    figures.noise += distance(row.wanted, row.reply)
    figures.left += distance(row.wanted, delivered)
    is_kept = has_edit(row, delivered)
    figures.kept += is_kept
    figures.equal += delivered == row.wanted
    figures.refused += delivered == row.reply
    is_off = distance(row.wanted, delivered) > 2 or not is_kept
    if is_off and len(figures.shown) < show:
        lines = unified_diff(split_lines(row.wanted), split_lines(delivered), n=1)
        head = f"--- {row.title}" + (" LOST" if not is_kept else "") + (" AS IT CAME" * (delivered == row.reply))
        figures.shown.append(head + "\n" + "".join(line[:160].rstrip("\n") + "\n" for line in list(lines)[2:14]))


def distance(one: str, other: str) -> int:
    """Lines that differ between two texts, with their endings."""
    blocks = differences(split_lines(one), split_lines(other))
    return sum(max(end - start, new_end - new_start) for start, end, new_start, new_end in blocks)


def has_edit(row: Row, delivered: str) -> bool:
    """The words that the edit brings are there as often as wanted, and those that it takes away are gone."""
    counts = [Counter(re.findall(r"\w+", text)) for text in (row.before, row.wanted, delivered)]
    before, wanted, after = counts
    changed = [word for word in {*before, *wanted} if before[word] != wanted[word]]
    return all((after[word] - before[word]) * (wanted[word] - before[word]) > 0 for word in changed)


# -- edits ------------------------------------------------------------------------------------------


def line_edits(value: str, entry: str, new_entry: str) -> Callable[[str], Iterator[tuple[str, str]]]:
    """A value changed; an entry put in behind another one; an entry removed: each on a line that the pattern finds."""

    def edits(text: str) -> Iterator[tuple[str, str]]:
        found = list(re.finditer(value, text, re.MULTILINE))
        if found:
            one = found[len(found) // 2]
            yield "value", text[: one.start(1)] + edited(one[1]) + text[one.end(1) :]
        entries = list(re.finditer(entry, text, re.MULTILINE)) if entry else []
        if entries:
            one = entries[len(entries) // 3]
            yield "entry added", text[: one.end()] + one.expand(new_entry) + text[one.end() :]
        if len(entries) > 2:
            one = entries[len(entries) // 2]
            yield "entry removed", text[: one.start()] + text[one.end() :]

    return edits


def edited(value: str) -> str:
    """A number one higher, a truth turned over, a word with another one behind it."""
    if value in ("true", "false"):
        return "false" if value == "true" else "true"
    return str(int(value) + 1) if value.isdigit() and value[0] != "0" else f"{value}zq7"


def json_edits(text: str) -> Iterator[tuple[str, str]]:
    try:
        data = json.loads(text)
    except ValueError:
        return
    if isinstance(data, dict | list):
        yield from line_edits(
            r'^ *(?:"[^"\n]+": *)?"?([\w.-]+)"?,?$', r'^( *)"[^"\n]+": "[^"\n]*",\n', r'\1"addedKey": "zq7",\n'
        )(text)


def notebook_edits(text: str) -> Iterator[tuple[str, str]]:
    try:
        data = json.loads(text)
    except ValueError:
        return
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        return
    lines = [line for cell in data["cells"] for line in cell.get("source", []) if re.search(r"\w{3}", line)]
    counted = Counter(lines)
    unique = [line for line in lines if counted[line] == 1 and text.count(json.dumps(line, ensure_ascii=False)) == 1]
    if unique:
        line = unique[len(unique) // 2]
        word = re.findall(r"\w{3,}", line)[0]
        written = json.dumps(line, ensure_ascii=False)
        yield "value", text.replace(written, written.replace(word, word + "zq7", 1))


def yaml_edits(text: str) -> Iterator[tuple[str, str]]:
    try:
        list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, ValueError):
        return
    for kind, wanted in line_edits(
        r"^ *(?:- )?[\w-]+: ['\"]?([\w.-]+)['\"]?$", r"^( *)[\w-]+: [\w.-]+\n(?!\1 )", r"\1addedKey: zq7\n"
    )(text):
        try:
            list(yaml.compose_all(wanted, Loader=yaml.SafeLoader))
        except (yaml.YAMLError, ValueError):
            continue
        yield kind, wanted


def toml_edits(text: str) -> Iterator[tuple[str, str]]:
    yield from line_edits(
        r"^[\w-]+ *= *[\"']?([\w.-]+)[\"']?$", r"^[\w-]+( *= *)(\"|')[^\"'\n]*[\"']\n", r"addedKey\1\2zq7\2\n"
    )(text)


def css_edits(text: str) -> Iterator[tuple[str, str]]:
    yield from line_edits(r"^ +[\w-]+: *([\w.#-]+);$", r"^( +)[\w-]+: *[^;{}\n]+;\n", r"\1added-key: zq7;\n")(text)
    end = text.rfind("\n}\n")
    if end >= 0 and "\n\n" in text[:end]:
        unit = (re.findall(r"^( +|\t)[\w-]+:", text, re.MULTILINE) or ["  "])[0]
        yield "rule added", text[: end + 3] + f"\n.added-zq7 {{\n{unit}color: red;\n}}\n" + text[end + 3 :]


def html_edits(text: str) -> Iterator[tuple[str, str]]:
    yield from line_edits(
        r"<(?:p|a|li|h\d|title|td|span|button)\b[^<>{}%]*>(\w+)", r"^( *)<li>[^<>\n]*</li>\n", r"\1<li>Added zq7</li>\n"
    )(text)
    found = list(re.finditer(r"<\w+(?: [\w-]+=\"[^\"{}]*\")* (?:class|href|id|src)=\"([\w./-]+)\"", text))
    if found:
        one = found[len(found) // 2]
        yield "attribute", text[: one.end(1)] + "zq7" + text[one.end(1) :]


def csv_edits(text: str) -> Iterator[tuple[str, str]]:
    lines = text.splitlines(keepends=True)
    if len(lines) < 3 or lines[0].count(",") < 1 or lines[0].count(",") != lines[-1].count(","):
        return
    yield from line_edits(r"^(?:[^,\"\n]*,)+([\w.]+)$", "", "")(text)
    row = lines[len(lines) // 2]
    if '"' not in row and row.count(",") == lines[0].count(","):
        middle = len(lines) // 2
        cells = row.rstrip("\n").split(",")
        added = ",".join(f"zq{at}" for at in range(len(cells))) + "\n"
        yield "row added", "".join([*lines[: middle + 1], added, *lines[middle + 1 :]])
        if lines.count(row) == 1:
            yield "row removed", "".join([*lines[:middle], *lines[middle + 1 :]])


# -- noise ------------------------------------------------------------------------------------------


def crlf(text: str, rng: random.Random) -> str:
    return text.replace("\n", "\r\n")


def no_final_newline(text: str, rng: random.Random) -> str:
    return text.rstrip("\n")


def no_blank_lines(text: str, rng: random.Random) -> str:
    return re.sub(r"\n{2,}", "\n", text)


def more_blank_lines(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    at = sorted(rng.sample(range(len(lines)), min(4, len(lines))))
    return "\n".join(line + "\n" if row in at and not line.startswith(" ") else line for row, line in enumerate(lines))


def json_noises() -> dict[str, Noise]:
    def dumped(**options: Any) -> Noise:
        return lambda text, rng: json.dumps(json.loads(text), ensure_ascii=False, **options) + "\n"

    return {
        "2 columns": dumped(indent=2),
        "4 columns": dumped(indent=4),
        "tabs": dumped(indent="\t"),
        "sorted keys": dumped(indent=2, sort_keys=True),
        "minified": dumped(separators=(",", ":")),
        "one line": dumped(),
        "ascii": lambda text, rng: json.dumps(json.loads(text), indent=4) + "\n",
        "crlf": crlf,
        "no final newline": no_final_newline,
    }


def notebook_noise(**options: Any) -> Noise:
    def noise(text: str, rng: random.Random) -> str:
        data = json.loads(text)
        for at, cell in enumerate(data["cells"]):
            if options.get("outputs") and "zq7" not in "".join(cell["source"]) and "outputs" in cell:
                cell["outputs"] = []
            if options.get("counts") and "execution_count" in cell and "zq7" not in "".join(cell["source"]):
                cell["execution_count"] = None if options["counts"] == "none" else at + 1
            if options.get("metadata"):
                cell["metadata"] = {}
            if options.get("ids"):
                cell["id"] = f"{rng.getrandbits(32):08x}"
            if options.get("joined"):
                cell["source"] = "".join(cell["source"])
        if options.get("metadata"):
            data["metadata"] = {"language_info": {"name": "python", "version": "3.12.1"}}
        keys = bool(options.get("sorted"))
        return json.dumps(data, indent=options.get("indent", 1), sort_keys=keys, ensure_ascii=keys) + "\n"

    return noise


def dumped_yaml(**options: Any) -> Noise:
    def noise(text: str, rng: random.Random) -> str:
        class Plain(yaml.SafeLoader):
            """Takes `on` and dates for text, as the parsers of YAML 1.2 do."""

        Plain.yaml_implicit_resolvers = {
            sign: [(tag, pattern) for tag, pattern in rows if "bool" not in tag and "timestamp" not in tag]
            for sign, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }
        Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false|True|False"), list("tfTF"))

        class Dumper(yaml.SafeDumper):
            def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
                return super().increase_indent(flow, indentless and not options.get("indented_lists"))

        Dumper.yaml_implicit_resolvers = Plain.yaml_implicit_resolvers
        Dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign]
        plain = {key: value for key, value in options.items() if key != "indented_lists"}
        documents = list(yaml.load_all(text, Loader=Plain))
        if re.search(r"(?:^|\s)[&*!]\w", text):
            raise ValueError("anchors or tags")
        dumped = yaml.dump_all(documents, Dumper=Dumper, **{"sort_keys": False, "allow_unicode": True, **plain})
        return str(dumped)

    return noise


def swapped_quotes(text: str, rng: random.Random) -> str:
    def swap(found: re.Match[str]) -> str:
        return found[1] + ("'" if found[2] == '"' else '"') + found[3] + ("'" if found[2] == '"' else '"')

    return re.sub(r"(?m)^( *(?:- )?[\w-]+ ?[:=] ?)([\"'])([^\"'\\\n]*)\2(?=$)", swap, text)


def without_hash_comments(text: str, rng: random.Random) -> str:
    if re.search(r"[|>][-+]?\n|\"\"\"|'''", text):
        raise ValueError("holds texts")
    return re.sub(r"(?m)^[ \t]*#(?!!).*\n", "", text)


def re_indented(text: str, rng: random.Random) -> str:
    unit = min((len(found) for found in re.findall(r"(?m)^ +(?=\S)", text)), default=2)
    width = 4 if unit < 4 else 2
    if re.search(r"(?m): [|>][-+]?$|<(?:pre|textarea)|`|\"\"\"|''\'", text):
        raise ValueError("holds texts")

    def indented(found: re.Match[str]) -> str:
        steps, rest = divmod(len(found[0]), unit)
        return " " * (steps * width + rest)

    return re.sub(r"(?m)^ +(?=\S)", indented, text)


def tight_equals(text: str, rng: random.Random) -> str:
    return re.sub(r"(?m)^([\w.-]+) = ", r"\1=", text) if " = " in text else re.sub(r"(?m)^([\w.-]+)=", r"\1 = ", text)


def wrapped_arrays(text: str, rng: random.Random) -> str:
    return re.sub(
        r"(?m)^([\w.-]+ *= *)\[([^\[\]{}\n#]+)\]$",
        lambda found: (
            found[1]
            + "[\n"
            + "".join(f"    {item},\n" for item in re.findall(r"\"[^\"]*\"|'[^']*'|[^\s,]+", found[2]))
            + "]"
        ),
        text,
    )


def joined_arrays(text: str, rng: random.Random) -> str:
    return re.sub(
        r"(?m)^([\w.-]+ *= *)\[\n((?: *[\"'][^\"',\n]*[\"'],?\n)+)\]$",
        lambda found: found[1] + "[" + ", ".join(re.findall(r"[\"'][^\"'\n]*[\"']", found[2])) + "]",
        text,
    )


def sorted_toml(text: str, rng: random.Random) -> str:
    """Keys of one line that follow one another in another order."""
    return re.sub(
        r"(?m)(?:^[\w-]+ *= *(?:\"[^\"\n]*\"|'[^'\n]*'|[\w.-]+)\n){2,}",
        lambda found: "".join(sorted(found[0].splitlines(keepends=True), reverse=True)),
        text,
    )


def csv_noise(**options: Any) -> Noise:
    def noise(text: str, rng: random.Random) -> str:
        made = io.StringIO()
        csv.writer(made, **{"lineterminator": "\n", **options}).writerows(csv.reader(io.StringIO(text)))
        return made.getvalue()

    return noise


def blank_behind_delimiters(text: str, rng: random.Random) -> str:
    if '"' in text or ", " in text:
        raise ValueError("quotes or blanks")
    return text.replace(",", ", ")


_TAG = re.compile(r"<([a-zA-Z][\w-]*)((?:\s+[\w:@.-]+=(?:\"[^\"<>]*\"|'[^'<>]*'))+)\s*(/?)>")
_SAFE_PART = re.compile(r"(<(script|style|pre|textarea)\b.*?</\2>|<!--.*?-->)", re.DOTALL)


def html_noise(change: Callable[[str], str]) -> Noise:
    """Noise outside of scripts, styles and text that is kept as it is."""

    def noise(text: str, rng: random.Random) -> str:
        parts = _SAFE_PART.split(text)
        return "".join(change(part) if at % 3 == 0 else part for at, part in enumerate(parts) if at % 3 != 2)

    return noise


def other_attribute_quotes(text: str) -> str:
    return _TAG.sub(lambda tag: re.sub(r"=\"([^\"'<>{}]*)\"", r"='\1'", tag[0]), text)


def attributes_in_other_order(text: str) -> str:
    def reordered(tag: re.Match[str]) -> str:
        attributes = re.findall(r"[\w:@.-]+=(?:\"[^\"]*\"|'[^']*')", tag[2])
        return f"<{tag[1]} {' '.join(reversed(attributes))}{' /' if tag[3] else ''}>"

    return _TAG.sub(reordered, text)


def void_slashes(text: str) -> str:
    void = r"br|hr|img|input|link|meta"
    if re.search(rf"<(?:{void})\b[^<>{{}}]*/>", text):
        return re.sub(rf"<({void})\b([^<>{{}}]*?)\s*/>", r"<\1\2>", text)
    return re.sub(rf"<({void})\b([^<>{{}}]*?)>", r"<\1\2 />", text)


def upper_case_tags(text: str) -> str:
    html_tags = "div|p|ul|li|table|tr|td|head|body|html|a|span|h1|h2|title|meta|link|br"
    return re.sub(rf"(</?)({html_tags})(?=[\s>/])", lambda tag: tag[1] + tag[2].upper(), text)


def blocks_on_own_lines(text: str) -> str:
    return re.sub(r"(?<=\S)(</(?:div|ul|table|body|head|html|section)>)(?=\n)", r"\n\1", text)


def escaped_values(text: str) -> str:
    return re.sub(r"=\"([^\"<>{}&]*)'([^\"<>{}&]*)\"", lambda found: f'="{html.escape(found[1])}&#39;{found[2]}"', text)


_CSS_PART = re.compile(r"(/\*.*?\*/|//[^\n]*|\"[^\"\n]*\"|'[^'\n]*'|url\([^)]*\))", re.DOTALL)


def css_noise(change: Callable[[str], str]) -> Noise:
    """Noise outside of comments and strings."""

    def noise(text: str, rng: random.Random) -> str:
        return "".join(part if at % 2 else change(part) for at, part in enumerate(_CSS_PART.split(text)))

    return noise


def css_swapped_quotes(text: str, rng: random.Random) -> str:
    def swapped(part: str) -> str:
        is_string = part[:1] in "\"'" and not re.search(r"[\\\"']", part[1:-1])
        return ("'" if part[:1] == '"' else '"') + part[1:-1] + ("'" if part[:1] == '"' else '"') if is_string else part

    return "".join(swapped(part) if at % 2 else part for at, part in enumerate(_CSS_PART.split(text)))


def minified_css(text: str, rng: random.Random) -> str:
    if re.search(r"(?m)^\s*//|\"|'", text):
        raise ValueError("holds texts")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([{};,]) ?", r"\1", text)
    return re.sub(r"(?<=[\w-]):\s(?=[^{}]*[;}])", ":", text).replace(";}", "}").strip() + "\n"


def css_one_line_rules(text: str, rng: random.Random) -> str:
    return re.sub(
        r"\{([^{}/]*)\}", lambda found: "{ " + " ".join(map(str.strip, found[1].strip().split("\n"))) + " }", text
    )


def same_yaml(one: str, other: str) -> bool:
    documents = [list(yaml.load_all(text, Loader=yaml.BaseLoader)) for text in (one, other)]
    return documents[0] == documents[1]


def xml_edits(text: str) -> Iterator[tuple[str, str]]:
    try:
        ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return
    yield from line_edits(
        r"(?:>|=\")([\w.-]+)(?:</|\")",
        r"^( *)<(\w+)(?: [^<>\n]*)?(?:>[^<>\n]+</\2>|/>)\n",
        r"\1<addedKey>zq7</addedKey>\n",
    )(text)


def same_xml(one: str, other: str) -> bool:
    return xml_value(ElementTree.fromstring(one)) == xml_value(ElementTree.fromstring(other))


def xml_value(element: ElementTree.Element, *, keeps_blanks: bool = False) -> tuple[Any, ...]:
    """An element with its parts; blanks between tags do not count where there is no text besides."""
    keeps_blanks |= element.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
    texts = [element.text, *(child.tail for child in element)]
    has_text = not len(element) or keeps_blanks or any((text or "").strip() for text in texts)
    children = tuple(
        (xml_value(child, keeps_blanks=keeps_blanks), child.tail or "" if has_text else "") for child in element
    )
    return element.tag, sorted(element.attrib.items()), element.text or "" if has_text else "", children


def same_toml(one: str, other: str) -> bool:
    return tomli.loads(one) == tomli.loads(other)


@dataclass(frozen=True)
class Format:
    extensions: tuple[str, ...]
    edits: Callable[[str], Iterator[tuple[str, str]]]
    noises: dict[str, Noise]
    is_same: Callable[[str, str], bool] = lambda one, other: True
    """Sorts out what a noise breaks."""


_LINES: dict[str, Noise] = {
    "crlf": crlf,
    "no final newline": no_final_newline,
    "no blank lines": no_blank_lines,
    "blank lines": more_blank_lines,
}
FORMATS = {
    "json": Format((".json",), json_edits, json_noises()),
    "yaml": Format(
        (".yml", ".yaml"),
        yaml_edits,
        {
            "dumped": dumped_yaml(),
            "dumped, sorted": dumped_yaml(sort_keys=True),
            "dumped, indented lists": dumped_yaml(indented_lists=True),
            "dumped, 4 columns": dumped_yaml(indent=4, width=200),
            "dumped, flow": dumped_yaml(default_flow_style=None),
            "swapped quotes": swapped_quotes,
            "comments lost": without_hash_comments,
            "other indentation": re_indented,
            "crlf": crlf,
            "no final newline": no_final_newline,
        },
        same_yaml,
    ),
    "toml": Format(
        (".toml",),
        toml_edits,
        {
            "tight or loose =": tight_equals,
            "swapped quotes": swapped_quotes,
            "wrapped arrays": wrapped_arrays,
            "joined arrays": joined_arrays,
            "other order": sorted_toml,
            "comments lost": without_hash_comments,
            "comments and blank lines lost": lambda text, rng: no_blank_lines(without_hash_comments(text, rng), rng),
            "all of them": lambda text, rng: wrapped_arrays(tight_equals(swapped_quotes(text, rng), rng), rng),
            **_LINES,
        },
        same_toml,
    ),
    "ipynb": Format(
        (".ipynb",),
        notebook_edits,
        {
            "2 columns": notebook_noise(indent=2),
            "minified": notebook_noise(indent=None),
            "sorted keys": notebook_noise(sorted=True),
            "outputs": notebook_noise(outputs=True),
            "counts": notebook_noise(counts="new"),
            "outputs and counts, 2 columns": notebook_noise(outputs=True, counts="none", indent=2),
            "metadata": notebook_noise(metadata=True),
            "ids": notebook_noise(ids=True),
            "joined sources": notebook_noise(joined=True),
            "all of them": notebook_noise(
                outputs=True, counts="none", metadata=True, ids=True, joined=True, indent=4, sorted=True
            ),
        },
    ),
    "csv": Format(
        (".csv",),
        csv_edits,
        {
            "all quoted": csv_noise(quoting=csv.QUOTE_ALL),
            "texts quoted": csv_noise(quoting=csv.QUOTE_NONNUMERIC),
            "semicolons": csv_noise(delimiter=";"),
            "tabs": csv_noise(delimiter="\t"),
            "all quoted, crlf": csv_noise(quoting=csv.QUOTE_ALL, lineterminator="\r\n"),
            "blanks behind delimiters": blank_behind_delimiters,
            "crlf": crlf,
            "no final newline": no_final_newline,
        },
    ),
    "html": Format(
        (".html",),
        html_edits,
        {
            "other indentation": re_indented,
            "attribute quotes": html_noise(other_attribute_quotes),
            "order of attributes": html_noise(attributes_in_other_order),
            "void tags": html_noise(void_slashes),
            "upper-case tags": html_noise(upper_case_tags),
            "own lines": html_noise(blocks_on_own_lines),
            "entities in values": html_noise(escaped_values),
            "all of them": lambda text, rng: html_noise(
                lambda part: other_attribute_quotes(attributes_in_other_order(void_slashes(part)))
            )(re_indented(text, rng), rng),
            **_LINES,
        },
    ),
    "xml": Format(
        (".xml", ".svg", ".xml.dist", ".xsd"),
        xml_edits,
        {
            "other indentation": re_indented,
            "attribute quotes": html_noise(other_attribute_quotes),
            "order of attributes": html_noise(attributes_in_other_order),
            "one line": lambda text, rng: re.sub(r">\s+<", "><", text),
            "tags on own lines": lambda text, rng: re.sub(r">(?:[ \t]*\n)?[ \t]*<(?!/)", ">\n<", text),
            "all of them": lambda text, rng: html_noise(
                lambda part: other_attribute_quotes(attributes_in_other_order(part))
            )(re_indented(text, rng), rng),
            **_LINES,
        },
        same_xml,
    ),
    "css": Format(
        (".css", ".scss"),
        css_edits,
        {
            "other indentation": re_indented,
            "minified": minified_css,
            "rules on one line": css_one_line_rules,
            "upper-case colours": css_noise(
                lambda text: re.sub(r"(?<=[:,\s])#[0-9a-fA-F]{3,6}(?=[;,\s])", lambda hex_: hex_[0].upper(), text)
            ),
            "blanks around :": css_noise(lambda text: re.sub(r"(?m)^(\s+[\w-]+): *(?=[^{}\n]*;)", r"\1 : ", text)),
            "brace on its own line": css_noise(lambda text: re.sub(r"(?m)(?<=[\w)\]]) *\{$", "\n{", text)),
            "swapped quotes": css_swapped_quotes,
            "noughts": css_noise(lambda text: re.sub(r"(?<=[\s:,])0?\.(\d)", r"0.\1", text)),
            **_LINES,
        },
    ),
}


if __name__ == "__main__":
    sys.exit(main())
