"""The forms of edit that a model may be asked for, each with its rules and one short example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

EditForm: TypeAlias = Literal["v4a", "udiff", "search-replace", "apply-patch-tool", "grammar-tool"]

_COPIED = (
    "Give 3 unchanged lines before and after each change; they and the removed lines are copied from the file as it is \
now, character for character."
)
_SIGNS = "Unchanged lines start with a space, removed ones with -, added ones with +"

_V4A = f"""\
Write edits as one patch:

*** Begin Patch
*** Update File: shop/cart.py
@@ class Cart
     def total(self):
-        return sum(self.prices)
+        return sum(self.prices) - self.discount
{" "}
     def clear(self):
*** End Patch

- {_SIGNS}; no line numbers.
- {_COPIED}
- Where those lines could stand in several places, name the enclosing class or function after @@.
- One small @@ section a place. New file: *** Add File: path, every line with +. Also: *** Delete File: path.
"""

_UDIFF = f"""\
Write edits as a unified diff in one ```diff fence, with bare @@ lines (no line numbers):

```diff
--- a/shop/cart.py
+++ b/shop/cart.py
@@ ... @@
 class Cart:
     def total(self):
-        return sum(self.prices)
+        return sum(self.prices) - self.discount
```

- {_SIGNS}.
- {_COPIED}
- One small hunk a place, with lines that stand in one place of the file only. A new file has --- /dev/null, a deleted \
one +++ /dev/null.
"""

_SEARCH_REPLACE = """\
Write each edit as the file's path and a block in a fence:

shop/cart.py
```
<<<<<<< SEARCH
    def total(self):
        return sum(self.prices)
=======
    def total(self):
        return sum(self.prices) - self.discount
>>>>>>> REPLACE
```

- The SEARCH lines are copied from the file as it is now, character for character, and stand in one place of it only.
- One small block a place: the lines that change and just enough around them. A new file has an empty SEARCH.
"""

_APPLY_PATCH_TOOL = f"""\
Make all edits with the apply_patch tool, as several calls in one answer: one call a file, one small @@ section a place.

- {_SIGNS}; no line numbers.
- {_COPIED}
- Where those lines could stand in several places, name the enclosing class or function after @@.
- Nothing is applied until all calls fit.
"""

_GRAMMAR_TOOL = f"""\
Make all edits with one call of the apply_patch tool, whose text is one patch over all files:

*** Begin Patch
*** Update File: shop/cart.py
@@ class Cart
     def total(self):
-        return sum(self.prices)
+        return sum(self.prices) - self.discount
*** End Patch

- {_SIGNS}; no line numbers.
- {_COPIED}
- Where those lines could stand in several places, name the enclosing class or function after @@, else write @@ alone.
- One small @@ section a place. Also: *** Add File: path, every line with +; *** Delete File: path.
"""

FORMS: Mapping[EditForm, str] = {
    "v4a": _V4A,
    "udiff": _UDIFF,
    "search-replace": _SEARCH_REPLACE,
    "apply-patch-tool": _APPLY_PATCH_TOOL,
    "grammar-tool": _GRAMMAR_TOOL,
}
"""The instruction for each form; it stands in the user's message, where examples cost no well-formedness."""

TOOL_FORMS: frozenset[EditForm] = frozenset({"apply-patch-tool", "grammar-tool"})
"""Forms that come as calls of a tool, so that no other tool for edits is offered."""
