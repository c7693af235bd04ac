"""A small file of state is replaced whole, whoever else replaces it: a server has several runs in one process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fretsaw.session.state_file import read_state, write_state


def test_runs_of_one_process_write_at_once(tmp_path: Path) -> None:
    def write(number: int) -> None:
        for _ in range(100):
            write_state(tmp_path, "told.json", {"by": number})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))  # raises what a writer raised
    assert read_state(tmp_path, "told.json")["by"] in range(4)
    assert [path.name for path in tmp_path.iterdir()] == ["told.json"]
