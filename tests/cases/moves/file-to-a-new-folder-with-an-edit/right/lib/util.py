def double(x):
    return x + x


def same(x):
    return x
