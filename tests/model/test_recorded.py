"""A recorded run can be said again without a network."""

from __future__ import annotations

import pytest
from tests.model.support import bench, question

from fretsaw.core.chat import Answer, Image, Message, Request
from fretsaw.errors import ModelError
from fretsaw.model.recorded import record_calls, replay_calls, without_images


def quiet(_piece: str | None) -> None:
    """Hear nothing."""


def test_what_was_recorded_is_replayed() -> None:
    kept: list[tuple[Request, Answer]] = []
    with bench(["one", "two"]) as live:
        ask = record_calls(live.ask, lambda request, answer: kept.append((request, answer)))
        first, second = ask(question("a"), quiet), ask(question("b"), quiet)
    heard: list[str | None] = []
    again = replay_calls(kept)
    # By the question where it is known, whatever the order.
    assert again(question("b"), heard.append) == second
    assert again(question("a"), heard.append) == first
    assert heard == ["two", "one"]
    with pytest.raises(ModelError, match="no answer"):
        again(question("a"), heard.append)


def test_another_question_gets_the_next_answer_unless_strict() -> None:
    pairs = [(question("a"), Answer("one"))]
    assert replay_calls(pairs)(question("changed"), quiet).text == "one"
    with pytest.raises(ModelError, match="differ"):
        replay_calls(pairs, strict=True)(question("changed"), quiet)


def test_pictures_may_be_left_out_of_the_record() -> None:
    request = Request((Message("user", "look", images=(Image("data:image/png;base64,AA", 1, 1, 1),)),))
    assert replay_calls([(without_images(request), Answer("seen"))], strict=True)(request, quiet).text == "seen"
