"""Tests that a file declares, by the words of its language: for checks that do not say how many they ran.

`go test ./...` prints a line a package and `mvn -q` nothing at all, so a deleted test that passed would go unseen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_C = r"^[ \t]*(?:TEST(?:_F|_P|_CASE)?|BOOST_AUTO_TEST_CASE|SCENARIO)[ \t]*\(([^\n)]+)\)"
_JS = r"^[ \t]*(?:it|test)(?:\.(?:each|only|concurrent|for)\b[^'\"`\n]*)?\(\s*(['\"`].+?['\"`])\s*,"
_JVM = r"^[ \t]*@(?:Test|ParameterizedTest|RepeatedTest|Property)\b"
_NET = r"^[ \t]*\[(?:\w+[ \t]*,[ \t]*){0,8}(?:Test|TestCase|TestMethod|Fact|Theory)\b[^\n]*\]"
_RUST = r"^[ \t]*#\[(?:\w+::){0,4}(?:test|rstest)\b[^\n]*\]"
_RULES: tuple[tuple[str, str], ...] = (
    ("py", r"^[ \t]*(?:async[ \t]+)?def[ \t]+(test\w*)\s*\("),
    ("go", r"^func[ \t]+((?:Test|Fuzz|Example)\w*)\s*\("),
    ("rs", _RUST),
    ("js jsx mjs cjs ts tsx mts cts", _JS),
    ("java kt kts groovy scala", _JVM),
    ("cs fs", _NET),
    ("rb", r"^[ \t]*(?:def[ \t]+(test_\w+[?!]?)|(?:it|test|specify)[ \t(]+(['\"].+?['\"]))"),
    ("php", r"^[ \t]*(?:(?:final|public)[ \t]+)*function[ \t]+(test\w*)\s*\("),
    ("swift", r"^[ \t]*(?:\w+[ \t]+)*func[ \t]+(test\w*)\s*\("),
    ("ex exs", r"^[ \t]*(?:test|property)[ \t]+(\".+?\")"),
    ("c cc cpp cxx h hpp m mm", _C),
    ("pl t", r"^[ \t]*subtest[ \t]+(['\"].+?['\"])"),
    ("dart", r"^[ \t]*(?:test|testWidgets)\(\s*(['\"].+?['\"])\s*,"),
    ("sh bats", r"^[ \t]*(?:@test[ \t]+(['\"].+?['\"])|(?:function[ \t]+)?(test_\w+)[ \t]*\(\))"),
    ("lua", r"^[ \t]*it[ \t(]+(['\"].+?['\"])"),
    ("zig", r"^[ \t]*test[ \t]+(\".+?\")"),
)
_BY_EXTENSION = {
    extension: re.compile(pattern, re.MULTILINE) for extensions, pattern in _RULES for extension in extensions.split()
}
"""What a test begins with. Its name is a group, or the first that is called in the lines after an annotation."""

_ANNOTATION = re.compile(r"[@#]?\[[^\]]{0,200}\]|@\w+(?:\([^)]{0,200}\))?|^\([^)]{0,200}\)")
_CALLED = re.compile(r"(`[^`\n]+`|\w+)[ \t]*[(<]")
_NEAR = 300
"""Characters after an annotation in which the name is looked for."""


def declared_tests(path: str, text: str) -> tuple[str, ...]:
    """Names of the tests in a file's text, in its order, as often as they stand there; none where no row fits.

    Comments are not told from code: a test that is commented out by `//` or `#` no longer begins a line, and is gone.
    """
    pattern = _BY_EXTENSION.get(path.rpartition(".")[2].lower())
    return tuple(_name(match, text) for match in pattern.finditer(text)) if pattern else ()


def _name(match: re.Match[str], text: str) -> str:
    given = next(filter(None, match.groups()), "")
    after = "" if given else _ANNOTATION.sub("", text[match.end() : match.end() + _NEAR])
    called = _CALLED.search(after)
    return given or (called[1] if called else match[0].strip())


def deleted_tests(files: Iterable[tuple[str, str | None, str | None]]) -> tuple[str, ...]:
    """Names of tests that (path, text before, text after) lose, empty while as many are declared after as before.

    A test may be renamed or moved to another of these files.
    """
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for path, was, now in files:
        before.update(declared_tests(path, was or ""))
        after.update(declared_tests(path, now or ""))
    return tuple(sorted((before - after).elements())) if after.total() < before.total() else ()
