"""The words with which an issue asks for another layout of data."""

from __future__ import annotations

import re

_PARTS = (
    r"(?:keys?|fields?|attributes?|entries|dependencies|properties|sections?|tables?|rows?|lines|declarations|selectors"
    r"|rules|imports|alphabetic\w*|lexicographic\w*|by name|json|ya?ml|toml|css|html|csv|\w+\.\w{2,5}\b)"
)
_KINDS = r"(?:json|ya?ml|toml|css|scss|less|html|csv|tsv|ipynb|notebooks?|files?|stylesheets?)"
_ASKS_FOR_LAYOUT = re.compile(
    rf"\b(?:sort|order|reorder|re-order)(?:ed|s|ing)?\b[^.\n]{{0,40}}\b{_PARTS}|\b{_PARTS}\b[^.\n]{{0,40}}\bsorted\b"
    rf"|\balphabeti[sz]e|\balphabetic\w* order|\b(?:re)?format(?:ted|ting)?\b[^.\n]{{0,40}}\b{_KINDS}\b|\breformat"
    rf"|\b{_KINDS} format(?:ting)\b|\b(?:re-?|un)?indent(?:ed|s|ing|ation)?\b|\b(?:un)?quot(?:e|es|ed|ing)\b"
    r"|\b(?:un|de)?minif\w+|\bprett(?:ier|ify|y[- ]?print\w*)\b|\bbeautif(?:y|ied)\b|\b(?:tabs|spaces)\b"
    r"|\b(?:trailing|final) (?:commas?|newlines?|semicolons?)\b|\bblank lines?\b|\bwhite-?space\b|\bself-clos\w+"
    r"|\bdelimiters?\b|\bseparators?\b|\bformat (?:the )?(?:file )?[\w/-]+\.\w{2,5}\b"
    r"|\b(?:flow|block|inline|multi-?line|one-line|single-line) (?:style|tables?|arrays?)"
    r"|\b(?:remov|delet|drop|strip|clean)\w*[^.\n]{0,40}\b(?:comments?|notes?|TODOs?|licen[cs]e)\b"
    r"|\b(?:lower|upper)-?case\b|\bline[- ]?endings?\b|\bCRLF\b|\bone (?:\w+ )?(?:per|a) line\b|\bsingle line\b",
    re.IGNORECASE,
)


def asks_for_layout(issue: str) -> bool:
    """Tell whether an issue speaks of the layout of data: then nothing of that is noise.

    >>> asks_for_layout("Sort the keys of package.json"), asks_for_layout("The rows come in the wrong date format")
    (True, False)
    """
    return _ASKS_FOR_LAYOUT.search(issue) is not None
