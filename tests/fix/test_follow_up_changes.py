"""What stays and what goes of a proposal that a person talks back to, on texts alone."""

from __future__ import annotations

from fretsaw.core.follow_up import FollowUp, hold, moved_changes, settle
from fretsaw.core.patch import derive_set, split
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.prune.verdict import Pruned, Verdict

BASE = "def a(x):\n    x.go()\n\n\ndef b(x):\n    x.go()\n"
IN_A = "def a(x):\n    return None\n    x.go()\n\n\ndef b(x):\n    x.go()\n"
IN_B = "def a(x):\n    x.go()\n\n\ndef b(x):\n    return None\n    x.go()\n"


def patch_of(before: str, after: str) -> PatchSet:
    return derive_set({"a.py": before}.get, {"a.py": after})


def decisions(patch: PatchSet, follow: FollowUp) -> list[str]:
    verdicts = tuple(Verdict(change, "keep", "", "") for change in split(patch))
    return [item.decision for item in settle(Pruned(patch, verdicts, patch), follow)]


def test_a_rejected_change_does_not_come_back() -> None:
    first = patch_of(BASE, IN_A)
    assert decisions(first, FollowUp("", first, rejected=tuple(split(first)))) == ["drop"]


def test_the_same_lines_elsewhere_are_another_change() -> None:
    first = patch_of(BASE, IN_A)
    assert decisions(patch_of(BASE, IN_B), FollowUp("", first, rejected=tuple(split(first)))) == ["keep"]


def test_a_rejected_change_is_known_where_the_users_edits_have_moved_it() -> None:
    first, later = patch_of(BASE, IN_A), "import os\n\n" + BASE
    rejected = moved_changes(split(first), first, {"a.py": later})
    follow = FollowUp("", first, rejected=rejected)
    assert decisions(patch_of(later, "import os\n\n" + IN_A), follow) == ["drop"]
    assert decisions(patch_of(later, "import os\n\n" + IN_B), follow) == ["keep"]


def test_lines_that_give_way_to_a_held_end_of_a_file_are_named() -> None:
    last = patch_of("one\ntwo\n", "one\ntwo")
    follow = FollowUp("", last, held=tuple(split(last)))
    kept, named = hold(patch_of("one\ntwo\n", "ONE\ntwo"), follow)
    assert named == ("a.py",)
    assert kept == last
    assert hold(last, follow) == (last, ())
