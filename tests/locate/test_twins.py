"""Look-alikes: none is edited in place of another, each is told apart in the prompt, a refusal names both."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from fretsaw.core.context.parts import Part
from fretsaw.core.context.render import documents
from fretsaw.core.locate import place
from fretsaw.core.reply import read


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    path = Path(__file__).parents[2] / "bench" / "twins.py"
    spec = importlib.util.spec_from_file_location("bench_twins", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("count", [100, pytest.param(2_000, marks=pytest.mark.slow)])
def test_no_edit_lands_in_a_twin(bench: ModuleType, count: int) -> None:
    cases = [bench.case(number, 7) for number in range(count)]
    outcomes = [(one, bench.outcome(one)) for one in cases]
    assert [one.reply for one, outcome in outcomes if outcome == "wrong"] == []
    told = [outcome for one, outcome in outcomes if bench.is_told_by_text(one)]
    assert told.count("right") >= 0.95 * len(told)


FILES = {
    "a/rate.py": "import sys\n\nRATE = 0.1\nLIMIT = 5\nNAME = 'rate'\n\n\ndef f(x):\n    y = x * RATE\n    return y\n",
    "b/rate.py": "import sys\n\nRATE = 0.2\nLIMIT = 5\nNAME = 'rate'\n\n\ndef f(x):\n    y = x * RATE\n    return y\n",
}


def test_the_prompt_tells_twins_apart() -> None:
    parts = [Part(path, 1, 10, text, "") for path, text in FILES.items()]
    assert '<doc path="b/rate.py" alike="a/rate.py" first-difference="3: RATE = 0.2">' in documents(parts)
    body = "    total = item.price\n    total += item.weight\n    total += item.freight\n    total += item.tax_rate\n"
    function = f"def one(item):\n{body}    return total\n"
    twice = Part("c.py", 1, 14, f"{function}\n\n{function.replace('one', 'two')}", "")
    assert 'alike-inside="one and two differ first at 1 and 9"' in documents([twice])
    assert "alike" not in documents([Part("c.py", 1, 6, function, "")])


def test_a_refusal_names_the_twin_that_has_the_lines() -> None:
    reply = (
        "a/rate.py\n```python\n<<<<<<< SEARCH\nRATE = 0.2\nLIMIT = 5\n=======\nRATE = 0.3\nLIMIT = 5\n"
        ">>>>>>> REPLACE\n```\n"
    )
    placing = place(read(reply), FILES.get, list(FILES))
    assert placing.after == {}
    assert "b/rate.py at line 3" in placing.misfits[0].for_person
    alone = place(read(reply.replace("a/rate.py", "rate.py", 1)), FILES.get, list(FILES))
    assert list(alone.after) == ["b/rate.py"], "the only file of that name with these lines"
    both = place(
        read(reply.replace("RATE = 0.2\nLIMIT = 5", "LIMIT = 5\nNAME = 'rate'").replace("a/", "")),
        FILES.get,
        list(FILES),
    )
    assert "a/rate.py" in both.misfits[0].for_person
    assert "b/rate.py" in both.misfits[0].for_person


def test_context_that_only_the_twin_has_is_refused() -> None:
    reply = (
        "*** Begin Patch\n*** Update File: a/rate.py\n@@\n RATE = 0.2\n LIMIT = 5\n-NAME = 'rate'\n+NAME = 'tax'\n"
        "*** End Patch\n"
    )
    placing = place(read(reply), FILES.get, list(FILES))
    assert placing.after == {}
    assert "a/rate.py" in placing.misfits[0].for_person
    assert "b/rate.py" in placing.misfits[0].for_person
