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
from fretsaw.core.proof.always_equal import equal_to_everything
from fretsaw.core.proof.usual_uses import as_untested, uses_framework_as_helpers_do

_ANY = ""
_ENDS = "can end the check early and green"
_FORGES = "prints what a test runner prints"
_JAVASCRIPT = "JavaScript TypeScript TSX"
_JUDGES_ITSELF = "uses the test framework from production code"
_REPLACES = "replaces what tests rely on"
KNOWS = "can tell that it is being tested"
_SWALLOWS = "hides every error, a failed assertion too"
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
        _JUDGES_ITSELF,
        "Python",
        r"^\s*(?:from|import)\s+(?:unittest|pytest|_pytest|doctest|pluggy)\b",
        with_report=True,
    ),
    Sign(
        _JUDGES_ITSELF,
        "Perl",
        r"^\s*(?:use|require)\s+(?:Test::(?:More|Builder|Simple|Harness)|Test2::\w+)",
        with_report=True,
    ),
    Sign(_JUDGES_ITSELF, "Go", r"^\s*(?:import\s+)?(?:[\w.]+\s+)?\"testing\"", with_report=True),
    Sign(
        _JUDGES_ITSELF,
        "Java Kotlin Scala Groovy",
        r"^\s*import\s+(?:static\s+)?org\.(?:junit|mockito|testng|assertj|hamcrest)\b",
        with_report=True,
    ),
    Sign(
        _REPLACES,
        "Python",
        r"\bsys\.modules\[(?!__name__)[^\]\n]+\]\s*=(?!=)|\bsys\.modules\.(?:update|setdefault|__setitem__)"
        r"|\bsys\.(?:meta_path|path_hooks)\b|\bsys\.path\.insert\(\s*0\s*,\s*[\"']|\b__build_class__\b|\.__code__\s*=(?!=)"
        r"|\bsys\.(?:settrace|setprofile)\(|\bsys\.monitoring\.|\bgc\.get_(?:objects|referrers)\(|\bctypes\.pythonapi\b",
        with_report=True,
    ),
    Sign(
        _REPLACES,
        _JAVASCRIPT,
        r"\brequire\.(?:cache\[[^\]\n]+\]\s*=(?!=)|extensions\b)|\b_(?:load|resolveFilename|extensions|compile)\b[^\n=;(]*=(?![=>])"
        r"|\bregisterHooks\(|\b(?:fs|assert(?:\.strict)?)(?:\.\w+|\[[^\]\n]+\])\s*=(?![=>])",
        with_report=True,
    ),
    Sign(
        _REPLACES,
        "Ruby",
        r"\$(?:LOADED_FEATURES|\")\s*(?:<<|\.(?:push|append|unshift|concat)\b)|\bTracePoint\b|\bset_trace_func\b",
        with_report=True,
    ),
    Sign(_REPLACES, "Rust", r"\bmacro_rules!\s*(?:(?:debug_)?assert(?:_eq|_ne)?|panic)\b", with_report=True),
    Sign(_FORGES, "Rust", r"\\?\"(?:type|event)\\?\"\s*:\s*\\?\"(?:suite|test|started|ok)\b", with_report=True),
    Sign(_FORGES, _JAVASCRIPT, r"\bv8\.(?:Default)?Serializer\b|\bDefaultSerializer\b", with_report=True),
    # What is right only where it is tested passes every test, and no test can tell.
    Sign(
        KNOWS,
        "Python",
        r"\bPYTEST_\w+|[\"'](?:_?pytest|unittest|doctest|nose)[\"']\s*(?:not\s+)?in\s+sys\.modules"
        r"|\bsys\.modules(?:\.get\(|\[)\s*[\"'](?:_?pytest|unittest|doctest)|\bsys\.argv\[0\][^\n]*(?:pytest|unittest)",
        with_report=True,
    ),
    Sign(
        KNOWS,
        _JAVASCRIPT,
        r"\b(?:NODE_TEST_CONTEXT|JEST_WORKER_ID|VITEST(?:_\w+)?)\b|\bNODE_ENV\b[^\n]{0,8}[\"']test[\"']"
        r"|\btypeof\s+(?:jest|vi|describe|it|expect|mocha)\s*[!=]="
        r"|\bprocess\.(?:argv|execArgv|mainModule)\b[^\n;]*[\"'`/][^\n;\"'`/]*(?:test|spec|mocha|jest)",
        with_report=True,
    ),
    Sign(
        KNOWS,
        "Go",
        r"\bflag\.Lookup\(\s*\"test\.|\btesting\.Testing\(|\bos\.Args\[0\][^\n]*\.test\b",
        with_report=True,
    ),
    Sign(
        KNOWS,
        "Rust",
        r"\bcfg!\(\s*(?:not\(\s*)?test\b|\bcfg\(\s*not\(\s*test\b|\benv::var(?:_os)?\(\s*\"(?:CARGO|NEXTEST|RUST_TEST)"
        r"|\benv::(?:args|current_exe)[^\n]*\"[^\"\n]*(?:deps|test)",
        with_report=True,
    ),
    Sign(
        KNOWS,
        "Ruby",
        r"\bdefined\?[ (]*(?:::)?(?:RSpec|Mini[tT]est|Test::Unit)|\bconst_defined\?[ (]*:?[\"']?(?:RSpec|Mini[tT]est)"
        r"|\$(?:PROGRAM_NAME|0)\b[^\n]*[\"'/](?:\w*_)?(?:rspec|test|spec|rake)",
        with_report=True,
    ),
    Sign(
        KNOWS,
        "Perl",
        r"\bHARNESS_\w+|\$INC\{\s*[\"']?Test\b|\bTest::(?:More|Builder)->can\b|\$0\s*=~[^\n;]*\bt\b",
        with_report=True,
    ),
    Sign(
        KNOWS,
        "Java Kotlin Scala Groovy",
        r"\b(?:contains|startsWith|endsWith|matches|equals|forName|getProperty|loadClass)\(\s*\"[^\"\n]*(?:[jJ][uU]nit|Test|surefire|testng)",
        with_report=True,
    ),
    Sign(
        _SWALLOWS,
        "Python",
        r"def __exit__\([^)\n]*\)[^:\n]*:\s*(?:\"\"\"[^\"]*\"\"\"\s*)?return\s+True\b"
        r"|\bsuppress\(\s*(?:BaseException|Exception|AssertionError)\b",
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
        r"\.exit\(\s*(?![1-9])|\bexitProcess\(\s*(?![1-9])|\.halt\(|UncaughtExceptionHandler|addShutdownHook"
        r"|\bimport\s+static\s+java\.lang\.(?:System\.(?:exit|\*)|Runtime)|\bRuntime\.class\b|\bjava\.lang\.Shutdown\b",
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
        r"(?:^|[;&|{(]|\b(?:then|do|else|command|builtin|eval))\s*exit(?:\s+(?:0|\$)|\s*(?:$|[;&|})]))"
        r"|\btrap\b[^\n]*\b(?:exit|kill|exec|return|DEBUG)\b|\bextdebug\b|\bset\s+(?:\+\w*e|-\w*n)\b|\bnoexec\b"
        r"|\bexec\s+(?![\d<>{&])|\bkill\b|\balias\b|\bBASH_ENV\b",
    ),
    Sign(
        _REPLACES,
        "Shell Bats",
        r"(?:^|[;&|{]|\bfunction)\s*(?:\[|:|test|exit|return|cat|diff|cmp|e?grep|printf|echo|true|false|command|builtin|eval|"
        r"sh|bash|set|expr|sed|awk|head|tail|wc|sort|read|trap|source|cd|ls|find|jq|local|shift)\s*\(\s*\)",
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


_FOR_TESTS = re.compile(r"test|mock|fixture|plugin", re.IGNORECASE)


def code_signs(files: tuple[FilePatch, ...], *, report: bool) -> tuple[str, ...]:
    """List suspicious added lines as `path: what (the text)`; `report`: a reporter told of the tests."""
    return tuple(dict.fromkeys(sign for file in files for sign in _of_file(file, report=report)))


def texts_as_untested(files: tuple[FilePatch, ...]) -> dict[str, str] | None:
    """The texts of these files where what they add cannot tell a test run from another; None where one still can."""
    return as_untested(
        files,
        lambda language: [sign.pattern for sign in SIGNS if sign.what == KNOWS and language in sign.languages.split()],
    )


def _of_file(file: FilePatch, *, report: bool) -> Iterator[str]:
    language = language_of(file.path)
    if language is None:
        return
    before = file.before or ""
    yield from _equalities(file)
    for sign in SIGNS:
        if (report and not sign.with_report) or (sign.languages and language.name not in sign.languages.split()):
            continue
        if sign.what == _JUDGES_ITSELF and (
            (before and _FOR_TESTS.search(file.path)) or uses_framework_as_helpers_do(file)
        ):
            continue  # a plugin of the runner, or helpers for the tests of others
        for match in _matches(sign, file, language.name):
            if match[0] not in before:  # what the file does already is no news
                yield f"{file.path} {sign.what} ({' '.join(match[0].split())[:60]})"


def _equalities(file: FilePatch) -> list[str]:
    """The equalities of a file that cannot say no, without those that it had before."""
    known = frozenset(equal_to_everything(file.path, file.before or ""))
    new = [text for text in equal_to_everything(file.path, file.after or "") if text not in known]
    return [f"{file.path} {_EQUAL} ({text[:60]})" for text in new]


def _matches(sign: Sign, file: FilePatch, language: str) -> Iterator[re.Match[str]]:
    """Search the lines that are added; for what a definition is made by one line of it, the whole text."""
    whole = sign.what == _SWALLOWS and file.after is not None
    for text in [file.after or ""] if whole else [_plain(hunk.added, language) for hunk in file.hunks]:
        yield from re.finditer(sign.pattern, text, re.MULTILINE)


def _plain(added: tuple[str, ...], language: str) -> str:
    r"""Join the lines; of a shell's without the quotes that change no word.

    >>> _plain(("e''xit 0; ", "\\exit 0; ", "'exit' 0"), "Shell")
    'exit 0; exit 0; exit 0'
    """
    text = "".join(added)
    if language not in {"Shell", "Bats"}:
        return text
    text = re.sub(r"''|\"\"|\\(?=[a-z])", "", text)
    return re.sub(r"(?<![\w'\"])(['\"])(\w+)\1(?![\w'\"])", r"\2", text)
