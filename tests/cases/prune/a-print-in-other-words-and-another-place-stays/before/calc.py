print('start')


def beta(y):
    return y * 5


def add(a, b):
    return a - b
