class A:
    def one(self):
        return 1

    def two(self):
        # Two is even.
        return 2


class B:
    def three(self):
        return 3


def add(a, b):
    return a - b
