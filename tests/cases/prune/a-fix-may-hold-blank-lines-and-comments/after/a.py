def f(x):
    y = x

    # Zero has no sign.
    if not y:
        return 0

    return y
