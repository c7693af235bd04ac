"""The table of damages: each takes an undamaged edit and gives it as a model might have left it.

`must` says what an applier owes: `exact`, `refuse`, or `exact-or-refuse` where a careful reader could do either.
"""

from __future__ import annotations

from damage import Edit, unique
from damage_context import (
    curly_context,
    curly_everywhere,
    elided,
    extra_blank_line,
    forgotten_character,
    missing_blank_line,
    missing_context_line,
    paraphrased_context,
    stale_context,
)
from damage_layout import (
    blank_context,
    bom_file,
    crlf_file,
    crlf_reply,
    file_has_tabs,
    less_indent,
    literal_tabs,
    lost_marks,
    lost_marks_at_edge,
    mixed_endings,
    more_indent,
    no_final_newline,
    one_blank_more,
    reply_has_tabs,
    trailing_blanks_in_file,
    trailing_blanks_in_reply,
)
from damage_place import (
    Damage,
    already_applied,
    cut,
    doubled_bare,
    doubled_numbered,
    doubled_stale_number,
    moved,
    noop_hunk,
    one_context,
    out_of_order,
    paraphrased_removed,
    path_unknown,
    path_with_more_folders,
    path_without_first_folder,
    restated,
    style,
    zero_context,
    zero_context_wrong_numbers,
)

DAMAGES: dict[str, tuple[str, Damage]] = {
    "clean": ("udiff v4a sr tags", lambda edit, rng: edit),
    "lines-off": ("udiff", style(numbers="off")),
    "line-one": ("udiff", style(numbers="one")),
    "counts-wrong": ("udiff", style(counts="wrong")),
    "counts-and-lines-wrong": ("udiff", style(counts="wrong", numbers="off")),
    "bare-at": ("udiff", style(header="bare")),
    "dots-at": ("udiff", style(header="dots")),
    "no-prefix": ("udiff", style(prefix="no")),
    "no-git-line": ("udiff", style(git="no")),
    "swapped-arrows": ("sr", style(arrows="swapped")),
    "anchors": ("v4a", style(anchor="yes")),
    "fenced": ("udiff v4a", style(fence="```")),
    "tildes": ("udiff v4a", style(fence="~~~~")),
    "prose": ("udiff v4a sr", style(prose="yes")),
    "stripped": ("udiff v4a sr", style(strip="yes")),
    "arguments": ("udiff v4a sr", style(arguments="yes")),
    "escaped-whole": ("udiff v4a", style(escaped="yes")),
    "cut-in-half": ("udiff v4a sr tags", cut),
    "restated": ("udiff sr", restated),
    "crlf-reply": ("udiff v4a sr tags", crlf_reply),
} | {
    name.replace("_", "-"): (forms, damage)
    for forms, damages in {
        "udiff v4a sr tags": {
            "more_indent": more_indent,
            "less_indent": less_indent,
            "one_blank_more": one_blank_more,
            "file_has_tabs": file_has_tabs,
            "reply_has_tabs": reply_has_tabs,
            "literal_tabs": literal_tabs,
            "crlf_file": crlf_file,
            "bom_file": bom_file,
            "no_final_newline": no_final_newline,
            "mixed_endings": mixed_endings,
            "trailing_blanks_in_file": trailing_blanks_in_file,
            "trailing_blanks_in_reply": trailing_blanks_in_reply,
            "stale_context": stale_context,
            "paraphrased_context": paraphrased_context,
            "forgotten_character": forgotten_character,
            "missing_context_line": missing_context_line,
            "missing_blank_line": missing_blank_line,
            "extra_blank_line": extra_blank_line,
            "curly_context": curly_context,
            "curly_everywhere": curly_everywhere,
            "elided": elided,
            "paraphrased_removed": paraphrased_removed,
            "doubled_bare": doubled_bare,
            "moved": moved,
            "out_of_order": out_of_order,
            "noop_hunk": noop_hunk,
            "already_applied": already_applied,
            "path_without_first_folder": path_without_first_folder,
            "path_with_more_folders": path_with_more_folders,
            "path_unknown": path_unknown,
        },
        "udiff v4a": {
            "lost_marks": lost_marks,
            "lost_marks_at_edge": lost_marks_at_edge,
            "blank_context": blank_context,
            "one_context": one_context,
        },
        "udiff": {
            "doubled_numbered": doubled_numbered,
            "doubled_stale_number": doubled_stale_number,
            "zero_context": zero_context,
            "zero_context_wrong_numbers": zero_context_wrong_numbers,
        },
    }.items()
    for name, damage in damages.items()
}
"""Name -> (forms it makes sense for, what it does)."""

TEXT_ALONE = {"bare-at", "dots-at", "lines-off", "line-one", "counts-and-lines-wrong", "moved"}
"""Damages of diffs that leave nothing but the text to go by."""


def owed(edit: Edit, damaged: Edit, form: str, name: str) -> str:
    """What is owed: an edit whose text stands more than once may always be refused where no number helps."""
    if damaged.must == "exact" and (form != "udiff" or name in TEXT_ALONE) and not unique(edit):
        return "exact-or-refuse"
    if damaged.must == "exact" and name in ("zero-context", "one-context"):
        return "exact-or-refuse"
    return damaged.must
