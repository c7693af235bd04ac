def add(a, b):
    left_side = a
    return left_side - b


def keys(row):
    found = set()
    for one in row:
        found.add(one)
    return found
