def add(a, b):
    return a + b


def mean(row):
    r"""Give the mean of a row.

    Is there nothing, it fails.

    >>> mean([1, 2])
    1.5

    The very end.
    """
    return sum(row) / len(row)


def cut(x):
    size = len(x)
    rest = size - 1
    return size, rest
