def f(x, k):
    y = x + 1
    z = y * 2
    return z


def g():
    return 1
