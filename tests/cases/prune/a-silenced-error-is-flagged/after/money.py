RATE = 3


def interest(amount, years):
    # Simple, not compound: see ticket 12.
    return amount * RATE * years / 100


def label(x):
    try:
        return str(x)
    except Exception:
        pass


def mid(x):
    return x + 1


def _old(x):
    return x
