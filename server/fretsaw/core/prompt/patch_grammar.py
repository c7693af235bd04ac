"""The lark grammar of the tool by which a model writes a patch that cannot be malformed."""

from __future__ import annotations

PATCH_GRAMMAR = r"""start: "*** Begin Patch" LF section+ "*** End Patch" LF?
section: add | delete | update
add: "*** Add File: " PATH LF added+
added: "+" TEXT? LF
delete: "*** Delete File: " PATH LF
update: "*** Update File: " PATH LF move? hunk+
      | "*** Update File: " PATH LF move
move: "*** Move to: " PATH LF
hunk: anchor+ line+ end?
anchor: "@@" LF | "@@ " TEXT LF
line: SIGN TEXT? LF
end: "*** End of File" LF
SIGN: /[ +-]/
PATH: /[^\r\n]+/
TEXT: /[^\n]+/
LF: /\n/
"""
"""Every hunk begins with `@@`, and every line of it with its sign, so an empty unchanged line keeps its blank."""

PATCH_TOOL_DESCRIPTION = "All edits of your answer as one patch. Free text, not JSON."
