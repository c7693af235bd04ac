def other(y):
    y += 0
    y += 1
    y += 2
    y += 3
    y += 4
    y += 5
    y += 6
    y += 7
    y += 8
    y += 9
    y += 10
    y += 11
    return y * 3


def helper(x):
    """Give a number twice.

    It may be an int.
    """
    return x * 2


def add(a, b):
    return a + b
