def other(y):
    return y * 3


def helper(x):
    return x * 2


def add(a, b):
    return a + b
