"""The language server's promises as figures: `python bench/lsp.py [--soak N]`. Compares with a bare pygls in one run.

Prints a table and ends with 1 where a promise is broken. Needs git; talks to nobody but the shipped scripted model.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.editors import wire
from tests.editors.editor import Editor
from tests.editors.profile import VSCODE
from tests.lsp.conftest import repository

BARE = [
    sys.executable,
    "-c",
    "from pygls.lsp.server import LanguageServer; LanguageServer('bare', '1').start_io()",
]
APP = "import os\n\n\ndef add(a, b):\n    return a + c\n"
MODEL = """
import json, sys
from fretsaw.model.scripted import Reply, Script, Server
with Server((Script((Reply(**json.loads(sys.argv[1])),), "server"),)) as server:
    print(server.base_url, flush=True)
    sys.stdin.read()
"""
REPLY = "```diff\n--- a/app.py\n+++ b/app.py\n@@ -4,2 +4,2 @@\n"
REPLY += " def add(a, b):\n-    return a + c\n+    return a + b\n```\n"


@contextmanager
def model(**reply: Any) -> Iterator[str]:
    """The scripted model's base URL. A process of its own: its work must not delay the one that takes the time."""
    command = [sys.executable, "-c", MODEL, json.dumps({"text": REPLY, **reply})]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


def started(command: list[str], folder: Path) -> tuple[float, float, wire.Wire]:
    """From spawn to the answer of `initialize`: seconds, seconds of a processor, and the wire."""
    wire.COMMAND = command
    begun = time.perf_counter()
    made = wire.Wire({"FRETSAW_STATE_DIR": str(folder / "state")}, folder)
    made.call("initialize", {"capabilities": {}, "processId": None, "rootUri": folder.as_uri()})
    seconds = time.perf_counter() - begun
    cpu = busy(made.process.pid)
    made.notify("initialized", {})
    return seconds, cpu, made


def rss(pid: int) -> float:
    words = Path(f"/proc/{pid}/status").read_text().split()
    return int(words[words.index("VmRSS:") + 1]) / 1024


def busy(pid: int) -> float:
    """Seconds of a processor: what else the machine does disturbs them less."""
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def handles(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def starts(folder: Path, rounds: int) -> dict[str, float]:
    """Interleaved, each round in the other order, so that what else the machine does falls on both."""
    agent = Path(sys.executable).parent / "agent"
    ours_command = [str(agent), "lsp"] if agent.exists() else wire.COMMAND
    order = [("bare", BARE), ("ours", ours_command)]
    wall: dict[str, list[float]] = {"bare": [], "ours": []}
    processor: dict[str, list[float]] = {"bare": [], "ours": []}
    for turn in range(rounds + 1):
        for name, command in order if turn % 2 else reversed(order):
            seconds, cpu, made = started(command, folder)
            made.close()
            if turn:  # the first fills the caches
                wall[name].append(seconds)
                processor[name].append(cpu)
    memory = {name: idle(command, folder) for name, command in order}
    wire.COMMAND = ours_command
    return {
        **ratio("start_wall", wall["ours"], wall["bare"]),
        **ratio("start_processor", processor["ours"], processor["bare"]),
        "idle_more_mb": memory["ours"] - memory["bare"],
    }


def ratio(name: str, ours: list[float], bare: list[float]) -> dict[str, float]:
    """The ratio of the medians, the quartiles of the ratios within rounds, and the two medians in ms."""
    each = sorted(one / other for one, other in zip(ours, bare, strict=True))
    low, _, high = statistics.quantiles(each, n=4)
    return {
        f"{name}_ratio": statistics.median(ours) / statistics.median(bare),
        f"{name}_ratio_q1": low,
        f"{name}_ratio_q3": high,
        f"{name}_bare_ms": statistics.median(bare) * 1e3,
        f"{name}_ours_ms": statistics.median(ours) * 1e3,
    }


def idle(command: list[str], folder: Path, rounds: int = 3) -> float:
    """Resident MB a while after `initialized`, when what is loaded in the background is there."""
    found = []
    for _ in range(rounds):
        _, _, made = started(command, folder)
        time.sleep(3.0)
        found.append(rss(made.process.pid))
        made.close()
    return statistics.median(found)


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def actions(editor: Editor, rounds: int = 200) -> dict[str, float]:
    """Code actions in a file with 500 diagnostics: at one line with its own, and with all 500 in the request."""
    text = "".join(f"value_{n} = undefined_{n}\n" for n in range(500))
    buffer = editor.open("many.py", text)
    items = [editor.problem(buffer, f"= undefined_{n}\n", f"undefined name 'undefined_{n}'") for n in range(500)]
    one, all_of_them = [], []
    everything = {
        "textDocument": {"uri": buffer.uri},
        "range": buffer.range(0, len(text)),
        "context": {"diagnostics": items},
    }
    for n in range(rounds):
        at = text.index(f"= undefined_{n}\n")
        begun = time.perf_counter()
        editor.actions(buffer, at, diagnostics=[items[n]])
        one.append((time.perf_counter() - begun) * 1e3)
    for _ in range(rounds // 4):
        begun = time.perf_counter()
        editor.wire.call("textDocument/codeAction", everything)
        all_of_them.append((time.perf_counter() - begun) * 1e3)
    return {"action_p95_ms": p95(one), "action_500_p95_ms": p95(all_of_them)}


def runs(editor: Editor, rounds: int = 20) -> dict[str, float]:
    """While a run asks a slow model: acknowledgements of commands, and from a cancel to the progress' end."""
    buffer = editor.open("app.py")
    where = {"uri": buffer.uri, "range": buffer.range(0, 5), "instruction": "make it right"}
    acknowledged, ended, children = [], [], 0
    for _ in range(rounds):
        answer = editor.command("agent.rewrite", where)
        token = answer["progressToken"]
        editor.wire.wait_until(partial(asking, editor, token))
        begun = time.perf_counter()
        editor.command("agent.listRuns", {})
        acknowledged.append((time.perf_counter() - begun) * 1e3)
        begun = time.perf_counter()
        second = editor.command("agent.rewrite", where)
        acknowledged.append((time.perf_counter() - begun) * 1e3)
        begun = time.perf_counter()
        editor.command("agent.cancel", {})
        editor.wait_progress(token)
        ended.append((time.perf_counter() - begun) * 1e3)
        del second
        time.sleep(0.1)
        children = max(children, len(editor.wire.children()))
    return {"acknowledge_max_ms": max(acknowledged), "cancel_max_ms": max(ended), "children_left": float(children)}


def through_runs(root: Path, env: dict[str, str], folder: Path, rounds: int = 5) -> dict[str, float]:
    """Acknowledgements of a command all through the first run of a server, in which everything is imported."""
    took = []
    for number in range(rounds):
        with model(pause=0.05) as base_url:
            cwd = folder / f"first{number}"
            cwd.mkdir()
            editor = Editor([root], env, cwd, VSCODE, baseUrl=base_url, check=[sys.executable, "-c", "pass"])
            editor.start()
            buffer = editor.open("app.py")
            where = {"uri": buffer.uri, "range": buffer.range(0, 5), "instruction": "make it right"}
            token = editor.command("agent.rewrite", where)["progressToken"]
            while not any(value.get("kind") == "end" for value in editor.progress.get(token, [])):
                begun = time.perf_counter()
                editor.command("agent.listRuns", {})
                took.append((time.perf_counter() - begun) * 1e3)
                time.sleep(0.002)
            editor.quit()
    return {"acknowledge_first_run_p95_ms": p95(took), "acknowledge_first_run_max_ms": max(took)}


def asking(editor: Editor, token: Any) -> bool:
    return any("Asking" in str(value.get("message")) for value in editor.progress.get(token, []))


def soak(editor: Editor, rounds: int) -> dict[str, float]:
    """Growth over many actions: the usual traffic of an editor, with a run now and then."""
    buffer = editor.buffer("app.py")
    where = {"uri": buffer.uri, "range": buffer.range(0, 5), "instruction": "make it right"}
    pid = editor.wire.process.pid

    def some(count: int) -> None:
        for n in range(count):
            editor.type(buffer, "import os", "import os as o") if "as o" not in buffer.text else editor.undo(buffer)
            buffer.past = buffer.past[-2:]
            editor.actions(buffer, 0, diagnostics=[])
            editor.lenses(buffer)
            if n % 500 == 499:
                answer = editor.command("agent.rewrite", where)
                editor.command("agent.cancel", {"runId": answer["runId"]})
                time.sleep(0.3)
            editor.wire.replies.clear()

    some(rounds // 5)
    before = (rss(pid), handles(pid), threads(pid))
    some(rounds)
    time.sleep(1)
    after = (rss(pid), handles(pid), threads(pid))
    return {
        "soak_mb": after[0] - before[0],
        "soak_handles": float(after[1] - before[1]),
        "soak_threads": float(after[2] - before[2]),
        "soak_children": float(len(editor.wire.children())),
    }


LIMITS = {
    "start_wall_ratio": 1.3,
    "start_processor_ratio": 1.3,
    "idle_more_mb": 25.0,
    "action_p95_ms": 20.0,
    "action_500_p95_ms": 20.0,
    "acknowledge_max_ms": 100.0,
    "acknowledge_first_run_max_ms": 100.0,
    "cancel_max_ms": 500.0,
    "children_left": 0.0,
    "soak_mb": 5.0,
    "soak_handles": 2.0,
    "soak_threads": 2.0,
    "soak_children": 0.0,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=20, help="rounds of a start of each server")
    parser.add_argument("--soak", type=int, default=2000, help="actions; 0: none")
    given = parser.parse_args()
    # Collecting our own garbage took 120 to 150 ms of this process, which looked like a late answer of the server.
    gc.disable()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        root = repository(folder / "repo", {"app.py": APP, "many.py": "x\n"})
        found |= starts(root, given.starts)
        base_url = stack.enter_context(model(delay=30.0))
        env = {
            "FRETSAW_STATE_DIR": str(folder / "state"),
            "FRETSAW_CONFIG_DIR": str(folder / "config"),
            "OPENAI_API_KEY": "sk-test-0123456789abcdef",
        }
        editor = Editor([root], env, folder, VSCODE, baseUrl=base_url)
        editor.start()
        found |= actions(editor)
        found |= runs(editor)
        if given.soak:
            found |= soak(editor, given.soak)
        editor.quit()
        found |= through_runs(root, env, folder)
    broken = [key for key, limit in LIMITS.items() if key in found and found[key] > limit]
    for key, value in found.items():
        limit = LIMITS.get(key)
        mark = "" if limit is None else f"<= {limit:g}  {'BROKEN' if key in broken else 'ok'}"
        print(f"{key:30} {value:9.2f}  {mark}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
