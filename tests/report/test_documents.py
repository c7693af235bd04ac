"""Every document of a run: its schema, and that nothing a stranger wrote breaks out of it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import jsonschema
import pytest

from fretsaw.core.chat import Usage
from fretsaw.core.issue import Constraint, Issue
from fretsaw.core.locate.misfit import Misfit
from fretsaw.core.patch import derive_set, split
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.prune.verdict import Verdict
from fretsaw.core.run import Evidence, GaveUp, NoChange, Outcome, Proposal, Run, Turn
from fretsaw.report.document import document
from fretsaw.report.html import html
from fretsaw.report.markdown import markdown
from fretsaw.report.sarif import sarif

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "fix.schema.json").read_text("utf-8"))
HOSTILE = "</script><script>alert(1)</script> | `x` \x1b[31m \u202e ``` \udce9"
ISSUE = Issue(HOSTILE, HOSTILE, constraints=(Constraint("only", HOSTILE, ("a.py",)),))


def proposal() -> Proposal:
    texts = {"a.py": "x = 1\ny = 2\n", "b<b>.py": "z\r\n"}
    patch = derive_set(texts.get, {"a.py": "x = 3\ny = 2\n", "b<b>.py": f"{HOSTILE}\r\n", "new.py": "n\n"})
    decisions: tuple[Literal["keep", "drop", "flag"], ...] = ("keep", "drop", "flag")
    verdicts = tuple(
        Verdict(change, decisions[index % 3], "rule", HOSTILE, unverified=index == 2, needed_by="test t")
        for index, change in enumerate(split(patch))
    )
    red = CheckResult("red", ("pytest", "-q"), 1, 0.5, HOSTILE, "bwrap")
    green = CheckResult("green", ("pytest", "-q"), 0, 0.5, "ok", "bwrap", tests={"t": "passed"})
    misfit = Misfit("ambiguous", "a.py", HOSTILE, HOSTILE, (1, 5))
    turns = (Turn(HOSTILE, ("v4a",), (misfit,)), Turn("fine", ("udiff",), check=green))
    evidence = Evidence("abc", turns, red, green, Usage(2, 100, 50, 20, 0.01), {"ask": 1.5}, "m", True, (HOSTILE,))
    return Proposal(patch, patch, verdicts, evidence, HOSTILE)


def run() -> Run:
    return Run("20261122-101010-abcd", "/r", HOSTILE, "proposed", model="m", started="2026-11-22T10:10:10+00:00")


ENDS: list[Outcome | None] = [
    proposal(),
    NoChange(HOSTILE, Evidence()),
    GaveUp("misfit", HOSTILE, Evidence(), proposal().proposed, proposal().verdicts),
    None,
]


@pytest.mark.parametrize("outcome", ENDS, ids=lambda end: type(end).__name__)
def test_the_document_follows_its_schema(outcome: Outcome | None) -> None:
    made = document(run(), outcome, {"kind": "branch", "branch": "b", "commit": "c", "paths": ["a.py"], "notices": []})
    jsonschema.validate(json.loads(json.dumps(made)), SCHEMA)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in {"meta", "i"}:
            self.open.append(tag)
        for name, value in attrs:
            assert name not in {"src", "href"}, f"the page asks for {value}"

    def handle_endtag(self, tag: str) -> None:
        if tag != "i":
            assert self.open.pop() == tag


@pytest.mark.parametrize("outcome", ENDS, ids=lambda end: type(end).__name__)
def test_the_page_is_whole_and_nothing_breaks_out_of_it(outcome: Outcome | None) -> None:
    page = html(ISSUE, document(run(), outcome))
    tags = _Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.seen.count("script") == 1, "only our own"
    assert "\x1b" not in page
    assert "\u202e" not in page
    page.encode("utf-8")


def test_sarif_names_every_change_and_suppresses_the_dropped() -> None:
    log = json.loads(sarif(document(run(), proposal())))
    results = log["runs"][0]["results"]
    assert len(results) == len(proposal().verdicts)
    rules = [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]]
    assert all(rules[row["ruleIndex"]] == row["ruleId"] for row in results)
    assert sum("suppressions" in row for row in results) == sum(item.decision == "drop" for item in proposal().verdicts)


def test_sarif_is_what_strict_readers_take() -> None:
    text = sarif(document(run(), proposal()))
    log = json.loads(text)
    json.dumps(log, ensure_ascii=False).encode("utf-8")
    assert log["version"] == "2.1.0"
    for row in log["runs"][0]["results"]:
        assert row["level"] in {"note", "warning", "error"}, "a result that is a failure has a severity"
        place = row["locations"][0]["physicalLocation"]
        assert not set(place["artifactLocation"]["uri"]) & set(' <>"\\'), "a URI"
        region = place.get("region", {"startLine": 1, "endLine": 1})
        assert 1 <= region["startLine"] <= region["endLine"]
        assert row["message"]["text"]


def test_one_of_something_is_not_many() -> None:
    made = document(run(), proposal())
    page = html(ISSUE, {**made, "usage": {**made["usage"], "calls": 1}})
    assert "1 misfit;" in page or "1 misfit<" in page
    assert "1 test<" in page or "1 test " in page
    assert "1 call " in page
    for wrong in ("1 misfits", "1 tests", "1 calls"):
        assert wrong not in page


def test_a_comment_holds_no_markup_of_a_stranger() -> None:
    hostile = "![x](https://tracker.invalid/p.png) <img src=x> [a](b)\n\n# head\n| a | b |"
    ended = GaveUp("misfit", hostile, Evidence(notices=(hostile,)))
    text = markdown(document(replace(run(), title=hostile), ended))
    assert "![" not in text
    assert not re.search(r"(?<!\\)\]\(", text)
    assert "<img" not in text
    assert "\n# head" not in text


def test_markdown_keeps_its_tables_and_fences() -> None:
    text = markdown(document(run(), proposal()))
    rows = [line for line in text.split("\n") if line.startswith("|")]
    assert rows
    assert all(line.replace("\\|", "").count("|") == 4 for line in rows)
    assert "<script>" not in "\n".join(rows)
    fence = next(line for line in text.split("\n") if line.endswith("diff") and line.startswith("`"))
    assert text.count(fence.removesuffix("diff") + "\n") == 1


def test_a_browser_runs_our_script_and_no_other() -> None:
    page = html(ISSUE, document(run(), proposal()))
    [script] = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert f"script-src 'sha256-{digest}';" in policy[1]
    assert policy[1].startswith("default-src 'none';")


def test_a_check_that_was_not_run_has_no_isolation() -> None:
    unavailable = CheckResult("unavailable", ("pytest",), reason="no sandbox holds here")
    made = replace(proposal(), evidence=replace(proposal().evidence, before=unavailable, after=unavailable))
    page = html(ISSUE, document(run(), made))
    assert page.count('<span class="badge flag">not run</span> no sandbox holds here') == 2
    assert "isolation" not in page


def test_every_form_says_unverified() -> None:
    made = document(
        run(),
        replace(
            proposal(),
            verdicts=tuple(
                replace(item, decision="keep", reason="the check runs no line of it", unverified=True)
                for item in proposal().verdicts
            ),
        ),
    )
    assert "UNVERIFIED: the check runs no line of it" in sarif(made)
    assert "the check runs no line of it; needed by test t (UNVERIFIED)" in markdown(made)
    assert '<span class="badge flag">UNVERIFIED</span>' in html(ISSUE, made)
