def beta(y):
    return y * 5


print('starting up')


def add(a, b):
    return a + b
