"""Modules by whose name a new file would take the place of a test runner or of the standard library, by path alone."""

from __future__ import annotations

import re
import sys

_PYTHON_RUNNERS = re.compile(
    r"_?pytest(?:_\w+)?|pluggy|iniconfig|xdist|unittest2?|nose2?|coverage|hypothesis|tox|nox|execnet|exceptiongroup|"
    r"doctest|behave|robot|twisted|_pytest|py|attr|packaging|pip|setuptools|pkg_resources|site"
)
_SHADOWS = re.compile(
    # modules of test runners and of what they stand on, by the path by which a language looks for them
    r"(?:.*/)?(?:Test|Test2|TAP|App/Prove)(?:/.+)?/?\w*\.pm|(?:.*/)?(?:strict|warnings|Carp|Exporter|POSIX)\.pm|"
    r"(?:lib/|test/|spec/|)(?:rspec|minitest|test/unit|test-unit|rake|bundler|rubygems)(?:/.*)?(?:\.rb|/.+)|"
    r"(?:.*/)?(?:org/(?:junit|hamcrest|assertj|testng|mockito)|junit/framework|java|javax)/.+|"
    r"(?:.*/)?node_modules/.+|(?:.*/)?vendor/.+|(?:.*/)?site-packages/.+|(?:.*/)?bats(?:-core|-assert|-support)?/.+"
)


def shadowed_module(path: str) -> str:
    """The module of a runner or of a standard library whose place this file would take; "" for none.

    >>> shadowed_module("pytest.py"), shadowed_module("src/unittest/case.py"), shadowed_module("pkg/json.py")
    ('pytest', 'unittest', '')
    """
    parts = path.split("/")
    if path.endswith((".py", ".so", ".pyd", ".pyc")):
        top = [part for part in parts if part not in {"src", "lib", "python"}]
        first = top[0].partition(".")[0] if top else ""
        nested = len(top) > 2 or (len(top) == 2 and not top[1].startswith("__init__"))
        if _PYTHON_RUNNERS.fullmatch(first) or (first in sys.stdlib_module_names and not first.startswith("test")):
            return first if not nested or _PYTHON_RUNNERS.fullmatch(first) or first in _PACKAGES else ""
        return ""
    return path.rpartition("/")[2] if _SHADOWS.fullmatch(path) else ""


_PACKAGES = frozenset(
    [
        "asyncio",
        "collections",
        "concurrent",
        "ctypes",
        "email",
        "importlib",
        "json",
        "logging",
        "multiprocessing",
        "re",
        "unittest",
    ]
)
"""Packages of Python's standard library: a folder of that name at the top takes their place."""
