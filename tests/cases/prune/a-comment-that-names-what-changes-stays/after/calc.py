def add(a, b):
    left_side = a
    return right_side(b) + left_side


def keys(row):
    found = set()
    # As right_side does it.
    for one in row:
        found.add(one)
    return found
