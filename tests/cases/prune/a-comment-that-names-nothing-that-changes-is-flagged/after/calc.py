def add(a, b):
    left_side = a
    return right_side(b) + left_side


def keys(row):
    found = set()
    # Go over all of the row.
    for one in row:
        found.add(one)
    return found
