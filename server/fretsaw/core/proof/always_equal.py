"""Find an equality that cannot say no: it ignores the other value, compares one with itself, or adds `or true`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fretsaw.core.languages import language_of

_JVM = "Java Kotlin Scala Groovy C#"
_HEADS: tuple[tuple[str, str], ...] = (
    ("Python", r"def __(?:eq|ne|cmp)__\s*\((?P<given>[^)\n]*)\)[^:\n]*:"),
    ("Python", r"__(?:eq|ne)__\s*=\s*lambda(?P<given>[^:\n]*):"),
    ("Ruby", r"def\s+(?:==|eql\?|===|equal\?|<=>)\s*\(?(?P<given>[^)\n;=]*)\)?(?:\s*=(?!=))?"),
    ("Ruby", r"define_method\s*\(?\s*:(?:==|eql\?|===|<=>)\s*\)?\s*(?:\{|do)\s*(?:\|(?P<given>[^|\n]*)\|)?"),
    (
        _JVM,
        r"\b(?:boolean|bool|Boolean|int|fun|def)\s+(?:[eE]quals|compareTo|CompareTo)\s*\((?P<given>[^)\n]*)\)[^{};=\n]*(?=[{=])",
    ),
    ("C# C++ Swift", r"(?:\boperator\s*==|\bfunc\s*==)\s*\((?P<given>[^)\n]*)\)[^{};=\n]*(?=[{=])"),
    ("Go", r"\bfunc\s*\([^)\n]*\)\s*(?:Equals?|Compare|Cmp)\s*\((?P<given>[^)\n]*)\)[^{\n]*(?=\{)"),
    ("Rust", r"\bfn\s+(?:eq|cmp|partial_cmp)\s*\((?P<given>[^)]*)\)[^{;]*(?=\{)"),
    ("Perl", r"['\"]?(?:==|eq|<=>|cmp)['\"]?\s*=>\s*sub(?P<given>)\s*(?=\{)"),
    (
        "JavaScript TypeScript TSX PHP Dart",
        r"(?:^|[{;,]|\b(?:function|public|static|async|const|let|bool))\s*(?:equals|isEqual|asymmetricMatch|compareTo)\s*"
        r"(?:[=:]\s*(?:function\s*)?)?\((?P<given>[^)\n]*)\)\s*(?::\s*[\w<>|\[\] ]+)?(?=\{|=>)",
    ),
)
"""Heads of equality definitions: languages and pattern."""

_PATH = r"[$@]{0,2}\w+(?:(?:\.|->|::|\?\.)\w+|->\{\w+\}|\[[^\]\n]{1,20}\]|\{[^}\n]{1,20}\})+"
_BEFORE = r"(?:^|[(,;{}=!?:&|>]|\b(?:return|and|or|not|if|elif|unless|when|assert|do|then)\b)\s*"
_AFTER = r"\s*(?=$|[),;}&|?{:\]#/]|\b(?:and|or|if|unless|else|end|then|do)\b)"
_ITSELF = re.compile(
    rf"{_BEFORE}&?(?P<one>{_PATH})\s*(?:===?|\beq\b|\bis\b(?!\s*not\b))\s*&?(?P=one){_AFTER}"
    rf"|(?<![\w.])(?P<two>{_PATH})\.(?:equals|eq|Equals?|equal\?|eql\?|cmp|compareTo|total_cmp)\(\s*&?(?P=two)\s*\)"
    r"|\b(?:[eE]quals?|isEqual|DeepEqual|deepEqual|isDeepStrictEqual|is)\(\s*&?(?P<three>[\w.$>-]+)\s*,\s*&?(?P=three)\s*\)",
    re.MULTILINE,
)
"""A member compared with itself anywhere. `!=` is left out: it is how NaN is found."""
_BARE_ITSELF = re.compile(
    rf"{_BEFORE}[&*]?(?P<one>[$@]{{0,2}}\w+)\s*(?:===?|\beq\b|\bis\b(?!\s*not\b))\s*[&*]?(?P=one){_AFTER}"
    r"|(?<![\w.])(?P<two>\w+)\.(?:equals|eq|Equals?)\(\s*&?(?P=two)\s*\)",
    re.MULTILINE,
)
_OR_TRUE = re.compile(r"(?:\bor\b|\|\|)\s*(?:not\s+(?:False|None)|True|true|1|!0|!false)\b")
_SAYS_NO = re.compile(
    r"\b(?:[fF]alse|NotImplemented|raise|throw|panic|die|croak|unimplemented|todo|nil|None|super)\b|!\s*(?:0|1|true)\b|-1\b"
)
_SAYS_YES = re.compile(r"(?<![!\w])(?:True|true)\b|\breturn\s+[01]\b|\bEqual\b")
_THROWN_AWAY = re.compile(r"\blet\s+_\s*=\s*[^;]*;|^\s*_\s*=[^\n]*$|\bvoid\s+\w+;|\(void\)\s*\w+;", re.MULTILINE)
_COMMENTS = re.compile(r"(?m)(?<![\w\"'$])#[^\n\[{]*$|//[^\n]*|/\*.*?\*/|\"\"\".*?\"\"\"", re.DOTALL)


def equal_to_everything(path: str, text: str) -> Iterator[str]:
    """The equalities of a file that hold for any value, each as a piece of its text.

    >>> list(equal_to_everything("a.rs", "fn eq(&self, o: &Self) -> bool { self.0 == self.0 }"))
    ['self.0 == self.0', 'fn eq(&self, o: &Self) -> bool { self.0 == self.0 }']
    >>> list(equal_to_everything("a.py", "def __eq__(self, o):\\n    return o.x == self.x\\n"))
    []
    """
    language = language_of(path)
    if language is None:
        return
    plain = _COMMENTS.sub("", text)
    for match in _ITSELF.finditer(plain):
        yield match[0].strip(" \t\n(,;{}=!?:&|>")
    for languages, pattern in _HEADS:
        if language.name not in languages.split():
            continue
        for head in re.finditer(pattern, plain, re.MULTILINE):
            body = _body(plain, head.end(), language.name)
            if body.strip() and _cannot_say_no(head["given"] or "", body, language.name):
                yield " ".join((head[0] + body).split())


def _cannot_say_no(given: str, body: str, language: str) -> bool:
    """Return True if the body of an equality answers yes (or "equal") whatever it is asked about."""
    if _OR_TRUE.search(body) or _BARE_ITSELF.search(body):
        return True
    if _SAYS_NO.search(body) and not _SAYS_YES.search(body):
        return False
    names = _others(given, language)
    used = re.sub(
        r"\blet\s+_\s*=\s*[^;]*;|^\s*_\s*=[^\n]*$|\bvoid\s+\w+;|\(void\)\s*\w+;", "", body, flags=re.MULTILINE
    )
    if language == "Perl":  # the values are in @_, whatever they are called
        return re.search(r"@_|\$_\[1\]|\bshift\b", body) is None
    return not any(re.search(rf"(?<![\w$]){re.escape(name)}(?!\w)", used) for name in names)


def _others(given: str, language: str) -> list[str]:
    """The parameters that the value is compared with.

    >>> _others("&self, other: &Self", "Rust"), _others("Object o", "Java"), _others("l: X, r: X", "Swift")
    (['other'], ['o'], ['l', 'r'])
    """
    parts = [part.split("=")[0].strip() for part in given.split(",") if part.strip()]
    if language in {"Java", "C#", "C++", "Groovy", "PHP", "Dart"}:
        names = [part.split()[-1].lstrip("&*") for part in parts]
    else:
        names = [re.split(r"[:\s]", part)[0].lstrip("&*") for part in parts]
    return [name for name in names if name and name not in {"self", "mut", "_"}]


def _body(text: str, start: int, language: str) -> str:
    """The body of a definition whose head ends at `start`: a block, or the rest of an expression's line."""
    if language == "Python":
        return _indented(text, start)
    if language == "Ruby" and not text[:start].rstrip().endswith("="):
        ended = re.compile(r"^\s*end\b|;\s*end\b|\}", re.MULTILINE).search(text, start)
        return text[start : ended.start() if ended else len(text)]
    rest = text[start:]
    opened = rest.find("{")
    line = re.match(r"\s*(?:=>|=)\s*([^;\n{]*)", rest)
    if line and line[1].strip():
        return line[1]
    if opened < 0:
        return rest.split("\n", 1)[0]
    depth = 0
    for index in range(opened, len(rest)):
        depth += {"{": 1, "}": -1}.get(rest[index], 0)
        if depth == 0:
            return rest[opened : index + 1]
    return rest[opened:]


def _indented(text: str, start: int) -> str:
    """The suite of a Python definition: the rest of its line, else the lines that are indented deeper."""
    first, _, below = text[start:].partition("\n")
    if first.strip():
        return first
    margin = len(re.match(r"[ \t]*", text[text.rfind("\n", 0, start) + 1 :])[0])  # type: ignore[index]
    lines = []
    for line in below.split("\n"):
        if line.strip() and len(line) - len(line.lstrip()) <= margin:
            break
        lines.append(line)
    return "\n".join(lines)
