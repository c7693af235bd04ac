"""Delivery, undo and crashes again where folders have no descriptors, as on Windows.

Left out is the random draw: it moves folders away, which a path does not follow; that it is noticed is shown in
`tests/platforms`.
"""

from __future__ import annotations

import pytest
from tests.repo import test_repo_crash, test_repo_deliver, test_repo_deliver_refused, test_repo_undo

from fretsaw.repo.journal import folders

pytestmark = pytest.mark.slow
_AGAIN = (test_repo_crash, test_repo_deliver, test_repo_deliver_refused, test_repo_undo)
_LEFT_OUT = "test_random_injections_lose_and_tear_nothing"


def _is_again(name: str) -> bool:
    return name == "_disk" or (name.startswith("test_") and name != _LEFT_OUT)


globals().update({name: it for module in _AGAIN for name, it in vars(module).items() if _is_again(name)})


@pytest.fixture(autouse=True)
def by_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "FOLDERS", folders.by_path())
