from limits import LIMIT


def add(a, b):
    return a + b


def is_small(x):
    return x < LIMIT
