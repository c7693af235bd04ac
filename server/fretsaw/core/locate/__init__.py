"""Where edit blocks go: `place`. Knows texts by path; what a reply says is read by `core.reply`."""

from fretsaw.core.locate.ladder import LADDER
from fretsaw.core.locate.misfit import Located, Misfit, MisfitKind, Placing
from fretsaw.core.locate.place import place

__all__ = ["LADDER", "Located", "Misfit", "MisfitKind", "Placing", "place"]
