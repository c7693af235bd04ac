"""The fake editor: buffers, the requests a person's keys make, and answers as the profile's real editor gives them."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from tests.editors.buffer import Buffer, least_change
from tests.editors.profile import VSCODE, Profile
from tests.editors.wire import Wire


class Editor:
    def __init__(
        self, roots: list[Path], env: dict[str, str], cwd: Path, profile: Profile = VSCODE, **settings: Any
    ) -> None:
        self.profile, self.roots, self.settings = profile, roots, settings
        self.folder_settings: dict[str | None, dict[str, Any]] = {}
        """Settings that differ from the others', by the URI of the workspace folder."""
        self.wire = Wire(env, cwd)
        self.wire.on_message = self._take
        self.buffers: dict[str, Buffer] = {}
        self.diagnostics: dict[str, list[dict[str, Any]]] = {}
        self.progress: dict[Any, list[dict[str, Any]]] = {}
        self.progress_times: dict[Any, list[float]] = {}
        self.messages: list[str] = []
        self.shown: list[str] = []
        self.runs: dict[str, dict[str, Any]] = {}
        self.run_states: list[tuple[str, str]] = []
        self.proposals: dict[str, dict[str, Any]] = {}
        self.status: list[dict[str, Any]] = []
        self.tree: dict[str, dict[str, Any]] = {}
        self.registered: list[str] = []
        self.edits: list[dict[str, Any]] = []
        self.held: list[dict[str, Any]] = []
        self.answers: list[bool] = []
        self.before_apply: Any = None
        self.after_apply: Any = None
        self.encoding: Any = "utf-16"
        self._lock = threading.RLock()

    # Life

    def start(self, **options: Any) -> Any:
        given = {"settings": self.settings, "notify": list(self.profile.notify), **self.profile.options, **options}
        answer = self.wire.call(
            "initialize",
            {
                "processId": None,
                "clientInfo": {"name": self.profile.client, "version": "1"},
                "rootUri": self.uri(self.roots[0]) if self.roots else None,
                "workspaceFolders": [{"uri": self.uri(root), "name": root.name} for root in self.roots] or None,
                "capabilities": self.profile.capabilities(),
                "initializationOptions": given,
            },
        )
        self.encoding = answer["capabilities"]["positionEncoding"]
        assert self.encoding in (self.profile.encodings or ("utf-16",))
        self.wire.notify("initialized", {})
        return answer["capabilities"]

    def quit(self) -> int:
        """Shut down in good order and look at what is left behind."""
        try:
            open_progress = [token for token, values in self.progress.items() if values and values[-1]["kind"] != "end"]
            assert not open_progress, f"open progress {open_progress}"
            # What looks after a run (git) or has just been stopped may still be on its way out.
            self.wire.wait_until(lambda: not self.wire.children(), 10, f"no children: {self.wire.children()}")
            self.wire.call("shutdown")
            self.wire.notify("exit")
            code: int = self.wire.process.wait(20)
            assert not self.wire.open_requests, f"no reply to {self.wire.open_requests}"
            assert not self.wire.double_replies, f"two replies to {self.wire.double_replies}"
            assert not self.wire.stray, self.wire.stray
            assert code == 0
            return code
        finally:
            self.wire.close()

    # Buffers

    def uri(self, path: Path) -> str:
        return "file://" + quote(str(path))

    def path(self, name: str) -> Path:
        return self.roots[0] / name

    def open(self, name: str | Path, text: str | None = None, language: str = "python") -> Buffer:
        path = name if isinstance(name, Path) else self.path(name)
        uri = self.uri(path)
        if text is None:
            text = path.read_bytes().decode("utf-8", "surrogateescape")
        buffer = Buffer(uri, text, self.encoding, self.profile.lone_cr, saved=text)
        with self._lock:
            self.buffers[uri] = buffer
        item = {"uri": uri, "languageId": language, "version": buffer.version, "text": text}
        self.wire.notify("textDocument/didOpen", {"textDocument": item})
        return buffer

    def buffer(self, name: str) -> Buffer:
        return self.buffers[self.uri(self.path(name))]

    def set_text(self, buffer: Buffer, text: str, remember: bool = True) -> None:
        with self._lock:
            start, end, new = least_change(buffer.text, text)
            self._change(buffer, text, [(start, end, new)], remember)

    def type(self, buffer: Buffer, find: str, replacement: str) -> None:
        """Replace text that occurs once, as one change."""
        assert buffer.text.count(find) == 1, (find, buffer.text)
        start = buffer.text.index(find)
        with self._lock:
            text = buffer.text.replace(find, replacement)
            change = least_change(buffer.text, text) if self.profile.minimal_changes else None
            self._change(buffer, text, [change or (start, start + len(find), replacement)], True)

    def undo(self, buffer: Buffer) -> None:
        with self._lock:
            text = buffer.past.pop()
            buffer.ahead.append(buffer.text)
            start, end, new = least_change(buffer.text, text)
            self._change(buffer, text, [(start, end, new)], False)

    def _change(self, buffer: Buffer, text: str, changes: list[tuple[int, int, str]], remember: bool) -> None:
        if text == buffer.text:
            return
        sent: list[dict[str, Any]] = [{"range": buffer.range(*at), "text": new} for *at, new in changes]
        if remember:
            buffer.remember()
        if self.profile.drops_marks:
            lines = {edge["line"] for change in sent for edge in change["range"].values()}
            marks = self.diagnostics.get(buffer.uri, [])
            self.diagnostics[buffer.uri] = [mark for mark in marks if mark["range"]["start"]["line"] not in lines]
        buffer.text = text
        buffer.version += 1
        self.wire.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": buffer.uri, "version": buffer.version}, "contentChanges": sent},
        )

    def save(self, name: str) -> None:
        buffer = self.buffer(name)
        buffer.saved = buffer.text
        self.path(name).write_bytes(buffer.text.encode("utf-8", "surrogateescape"))
        self.wire.notify("textDocument/didSave", {"textDocument": {"uri": buffer.uri}})

    def close(self, name: str) -> None:
        buffer = self.buffer(name)
        with self._lock:
            del self.buffers[buffer.uri]
        self.wire.notify("textDocument/didClose", {"textDocument": {"uri": buffer.uri}})

    # Requests

    def actions(
        self,
        buffer: Buffer,
        start: int,
        end: int | None = None,
        diagnostics: list[dict[str, Any]] | None = None,
        **context: Any,
    ) -> Any:
        where = buffer.range(start, start if end is None else end)
        params = {
            "textDocument": {"uri": buffer.uri},
            "range": where,
            "context": {"diagnostics": diagnostics or [], **context},
        }
        return self.wire.call("textDocument/codeAction", params)

    def problem(
        self, buffer: Buffer, text: str, message: str, severity: int | None = 1, source: str = "ruff"
    ) -> dict[str, Any]:
        start = buffer.text.index(text)
        found = {"range": buffer.range(start, start + len(text)), "message": message, "source": source}
        return found if severity is None else {**found, "severity": severity}

    def do(self, action: dict[str, Any]) -> Any:
        """Choose an action: the edit first, then the command."""
        if "edit" in action:
            applied = self._apply(action["edit"])
            assert applied, "the editor refused the action's own edit"
        command = action.get("command")
        if isinstance(command, dict):
            return self.command(command["command"], *command.get("arguments", []))
        if isinstance(command, str):
            return self.command(command, *action.get("arguments", []))
        return None

    def command(self, name: str, *arguments: Any) -> Any:
        return self.wire.call("workspace/executeCommand", {"command": name, "arguments": list(arguments)})

    def lenses(self, buffer: Buffer) -> Any:
        return self.wire.call("textDocument/codeLens", {"textDocument": {"uri": buffer.uri}})

    def wait_progress(self, token: Any, seconds: float = 30.0) -> dict[str, Any]:
        def ended() -> bool:
            return bool(self.progress.get(token)) and self.progress[token][-1]["kind"] == "end"

        self.wire.wait_until(ended, seconds, f"the end of {token}")
        return self.progress[token][-1]

    def hints(self, buffer: Buffer, code: str | None = None) -> list[dict[str, Any]]:
        return [item for item in self.diagnostics.get(buffer.uri, []) if code in (None, item.get("code"))]

    def wait_hints(
        self, buffer: Buffer, count: int, code: str = "pending", seconds: float = 20.0
    ) -> list[dict[str, Any]]:
        what = f"{count} {code} hints in {buffer.uri}"
        self.wire.wait_until(lambda: len(self.hints(buffer, code)) == count, seconds, what)
        return self.hints(buffer, code)

    # What the server says by itself

    def _take(self, message: dict[str, Any]) -> None:
        params = message.get("params") or {}
        if "id" in message:
            answer = self._answer(message["method"], params)
            self.wire.send({"id": message["id"], "result": answer})
            while self.held and self.profile.change_after_answer:
                self._carry_out(self.held.pop(0)["edit"])
                self._after_apply()
            return
        method = message["method"]
        if method == "textDocument/publishDiagnostics":
            self.diagnostics[params["uri"]] = params["diagnostics"]
        elif method == "$/progress":
            self._progress(params["token"], params["value"])
        elif method in ("window/showMessage", "window/logMessage"):
            self.messages.append(params["message"])
        elif method == "agent/run":
            assert "run" in self.profile.notify
            self.runs[params["id"]] = params
            self.run_states.append((params["id"], params["state"]))
        elif method == "agent/proposal":
            assert "proposal" in self.profile.notify
            self.proposals[params["runId"]] = params
        elif method == "agent/status":
            self.status.append(params)
        elif method == "agent/tree":
            assert "tree" in self.profile.notify
            self.tree[params["id"]] = params
        else:
            raise AssertionError(f"a real editor does not know {method}")

    def _progress(self, token: Any, value: dict[str, Any]) -> None:
        told = self.progress[token]
        if not told:
            assert value["kind"] == "begin", value
        else:
            assert told[-1]["kind"] != "end", "progress after its end"
            assert value["kind"] != "begin"
            # VS Code drops a report without a percentage when the begin had one.
            assert value["kind"] == "end" or "percentage" in value
        told.append(value)
        self.progress_times.setdefault(token, []).append(time.monotonic())

    def _answer(self, method: str, params: dict[str, Any]) -> Any:
        if method == "workspace/applyEdit":
            return self._apply_request(params)
        if method == "workspace/configuration":
            return [self.folder_settings.get(item.get("scopeUri"), self.settings) for item in params["items"]]
        if method == "window/workDoneProgress/create":
            assert self.profile.progress
            assert params["token"] not in self.progress
            self.progress[params["token"]] = []
            return None
        if method == "client/registerCapability":
            for item in params["registrations"]:
                known = {
                    "workspace/didChangeWatchedFiles": self.profile.watch,
                    "workspace/didChangeConfiguration": self.profile.settings_registration,
                }
                assert known.get(item["method"]), f"{item['method']} was not announced"
                self.registered.append(item["method"])
            return None
        if method == "workspace/codeLens/refresh":
            assert self.profile.lens_refresh
            return None
        if method == "window/showDocument":
            assert self.profile.show_document or self.profile.shows_unannounced
            # Beside the workspace's own files: without textDocumentContent an editor can only open a file.
            own = any(params["uri"].startswith(self.uri(root)) for root in self.roots)
            scheme = "agent:" if self.profile.text_content else "file:"
            assert own or params["uri"].startswith(scheme), params["uri"]
            self.shown.append(params["uri"])
            return {"success": True}
        raise AssertionError(f"a real editor does not know {method}")

    def _apply_request(self, params: dict[str, Any]) -> dict[str, Any]:
        assert params["label"].startswith("Agent: ")
        self.edits.append(params)
        if self.before_apply is not None:
            self.before_apply()
        if self.profile.reviews_itself:
            return {"applied": False}
        if self.profile.change_after_answer and self._fits(params["edit"]):
            self.held.append(params)
            return {"applied": True}
        applied = self._apply(params["edit"])
        self._after_apply()
        self.answers.append(applied)
        return {"applied": applied} if applied else {"applied": False, "failureReason": "the buffer changed"}

    def _after_apply(self) -> None:
        if self.after_apply is not None:
            self.after_apply()

    def _documents(self, edit: dict[str, Any]) -> list[tuple[str, int | None, list[dict[str, Any]]]]:
        if "documentChanges" in edit:
            versioned = self.profile.document_changes or self.profile.handles_unannounced_versions
            assert versioned, "documentChanges to a client that does not have them"
            if not self.profile.annotations:
                assert "changeAnnotations" not in edit
            return [
                (item["textDocument"]["uri"], item["textDocument"].get("version"), item["edits"])
                for item in edit["documentChanges"]
            ]
        return [(uri, None, edits) for uri, edits in edit["changes"].items()]

    def _fits(self, edit: dict[str, Any]) -> bool:
        return all(version is None or self.buffers[uri].version == version for uri, version, _ in self._documents(edit))

    def _apply(self, edit: dict[str, Any]) -> bool:
        with self._lock:
            documents = self._documents(edit)
            if self.profile.stale == "refuse-all" and not self._fits(edit):
                return False
            if self.profile.stale == "first-only":
                uri, version, _ = documents[0]
                if version is not None and self.buffers[uri].version > version:
                    return True  # it says so, and has not done it
            for uri, version, edits in documents:
                if self.profile.stale == "stop-there" and version is not None and self.buffers[uri].version != version:
                    return False
                self._edit(uri, edits)
            return True

    def _carry_out(self, edit: dict[str, Any]) -> None:
        with self._lock:
            for uri, _, edits in self._documents(edit):
                self._edit(uri, edits)

    def _edit(self, uri: str, edits: list[dict[str, Any]]) -> None:
        if uri not in self.buffers:
            self.open(Path(unquote(uri.removeprefix("file://"))))
        buffer = self.buffers[uri]
        for item in edits:
            assert self.profile.annotations or "annotationId" not in item
        after = buffer.with_edits(edits)
        if self.profile.minimal_changes:
            changes = [least_change(buffer.text, after)]
            self._change(buffer, after, changes, True)
            return
        # Others send each edit as a change, from the end up, so that every range holds as it comes.
        placed = [(buffer.offset(e["range"]["start"]), buffer.offset(e["range"]["end"]), e["newText"]) for e in edits]
        self._change(buffer, after, sorted(placed, key=lambda change: change[0], reverse=True), True)
