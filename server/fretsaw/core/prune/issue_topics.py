"""The topics of an issue by its words: comments, docs, types, renames, versions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from fretsaw.core.issue import Issue

_TOPICS = {
    "comments": r"\bcomments?\b(?! out)|\btypos?\b|\b(?:mis)?spell\w*\b|\b(?:TODO|FIXME)s?\b|\bgrammar\b",
    "docs": r"\bdoc-?strings?\b|\bdocument(?:ation|ed)?\b|\btypos?\b|\bspelling\b|\bgrammar\b|\bdocs\b",
    "prose": r"\b(?:fix\w*|correct\w*|updat\w*|improv\w*|clarif\w*|polish\w*|broken|missing)\b[^.\n]{0,60}"
    r"\b(?:(?:java|go|rust|py)?-?docs?|doc[- ]?strings?|documentation)\b"
    r"|\b(?:(?:java|go|rust|py)?-?docs?|doc[- ]?strings?|documentation) (?:fix\w*|updates?|corrections?)\b"
    r"|^docs?\b[^\n]{0,20}:|\bgolint\b"
    r"|\b(?:lint\w*|godoc|javadoc|doclint|checkstyle)\b[^.\n]{0,20}\b(?:warnings?|errors?|complaints?|issues?)\b"
    r"|\b(?:complaints?|warnings?|errors?) (?:from|of|by) \w*lint\w*|\bgrammatical\b|\bparagraphs?\b"
    r"|\bwording\b|^revert\b"
    r"|\bfix\w*\b[^.\n]{0,40}\b(?:links|references|headings|capitali[sz]ation|casing|doctests?)\b"
    r"|\bdescription (?:errors?|fix\w*)\b|\bfix\w* (?:the |a )?(?:wrong )?descriptions?\b"
    r"|\b(?:rst|reST|markdown|markup|sphinx|doctest)\b[^.\n]{0,30}"
    r"\b(?:markup|problems?|errors?|warnings?|syntax|examples?)\b|\bexamples?(?: \(#\d+\))?\W*$",
    "tidy": r"\bfix\w*:? (?:all |the |some |minor |more )*(?:lint\w*|format\w*|indentation|(?:code |coding )?style"
    r"|flake8|pep ?8|eslint|rubocop|gofmt|prettier|clippy|pylint)(?: \w*(?:errors?|issues?|warnings?|problems?|fixes))?"
    r"(?: (?:in|of|for) \S+)?\W*(?:\(#\d+\))?\W*$"
    r"|\b(?:remov|strip|trim|fix|clean)\w*[\w/, ]{0,40}\bwhite-?spaces?\W*(?:\(#\d+\))?\W*$"
    r"|\b(?:run|apply|use)\w* (?:black|prettier|gofmt|rustfmt|ruff format|yapf|clang-format|standard)\b"
    r"|\bautomatic fixes\b|\bauto-?fix(?:es)?\b"
    r"|\b(?:flake8|eslint|pylint|rubocop|lint\w*|prettier|black|gofmt) fixes\b"
    r"|\b(?:with|for|of|in) (?:the )?(?:code )?(?:formatting|style|white-?space|indentation)\W*(?:\(#\d+\))?\W*$",
    "types": r"\btype[- ]?hints?\b|\bannotat\w+|\btyping\b|\bmypy\b|\bpyright\b|\btyped\b",
    "rename": r"\brenam\w+|\bmisnamed\b|\bshadow\w*\b|\btypos?\b|\bmisspel\w+|\b(?:camel|snake)[_ -]?case\b|\bnaming\b"
    r"|\b(?:variable|parameter|argument)s? names?\b",
    "version": r"\b(?:bump\w*|release|change|set|update)\b[^.\n]{0,40}\bversions?\b|__version__",
    "licence": r"\blicen[cs]e\b|\bcopyright\b|\bSPDX\b",
    "print": r"\bprint(?:s|ing|ed)?\b|\blog(?:s|ging|ged)?\b|\bstdout\b|\bstderr\b|\boutput\b",
    "format": r"\breformat\w*|\bformat(?:ted|ting|ter)?\b(?=[^.\n]*\b(?:code|file|black|style|source)\b)"
    r"|\bPEP ?8\b|\bpycodestyle\b|\bflake8\b|\bindent(?:ed|s|ation)?\b"
    r"|\b(?:trailing|mixed|inconsistent|stray) whitespace\b"
    r"(?=[^.\n]*\b(?:files?|sources?|code|modules?|lint\w*|style)\b)"
    r"|\b(?:strip|remov|fix|clean)\w* (?:the |all )?(?:trailing )?whitespace (?:in|from|of) (?:the )?"
    r"(?:files?|source|code|[\w/-]+\.\w)|"
    r"\btrailing (?:space|comma)",
    "imports": r"\bunused import|\bimport order|\bsort\w* imports|\bisort\b",
    "none": r"\bNone\b|\bnull\b|\bNoneType\b|\bnil\b|\bundefined\b|\bnullptr\b|\bNullPointer|\bsegfault|"
    r"\bsegmentation fault|\bdereferenc",
    "except": r"\bexcept\w*\b|\bcatch\w*\b|\bswallow\w*\b|\brescu\w+",
    "lint": r"\blint\w*\b|\bwarnings?\b|\bsuppress\w*\b"
    r"|\b(?:eslint|mypy|pyright|pylint|flake8|ruff|clippy|rubocop|noqa)\b",
    "fstring": r"\bf-?strings?\b",
    "mode": r"\bexecutable\b|\bchmod\b|\bfile mode\b|\bpermissions?\b|\bexec(?:ute)? bit\b",
    "endings": r"\bline[- ]?endings?\b|\bCRLF\b|\bcarriage returns?\b|\bfinal newline|\bmissing (?:\w+ )?newline"
    r"|\bnewline at (?:the |its )?end of\b|\b(?:file|[\w./-]+\.\w{1,5})\b[^.\n]{0,40}\b(?:trailing|ending|last) newline"
    r"|\bto LF\b",
    "move": r"\b(?:mov(?:e|es|ed|ing)|relocat\w+|reorder\w*|belongs?|extract\w*|split)\b"
    r"|\bput\b[^.\n]{0,60}\b(?:below|above|before|after|into|under|on top)\b",
    "script": r"\breproduc\w+ script\b|\badd (?:a |an )?(?:script|example|log)\b",
}
_PATTERNS = {topic: re.compile(pattern, re.IGNORECASE) for topic, pattern in _TOPICS.items()}


@dataclass(frozen=True, slots=True)
class IssueTopics:
    """The topics that the issue's words touch, and the words themselves."""

    topics: frozenset[str]
    title_topics: frozenset[str]
    """Those that its title touches: what the issue is about."""
    text: str

    def names(self, word: str) -> bool:
        """Return True if the issue holds this very word or path."""
        return bool(word) and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", self.text) is not None


@lru_cache(maxsize=8)
def issue_topics(issue: Issue) -> IssueTopics:
    """Read the topics that the issue asks for."""
    return IssueTopics(_topics_of(issue.text), _topics_of(issue.title), issue.text)


def _topics_of(text: str) -> frozenset[str]:
    return frozenset(topic for topic, pattern in _PATTERNS.items() if pattern.search(text))
