def other(y):
    return y * 3


def doubled(x):
    y = x + x
    return y


def add(a, b):
    return a + b
