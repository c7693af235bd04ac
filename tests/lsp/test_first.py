from __future__ import annotations

from tests.lsp.conftest import World

APP = "import os\n\n\ndef add(a, b):\n    return a + c\n\n\ndef sub(a, b):\n    return a - c\n"
REPLY = """Here:

```diff
--- a/app.py
+++ b/app.py
@@ -3,7 +3,7 @@

 def add(a, b):
-    return a + c
+    return a + b


 def sub(a, b):
-    return a - c
+    return a - b
```
"""


def test_a_diagnostic_becomes_pending_changes_one_accepted_one_rejected(world: World) -> None:
    world.model(REPLY, delay=0.5)
    editor = world.editor(world.repository({"app.py": APP}))
    buffer = editor.open("app.py")
    problem = editor.problem(buffer, "c\n\n\ndef sub", "undefined name 'c'")
    offered = editor.actions(buffer, buffer.text.index("+ c"), diagnostics=[problem])
    assert [action["title"] for action in offered] == ["Agent: Fix “undefined name 'c'”"]
    answer = editor.do(offered[0])
    end = editor.wait_progress(answer["progressToken"])
    print(end, editor.messages, editor.run_states)
    assert "Ready to review" in end["message"]
    first, second = editor.wait_hints(buffer, 2)
    print(first)
    where = buffer.offset(first["range"]["start"])
    accept = [item for item in editor.actions(buffer, where) if item["kind"] == "quickfix.agent.accept"]
    editor.do(accept[0])
    editor.wait_hints(buffer, 1)
    reject = [item for item in editor.actions(buffer, buffer.text.index("- c")) if "reject" in item["kind"]]
    editor.do(reject[0])
    editor.wait_hints(buffer, 0)
    assert buffer.text == APP.replace("a + c", "a + b")
