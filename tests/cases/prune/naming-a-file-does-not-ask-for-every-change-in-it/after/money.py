RATE = 3


def interest(amount, years):
    # Simple, not compound: see ticket 12.
    return amount * RATE * years / 100


def label(x):
    return str(x)


def mid(x):
    return x + 2


def _old(x):
    return x
