"""A run as one self-contained page: no network, no script needed to read it."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Any

from fretsaw.core.issue import Issue
from fretsaw.core.prune.verdict import why
from fretsaw.core.text.lines import body
from fretsaw.core.text.safe_text import safe_text
from fretsaw.report.style import SCRIPT, STYLE

Plain = dict[str, Any]

_DIGEST = b64encode(sha256(SCRIPT.encode()).digest()).decode()
"""So that a browser runs this script and no other, whatever a stranger may have got into the page."""


def html(issue: Issue, run: Plain) -> str:
    """The page as text."""
    parts = [
        _head(run),
        _section("Issue", _issue(issue)),
        _section("Changes", _changes(run["kept"], "No change was kept.")),
        _folded(f"Dropped: {len(run['dropped'])}", _changes(run["dropped"], "")) if run["dropped"] else "",
        _section("Check", _checks(run["checks"])),
        _section("Constraints", _constraints(issue)) if issue.constraints else "",
        _section("Timeline", _timeline(run)),
        _folded("Patch", f"<pre>{_text(run['patch'])}</pre>") if run["patch"] else "",
    ]
    title = _text(f"{run['title']} – Fretsaw {run['run']}")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'\">"
        f"<title>{title}</title><style>{STYLE}</style></head>\n<body>{''.join(parts)}"
        f"<script>{SCRIPT}</script></body></html>\n"
    )


def _text(text: str) -> str:
    return escape(safe_text(text))


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number:,} {what}s"


def _section(title: str, inner: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{inner}</section>"


def _folded(title: str, inner: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{inner}</details>"


def _head(run: Plain) -> str:
    usage = run["usage"]
    label = '<span class="badge flag">SCRIPTED model</span>' if run["scripted"] else ""
    state = "keep" if run["outcome"] == "proposal" else "drop"
    cached = f"{usage['cached_tokens']:,} of them cached"
    tokens = f"{usage['input_tokens']:,} tokens in, {cached}, {usage['output_tokens']:,} out"
    notices = "".join(f"<li>{_text(notice)}</li>" for notice in run["notices"])
    reason = f"<p>{_text(run['reason'])}</p>" if run["reason"] else ""
    return (
        f"<header><h1>{_text(run['title'])}</h1>"
        f'<p><span class="badge {state}">{_text(run["outcome"])}</span> '
        f'<span class="badge">{_text(run["state"])}</span> '
        f"{label} <code>{_text(run['run'])}</code> · {_text(run['model'])}</p>"
        f"<p class=dim>{_count(usage['calls'], 'call')} · {tokens} · ${run['dollars']:.4f} · "
        f"base <code>{_text((run['base'] or 'none')[:12])}</code> · {_text(run['started'])}</p>"
        f"{reason}{f'<ul class=notices>{notices}</ul>' if notices else ''}"
        '<button id="layout" hidden>side by side</button></header>'
    )


def _issue(issue: Issue) -> str:
    return f"<pre class=issue>{_text(issue.body or issue.title)}</pre>"


def _changes(rows: list[Plain], none: str) -> str:
    if not rows:
        return f"<p class=dim>{escape(none)}</p>"
    files: dict[str, list[Plain]] = {}
    for row in rows:
        files.setdefault(row["path"], []).append(row)
    return "".join(f"<h3>{_text(path)}</h3>{''.join(map(_change, changes))}" for path, changes in files.items())


def _change(row: Plain) -> str:
    told = _text(why(row["reason"], row["needed_by"]))
    mark = ' <span class="badge flag">UNVERIFIED</span>' if row["unverified"] else ""
    rule = f" <code>{_text(row['rule'])}</code>" if row["rule"] else ""
    line = f" line {row['line']}" if row["line"] else ""
    head = (
        f'<p id="change-{row["change"]}"><span class="badge {row["verdict"]}">{row["verdict"]}</span>{mark} '
        f"change {row['change']}{line}{rule}: {told}</p>"
    )
    removed, added = row["removed"], row["added"]
    if not removed and not added:
        return f"<div class=change>{head}<p class=dim>{escape(row['kind'])}</p></div>"
    unified = "".join(_line("-", text) for text in removed) + "".join(_line("+", text) for text in added)
    sides = (
        f"<div class=side>{''.join(_line('-', text) for text in removed)}</div>"
        f"<div class=side>{''.join(_line('+', text) for text in added)}</div>"
    )
    return f"<div class=change>{head}<div class=unified>{unified}</div><div class=split>{sides}</div></div>"


def _line(sign: str, text: str) -> str:
    kind = "add" if sign == "+" else "del"
    shown = body(text)
    ending = "" if text.endswith("\n") else " <span class=dim>(no newline)</span>"
    carriage = "<span class=dim>␍</span>" if text.endswith("\r\n") else ""
    return f'<div class="line {kind}"><i>{sign}</i>{_text(shown) or " "}{carriage}{ending}</div>'


def _checks(checks: Plain) -> str:
    before, after = checks["before"], checks["after"]
    if before is None:
        return '<p><span class="badge flag">UNVERIFIED</span> No check command was set.</p>'
    rows = [f"<p><code>{_text(' '.join(before['argv']))}</code></p>"]
    for name, result in (("before", before), ("after", after)):
        if result is None:
            continue
        if result["state"] == "unavailable":
            rows.append(f'<p>{name}: <span class="badge flag">not run</span> {_text(result["reason"])}</p>')
            continue
        state = {"green": "keep", "red": "drop"}.get(result["state"], "flag")
        tests = f" · {_count(result['tests'], 'test')}" if result["tests"] is not None else ""
        flaky = ' <span class="badge flag">flaky</span>' if result["flaky"] else ""
        head = f'{name}: <span class="badge {state}">{_text(result["state"])}</span>{flaky}'
        where = f"isolation: {_text(result['isolation'])}"
        reason = f" · {_text(result['reason'])}" if result["reason"] else ""
        told = f"{head} {result['seconds']:.1f} s · {where}{tests}{reason}"
        output = f"<pre>{_text(result['output'][-4000:])}</pre>" if result["output"] else "<p class=dim>no output</p>"
        rows.append(f"<details><summary>{told}</summary>{output}</details>")
    return "".join(rows)


def _constraints(issue: Issue) -> str:
    rows = "".join(f"<li><code>{escape(item.kind)}</code> {_text(item.text)}</li>" for item in issue.constraints)
    return f"<ul>{rows}</ul>"


def _timeline(run: Plain) -> str:
    rows = []
    for number, turn in enumerate(run["turns"], 1):
        what = turn["refused"] or (_count(turn["misfits"], "misfit") if turn["misfits"] else "")
        check = f"check {turn['check']}" if turn["check"] else ""
        grammars = ", ".join(turn["grammars"]) or "no edits"
        told = "; ".join(part for part in (grammars, what, check) if part)
        rows.append(f"<li>reply {number}: {_text(told)}</li>")
    total = sum(run["seconds"].values()) or 1.0
    bars = "".join(
        f'<tr><td>{escape(name)}</td><td>{value:.2f} s</td><td><div class=bar style="width:{value / total * 100:.0f}%">'
        "</div></td></tr>"
        for name, value in run["seconds"].items()
    )
    return f"<ol>{''.join(rows)}</ol><table class=bars>{bars}</table>"
