"""What all tests share: `--update` rewrites the expected files of case folders."""

from __future__ import annotations

import pytest
from tests.golden import Golden


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the expected files of case folders")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares a text with a file of a case folder, or writes it with `--update`."""
    return Golden(update=bool(request.config.getoption("--update")))
