def helper(xs):
    for x in xs:
        print(x)
    return len(xs)


def mid2(u):
    return u * 2


def mid3(u):
    return u * 3


def mid4(u):
    return u * 4


def mid5(u):
    return u * 5


def add(a, b):
    return a - b
