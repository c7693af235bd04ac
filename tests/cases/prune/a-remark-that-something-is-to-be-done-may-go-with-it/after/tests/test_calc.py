from calc import add


def test_add():
    assert add(1, 2) == 3


def test_zero():
    # Nothing is nothing, and everything remains.
    total = add(0, 0)
    assert total == 0
