def helper(x):
    y = x * 2
    return y


def other(y):
    return y * 3


def add(a, b):
    return a - b
