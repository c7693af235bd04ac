"""Where edit blocks go: `place`. Knows texts by path; what a reply says is read by `core.reply`."""

from fretsaw.core.locate.ladder import LADDER
from fretsaw.core.locate.place import place
from fretsaw.core.locate.values import Located, Misfit, MisfitKind, Placing

__all__ = ["LADDER", "Located", "Misfit", "MisfitKind", "Placing", "place"]
