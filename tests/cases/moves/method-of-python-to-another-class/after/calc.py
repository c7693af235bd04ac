class A:
    def one(self):
        return 1


class B:
    def three(self):
        return 3

    def two(self):
        # Two is even.
        return 2


def add(a, b):
    return a + b
