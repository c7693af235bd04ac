def f(x):
    y = x + 1
    z = y * 2
    return z


def g():
    return 1
