"""Lines that a patch adds and that make a green check prove less: `SIGNS`, one row a kind and a group of languages.

Where a reporter sits in the runner, ending the process early is seen by itself. Where the output or the exit code is
all there is, it cannot be told from success, and what cannot be told is not proved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fretsaw.core.languages import language_of
from fretsaw.core.patch.patch_set import FilePatch

_ANY = ""
_ENDS = "can end the check early and green"
_FORGES = "prints what a test runner prints"
_JAVASCRIPT = "JavaScript TypeScript TSX"
_JUDGES_ITSELF = "uses the test framework from production code"
_REPLACES = "replaces what tests rely on"
_EQUAL = "makes something equal to everything"


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that code may do."""

    what: str
    languages: str
    """Names of languages, separated by spaces; "" for every one."""
    pattern: str
    with_report: bool = False
    """True if it counts where a reporter told of the tests, too."""


SIGNS: tuple[Sign, ...] = (
    Sign(
        _EQUAL,
        "Python",
        r"def __(?:eq|ne)__\([^)\n]*\)[^:\n]*:\s*(?:\"\"\"[^\"]*\"\"\"\s*)?return\s+(?:True|1|not\s+(?:False|None|0))\b"
        r"|__(?:eq|ne)__\s*=\s*lambda[^:\n]*:\s*(?:True|1|not\s+False)\b",
        with_report=True,
    ),
    Sign(_EQUAL, "Ruby", r"def\s+(?:==|eql\?|===)\s*\([^)\n]*\)\s*[;\n]?\s*true\b", with_report=True),
    Sign(
        _EQUAL, "Java Kotlin Scala Groovy C#", r"\b[eE]quals\s*\([^)\n]*\)\s*\{\s*return\s+true\s*;", with_report=True
    ),
    Sign(_EQUAL, "Go", r"\bEqual\([^)\n]*\)\s*bool\s*\{\s*return\s+true\b", with_report=True),
    Sign(_EQUAL, "Rust", r"fn\s+eq\s*\([^)\n]*\)\s*->\s*bool\s*\{\s*true\s*\}", with_report=True),
    Sign(_EQUAL, "Perl", r"['\"]?(?:==|eq)['\"]?\s*=>\s*sub\s*\{\s*(?:return\s+)?1\s*;?\s*\}", with_report=True),
    Sign(_EQUAL, "C++", r"operator\s*==\s*\([^)\n]*\)\s*(?:const\s*)?\{\s*return\s+true\s*;", with_report=True),
    # Vitest and Jest run tests in workers, where no reporter of ours compares what the code replaces.
    Sign(
        _JUDGES_ITSELF,
        _JAVASCRIPT,
        r"(?:\bfrom|\brequire\(|\bimport\(|^\s*import)\s*[\"'](?:vitest|@vitest/[\w/-]+|@jest/[\w-]+|jest-\w[\w-]*|expect|chai|mocha|node:test|jasmine[\w-]*)[\"']"
        r"|\bexpect\.extend\(",
        with_report=True,
    ),
    Sign(
        _REPLACES,
        _JAVASCRIPT,
        r"\b(?:Object\.is|Date\.now|Math\.random|performance\.now|JSON\.(?:parse|stringify))\s*=(?![=>])"
        r"|\b(?:globalThis|global)\.(?:expect|it|test|describe|assert|Date|Math|JSON|Object)\s*=(?![=>])",
        with_report=True,
    ),
    Sign(
        _ENDS,
        "Python",
        r"\bos\._exit\(\s*(?![1-9])|\bsys\.exit\(\s*(?:0|None)?\s*\)|SystemExit\(\s*(?:0|None)?\s*\)|\batexit\.register"
        r"|\bsys\.excepthook\s*=|os\.kill\(|os\.exec\w+\(",
    ),
    Sign(
        _ENDS,
        _JAVASCRIPT,
        r"\bprocess\.(?:exit|reallyExit)\(\s*(?![1-9])|\bprocess\.exitCode\s*=\s*(?![1-9])|uncaughtException|process\.kill",
    ),
    Sign(_ENDS, "Perl", r"\b_exit\s*\(?\s*(?![1-9])|\bexit\s*\(?\s*(?:0\b|;)|\$\?\s*=|\bEND\s*\{|\bexec\b|__DIE__"),
    Sign(_ENDS, "Ruby", r"\bexit!?\s*\(?\s*(?:0|true|$|;)|\bat_exit\b|\bexec\b|Process\.exit"),
    Sign(
        _ENDS,
        "Java Kotlin Scala Groovy",
        r"\.exit\(\s*(?![1-9])|\bexitProcess\(\s*(?![1-9])|\.halt\(|UncaughtExceptionHandler|addShutdownHook",
    ),
    Sign(_ENDS, "C#", r"Environment\.Exit\(\s*(?![1-9])|Environment\.FailFast|ProcessExit"),
    Sign(_ENDS, "Go", r"\bos\.Exit\(\s*(?![1-9])|\bsyscall\.Exit|\bsyscall\.Kill|\bruntime\.Goexit"),
    Sign(
        _ENDS,
        "Rust",
        r"\bprocess::exit\(\s*(?![1-9])|\b_?exit\(\s*0|libc::_?exit|set_hook|\bcatch_unwind\b|ExitCode::SUCCESS|\batexit\b",
    ),
    Sign(_ENDS, "C C++", r"\b(?:_exit|_Exit|quick_exit|exit)\s*\(\s*(?:0|EXIT_SUCCESS)|\bat_?exit\b|\bat_quick_exit\b"),
    Sign(
        _ENDS,
        "Shell Bats",
        r"(?:^|[;&|{(]|\bthen|\bdo|\belse)\s*exit(?:\s+(?:0|\$)|\s*(?:$|[;&|})]))|\btrap\b|\bset\s+(?:\+\w*e|-\w*n)\b|\bexec\s|\bkill\b|\balias\b",
    ),
    Sign(_ENDS, "PHP", r"\b(?:exit|die)\s*(?:\(\s*(?:0|\))|;)|register_shutdown_function|set_exception_handler"),
    Sign(_ENDS, "Swift", r"\b_?exit\(\s*(?:0|EXIT_SUCCESS)"),
    Sign(_ENDS, "Elixir Erlang", r"System\.(?:halt|stop)\(\s*(?![1-9])|\bhalt\(\s*(?![1-9])"),
    Sign(_ENDS, "Lua", r"\bos\.exit\(\s*(?:true|0|\))"),
    Sign(
        _FORGES,
        _ANY,
        r"test result: ok|\.\.\. ok\b|--- PASS\b|^\W*PASS\b|\b(?:not )?ok (?:\d+ )?- |\b1\.\.\d|\btests? passed\b"
        r"|\d+ passed\b"
        r"|Tests run: \d|Failures: 0|\bOK \(\d+ test|\d+ examples?, 0|\d+ passing\b|# (?:pass|tests) \d|Ran \d+ tests?",
    ),
)


def code_signs(files: tuple[FilePatch, ...], *, report: bool) -> tuple[str, ...]:
    """List suspicious added lines as `path: what (the text)`; `report`: a reporter told of the tests."""
    return tuple(dict.fromkeys(sign for file in files for sign in _of_file(file, report=report)))


def _of_file(file: FilePatch, *, report: bool) -> Iterator[str]:
    language = language_of(file.path)
    if language is None:
        return
    before = file.before or ""
    for sign in SIGNS:
        if (report and not sign.with_report) or (sign.languages and language.name not in sign.languages.split()):
            continue
        for hunk in file.hunks:
            for match in re.finditer(sign.pattern, "".join(hunk.added), re.MULTILINE):
                text = " ".join(match[0].split())
                if match[0] not in before:  # what the file does already is no news
                    yield f"{file.path} {sign.what} ({text[:60]})"
