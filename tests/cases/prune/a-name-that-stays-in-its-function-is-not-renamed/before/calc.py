def add(a, b):
    return a - b


def mean(row):
    """Give the mean of a row.

    Is there nothing, it fails.

    >>> mean([1, 2])
    1.4

    The end of all.
    """
    return sum(row) / len(row)


def cut(x):
    size = len(x)
    rest = size - 1
    return size, rest
