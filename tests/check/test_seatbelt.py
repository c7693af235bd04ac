"""The profile for macOS' sandbox-exec as text, and what it allows: there the last rule that fits decides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.golden import Golden

from fretsaw.check.sandbox import seatbelt

PROFILE = Path(__file__).parents[1] / "cases" / "sandbox" / "seatbelt" / "profile.sb"
VIEW = seatbelt.View(
    writable=("/private/var/folders/x/fretsaw-1/tree", "/private/var/folders/x/fretsaw-1/tmp"),
    report="/private/var/folders/x/fretsaw-1/report",
    shown=("/Users/ada/.pyenv", "/opt/homebrew"),
    hidden=("/Users/ada", "/srv/state"),
)
WORK = VIEW.writable[0]


def allows(act: str, path: str) -> bool:
    """Decide as the kernel does, for the rules about files that the profile writes itself."""
    text, parameters = seatbelt.profile(VIEW)
    verdict = False
    for said, acts, rest in re.findall(r"^\((allow|deny) ((?:file-[a-z-]+\*? ?)+)(.*)\)$", text, re.M):
        if any(_covers(one, act) for one in acts.split()) and any(_fits(rest, path, parameters)):
            verdict = said == "allow"
    return verdict


def _covers(rule: str, act: str) -> bool:
    return act.startswith(rule[:-1]) if rule.endswith("*") else rule == act


def _fits(rest: str, path: str, parameters: dict[str, str]) -> list[bool]:
    fits = []
    for kind, name, literal in re.findall(r'\((subpath|literal) (?:\(param "(\w+)"\)|"([^"]+)")\)', rest):
        place = parameters[name] if name else literal
        below = kind == "subpath" and path.startswith(place.rstrip("/") + "/")
        fits.append(below or path == place)
    return fits


def test_the_text_is_as_kept(golden: Golden) -> None:
    text, parameters = seatbelt.profile(VIEW)
    listed = "".join(f"; {name} = {path}\n" for name, path in parameters.items())
    golden(PROFILE, text + listed)


@pytest.mark.parametrize(
    ("act", "path", "allowed"),
    [
        ("file-read-data", "/usr/lib/libz.dylib", True),
        ("file-read-data", "/opt/homebrew/bin/python3", True),
        ("file-read-data", "/Users/ada/.pyenv/versions/3.12/bin/python", True),
        ("file-read-data", "/Users/ada/.ssh/id_ed25519", False),
        ("file-read-data", "/Users/ada", False),
        ("file-read-metadata", "/Users/ada", True),
        ("file-read-metadata", "/Users/ada/Documents", False),
        ("file-read-data", "/Users/eve/secret", False),
        ("file-read-data", "/private/tmp/other", False),
        ("file-read-data", "/srv/state/runs", False),
        ("file-read-data", "/private/etc/master.passwd", False),
        ("file-read-data", f"{WORK}/a.py", True),
        ("file-write-create", f"{WORK}/a.py", True),
        ("file-write-data", f"{VIEW.writable[1]}/t", True),
        ("file-write-data", VIEW.report, True),
        ("file-write-create", f"{WORK}/.git/hooks/pre-commit", False),
        ("file-write-data", f"{WORK}-other/a.py", False),
        ("file-write-data", "/usr/local/bin/python", False),
        ("file-write-data", "/Users/ada/.pyenv/version", False),
        ("file-write-data", "/dev/null", True),
        ("file-write-data", "/dev/disk0", False),
    ],
)
def test_what_it_allows(act: str, path: str, *, allowed: bool) -> None:
    assert allows(act, path) is allowed


def test_no_path_can_end_a_string_of_the_profile() -> None:
    odd = '/private/tmp/a") (allow default) ("'
    view = seatbelt.View(writable=(odd, odd), report=odd, shown=(odd,), hidden=(odd,))
    line = seatbelt.arguments(view, ["python", "-m", "pytest"])
    assert odd not in line[2] and "allow default" not in line[2]
    assert line[:2] == [seatbelt.PROGRAM, "-p"] and line[-4:] == ["--", "python", "-m", "pytest"]
    assert set(re.findall(r'param "(\w+)"', line[2])) == {one[2:].partition("=")[0] for one in line[3:-4]}


def test_the_network_stays_shut_and_the_rule_stands_last() -> None:
    text, _ = seatbelt.profile(VIEW)
    assert "(deny default)" in text and "(deny network*)" in text
    assert not re.findall(r"^\(allow (?:network|default|mach-priv)", text, re.M)
