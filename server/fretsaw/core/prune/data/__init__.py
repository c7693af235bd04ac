"""Data files: the real changes of a reply in the layout that the file had."""

from fretsaw.core.prune.data.asked_layout import asks_for_layout
from fretsaw.core.prune.data.formats import is_data
from fretsaw.core.prune.data.kept_layout import can_be_compared, in_file_layout

__all__ = ["asks_for_layout", "can_be_compared", "in_file_layout", "is_data"]
