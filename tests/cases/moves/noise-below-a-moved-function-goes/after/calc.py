def other(y):
    return y * 3


def helper(x):
    return x * 2


def unasked(z):
    return z * 9


def add(a, b):
    return a + b
