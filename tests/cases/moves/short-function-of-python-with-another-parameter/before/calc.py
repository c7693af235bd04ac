def xi(x):
    return x * 4


def beta(y):
    return y * 5


def add(a, b):
    return a - b
