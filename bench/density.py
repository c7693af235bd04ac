"""Measure how dense the code is: branches per 1,000 characters of code, package by package, and the densest functions.

    python bench/density.py                       one row for each package of `server/fretsaw`
    python bench/density.py core/prune core/locate --functions 40

Branches are cyclomatic complexity as `tests/house.py` counts it (radon's rules), summed over functions. Characters are those of
code lines: no docstring, no comment, no blank line, no indentation. So a comment or an example does not move the figure, and
neither does wrapping a line; a longer name does, a little, which is why the median complexity is printed beside it.
"""
