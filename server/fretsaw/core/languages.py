"""The programming languages: one record each, `LANGUAGES`. What differs by language and is a plain fact stands here.

Context, policy, ledger, prune, proof and the search for a check look here; a reader, a lexer or a syntax grammar that a
language needs lies in its package and is keyed by the record's `family` or `syntax`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class Language:
    """One language."""

    name: str
    extensions: tuple[str, ...]
    """Lower case, without the dot."""
    family: str = ""
    """Languages with the same import statements share one: the key of the readers of imports. "" for no reader."""
    syntax: str = ""
    """Name of its syntax grammar and of its rules in prune; "" where prune reads it as plain text."""
    comment: Literal["#", "//", "--", ";", "%"] = "//"
    """The sign that begins a comment to the line's end."""
    test_names: tuple[str, ...] = ()
    """File names of tests without the extension; `{}` stands for what is tested: `test_{}`, `{}Test`."""
    declares_test: str = ""
    """Regular expression, a line at a time, for what begins a test; a group is its name. "" where none is known."""
    checks: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(file at the repository's root, the command that it gives away as the check)."""
    parser: tuple[str, str] | None = None
    """(module of tree-sitter, its function that gives the grammar); None: Python's own parser, or none."""
    prints: str = ""
    """Regular expression for a line that begins with a print made for debugging; "" where none is known."""
    name_import: str = ""
    """Regular expression for an import that is good for names only, so that its place among others means nothing."""
    free_signs: str = "()"
    """Signs that formatters add and take away."""
    free_quotes: bool = False
    """True if 'x' and "x" are the same string."""
    optional_semicolon: bool = False


_C_TEST = r"^[ \t]*(?:TEST(?:_F|_P|_CASE)?|BOOST_AUTO_TEST_CASE|SCENARIO)[ \t]*\(([^\n)]+)\)"
_JS_TEST = r"^[ \t]*(?:it|test)(?:\.(?:each|only|concurrent|for)\b[^'\"`\n]*)?\(\s*(['\"`].+?['\"`])\s*,"
_JVM_TEST = r"^[ \t]*@(?:Test|ParameterizedTest|RepeatedTest|Property)\b"
_NET_TEST = r"^[ \t]*\[(?:\w+[ \t]*,[ \t]*){0,8}(?:Test|TestCase|TestMethod|Fact|Theory)\b[^\n]*\]"
_RUST_TEST = r"^[ \t]*#\[(?:\w+::){0,4}(?:test|rstest)\b[^\n]*\]"
_SHELL_TEST = r"^[ \t]*(?:@test[ \t]+(['\"].+?['\"])|(?:function[ \t]+)?(test_\w+)[ \t]*\(\))"
_JS_NAMES = ("{}.test", "{}.spec", "{}-test", "{}_test", "{}.e2e", "{}.cy")
_JVM_NAMES = ("{}Test", "{}Tests", "{}TestCase", "{}IT", "{}ITCase", "Test{}")
_SPEC_NAMES = (*_JVM_NAMES, "{}Spec", "{}Suite")
_NET_NAMES = ("{}Test", "{}Tests", "Test{}", "{}Specs")
_C_NAMES = ("{}_test", "{}_tests", "{}_unittest", "test_{}", "test-{}", "{}Test", "{}Tests", "Test{}")

_PYTHON_PRINT = (
    r"\s*(?:(?:print|pprint|pp|ic|(?:log|logger|logging|_logger|LOG)\.debug)\(|"
    r"breakpoint\(\)|import i?pdb\b|i?pdb\.set_trace\(|sys\.std(?:err|out)\.write\()"
)
_PYTHON_IMPORT = r"\s*(?:from\s+(?!__future__)[\w.]+\s+import\b[^;*]*$|import\b[^;]*$)"
_JS_PRINT = r"\s*(?:console\.\w+\(|debugger\b)"
_JS_IMPORT = r"\s*(?:import\s+[\w{*][^'\"]*['\"][^'\"]*['\"]|(?:const|let|var)\s+[^=]+=\s*require\([^()]*\))\s*;?\s*$"
_C_PRINT = r"\s*(?:printf|puts|fprintf\(\s*stderr|std::(?:cout|cerr))"

_ROWS = (
    Language(
        "Python",
        ("py", "pyi"),
        "python",
        "python",
        "#",
        ("test_{}", "{}_test", "tests", "conftest"),
        r"^[ \t]*(?:async[ \t]+)?def[ \t]+(test\w*)\s*\(",
        free_quotes=True,
        prints=_PYTHON_PRINT,
        name_import=_PYTHON_IMPORT,
    ),
    Language("Cython", ("pyx", "pxd"), "python", "", "#", ("test_{}", "{}_test")),
    Language(
        "JavaScript",
        ("js", "jsx", "mjs", "cjs"),
        "javascript",
        "javascript",
        "//",
        _JS_NAMES,
        _JS_TEST,
        free_signs="();",
        free_quotes=True,
        optional_semicolon=True,
        prints=_JS_PRINT,
        name_import=_JS_IMPORT,
        parser=("tree_sitter_javascript", "language"),
    ),
    Language(
        "TypeScript",
        ("ts", "mts", "cts"),
        "javascript",
        "typescript",
        "//",
        _JS_NAMES,
        _JS_TEST,
        free_signs="();",
        free_quotes=True,
        optional_semicolon=True,
        prints=_JS_PRINT,
        name_import=_JS_IMPORT,
        parser=("tree_sitter_typescript", "language_typescript"),
    ),
    Language(
        "TSX",
        ("tsx",),
        "javascript",
        "tsx",
        "//",
        _JS_NAMES,
        _JS_TEST,
        free_signs="();",
        free_quotes=True,
        optional_semicolon=True,
        prints=_JS_PRINT,
        name_import=_JS_IMPORT,
        parser=("tree_sitter_typescript", "language_tsx"),
    ),
    Language("Vue", ("vue",), "javascript"),
    Language("Svelte", ("svelte",), "javascript"),
    Language(
        "Rust",
        ("rs",),
        "rust",
        "rust",
        "//",
        ("{}_test", "{}_tests", "test_{}", "tests", "test"),
        _RUST_TEST,
        (("Cargo.toml", ("cargo", "test", "--offline")),),
        free_signs="(){},",
        prints=r"\s*(?:dbg|e?println)!\(",
        name_import=r"\s*(?:pub\s+)?use\b",
        parser=("tree_sitter_rust", "language"),
    ),
    Language(
        "Go",
        ("go",),
        "go",
        "go",
        "//",
        ("{}_test",),
        r"^func[ \t]+((?:Test|Fuzz|Example)\w*)\s*\(",
        (("go.mod", ("go", "test", "./...")), ("go.work", ("go", "test", "./..."))),
        prints=r"\s*(?:fmt\.Print\w*|println|log\.Print\w*)\(",
        name_import=r"\s*(?:import\b|(?:(?!return\b)[\w.]+\s+)?\"[\w./-]+\"\s*$)",
        parser=("tree_sitter_go", "language"),
    ),
    Language(
        "Java",
        ("java",),
        "jvm",
        "java",
        "//",
        _JVM_NAMES,
        _JVM_TEST,
        (
            ("mvnw", ("./mvnw", "-o", "-q", "test")),
            ("pom.xml", ("mvn", "-o", "-q", "test")),
            ("gradlew", ("./gradlew", "--offline", "test")),
            ("build.gradle", ("gradle", "--offline", "test")),
            ("build.gradle.kts", ("gradle", "--offline", "test")),
        ),
        prints=r"\s*(?:System\.(?:out|err)\.print\w*|\w+\.printStackTrace)\(",
        name_import=r"\s*import\b",
        parser=("tree_sitter_java", "language"),
    ),
    Language("Kotlin", ("kt", "kts"), "jvm", "", "//", _JVM_NAMES, _JVM_TEST),
    Language("Scala", ("scala", "sc"), "jvm", "", "//", _SPEC_NAMES, _JVM_TEST, (("build.sbt", ("sbt", "test")),)),
    Language("Groovy", ("groovy",), "jvm", "", "//", _SPEC_NAMES, _JVM_TEST),
    Language("C#", ("cs",), "", "", "//", _NET_NAMES, _NET_TEST),
    Language("F#", ("fs", "fsx"), "", "", "//", _NET_NAMES, _NET_TEST),
    Language("Visual Basic", ("vb",), "", "", "//", _NET_NAMES),
    Language("C", ("c", "h"), "c", "c", "//", _C_NAMES, _C_TEST, prints=_C_PRINT, parser=("tree_sitter_c", "language")),
    Language(
        "C++",
        ("cc", "cpp", "cxx", "hpp", "hh"),
        "c",
        "cpp",
        "//",
        _C_NAMES,
        _C_TEST,
        (("meson.build", ("meson", "test", "-C", "build")), ("CTestTestfile.cmake", ("ctest",))),
        prints=_C_PRINT,
        parser=("tree_sitter_cpp", "language"),
    ),
    Language("Objective-C", ("m", "mm"), "c", "", "//", ("{}Tests", "{}Test"), _C_TEST),
    Language(
        "Ruby",
        ("rb",),
        "ruby",
        "ruby",
        "#",
        ("{}_spec", "{}_test", "test_{}"),
        r"^[ \t]*(?:def[ \t]+(test_\w+[?!]?)|(?:it|test|specify)[ \t(]+(['\"].+?['\"]))",
        prints=r"\s*(?:puts|p|pp|binding\.pry|byebug)\b",
        parser=("tree_sitter_ruby", "language"),
    ),
    Language(
        "PHP",
        ("php",),
        "",
        "",
        "//",
        ("{}Test", "{}Tests", "{}TestCase", "{}Cest"),
        r"^[ \t]*(?:(?:final|public)[ \t]+)*function[ \t]+(test\w*)\s*\(",
        (("phpunit.xml", ("vendor/bin/phpunit",)), ("phpunit.xml.dist", ("vendor/bin/phpunit",))),
    ),
    Language(
        "Swift",
        ("swift",),
        "",
        "",
        "//",
        ("{}Tests", "{}Test", "{}Spec", "Test{}"),
        r"^[ \t]*(?:\w+[ \t]+)*func[ \t]+(test\w*)\s*\(",
        (("Package.swift", ("swift", "test")),),
    ),
    Language(
        "Elixir",
        ("ex", "exs"),
        "",
        "",
        "#",
        ("{}_test", "test_helper"),
        r"^[ \t]*(?:test|property)[ \t]+(\".+?\")",
        (("mix.exs", ("mix", "test")),),
    ),
    Language("Erlang", ("erl", "hrl"), "", "", "%", ("{}_SUITE", "{}_tests", "{}_test")),
    Language("Clojure", ("clj", "cljs", "cljc"), "", "", ";", ("{}_test", "{}-test", "test_{}")),
    Language(
        "Haskell",
        ("hs",),
        "",
        "",
        "--",
        ("{}Spec", "{}Test", "{}Tests", "Spec"),
        "",
        (("stack.yaml", ("stack", "test")), ("cabal.project", ("cabal", "test"))),
    ),
    Language("OCaml", ("ml", "mli"), "", "", "//", ("test_{}", "{}_test"), "", (("dune-project", ("dune", "test")),)),
    Language(
        "Zig",
        ("zig",),
        "",
        "",
        "//",
        ("{}_test", "test_{}", "tests", "test"),
        r"^[ \t]*test[ \t]+(\".+?\")",
        (("build.zig", ("zig", "build", "test")),),
    ),
    Language("Perl", ("pl", "pm"), "", "", "#", ("test_{}", "{}_test"), r"^[ \t]*subtest[ \t]+(['\"].+?['\"])"),
    Language("Perl test", ("t",), "", "", "#", ("{}",), r"^[ \t]*subtest[ \t]+(['\"].+?['\"])"),
    Language("Dart", ("dart",), "", "", "//", ("{}_test",), r"^[ \t]*(?:test|testWidgets)\(\s*(['\"].+?['\"])\s*,"),
    Language(
        "Shell",
        ("sh", "bash", "zsh"),
        "",
        "",
        "#",
        ("test_{}", "{}_test", "test-{}", "{}-test", "{}_spec"),
        _SHELL_TEST,
    ),
    Language("Bats", ("bats",), "", "", "#", ("{}",), _SHELL_TEST),
    Language("Lua", ("lua",), "", "", "--", ("{}_spec", "{}_test", "test_{}"), r"^[ \t]*it[ \t(]+(['\"].+?['\"])"),
    Language("Julia", ("jl",), "", "", "#", ("runtests", "test_{}", "{}_test", "{}_tests")),
    Language("R", ("r",), "", "", "#", ("test-{}", "test_{}", "testthat")),
    Language(
        "JSON",
        ("json", "jsonc", "json5", "ipynb", "geojson", "topojson", "webmanifest", "jsonld", "har", "code-workspace"),
        "",
        "json",
    ),
)

LANGUAGES: Mapping[str, Language] = MappingProxyType({row.name: row for row in _ROWS})
"""By name, in the order in which a repository's check is looked for."""

_BY_EXTENSION = {extension: row for row in _ROWS for extension in row.extensions}
BY_SYNTAX: Mapping[str, Language] = MappingProxyType({row.syntax: row for row in _ROWS if row.syntax})
"""By the name of the syntax grammar."""


def language_of(path: str) -> Language | None:
    """The language of a file by its extension; None where none is known."""
    name = path.rsplit("/", 1)[-1]
    return _BY_EXTENSION.get(name.rpartition(".")[2].lower()) if "." in name else None


def syntax_of(path: str) -> str:
    """The name of a file's syntax grammar; "" where prune reads it as plain text."""
    language = language_of(path)
    return language.syntax if language else ""


def family_of(path: str) -> str:
    """The family of a file's language: the key of the readers of imports; "" for none."""
    language = language_of(path)
    return language.family if language else ""


# -- tests -----------------------------------------------------------------------------------------

_TEST_FOLDERS = (
    "test", "tests", "testing", "__tests__", "__test__", "spec", "specs", "e2e", "testdata", "test-data", "test_data",
    "testcases", "python_testcases", "fixture", "fixtures",
)  # fmt: skip
_TEST_FOLDER = re.compile(rf"(?:^|/)(?:{'|'.join(_TEST_FOLDERS)})/", re.IGNORECASE)
# `App.Tests/`, `Core.UnitTests/`, `AppUITests/`, `src/androidTest/`: the capital parts them from `latest/`.
_NAMED_TEST_FOLDER = re.compile(r"(?:^|/)(?:[\w.-]+Tests?|[\w.-]+\.Specs?)/")
_ANY_TEST_FILE = re.compile(
    r"(?:^|/)(?:test_[^/]+|[^/]+(?:[._-]tests?|[._]spec)(?:\.\w+)+|tests\.py|conftest\.py)$", re.IGNORECASE
)
"""Names that mean a test in every language, and in data beside one."""


def is_test(path: str) -> bool:
    """Return True if a path is a test or belongs to tests (helpers, fixtures, expected data), by its name alone.

    >>> [is_test(path) for path in ("App.Tests/FooTests.cs", "src/FooTest.kt", "tests/data.json", "src/latest.py")]
    [True, True, True, False]
    """
    if _TEST_FOLDER.search(path) or _NAMED_TEST_FOLDER.search(path) or _ANY_TEST_FILE.search(path):
        return True
    return subject_of_test(path) is not None


def subject_of_test(path: str) -> str | None:
    """Return the subject of a test file by its name, without the extension: `kth` for `tests/test_kth.py`.

    "" where the name says only that it is a test (`conftest.py`); None for a file that is no test by its name.
    """
    language = language_of(path)
    stem = path.rsplit("/", 1)[-1].rpartition(".")[0]
    if language is None or not stem:
        return None
    for pattern in language.test_names:
        before, hole, after = pattern.partition("{}")
        if not hole:
            if stem == before:
                return ""
        elif stem.startswith(before) and stem.endswith(after) and len(stem) > len(before) + len(after):
            name = stem[len(before) : len(stem) - len(after)]
            if _stands_apart(before, name, after):
                return name
    return None


def _stands_apart(before: str, name: str, after: str) -> bool:
    """Return True if a capital letter parts the affix from the name where no other sign does: `FooTest`, not
    `FOOTest`'s IT.

    >>> _stands_apart("", "Parser", "IT"), _stands_apart("", "SUBM", "IT"), _stands_apart("Test", "imony", "")
    (True, False, False)
    """
    if before.isalpha() and before[:1].isupper() and not (name[0].isupper() or name[0].isdigit() or name[0] == "_"):
        return False
    return not (after.isalpha() and after.isupper() and name[-1].isupper())


def declaration_pattern(path: str) -> re.Pattern[str] | None:
    """Return the pattern of the beginning of a test in a file of this language; None where that is not known."""
    language = language_of(path)
    return _compiled(language.declares_test) if language and language.declares_test else None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern over lines, compiled when a file is first asked about: start-up needs none of them."""
    return re.compile(pattern, re.MULTILINE)
