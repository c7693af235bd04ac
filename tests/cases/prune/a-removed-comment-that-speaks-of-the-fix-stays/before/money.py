RATE = 3


def interest(amount, years):
    # TODO: forgets to divide the amount by 100.
    return amount * RATE * years


def label(x):
    return str(x)


def mid(x):
    return x + 1


def _old(x):
    return x
