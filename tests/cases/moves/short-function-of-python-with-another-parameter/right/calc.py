def beta(y):
    return y * 5


def xi(value):
    return value * 4


def add(a, b):
    return a + b
