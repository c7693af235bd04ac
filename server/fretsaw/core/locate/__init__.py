"""Find the places of edit blocks: `place`. Texts come by path; `core.reply` reads the blocks from a reply."""

from fretsaw.core.locate.ladder import LADDER
from fretsaw.core.locate.misfit import Located, Misfit, MisfitKind, Placing
from fretsaw.core.locate.place import place

__all__ = ["LADDER", "Located", "Misfit", "MisfitKind", "Placing", "place"]
