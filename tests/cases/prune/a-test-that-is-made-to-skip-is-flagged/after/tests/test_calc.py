import sys

import pytest

from calc import add


def test_add():
    expected = 3
    assert add(1, 2) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_zero():
    """When a sum is zero."""
    assert add(0, 0) == 0
