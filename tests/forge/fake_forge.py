"""A forge over real HTTP that holds to the rules of GitHub, GitLab and Gitea which our requests depend on.

Lines of a comment lie inside one run of the diff, the commit is the newest one, a body has at most 65,536 characters,
a post needs the token, requests that come too fast are refused with the time to wait. It applies suggestions as a
person's click does.
"""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "forge-token-0123456789"
_SUGGESTION = re.compile(r"^(?P<fence>`{3,})suggestion(?::-(?P<above>\d+)\+0)?\n(?P<text>.*?)(?P=fence)$", re.S | re.M)


def git(root: Path, *args: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *args], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape")


@dataclass
class FakeForge:
    """One project with one issue (7) and one request (8), whose commits are in the repository `root`."""

    kind: str
    root: Path
    title: str = "Fix f"
    body: str = "f has to return -x."
    state: str = "open"
    private: bool = False
    redirect: str = ""
    throttle: int = 0
    """So many requests more are refused as too many."""
    retry_after: str = "1"
    on_read: Any = None
    """Called before each answer."""
    without_diffs: bool = False
    me: str = "fretsaw"
    """The name that the token belongs to; "" for the token of a runner, which does not say."""
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    """Comments of the issue."""
    reviews: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """(method, path, authorization) of all requests."""
    port: int = 0
    _diffs: tuple[tuple[str, str], dict[str, str]] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def posts(self) -> int:
        return sum(method == "POST" for method, _, _ in self.requests)

    def address(self, number: int, *, is_change: bool = False) -> str:
        if self.kind == "gitlab":
            return f"{self.url}/owner/group/name/-/{'merge_requests' if is_change else 'issues'}/{number}"
        word = {"github": "pull", "gitea": "pulls"}[self.kind] if is_change else "issues"
        return f"{self.url}/owner/name/{word}/{number}"

    @property
    def base(self) -> str:
        return git(self.root, "rev-parse", "main").strip()

    @property
    def head(self) -> str:
        return git(self.root, "rev-parse", "topic").strip()

    def diffs(self) -> dict[str, str]:
        """Path -> hunks, as on the page of the request; binary files and pure renames have none."""
        commits = (self.base, self.head)
        if self._diffs is None or self._diffs[0] != commits:
            self._diffs = (commits, self._read_diffs())
        return self._diffs[1]

    def _read_diffs(self) -> dict[str, str]:
        raw = git(self.root, "diff", "-U3", "-M", "main...topic")
        found = {}
        for part in re.split(r"^(?=diff --git )", raw, flags=re.M):
            name = re.search(r"^\+\+\+ (?:b/(.*)|/dev/null)$", part, re.M)
            if name is None:
                continue
            path = name[1] or re.search(r"^--- a/(.*)$", part, re.M)[1]  # type: ignore[index]
            found[path] = part[part.index("\n@@ ") + 1 :]
        return found

    def suggested(self, path: str, text: str) -> str:
        """A file with the suggestions of all comments applied, from the last line to the first."""
        lines = text.splitlines(keepends=True)
        for comment in sorted(self.comments, key=lambda row: -row["last"]):
            suggestion = _SUGGESTION.search(comment["body"])
            if comment["path"] == path and suggestion is not None:
                lines[comment["first"] - 1 : comment["last"]] = [suggestion["text"]]
        return "".join(lines)


class _Handler(BaseHTTPRequestHandler):
    forge: FakeForge

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer("GET", None)

    def do_POST(self) -> None:
        self._answer("POST", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, method: str, body: Any) -> None:
        forge = self.forge
        authorization = self.headers.get("Authorization", "")
        forge.requests.append((method, self.path, authorization))
        if forge.on_read is not None:
            forge.on_read(method, self.path)
        if forge.redirect:
            return self._send(301, {}, {"Location": forge.redirect})
        if forge.throttle:
            forge.throttle -= 1
            headers = {"Retry-After": forge.retry_after}
            return self._send(403, {"message": "You have exceeded a secondary rate limit"}, headers)
        has_token = authorization.split()[-1:] == [TOKEN]
        if authorization and not has_token:
            return self._send(401, {"message": f"Bad credentials {authorization}"})
        if (forge.private or method == "POST") and not has_token:
            return self._send(404, {"message": "Not Found"})
        status, answer = self._route(method, body)
        return self._send(status, answer)

    def _send(self, status: int, answer: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _route(self, method: str, body: Any) -> tuple[int, Any]:
        forge = self.forge
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        prefix = {
            "github": "/api/v3/repos/owner/name",
            "gitea": "/api/v1/repos/owner/name",
            "gitlab": "/api/v4/projects/owner%2Fgroup%2Fname",
        }[forge.kind]
        if re.fullmatch(r"/api/v\d/user", parts.path):
            return (200, {"login": forge.me, "username": forge.me}) if forge.me else (403, {"message": "Forbidden"})
        if parts.path == "/api/v1/version" and forge.kind == "gitea":
            return 200, {"version": "1.25.0"}
        if not parts.path.startswith(prefix):
            return 404, {"message": "Not Found"}
        path = unquote(parts.path[len(prefix) :])
        if method == "POST":
            return self._post(path, body)
        rows = self._get(path)
        if isinstance(rows, list):
            size = min(int(query.get("per_page", 30)), 50 if forge.kind == "gitea" else 100)
            first = (int(query.get("page", 1)) - 1) * size
            return 200, rows[first : first + size]
        return (200, rows) if rows is not None else (404, {"message": "Not Found"})

    def _get(self, path: str) -> Any:
        forge = self.forge
        is_gitlab = forge.kind == "gitlab"
        change = "/merge_requests/8" if is_gitlab else "/pulls/8"
        if found := re.fullmatch(r"/issues/(\d+)(/comments|/notes)?", path):
            issue = forge.issues.get(int(found[1]))
            if issue is None:
                return None
            return forge.notes if found[2] else issue
        if path == change:
            refs = {"base_sha": forge.base, "start_sha": forge.base, "head_sha": forge.head}
            row = {"title": forge.title, "body": forge.body, "description": forge.body, "state": forge.state}
            return {**row, "base": {"sha": forge.base}, "head": {"sha": forge.head}, "diff_refs": refs}
        if path == f"{change}/{'diffs' if is_gitlab else 'files'}":
            diffs = {} if forge.without_diffs else forge.diffs()
            names = ("new_path", "diff") if is_gitlab else ("filename", "patch")
            return [{names[0]: path, names[1]: diff} for path, diff in diffs.items()]
        if path == f"{change}/reviews":
            return forge.reviews
        if path == f"{change}/notes":
            return [*forge.reviews, *forge.comments]
        if path == f"{change}/comments" or re.fullmatch(rf"{change}/reviews/\d+/comments", path):
            return forge.comments
        return None

    def _post(self, path: str, body: Any) -> tuple[int, Any]:
        forge = self.forge
        if len(body["body"]) > 65_536:
            return 422, {"message": "Body is too long"}
        if path.endswith("/discussions"):
            return self._discussion(body)
        comments = body.get("comments", [])
        if path.endswith("/reviews"):
            if body["commit_id"] != forge.head:
                return 422, {"message": "commit_id is not part of the pull request"}
            placed = [self._placed(row) for row in comments]
            if any(row is None for row in placed):
                return 422, {"message": "Unprocessable Entity", "errors": ["Line could not be resolved"]}
            forge.comments += [row for row in placed if row]
        forge.reviews.append({"id": len(forge.reviews) + 1, "body": body["body"], **self._author})
        return 201, {"id": len(forge.reviews)}

    def _discussion(self, body: Any) -> tuple[int, Any]:
        place = body["position"]
        above = _SUGGESTION.search(body["body"])
        first = place["new_line"] - int(above["above"] or 0) if above else place["new_line"]
        row = {"path": place["new_path"], "start_line": first, "line": place["new_line"], "body": body["body"]}
        if place["head_sha"] != self.forge.head or self._placed(row) is None:
            return 400, {"message": "Note {:line_code=>[can't be blank]}"}
        self.forge.comments += [self._placed(row) or {}]
        return 201, {"id": "abc"}

    def _placed(self, row: Any) -> dict[str, Any] | None:
        last = row.get("line", row.get("new_position"))
        first = row.get("start_line", last)
        hunks = re.findall(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", self.forge.diffs().get(row["path"], ""), re.M)
        runs = [range(int(start), int(start) + int(count or "1")) for start, count in hunks]
        if first > last or not any(first in run and last in run for run in runs):
            return None
        return {"path": row["path"], "first": first, "last": last, "body": row["body"], **self._author}

    @property
    def _author(self) -> dict[str, Any]:
        name = self.forge.me or "github-actions[bot]"
        return {"user": {"login": name, "username": name, "type": "User" if self.forge.me else "Bot"}}


@contextmanager
def serve_forge(forge: FakeForge) -> Iterator[FakeForge]:
    handler = type("Handler", (_Handler,), {"forge": forge})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        forge.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield forge
        server.shutdown()
        thread.join()
