def total(items):
    """Return the sum, 0 for none."""
    result = 0
    for item in items:
        result += item
    return result


def product(items):
    result = 1
    for item in items:
        result *= item
    return result
