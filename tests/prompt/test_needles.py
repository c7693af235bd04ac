"""The whole repository in one prompt: each line that is planted is in it exactly once, rules files among them."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest

from fretsaw.core.context.parts import Context, Part
from fretsaw.core.context.render import documents
from fretsaw.core.rules_files import ProjectRules, rules_files
from fretsaw.core.text.tokens import estimate


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    path = Path(__file__).parents[2] / "bench" / "needles.py"
    spec = importlib.util.spec_from_file_location("bench_needles", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("count", [20, pytest.param(1_000, marks=pytest.mark.slow)])
def test_a_needle_is_in_the_pack_once(bench: ModuleType, count: int) -> None:
    for number in range(count):
        made = random.Random(f"9-{number}")
        texts = bench.tree(made)
        needle = f"needle {made.randrange(1 << 60):x}"
        path = bench.planted(texts, made, needle)
        assert bench.times_in_pack(texts, needle, {path: 3}) == 1, path


def test_many_documents_have_ids_and_rules_are_told_once() -> None:
    parts = tuple(Part(f"f{number:02}.py", 1, 1, f"x = {number}\n", "") for number in range(41))
    assert documents(parts).startswith('<doc id="1" path="f00.py">')
    assert documents(parts[:3]).startswith('<doc path="f00.py">')
    rules = ProjectRules(rules_files(["AGENTS.md"], lambda _: "Be kind.", lambda _: True))
    whole = Context((Part("AGENTS.md", 1, 1, "Be kind.", ""),), 0, whole=True)
    assert rules.told(whole, estimate).texts == ((' path="AGENTS.md"', "(in whole among the files above)"),)
