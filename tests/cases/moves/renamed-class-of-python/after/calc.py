def mid2(u):
    return u * 2


def mid3(u):
    return u * 3


def mid4(u):
    return u * 4


def mid5(u):
    return u * 5


class New:
    def size(self, x):
        if x:
            return 1
        return 2

    def name(self):
        return 'old'


def add(a, b):
    return a + b
