"""`agent acp` against a client of the protocol's own library: permission, cancel, unsaved buffers, further turns."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import acp
import pytest
from tests.acp.conftest import FIVE, ISSUE, NAMES, Editor, after, before, connected, edit, reply
from tests.cli.conftest import git, state_of

from fretsaw.model.scripted import ScriptedServer

Model = Callable[..., ScriptedServer]
YES, NO = "accept", "reject"


def texts(root: Path) -> dict[str, str]:
    return {name: (root / f"{name}.py").read_text("utf-8") for name in NAMES}


def expected(*accepted: str) -> dict[str, str]:
    return {name: after(name) if name in accepted else before(name) for name in NAMES}


def turn(editor: Editor, root: Path, *blocks: Any, **more: Any) -> Any:
    async def run() -> Any:
        async with connected(editor, root, **more) as wire:
            return (await wire.prompt(*(blocks or (ISSUE,)))).stop_reason

    return asyncio.run(run())


def test_two_of_five_files_are_rejected_and_the_tree_has_exactly_the_other_three(project: Path, model: Model) -> None:
    model(FIVE)
    editor = Editor([YES, NO, YES, NO, YES])
    assert turn(editor, project) == "end_turn"
    assert texts(project) == expected("a", "c", "e")
    assert len(editor.asked) == 5
    diff = editor.asked[0].content[0]
    assert (diff.path, diff.old_text, diff.new_text) == (str(project / "a.py"), before("a"), after("a"))
    calls = {update.tool_call_id: update.status for update in editor.of("tool_call_update")}
    assert list(calls.values()) == ["completed", "failed", "completed", "failed", "completed"]
    plans = [[entry.status for entry in plan.entries] for plan in editor.of("plan")]
    assert set(plans[-1]) == {"completed"}
    assert [plan.count("in_progress") for plan in plans[:-1]] == [1] * (len(plans) - 1)
    assert editor.of("usage_update")[-1].cost.amount > 0


@pytest.mark.slow
def test_two_of_five_changes_of_one_file_are_rejected(project: Path, model: Model) -> None:
    names = [f"f{number}" for number in range(5)]
    text = "\n\n".join(BEFORE_ONE.format(name) for name in names)
    (project / "a.py").write_text(text, "utf-8")
    git(project, "commit", "-qam", "Five functions")
    hunks = "".join(f"@@ def {name}(value):\n-    return value - 1\n+    return value + 1\n" for name in names)
    model(reply("*** Update File: a.py\n", hunks))
    editor = Editor([YES, YES, NO, NO, YES])
    turn(editor, project, "f0 to f4 in a.py should return value + 1", per="change")
    wanted = text
    for name in ("f0", "f1", "f4"):
        wanted = wanted.replace(BEFORE_ONE.format(name), BEFORE_ONE.format(name).replace("- 1", "+ 1"))
    assert (project / "a.py").read_text("utf-8") == wanted


BEFORE_ONE = 'def {0}(value):\n    """Return the next value."""\n    return value - 1\n'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answers", "applied"),
    [(["accept-all"], NAMES), (["reject-all"], ()), ([YES, "reject-all"], ("a",)), ([NO, "accept-all"], NAMES[1:])],
)
def test_one_answer_may_stand_for_the_rest(
    project: Path, model: Model, answers: list[str], applied: tuple[str, ...]
) -> None:
    model(FIVE)
    editor = Editor(list(answers))
    turn(editor, project)
    assert texts(project) == expected(*applied)
    assert len(editor.asked) == len(answers)


def test_cancel_in_the_middle_of_a_call_is_answered_within_a_second(project: Path, model: Model) -> None:
    server = model({"text": FIVE, "delay": 30.0})
    kept = state_of(project)

    async def run() -> tuple[str, float]:
        async with connected(Editor(), project) as wire:
            asked = asyncio.ensure_future(wire.prompt(ISSUE))
            while not server.requests:
                await asyncio.sleep(0.02)
            began = time.monotonic()
            await wire.to_agent.cancel(session_id=wire.session_id)
            return (await asked).stop_reason, time.monotonic() - began

    stop_reason, seconds = asyncio.run(run())
    assert stop_reason == "cancelled"
    assert seconds < 1.0
    assert state_of(project) == kept


@pytest.mark.slow
@pytest.mark.parametrize("how", ["the client answers", "the client is silent"])
def test_cancel_during_a_permission_applies_nothing(project: Path, model: Model, how: str) -> None:
    model(FIVE)
    kept = state_of(project)

    async def run() -> str:
        editor = Editor([YES, "cancelled"])
        async with connected(editor, project) as wire:
            if how == "the client answers":
                return str((await wire.prompt(ISSUE)).stop_reason)
            editor.hold = asyncio.Event()
            asked = asyncio.ensure_future(wire.prompt(ISSUE))
            while not editor.asked:
                await asyncio.sleep(0.02)
            await wire.to_agent.cancel(session_id=wire.session_id)
            answer = (await asyncio.wait_for(asked, 5)).stop_reason
            editor.hold.set()
            return str(answer)

    assert asyncio.run(run()) == "cancelled"
    assert state_of(project) == kept


def test_the_model_sees_unsaved_text_and_the_editor_writes_it(project: Path, model: Model) -> None:
    server = model(reply(edit("a"), edit("b")))
    buffer = before("a") + "\n\nUNSAVED = True\n"
    editor = Editor(["accept"], {str(project / "a.py"): buffer})
    assert turn(editor, project) == "end_turn"
    assert "UNSAVED" in server.requests[0].raw.decode()
    assert editor.buffers[str(project / "a.py")] == buffer.replace("return 1", "return 2", 1)
    assert (project / "b.py").read_text("utf-8") == after("b")
    assert str(project / "b.py") not in editor.buffers, "what is saved goes by the journal"


@pytest.mark.slow
def test_an_editor_that_does_not_write_changes_nothing(project: Path, model: Model) -> None:
    model(reply(edit("a"), edit("b")))
    editor = Editor(["accept"], {str(project / "a.py"): before("a") + "\nUNSAVED = 1\n"}, refuses_to_write=True)
    kept = state_of(project)
    turn(editor, project)
    assert "Nothing was changed" in editor.said
    assert state_of(project) == kept


@pytest.mark.slow
def test_a_buffer_that_is_edited_while_the_person_decides_is_not_overwritten(project: Path, model: Model) -> None:
    model(reply(edit("a"), edit("b")))
    editor = Editor(["accept"])
    kept = state_of(project)

    async def run() -> None:
        editor.hold = asyncio.Event()
        async with connected(editor, project) as wire:
            asked = asyncio.ensure_future(wire.prompt(ISSUE))
            while not editor.asked:
                await asyncio.sleep(0.02)
            editor.buffers[str(project / "a.py")] = "def a():\n    return 7\n"
            editor.hold.set()
            await asked

    asyncio.run(run())
    assert "unsaved edits that the run did not see" in editor.said
    assert state_of(project) == kept


@pytest.mark.slow
def test_a_buffer_with_other_line_ends_counts_as_saved(project: Path, model: Model) -> None:
    (project / "a.py").write_bytes(before("a").replace("\n", "\r\n").encode())
    git(project, "commit", "-qam", "CRLF")
    model(reply(edit("a")))
    editor = Editor(["accept"], {str(project / "a.py"): before("a")})
    turn(editor, project)
    assert (project / "a.py").read_bytes() == after("a").replace("\n", "\r\n").encode()


@pytest.mark.slow
def test_without_file_access_it_works_from_the_disk(project: Path, model: Model) -> None:
    model(FIVE)
    editor = Editor(["accept"])
    turn(editor, project, read_text_file=False, write_text_file=False)
    assert texts(project) == expected(*NAMES)
    assert editor.reads == []


@pytest.mark.slow
def test_a_later_turn_knows_the_earlier_ones(project: Path, model: Model) -> None:
    server = model(reply(edit("a")), reply(edit("b")), reply(edit("c")))
    editor = Editor(["accept"])

    async def run() -> None:
        async with connected(editor, project) as wire:
            await wire.prompt("`a` in a.py should return 2. Only change `a.py`. Do not touch `c.py`.")
            await wire.prompt("now the same in b.py")
            await wire.prompt("and in c.py")

    asyncio.run(run())
    sent = server.requests[1].raw.decode()
    assert "now the same in b.py" in sent
    assert "Earlier in this conversation" in sent
    assert "should return 2" in sent
    assert texts(project) == expected("a", "b"), "what was forbidden stays so; what limited one request does not"


@pytest.mark.slow
def test_undo_and_apply_are_commands(project: Path, model: Model) -> None:
    model(FIVE)
    editor = Editor([NO, NO, NO, NO, NO, "accept-all"])
    kept = state_of(project)

    async def run() -> None:
        async with connected(editor, project) as wire:
            await wire.prompt(ISSUE)
            assert texts(project) == expected()
            await wire.prompt("/apply")
            assert texts(project) == expected(*NAMES)
            await wire.prompt("/undo")

    asyncio.run(run())
    assert state_of(project) == kept
    assert {item.name for item in editor.of("available_commands_update")[0].available_commands} == {"undo", "apply"}


@pytest.mark.slow
def test_a_session_is_loaded_by_another_process(project: Path, model: Model) -> None:
    server = model(reply(edit("a")), reply(edit("b")))
    first, second = Editor(["accept"]), Editor(["accept"])

    async def run() -> None:
        async with connected(first, project) as wire:
            await wire.prompt("`a` in a.py should return 2")
        async with connected(second, project) as later:
            await later.to_agent.load_session(cwd=str(project), session_id=wire.session_id, mcp_servers=[])
            await later.to_agent.prompt(session_id=wire.session_id, prompt=[acp.text_block("now b.py")])
            with pytest.raises(acp.RequestError):
                await later.to_agent.load_session(cwd=str(project), session_id="../../x", mcp_servers=[])

    asyncio.run(run())
    assert "should return 2" in second.of("user_message_chunk")[0].content.text
    assert "should return 2" in server.requests[1].raw.decode()
    assert texts(project) == expected("a", "b")


@pytest.mark.slow
def test_what_the_check_does_not_prove_is_shown_and_not_offered(project: Path, model: Model) -> None:
    model(FIVE, FIVE, FIVE)
    editor = Editor(["accept"])
    kept = state_of(project)
    flags = {"check": ("python", "-c", "import a; assert a.a() == 3"), "attempts": 0, "accept_exit_code": True}

    async def run() -> None:
        async with connected(editor, project, flags=flags) as wire:
            await wire.prompt(ISSUE)
            assert state_of(project) == kept
            assert editor.asked == []
            await wire.prompt("/apply")

    asyncio.run(run())
    assert "Check before: red" in str([update.title for update in editor.of("tool_call")])
    assert any(update.title.startswith("Not applied") for update in editor.of("tool_call"))
    assert texts(project) == expected(*NAMES), "a person may take it all the same"


@pytest.mark.slow
def test_noise_is_dropped_with_its_reason(project: Path, model: Model) -> None:
    noise = "@@ def other_b():\n-    return 1\n+    return  1\n"
    model(reply(edit("a"), edit("b"), noise))
    editor = Editor(["accept"])
    turn(editor, project)
    assert texts(project) == expected("a", "b")
    assert "Dropped, since nobody asked for it" in editor.said


def test_prompts_that_cannot_be_read_send_nothing(project: Path, model: Model, tmp_path: Path) -> None:
    server = model(FIVE)
    (tmp_path / "secret.txt").write_text("canary-outside", "utf-8")
    outside = acp.resource_link_block("secret", (tmp_path / "secret.txt").as_uri())
    editor = Editor(["accept"])

    async def run() -> None:
        async with connected(editor, project) as wire:
            assert (await wire.prompt("fix", outside)).stop_reason == "refusal"
            assert (await wire.prompt("   ")).stop_reason == "refusal"
            for folder in (str(tmp_path), "relative", str(tmp_path / "missing")):
                with pytest.raises(acp.RequestError):
                    await wire.to_agent.new_session(cwd=folder, mcp_servers=[])
            with pytest.raises(acp.RequestError):
                await wire.to_agent.prompt(session_id="acp-none", prompt=[acp.text_block("x")])
            with pytest.raises(acp.RequestError):
                await wire.to_agent.set_session_mode(session_id=wire.session_id, mode_id="yolo")

    asyncio.run(run())
    assert server.requests == []


@pytest.mark.slow
def test_links_and_embedded_texts_are_shown_to_the_model(project: Path, model: Model) -> None:
    server = model(reply(edit("d")))
    embedded = acp.embedded_text_resource((project / "d.py").as_uri(), before("d") + "EMBEDDED = 1\n")
    log = acp.embedded_text_resource("zed:///diagnostics", "d.py:2: wrong ```` value")
    editor = Editor(["accept"])
    turn(editor, project, "fix `d`", acp.resource_block(embedded), acp.resource_block(log),
         acp.resource_link_block("e", (project / "e.py").as_uri()), read_text_file=False)  # fmt: skip
    sent = server.requests[0].raw.decode()
    assert "EMBEDDED = 1" in sent
    assert "wrong ```` value" in sent
    assert "def other_e" in sent


@pytest.mark.slow
def test_a_secret_in_a_buffer_is_not_sent_and_is_written_back(project: Path, model: Model) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    buffer = f'TOKEN = "{secret}"\n\n\n' + before("a")
    server = model(reply(edit("a")))
    editor = Editor(["accept"], {str(project / "a.py"): buffer})
    turn(editor, project)
    assert secret not in server.requests[0].raw.decode()
    assert editor.buffers[str(project / "a.py")] == buffer.replace("return 1", "return 2", 1)


@pytest.mark.slow
def test_an_error_of_the_endpoint_is_told_and_nothing_changed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRETSAW_BASE_URL", "http://127.0.0.1:9/v1")
    editor = Editor(["accept"])
    kept = state_of(project)
    assert turn(editor, project, flags={"retries": 0}) == "end_turn"
    assert "Nothing was changed" in editor.said
    assert state_of(project) == kept
