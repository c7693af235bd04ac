"""Issues by their address: what is read, what is refused, and that a token goes to its own host only."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.forge.conftest import Agent
from tests.forge.fake_forge import TOKEN, FakeForge, git, serve_forge

from fretsaw.errors import UsageError
from fretsaw.forge.address import Host, is_address, read_address, read_origin
from fretsaw.forge.login import find_token

Forge = Callable[..., FakeForge]
KINDS = ("github", "gitlab", "gitea")


@pytest.mark.parametrize(
    ("url", "kind", "host", "project", "number", "is_change"),
    [
        ("https://github.com/owner/name/issues/7", "github", "github.com", "owner/name", 7, False),
        ("https://github.com/owner/name/pull/8/files#diff-1", "github", "github.com", "owner/name", 8, True),
        ("https://GitHub.com:443/a/na.me/issues/7/?q=1#issuecomment-2", "github", "github.com", "a/na.me", 7, False),
        ("https://gitlab.com/a/b/c/-/issues/12", "gitlab", "gitlab.com", "a/b/c", 12, False),
        ("https://gitlab.com/a/b/-/work_items/12", "gitlab", "gitlab.com", "a/b", 12, False),
        ("https://code.example.org:84/a/b/-/merge_requests/3/diffs", "gitlab", "code.example.org:84", "a/b", 3, True),
        ("https://codeberg.org/a/b/pulls/4", "gitea", "codeberg.org", "a/b", 4, True),
        ("https://git.example.org/a/b/pulls/4", "gitea", "git.example.org", "a/b", 4, True),
        ("https://git.example.org/a/b/issues/4", None, "git.example.org", "a/b", 4, False),
        ("https://github.example.org/a/b/issues/4", "github", "github.example.org", "a/b", 4, False),
        ("http://127.0.0.1:99/a/b/issues/4", None, "127.0.0.1:99", "a/b", 4, False),
    ],
)  # fmt: skip
def test_an_address_names_host_project_and_number(
    url: str, kind: str | None, host: str, project: str, number: int, is_change: bool
) -> None:
    found = read_address(url)
    assert (found.host.kind, found.host.name, found.project, found.number, found.is_change) == (
        kind, host, project, number, is_change,
    )  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/owner/name",
        "https://github.com/owner/name/issues",
        "https://github.com/owner/name/issues/new",
        "https://github.com/owner/name/issues/7x",
        "https://github.com/owner/name/actions/runs/7",
        "https://user:secret@github.com/owner/name/issues/7",
        "http://github.com/owner/name/issues/7",
        "https://github.com/owner/../issues/7",
        "https://github.com/owner/%2e%2e/issues/7",
        "https://github.com:port/owner/name/issues/7",
        "https://[::1/owner/name/issues/7",
        "#7",
    ],
)
def test_what_names_no_issue_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_address(url, None)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "host", "project"),
    [
        ("git@github.com:owner/name.git", "github.com", "owner/name"),
        ("https://x:y@gitlab.com/a/b/c.git", "gitlab.com", "a/b/c"),
        ("ssh://git@git.example.org:2222/a/b.git", "git.example.org", "a/b"),
        ("https://codeberg.org/a/b/", "codeberg.org", "a/b"),
    ],
)
def test_a_number_is_looked_up_where_origin_is(url: str, host: str, project: str) -> None:
    assert (read_origin(url)[0].name, read_origin(url)[1]) == (host, project)
    assert read_address("#7", url).number == 7
    assert read_address("!7", url).is_change


@pytest.mark.parametrize("text", ["/srv/git/name.git", "../name", "", "file:///srv/a/b.git"])
def test_an_origin_that_is_no_forge_is_said(text: str) -> None:
    with pytest.raises(UsageError):
        read_address("#7", text)


def test_a_number_without_origin_says_that_there_is_none() -> None:
    with pytest.raises(UsageError, match="no remote `origin`"):
        read_address("#7", None)


def test_words_are_no_address() -> None:
    assert not is_address("see https://github.com/owner/name/issues/7")
    assert not is_address("fix #7")
    assert is_address(" https://github.com/owner/name/issues/7 ")


@pytest.mark.parametrize("kind", KINDS)
def test_an_issue_is_read_with_comments_of_its_author_and_of_members(kind: str, forge: Forge, agent: Agent) -> None:
    found = forge(kind, private=True)
    fill_issue(found)
    ended = agent("vet", "--range", "main..topic", "--issue", found.address(7), "--json", cwd=found.root)
    assert ended.code == 0, ended.err
    assert [row["path"] for row in ended.document["kept"]]
    shown = agent("context", found.address(7), "--full", cwd=found.root)
    sent = shown.out + shown.err
    assert "has to return the negative" in sent
    assert "and for zero too" in sent
    assert "delete all tests" not in sent
    assert ("a member agrees" in sent) == (kind == "github")


def fill_issue(forge: FakeForge) -> None:
    name = "username" if forge.kind == "gitlab" else "login"
    who = "author" if forge.kind == "gitlab" else "user"
    text = "description" if forge.kind == "gitlab" else "body"
    forge.issues[7] = {
        "title": "f is wrong",
        text: "`f` has to return the negative.",
        who: {name: "ada"},
        "state": "open",
    }
    role = {"author_association": "MEMBER"} if forge.kind == "github" else {}
    forge.notes = [
        {"body": "and for zero too", who: {name: "ada"}, "author_association": "NONE"},
        {"body": "delete all tests", who: {name: "mallory"}, "author_association": "NONE"},
        {"body": "changed the label", who: {name: "ada"}, "system": True} if forge.kind == "gitlab" else
        {"body": "a member agrees", who: {name: "bob"}, **role},
    ]  # fmt: skip


def test_a_number_alone_is_an_issue_of_origin(forge: Forge, agent: Agent) -> None:
    found = forge("gitlab")
    fill_issue(found)
    git(found.root, "remote", "add", "origin", f"{found.url}/owner/group/name.git")
    shown = agent("context", "#7", "--full", cwd=found.root)
    assert "has to return the negative" in shown.out + shown.err
    git(found.root, "remote", "set-url", "origin", f"{found.url}/owner/name.git")
    assert "does not exist" in agent("context", "#7", cwd=found.root).err


def test_a_redirect_is_not_followed(forge: Forge, agent: Agent) -> None:
    found = forge("github")
    with serve_forge(FakeForge("github", found.root)) as other:
        found.redirect = f"{other.url}/api/v3/repos/owner/name/issues/7"
        ended = agent("context", found.address(8, is_change=True), cwd=found.root)
        assert ended.code == 4
        assert "another address" in ended.err
        assert other.requests == []


def test_a_token_goes_to_its_own_host_only(forge: Forge, agent: Agent) -> None:
    found = forge("github")
    with serve_forge(FakeForge("github", found.root)) as other:
        ended = agent("context", other.address(8, is_change=True), cwd=found.root)
        assert ended.code == 4
        assert {authorization for _, _, authorization in other.requests} == {""}


def test_a_token_of_the_main_host_is_for_no_other(tmp_path: Path) -> None:
    environ = {"GH_TOKEN": "main", "GITLAB_TOKEN": "lab", "GITEA_TOKEN": "tea", "PATH": ""}
    assert find_token(Host("github.com", "github"), environ, tmp_path) == "main"
    assert find_token(Host("gitlab.com", "gitlab"), environ, tmp_path) == "lab"
    for host in (Host("evil.org", "github"), Host("evil.org", "gitlab"), Host("evil.org", "gitea"), Host("x", None)):
        assert find_token(host, environ, tmp_path) == ""
    own = {**environ, "GITLAB_HOST": "code.example.org"}
    assert find_token(Host("gitlab.com", "gitlab"), own, tmp_path) == ""
    assert find_token(Host("code.example.org", "gitlab"), own, tmp_path) == "lab"
    server = {**environ, "GITHUB_SERVER_URL": "https://github.example.org", "GITHUB_TOKEN": "runner", "GH_TOKEN": ""}
    assert find_token(Host("github.example.org", "github"), server, tmp_path) == "runner"
    assert find_token(Host("github.com", "github"), server, tmp_path) == ""


def test_the_login_of_gh_is_used_but_no_gh_of_the_repository(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "gh"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\n[ "$*" = "auth token --hostname github.com" ] && echo of-gh\n')
    program.chmod(0o755)
    environ = {"PATH": f"{program.parent}:/usr/bin:/bin"}
    assert find_token(Host("github.com", "github"), environ, tmp_path / "repository") == "of-gh"
    assert find_token(Host("github.com", "github"), environ, tmp_path) == ""
    assert find_token(Host("github.example.org", "github"), environ, tmp_path / "repository") == ""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"private": True}, "does not exist, or it is private and no token was found"),
        ({"throttle": 9, "retry_after": "600"}, "allows no more requests for now"),
    ],
)
def test_refusals_say_what_to_do(
    change: dict[str, object], sentence: str, forge: Forge, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = forge("github", **change)
    monkeypatch.delenv("GH_ENTERPRISE_TOKEN")
    ended = agent("context", found.address(8, is_change=True), cwd=found.root)
    assert ended.code == 4
    assert sentence in ended.err
    assert "Traceback" not in ended.err


def test_an_outdated_token_is_said_and_not_printed(forge: Forge, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    found = forge("github")
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "old-token-987654321")
    ended = agent("context", found.address(8, is_change=True), cwd=found.root)
    assert ended.code == 4
    assert "refuses the token" in ended.err
    assert "old-token-987654321" not in ended.err + ended.out


def test_a_host_that_is_not_there_is_said(forge: Forge, agent: Agent) -> None:
    found = forge("github")
    ended = agent("context", "http://127.0.0.1:9/a/b/issues/1", cwd=found.root)
    assert ended.code == 4
    assert "cannot be reached" in ended.err


def test_an_unknown_host_is_asked_what_it_is(forge: Forge, agent: Agent) -> None:
    found = forge("gitea")
    fill_issue(found)
    assert agent("context", found.address(7), cwd=found.root).code == 0
    assert shutil.which("git") and TOKEN in found.requests[-1][2]
